import { describe, expect, it } from 'vitest'
import { formatOf, loadFormats } from '../../../src/core/formats/index.ts'
import { describeRefusal } from '../../../src/core/formats/text/place.ts'
import { editOptions, planFile, readClientFile } from '../../../src/core/plan/file.ts'
import { revertEntries } from '../../../src/core/plan/revert.ts'
import { serversIn } from '../../../src/effects/sync/watch-files.ts'
import { removeOwnEntries } from '../../../src/effects/undo/client-entries.ts'
import { EntryReader } from '../../../src/effects/undo/former.ts'
import type { ClientDefinition } from '../../../src/model/client.ts'
import type { JsonObject } from '../../../src/model/entry.ts'
import type { Environment } from '../../../src/model/environment.ts'
import { native } from '../../../src/model/path.ts'
import { bytes, client, request, said, settled, wanted } from './situation.ts'

/** A client whose file is TOML, and in all else like one that we know. */
const tomlClient: ClientDefinition = { ...client('cursor'), id: 'in-toml', format: 'toml', container: ['mcp_servers'] }
const entry = (word: string): JsonObject => ({ command: '/opt/thing', args: [word], env: { KEY: 'v' } })
const file = (servers: JsonObject): Uint8Array => bytes(formatOf(tomlClient).print(servers, tomlClient.container))
const asked = (more: Parameters<typeof request>[0]) => request({ client: tomlClient, ...more })
const recordsOf = (servers: Record<string, JsonObject>) =>
  settled(asked({ wanted: Object.entries(servers).map(([name, value]) => wanted(name, value)) })).state
const rest = '# Settings\nmodel = "x" # m\n\n[projects."/home/ana"]\ntrust_level = "trusted"\n'

await loadFormats([tomlClient])

