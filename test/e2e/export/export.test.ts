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

describe('a folder that has something of that name already', () => {
  const planted = () => {
    const place = world().wsl().windows().build()
    place.scratch.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: { a: { command: 'node' } } }))
    return place
  }

  it('is left alone and named, unless an export wrote it', async () => {
    const place = planted()
    const own = { 'out/mcp-twin.json': '{"version":1,"servers":{}}', 'out/SETUP.md': '# MCP set-up\n\nmine\n' }
    for (const [file, text] of Object.entries(own)) place.scratch.write(file, text)
    const refused = await place.cli(['export', 'out'])
    expect([refused.code, refused.stdout]).toEqual([2, ''])
    expect(refused.stderr).toContain('mcp-twin.json, SETUP.md in ~/out would be overwritten')
    expect(refused.stderr).toContain('→ choose another folder')
    expect(readdirSync(place.scratch.path('out')).sort()).toEqual(['SETUP.md', 'mcp-twin.json'])
    for (const [file, text] of Object.entries(own)) expect(place.scratch.read(file)).toBe(text)
  })

  it('is replaced when it is an export, also with line ends changed by Git', async () => {
    const place = planted()
    expect((await place.cli(['export', 'out'])).code).toBe(0)
    for (const file of ['out/mcp-twin.json', 'out/SETUP.md']) place.scratch.write(file, place.scratch.read(file).replaceAll('\n', '\r\n'))
    place.scratch.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: { b: { command: 'node' } } }))
    expect(await place.cli(['export', 'out'])).toMatchObject({ code: 0, stderr: '' })
    expect(place.scratch.readJson('out/mcp-twin.json')).toEqual({ version: 1, servers: { b: { command: 'node' } } })
  })

  it('keeps an exported file that was edited since', async () => {
    const place = planted()
    expect((await place.cli(['export', 'out'])).code).toBe(0)
    place.scratch.write('out/SETUP.md', `${place.scratch.read('out/SETUP.md')}\nmy notes\n`)
    const refused = await place.cli(['export', 'out'])
    expect([refused.code, refused.stderr.includes('SETUP.md in ~/out')]).toEqual([2, true])
    expect(place.scratch.read('out/SETUP.md')).toContain('my notes')
  })

  it('may be the working directory, reported by its path, but no empty name', async () => {
    const place = planted()
    expect((await place.cli(['export', ''])).code).toBe(2)
    place.scratch.write('here/.keep', '')
    const written = await place.cli(['export', '.'], { cwd: place.scratch.path('here') })
    expect([written.code, written.stdout.includes('Exported to ~/here.')]).toEqual([0, true])
  })

  it('below /proc is refused with a message', async () => {
    expect(await planted().cli(['export', '/proc/x/y'], { timeoutMs: 60_000 })).toMatchObject({ code: 1 })
  })
})

it('a key of the manifest itself is a reference in the export, and SETUP.md asks for it', async () => {
  const place = world().wsl().windows().build()
  const [variable = '', word = ''] = keys
  const servers = {
    typed: { command: 'node', args: ['--api-key', word], env: { TAVILY_API_KEY: variable } },
    other: { command: 'node', env: { ALIAS: 'plain-stored-value', TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' } },
  }
  place.scratch.write('.mcp-twin/mcp-twin.json', `// what I use\n${JSON.stringify({ version: 1, servers }, null, 2)}\n`)
  expect((await place.cli(['secret', 'set', 'TAVILY_API_KEY'], { input: 'plain-stored-value' })).code).toBe(0)
  expect((await place.cli(['sync'])).code).toBe(0)
  const result = await place.cli(['export', 'out'])
  expect(result.code).toBe(0)
  const text = place.scratch.read('out/mcp-twin.json')
  expect(text).not.toContain('••')
  expect(JSON.parse(text.replace('// what I use\n', '')).servers).toEqual({
    typed: { command: 'node', args: ['--api-key', '${secret:TYPED_API_KEY}'], env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY_2}' } },
    other: { command: 'node', env: { ALIAS: '${secret:TAVILY_API_KEY}', TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' } },
  })
  const guide = place.scratch.read('out/SETUP.md')
  for (const name of ['TAVILY_API_KEY', 'TAVILY_API_KEY_2', 'TYPED_API_KEY']) expect(guide).toContain(`secret set ${name}\``)
  expect(result.stderr).toContain('${secret:TYPED_API_KEY} in the export')
})
