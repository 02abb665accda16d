import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import type { EntryChange } from '../../../../src/model/document.ts'
import { type Expected, judge } from '../../../fixtures/toml/judge.mjs'
import { documentOf, entry, refusalOf, remove, set, textOf } from './situation.ts'

const folder = fileURLToPath(new URL('../../../fixtures/toml/', import.meta.url))
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.expect.json'))
  .map((name) => name.slice(0, -'.expect.json'.length))
  .map((id): { id: string; bytes: Uint8Array; expected: Expected } => ({
    id,
    bytes: readFileSync(join(folder, `${id}.toml`)),
    expected: JSON.parse(readFileSync(join(folder, `${id}.expect.json`), 'utf8')),
  }))
const readable = cases.filter(({ expected }) => expected.refuse === undefined)

function edit(bytes: Uint8Array, changes: readonly EntryChange[]): Uint8Array {
  const document = documentOf(bytes)
  const result = document.edit(changes, { bom: 'keep' })
  if (!result.ok) throw new Error(result.refusal.reason)
  expect(document.check(result.bytes, changes, { bom: 'keep' })).toBeNull()
  return result.bytes
}

/** What the library reads, without the entries named, in a form that can be compared. */
function meaning(bytes: Uint8Array, without: string): unknown {
  const root = JSON.parse(
    JSON.stringify(parse(textOf(bytes), { integersAsBigInt: true }), (_, value) => (typeof value === 'bigint' ? `${value}n` : value)),
  )
  delete root.mcp_servers?.[without]
  if (Object.keys(root.mcp_servers ?? {}).length === 0) delete root.mcp_servers
  return root
}

const read = (bytes: Uint8Array, name: string) =>
  documentOf(bytes)
    .entries()
    .find((each) => each.name === name)?.value

describe('a nasty TOML file', () => {
  it('is collected with many others', () => expect(cases.length).toBeGreaterThan(40))

  it.each(readable)('$id: an entry is added and goes again without a trace. $expected.why', ({ bytes, expected }) => {
    const after = edit(bytes, [set('twin', entry)])
    expect(judge(expected, 'add', bytes, after)).toEqual([])
    expect(read(after, 'twin')).toEqual(entry)
    expect(meaning(after, 'twin')).toEqual(meaning(bytes, 'twin'))
    expect(textOf(edit(after, [remove('twin')]))).toBe(textOf(bytes))
    expect(textOf(edit(after, [set('twin', entry)]))).toBe(textOf(after))
  })

  const withOurs = readable.filter(({ expected }) => expected.ours !== undefined)

  it.each(withOurs)('$id: ours is changed, and keeps the keys and comments of its user. $expected.why', async ({ id, bytes, expected }) => {
    const { ours = '' } = expected
    const after = edit(bytes, [set(ours, entry)])
    expect(judge(expected, 'change', bytes, after)).toEqual([])
    const before = read(bytes, ours)
    expect(read(after, ours)).toEqual(typeof before === 'object' ? { ...before, ...entry } : entry)
    expect(meaning(after, ours)).toEqual(meaning(bytes, ours))
    await expect(textOf(after)).toMatchFileSnapshot(join(folder, `${id}.changed.toml`))
  })

  it.each(withOurs)('$id: ours is removed, with its sub-tables. $expected.why', async ({ id, bytes, expected }) => {
    const { ours = '' } = expected
    const after = edit(bytes, [remove(ours)])
    expect(judge(expected, 'remove', bytes, after)).toEqual([])
    expect(read(after, ours)).toBeUndefined()
    expect(meaning(after, ours)).toEqual(meaning(bytes, ours))
    await expect(textOf(after)).toMatchFileSnapshot(join(folder, `${id}.removed.toml`))
  })

  it.each(cases.filter(({ expected }) => expected.refuse))('$id is refused: $expected.why', ({ bytes, expected }) => {
    const refusal = refusalOf(bytes)
    expect(refusal.reason).toMatch(new RegExp(expected.refuse?.says ?? ''))
    expect({ line: refusal.line, column: refusal.column }).toEqual({ line: expected.refuse?.line, column: expected.refuse?.column })
    expect(JSON.stringify(refusal)).not.toMatch(/hunter2/)
  })

  it.each(cases.filter(({ expected }) => expected.notice ?? expected.names))('$id says what is odd about it', ({ bytes, expected }) => {
    const document = documentOf(bytes)
    if (expected.notice) expect(document.notices.join('\n')).toContain(expected.notice)
    if (expected.names) expect(document.entries().map(({ name }) => name)).toEqual(expected.names)
  })
})

describe('the judge of these files', () => {
  const [bytes, expected] = [new TextEncoder().encode('# a\n[x]\nk = 1 # b\n'), { why: '', keeps: ['# a'] }]
  const edited = (text: string): Uint8Array => new TextEncoder().encode(text)

  it('accepts a good edit', () => {
    expect(judge(expected, 'add', bytes, edited('# a\n[x]\nk = 1 # b\n\n[y]\nl = 2\n'))).toEqual([])
    expect(judge(expected, 'remove', bytes, edited('# a\n'))).toEqual([])
  })

  it.each([
    ['a changed value', 'add', '# a\n[x]\nk = 2 # b\n\n[y]\n'],
    ['a lost line break', 'add', '# a\n[x]\nk = 1 # b\n\n[y]'],
    ['a lost comment', 'remove', '[x]\n'],
    ['a line that was not there', 'remove', '# a\n[z]\n'],
    ['lines in another order', 'remove', '[x]\n# a\n'],
    ['a byte order mark', 'remove', '\ufeff# a\n'],
  ] as const)('sees %s', (_, kind, text) => expect(judge(expected, kind, bytes, edited(text))).not.toEqual([]))
})
