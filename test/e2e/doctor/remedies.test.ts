import { rmSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { codeFile, cursorFile, type Home, home, settingsFor, tinyRegistry } from '../support/place.ts'

interface Found {
  readonly check: string
  readonly level: string
  readonly subject: string
  readonly message: string
  readonly fix: string | null
}

let registry: MiniRegistry
beforeAll(async () => {
  registry = await tinyRegistry()
})

const look = async (place: Home, more: readonly string[] = []): Promise<Found[]> =>
  (await place.run(['doctor', '--json', ...more])).json.findings.filter(({ level }: Found) => !['ok', 'skipped'].includes(level))

const commandOf = (fix: string | null): string[] | null => {
  const [, words = ''] = /^mcp-twin ([a-z][\w -]*)$/.exec(fix ?? '') ?? []
  return words === '' ? null : words.split(' ')
}

describe('doctor where no manifest is', () => {
  it('names only commands that work without one', async () => {
    const place = home()
    const entries = { gone: { command: 'no-such-program' }, one: place.tiny, paths: { command: 'node', args: ['C:\\x\\y'] } }
    place.manifest(entries)
    expect((await place.run(['sync'])).code).toBe(0)
    place.write(cursorFile, JSON.stringify({ mcpServers: { theirs: place.tiny } }))
    rmSync(place.path('.mcp-twin/mcp-twin.json'))
    const found = await look(place, ['--deep'])
    const commands = found.flatMap(({ fix }) => commandOf(fix) ?? [])
    expect(commands).toContain('init')
    expect(found.find(({ check }) => check === 'unmanaged')?.fix).toBe('mcp-twin init')
    for (const { fix } of found) {
      const words = commandOf(fix)
      if (words === null) continue
      const { code, output } = await place.run([...words, ...(words[0] === 'init' ? ['--dry-run'] : [])])
      expect(code, `${fix}\n${output}`).not.toBe(2)
    }
  })
})

describe('an entry that a person made start what is not there', () => {
  const isOfOne = /^one(?: in |$)/
  const edited = (place: Home, change: object) =>
    place.write(codeFile, JSON.stringify({ mcpServers: { ...place.servers(codeFile), one: { ...place.tiny, ...change } } }))

  it.each<[string, string[]]>([
    ['doctor', []],
    ['doctor --deep', ['--deep']],
  ])('is put back by the advice of %s, and taken into every program by none', async (_what, flags) => {
    const place = home()
    place.manifest({ one: place.tiny })
    expect((await place.run(['sync'])).code).toBe(0)
    edited(place, { args: [place.path('gone.mjs')] })
    const found = (await look(place, flags)).filter(({ subject }) => isOfOne.test(subject))
    const message = 'it was edited by hand, and the script that it starts does not exist (this puts ours back)'
    expect(found).toMatchObject([{ check: 'command-found', message, fix: 'mcp-twin sync --force' }])
    expect((await place.run(['sync', '--force'])).code).toBe(0)
    expect(place.servers(codeFile).one).toMatchObject(place.tiny)
  })

  it('may still be adopted where only its variables were changed', async () => {
    const place = home()
    place.manifest({ one: place.tiny })
    expect((await place.run(['sync'])).code).toBe(0)
    edited(place, { env: { MORE: 'x' } })
    expect((await look(place)).filter(({ subject }) => isOfOne.test(subject))).toMatchObject([
      { check: 'entries-kept', fix: 'mcp-twin sync --adopt' },
    ])
  })
})

describe('an entry that stands in the way', () => {
  const bridge = { enabled: true }
  const at = (place: Home, name: string, value: unknown) =>
    place.write(codeFile, JSON.stringify({ mcpServers: { ...place.servers(codeFile), [name]: value } }))

  it.each<[string, (place: Home) => void]>([
    ['ours, and a text now', (place) => at(place, 'one', 'a text')],
    ['ours, and null now', (place) => at(place, 'one', null)],
    ['ours, and empty now', (place) => at(place, 'one', {})],
    ['ours, and without a command now', (place) => at(place, 'one', { args: ['x'] })],
    ['ours, and no address now', (place) => at(place, 'one', { type: 'http', url: 'nonsense' })],
    ['ours, and edited', (place) => at(place, 'one', { ...place.tiny, env: { MORE: 'x' } })],
    ['ours, and removed', (place) => place.write(codeFile, JSON.stringify({ mcpServers: { ...place.servers(codeFile), one: undefined } }))],
    ["the bridge's, and something else now", (place) => at(place, 'mcp-twin', { command: 'other' })],
    ['the bridge under another name', (place) => at(place, 'second', place.servers(codeFile)['mcp-twin'])],
    ['one of a server that is not for this program', (place) => at(place, 'elsewhere', { command: 'mine' })],
    ['one of a package that the registry does not have', (place) => at(place, 'lost', { command: 'npx', args: ['-y', 'no-such-package'] })],
    ['a new one', (place) => at(place, 'fresh', place.tiny)],
    ['one that cannot be read', (place) => at(place, 'odd', 'a text')],
    ['two of one name', (place) => place.write(codeFile, '{"mcpServers":{"one":{"command":"a"},"one":{"command":"b"}}}')],
  ])('is gone after the command that doctor names: %s', async (_what, spoil) => {
    const place = home({ npmrc: settingsFor(registry) })
    place.write(cursorFile, '{ "mcpServers": {} }')
    const servers = { one: place.tiny, two: { ...place.tiny, env: { A: 'b' } }, elsewhere: { ...place.tiny, only: ['cursor'] } }
    place.manifest(servers, { bridge })
    expect((await place.run(['sync'])).code).toBe(0)
    spoil(place)
    const before = (await look(place)).filter(({ fix }) => fix?.startsWith('mcp-twin sync') === true)
    for (const { fix } of before) await place.run([...(commandOf(fix) ?? []), '--no-try'])
    const after = await look(place)
    expect(after.filter(({ fix, subject }) => before.some((each) => each.fix === fix && each.subject === subject))).toEqual([])
  })

  it('of a package that came to the registry meanwhile is adopted by the next sync --adopt', async () => {
    const place = home({ npmrc: settingsFor(registry) })
    place.manifest({ one: place.tiny })
    expect((await place.run(['sync'])).code).toBe(0)
    at(place, 'late', { command: 'npx', args: ['-y', 'late-server'] })
    expect((await place.run(['sync', '--adopt'])).output).toContain('there is no package late-server')
    const [waiting] = (await look(place)).filter(({ check }) => check === 'unmanaged')
    expect(waiting).toMatchObject({ message: expect.stringContaining('To ask again: mcp-twin sync --adopt'), fix: null })
    registry.publish({ manifest: { name: 'late-server', version: '1.0.0', bin: { 'late-server': 'x.js' } }, files: { 'x.js': '' } })
    expect(await place.run(['sync', '--adopt'])).toMatchObject({ code: 0 })
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toMatchObject({ servers: { late: { package: 'late-server' } } })
    expect((await look(place)).filter(({ check }) => check === 'unmanaged')).toEqual([])
  })
})
