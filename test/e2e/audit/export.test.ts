import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { world } from '../../support/world.ts'

const keys = [
  `tvly-${'dev'}-abcdefghijklmnopqrstuvwx1234`,
  `sk-${'ant'}-api03-abcdefghijklmnopqrstuvwxyz0123456789`,
  `gh${'p'}_abcdefghijklmnopqrstuvwxyz0123456789`,
]

it('export shows no key, not even one that somebody wrote into the manifest by hand', async () => {
  const place = world().wsl().windows().build()
  const [variable, word, header] = keys
  const servers = {
    typed: { command: 'node', args: ['--api-key', word], env: { TAVILY_API_KEY: variable } },
    far: { url: 'https://far.invalid/mcp', headers: { Authorization: `Bearer ${header}` } },
    sided: { command: 'node', on: { windows: { env: { TAVILY_API_KEY: variable } } } },
  }
  place.scratch.write('.mcp-twin/mcp-twin.json', `// what I use\n${JSON.stringify({ version: 1, servers }, null, 2)}\n`)
  expect((await place.cli(['sync'])).code).toBe(0)
  expect((await place.cli(['export', 'out'])).code).toBe(0)
  const folder = place.scratch.path('out')
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  expect(names.length).toBeGreaterThan(4)
  for (const each of names) {
    const text = readFileSync(join(each.parentPath, each.name), 'utf8')
    for (const key of keys) expect(text, each.name).not.toContain(key)
  }
  expect(readFileSync(join(folder, 'mcp-twin.json'), 'utf8')).toContain('// what I use')
})
