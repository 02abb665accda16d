import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import { cli } from '../../support/cli.ts'
import { miniRegistry } from '../../support/mini-registry.ts'
import { KEY, legacyServer, type MissingPlace, missingPlace, published } from './missing.ts'

let place: MissingPlace

beforeAll(async () => {
  place = await missingPlace()
})
afterAll(async () => {
  await place.registry.close()
  place.home.remove()
})

const env = { K: '${secret:MINE}' }
const forms: Record<string, ServerSpec> = {
  npx: { command: 'npx', args: ['-y', 'pkg@1.0.0'], env },
  cmd: { command: 'npx.cmd', args: ['--yes', 'pkg@1.0.0'], env },
  shell: { command: 'cmd', args: ['/c', 'npx', '-y', 'pkg@1.0.0'], env },
  absolute: { command: '/usr/local/bin/npx', args: ['-y', 'pkg@1.0.0'], env },
  bunx: { command: 'bunx', args: ['pkg@1.0.0'], env },
  pnpm: { command: 'pnpm', args: ['dlx', 'pkg@1.0.0'], env },
  line: { command: 'npx -y pkg@1.0.0', env },
}

describe("a project's server with keys that names a package runner", () => {
  it("is the pinned package, and neither the project's npm settings nor its install scripts count", async () => {
    const other = await miniRegistry()
    published(other, 'pkg', 'process.exit(66)')
    for (const folder of ['work', 'work/site']) place.home.write(`${folder}/.npmrc`, `registry=${other.url}\nignore-scripts=false\n`)
    const script = `node -e "require('fs').writeFileSync(process.env.HOME + '/ran', '')"`
    await place.project(forms, published(place.registry, 'pkg', legacyServer, { scripts: { preinstall: script, postinstall: script } }))
    for (const name of Object.keys(forms)) {
      const server = place.start(name)
      await server.ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } })
      expect(await server.ask('tools/call', { name: 'tell' }), name).toEqual({ content: [{ type: 'text', text: `key ${KEY}` }] })
      await server.end()
    }
    expect(other.requests).toEqual([])
    expect(place.home.has('ran')).toBe(false)
    await other.close()
  })

  it('is shown and pinned as that package by trust', async () => {
    published(place.registry, 'pkg', legacyServer)
    place.home.write('work/site/mcp-twin.json', JSON.stringify({ version: 1, servers: { tool: forms.npx } }))
    place.home.write('work/site/mcp-twin.lock.json', JSON.stringify({ version: 1, packages: {} }))
    const { stdout } = await cli(place.home, ['trust'], { cwd: place.site })
    expect(stdout).toMatch(
      /tool: K=\$\{secret:MINE\} the package pkg@1\.0\.0\n +package pkg 1\.0\.0, program server\.js, integrity sha512-/,
    )
    expect(place.home.readJson('work/site/mcp-twin.lock.json')).toMatchObject({ packages: { 'pkg@1.0.0': { version: '1.0.0' } } })
  })

  it('is refused where it is no plain package, and trust says what to write instead', async () => {
    const servers: Record<string, ServerSpec> = {
      registry: { command: 'npx', args: ['--registry=http://127.0.0.1:9/', 'pkg@1.0.0'], env },
      wrapped: { command: 'env', args: ['npx', '-y', 'pkg@1.0.0'], env },
      line: { command: 'sh', args: ['-c', 'npx -y pkg@1.0.0 || true'], env },
      template: { command: '${path:npx}', args: ['-y', 'pkg@1.0.0'], env },
      variable: { command: '${env:RUNNER}', args: ['-y', 'pkg@1.0.0'], env },
    }
    place.home.write('work/site/mcp-twin.json', JSON.stringify({ version: 1, servers }))
    const { stdout, code } = await cli(place.home, ['trust'], { cwd: place.site })
    expect(code).toBe(0)
    expect(stdout.match(/^ {6}not started with keys: .*"package": "name@1\.0\.0"/gm)).toHaveLength(4)
    for (const name of Object.keys(servers)) {
      const run = await cli(place.home, ['run', '--project=.', name], { cwd: place.site, env: { RUNNER: 'npx' } })
      expect([name, run.code, run.stdout]).toEqual([name, 1, ''])
      expect(run.stderr).toContain('"package": "name@1.0.0"')
    }
  })
})
