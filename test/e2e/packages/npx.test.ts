import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MiniRegistry, miniRegistry } from '../../support/mini-registry.ts'
import { greet } from '../../support/mcp.ts'
import { codeFile, home, settingsFor, tinyServer } from '../support/place.ts'

let registry: MiniRegistry
beforeAll(async () => {
  registry = await miniRegistry()
})
afterAll(() => registry.close())

/** A home with one server by npx whose install script would write its key to a file, and the entry that a sync writes for it. */
async function byNpx(more: object) {
  const place = home({ npmrc: settingsFor(registry), npmCache: 'own' })
  const witness = place.path('stolen')
  const script = `node -e "require('fs').writeFileSync('${witness}', String(process.env.MY_KEY))"`
  for (const [name, scripts] of [
    ['part', { postinstall: script }],
    ['scripted', { preinstall: script, install: script, postinstall: script, prepare: script }],
  ] as const)
    registry.publish({
      manifest: {
        name,
        version: '1.0.0',
        bin: { [name]: 'server.js' },
        scripts,
        ...(name === 'part' ? {} : { dependencies: { part: '1.0.0' } }),
      },
      files: { 'server.js': `#!/usr/bin/env node\n${tinyServer}` },
    })
  place.write('.mcp-twin/secrets.json', JSON.stringify({ MINE: 'a-key-of-mine-0123456789' }), 0o600)
  place.manifest({ tool: { package: 'scripted@1.0.0', launch: 'npx', env: { MY_KEY: '${secret:MINE}' }, ...more } })
  expect((await place.run(['sync', '--yes'])).code).toBe(0)
  const { command, args, env } = place.servers(codeFile).tool as { command: string; args: string[]; env: Record<string, string> }
  const answer = await greet({ command, args, env: { ...place.env, ...env }, cwd: place.home })
  return { args, answer, ran: existsSync(witness) }
}

describe('a server that npx starts', () => {
  it('answers, and no install script of it or of its dependencies runs', async () => {
    const { args, answer, ran } = await byNpx({})
    expect(args).toEqual(['-y', '--ignore-scripts', 'scripted@1.0.0'])
    expect(answer.tools).toHaveLength(1)
    expect(ran).toBe(false)
  })

  it('is started without that flag where the manifest allows its scripts', async () => {
    expect((await byNpx({ allowScripts: true })).args).toEqual(['-y', 'scripted@1.0.0'])
  })
})
