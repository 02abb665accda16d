import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { world } from '../../support/world.ts'

const keys = [
  `tvly-${'dev'}-abcdefghijklmnopqrstuvwx1234`,
  `sk-${'ant'}-api03-abcdefghijklmnopqrstuvwxyz0123456789`,
  `gh${'p'}_abcdefghijklmnopqrstuvwxyz0123456789`,
]

const exported = (place: ReturnType<ReturnType<typeof world>['build']>): string =>
  readdirSync(place.scratch.path('out'), { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => readFileSync(join(each.parentPath, each.name), 'utf8'))
    .join('\n')

describe('a key in a config that the store does not hold', () => {
  const servers = {
    named: { command: 'node', args: ['--open'], env: { PLAIN: '${secret:PLAIN}' } },
    inArgs: { command: 'node', args: ['serve', '${secret:WORD}'] },
  }
  const old = ['quiet-old-value', 'quiet-old-word'] as const
  const synced = async () => {
    const place = world().wsl().windows().build()
    place.scratch.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers, bridge: { enabled: false } }))
    expect((await place.cli(['sync'], { env: { MCP_TWIN_SECRET_PLAIN: old[0], MCP_TWIN_SECRET_WORD: old[1] } })).code).toBe(0)
    return place
  }

  it('is dots after its key was removed from the store', async () => {
    const place = await synced()
    for (const name of ['PLAIN', 'WORD']) await place.cli(['secret', 'remove', name])
    expect((await place.cli(['export', 'out'])).code).toBe(0)
    for (const key of old) expect(exported(place)).not.toContain(key)
  })

  it('is dots after another was stored, and what is in sync stays readable', async () => {
    const place = await synced()
    expect((await place.cli(['export', 'out'])).code).toBe(0)
    expect(exported(place)).toContain('--open')
    for (const name of ['PLAIN', 'WORD']) await place.cli(['secret', 'set', name], { input: 'quiet-new-value' })
    expect((await place.cli(['export', 'out'])).code).toBe(0)
    for (const key of old) expect(exported(place)).not.toContain(key)
  })

  it('is dots where it came from a variable of the environment', async () => {
    const place = world().wsl().windows().build()
    const taken = { command: 'node', env: { PLAIN: '${env:GIVEN}' } }
    place.scratch.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: { taken }, bridge: { enabled: false } }))
    const given = { env: { GIVEN: old[0] } }
    expect((await place.cli(['sync'], given)).code).toBe(0)
    expect((await place.cli(['export', 'out'], given)).code).toBe(0)
    expect(exported(place)).not.toContain(old[0])
  })
})

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