describe('the plan of a TOML file', () => {
  it.each([
    ['is added where it is not there', {}, {}, { a: entry('x') }, 'a add planned'],
    ['is adopted where the same stands there', { a: entry('x') }, {}, { a: entry('x') }, 'a adopt planned'],
    ['is refused where another of that name stands there', { a: entry('theirs') }, {}, { a: entry('x') }, 'a none refused'],
    ['is changed where it is ours', { a: entry('x') }, { a: entry('x') }, { a: entry('y') }, 'a update planned'],
    ['is refused where a person edited it', { a: entry('mine') }, { a: entry('x') }, { a: entry('y') }, 'a none refused'],
    [
      'is refused where a person removed it',
      { b: entry('b') },
      { a: entry('x'), b: entry('b') },
      { a: entry('x'), b: entry('b') },
      'a none refused',
    ],
    ['goes where it is no longer wanted', { a: entry('x') }, { a: entry('x') }, {}, 'a remove planned'],
    // A TOML table of servers is there by its servers: with the last one it goes, whoever took that out.
    ['is refused where the only one was removed', {}, { a: entry('x') }, { a: entry('x') }, 'a none refused'],
    ['is put back where several are gone at once', {}, { a: entry('x'), b: entry('b') }, { a: entry('x'), b: entry('b') }, 'a add planned'],
  ])('says of an entry that it %s', (_what, standing, ours, wishes, expected) => {
    const plan = planFile(
      asked({
        bytes: file(standing as JsonObject),
        state: recordsOf(ours as Record<string, JsonObject>),
        wanted: Object.entries(wishes).map(([name, value]) => wanted(name, value as JsonObject)),
      }),
    )
    expect(said(plan).filter((step) => step.startsWith('a '))).toEqual([expected])
  })

  it('is empty when it was carried out, and the rest of the file is as it was', () => {
    const { first, second, text, state } = settled(
      asked({ bytes: bytes(rest), wanted: [wanted('a', entry('x')), wanted('b c', { command: 'y' })] }),
    )
    expect(said(first)).toEqual(['a add planned', 'b c add planned'])
    expect(second.entries).toEqual([])
    expect(text.startsWith(`${rest}\n`)).toBe(true)
    const mine = text.replace('args = ["x"]', 'args = ["x"] # mine\nstartup_timeout_sec = 20')
    const changed = settled(asked({ bytes: bytes(mine), state, wanted: [wanted('a', entry('z')), wanted('b c', { command: 'y' })] }))
    expect(changed.text).toBe(mine.replace('"x"]', '"z"]'))
    expect(settled(asked({ bytes: bytes(changed.text), state: changed.state })).text).toBe(rest)
  })

  it('refuses a file that cannot be read, with the place', () => {
    const plan = planFile(asked({ bytes: bytes('[mcp_servers.a]\n[mcp_servers.a]\n'), wanted: [wanted('a', entry('x'))] }))
    expect(plan.refusal?.reason).toMatch(/second time; the first is in line 1 \(line 2, column 1/)
  })

  it('refuses an entry that its format cannot hold, and does the others', () => {
    const plan = planFile(asked({ bytes: bytes(rest), wanted: [wanted('a', { command: 'x\ud800' }), wanted('b', entry('x'))] }))
    expect(said(plan)).toEqual(['a none refused', 'b add planned'])
    expect(plan.entries[0]).toMatchObject({ change: null, record: null, step: { reason: expect.stringMatching(/surrogate/) } })
  })
})

describe('a TOML file that its program has written since', () => {
  const { state } = settled(asked({ wanted: [wanted('a', entry('x'))] }))
  const now = bytes(
    `${rest}\n[mcp_servers.a] # h\ncommand = "/opt/thing"\nargs = ["x"]\nenabled = false\n\n[mcp_servers.a.env]\nKEY = "v"\n`,
  )
  const reverted = (before: string | null): string => {
    const result = revertEntries(tomlClient, now, before === null ? null : bytes(before), ['a'], state, false)
    if ('reason' in result) throw new Error(result.reason)
    const read = readClientFile(tomlClient, now)
    if (!read.ok) throw new Error(describeRefusal(read.refusal))
    const edit = read.document.edit(result.changes, editOptions(tomlClient))
    if (!edit.ok) throw new Error(describeRefusal(edit.refusal))
    expect(read.document.check(edit.bytes, result.changes, editOptions(tomlClient))).toBeNull()
    return new TextDecoder().decode(edit.bytes)
  }

  it('loses our entry again where there was none', () => expect(reverted(null)).toBe(rest))

  it('has the former entry, with the keys that its owner gave it then and since', () => {
    expect(reverted('[mcp_servers.a]\ncommand = "old"\nsince = 1979-05-27\nstartup_timeout_sec = 10.0\n')).toBe(
      `${rest}\n[mcp_servers.a] # h\ncommand = "old"\nenabled = false\nsince = 1979-05-27\nstartup_timeout_sec = 10.0\n`,
    )
  })
})

describe('a file when we are uninstalled', () => {
  const files: readonly (readonly [string, ClientDefinition])[] = [
    ['TOML', tomlClient],
    ['JSON', client('cursor')],
  ]
  const side: Environment = { id: 'linux', kind: 'linux', self: true, user: 'ana', home: native('/home/ana'), files: [], running: [] }
  const reader = (of: ClientDefinition) =>
    new EntryReader(
      of,
      { environment: side, world: { environments: [side] }, home: side, lock: { version: 1, packages: {} }, folders: () => null },
      () => null,
    )
  const records = { a: { server: 'a', digest: 'x' } }
  const owned = {
    ...{ records, created: false, original: null, namesOwnFiles: () => true },
    ...{ isKept: () => false, isOff: () => false, shared: () => [] },
  }
  const print = (of: ClientDefinition, servers: JsonObject): Uint8Array => bytes(formatOf(of).print(servers, of.container))

  it.each(files)('of %s loses our entry and keeps the others', (_, of) => {
    const decision = removeOwnEntries(of, print(of, { b: entry('b'), a: entry('x') }), { ...owned, reader: reader(of) }, () => {})
    if (decision.kind !== 'replace') throw new Error(decision.kind)
    expect(new TextDecoder().decode(decision.bytes)).toBe(new TextDecoder().decode(print(of, { b: entry('b') })))
    expect(decision.check?.()).toBeNull()
  })

  it.each(files)('of %s goes when we made it and nothing else is in it', (_, of) => {
    expect(removeOwnEntries(of, print(of, { a: entry('x') }), { ...owned, reader: reader(of), created: true }, () => {}).kind).toBe(
      'remove',
    )
    expect(
      removeOwnEntries(of, print(of, { a: entry('x'), b: entry('b') }), { ...owned, reader: reader(of), created: true }, () => {}).kind,
    ).toBe('replace')
  })

  it.each(files)('of %s stays as it is when nothing of ours is in it', (_, of) => {
    expect(removeOwnEntries(of, print(of, { b: entry('b') }), { ...owned, reader: reader(of) }, () => {}).kind).toBe('nothing')
    expect(
      removeOwnEntries(
        client('claude-code'),
        bytes('\ufeff{"mcpServers": {"b": {}}}'),
        { ...owned, reader: reader(client('claude-code')) },
        () => {},
      ).kind,
    ).toBe('nothing')
  })
})

describe('what a watcher compares', () => {
  it('changes with the servers of a TOML file, and with nothing else of it', () => {
    const seen = serversIn(tomlClient, bytes(`${rest}[mcp_servers.a]\ncommand = "x"\n`))
    expect(serversIn(tomlClient, bytes('mcp_servers.a.command = "x" # c\n'))).toBe(seen)
    expect(serversIn(tomlClient, bytes('mcp_servers.a.command = "y"\n'))).not.toBe(seen)
    expect(serversIn(tomlClient, bytes('broken'))).toMatch(/^unreadable/)
  })

  it('is the whole file where entries nest too deep to be compared', () => {
    const deep = (more: string): Uint8Array => bytes(`{"mcpServers": {"a": ${'['.repeat(20_000)}${']'.repeat(20_000)}}${more}}`)
    expect(serversIn(client('cursor'), deep(''))).toBe(serversIn(client('cursor'), deep('')))
    expect(serversIn(client('cursor'), deep(', "b": 1'))).not.toBe(serversIn(client('cursor'), deep('')))
  })
})
