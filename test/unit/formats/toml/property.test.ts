import fc from 'fast-check'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { sameValue } from '../../../../src/core/values.ts'
import type { EntryChange } from '../../../../src/model/document.ts'
import type { JsonObject, JsonValue } from '../../../../src/model/entry.ts'
import { inserted } from '../../../fixtures/toml/judge.mjs'
import { documentText, OURS } from './toml-text.ts'
import { documentOf, edited, isValid, remove, set } from './situation.ts'
import { runs } from '../../../support/runs.ts'

const RUNS = runs(30)
const words = fc.constantFrom('-y', 'C:\\a b', "it's", '"', '# no', '', 'é🚀', '\u007f\t\n', '${X}', "'''")
const entry: fc.Arbitrary<JsonObject> = fc.record(
  {
    command: words,
    args: fc.array(words, { maxLength: 3 }),
    env: fc.dictionary(fc.constantFrom('A', 'B c', '__proto__', ''), words, { maxKeys: 3 }),
    url: words,
  },
  { requiredKeys: ['command'] },
)
const change: fc.Arbitrary<EntryChange> = fc.oneof(
  fc.tuple(fc.constantFrom(...OURS), entry).map(([name, value]) => set(name, value)),
  fc.constantFrom(...OURS).map(remove),
)

const entriesOf = (text: string): Map<string, JsonValue> =>
  new Map(
    documentOf(text)
      .entries()
      .map(({ name, value }) => [name, value]),
  )
const comments = (text: string): string[] => text.match(/§\d+/g) ?? []
const isSubsequence = (part: readonly string[], whole: readonly string[]): boolean => {
  let at = 0
  for (const each of whole) if (each === part[at]) at++
  return at === part.length
}
/** What the library reads, without entries of ours, as one text. */
function foreign(text: string): string {
  const root: Record<string, unknown> = parse(text, { integersAsBigInt: true })
  const servers = isRecord(root.mcp_servers) ? Object.entries(root.mcp_servers) : []
  const left = servers.filter(([name]) => !OURS.some((ours) => ours === name))
  return JSON.stringify([{ ...root, mcp_servers: null }, Object.fromEntries(left)], canonical)
}
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

/** Names sorted, and numbers told apart that JSON writes alike. */
const canonical = (_: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number' && !(Number.isFinite(value) && value !== 0)) return Object.is(value, -0) ? '-0' : String(value)
  return isRecord(value) ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)) : value
}

describe('any TOML file', () => {
  it('that is generated here is nearly always valid', () => {
    const valid = fc.sample(documentText, 300).filter(({ text }) => isValid(text))
    expect(valid.length).toBeGreaterThan(240)
  })

  it('gets an entry and keeps every byte', () => {
    fc.assert(
      fc.property(documentText, entry, ({ text }, value) => {
        fc.pre(isValid(text))
        const after = edited(text, [set('brand new', value)])
        expect(inserted(text, after)).not.toBeNull()
        const wanted = entriesOf(text).set('brand new', value)
        const found = entriesOf(after)
        expect([...found.keys()]).toEqual([...wanted.keys()])
        for (const [name, one] of wanted) expect(sameValue(found.get(name) ?? null, one)).toBe(true)
        expect(foreign(edited(after, [remove('brand new')]))).toBe(foreign(text))
      }),
      { numRuns: RUNS },
    )
  })

  it('has its bytes back when the entry goes again', () => {
    fc.assert(
      fc.property(documentText, entry, entry, ({ text }, value, other) => {
        fc.pre(isValid(text))
        const one = edited(text, [set('new 1', value)])
        const two = edited(one, [set('new 2', other)])
        expect(edited(one, [remove('new 1')])).toBe(text)
        expect(edited(two, [remove('new 2')])).toBe(one)
        expect(edited(two, [remove('new 1'), remove('new 2')])).toBe(text)
        expect(edited(two, [remove('new 1')])).toBe(edited(text, [set('new 2', other)]))
      }),
      { numRuns: RUNS },
    )
  })

  it('has its bytes back when a changed entry is changed back', () => {
    fc.assert(
      fc.property(documentText, fc.constantFrom('env', 'args', 'url'), ({ text, present }, key) => {
        fc.pre(isValid(text))
        for (const name of present) {
          const now = entriesOf(text).get(name)
          if (!isRecord(now) || Object.hasOwn(now, key)) continue
          // An entry of sub-tables alone gets a header, which then stays.
          if (Object.values(now).every((each) => typeof each === 'object')) continue
          const value = { [key]: key === 'env' ? { X: 'y' } : ['z'] }
          const after = edited(text, [set(name, value, [key])])
          expect(edited(after, [set(name, {}, [key])])).toBe(text)
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('survives any sequence of changes', () => {
    fc.assert(
      fc.property(documentText, fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 4 }), ({ text }, rounds) => {
        fc.pre(isValid(text))
        let now = text
        for (const round of rounds) {
          const after = edited(now, round)
          expect(isSubsequence(comments(after), comments(now))).toBe(true)
          expect(foreign(after)).toBe(foreign(now))
          now = after
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('keeps its comments when its entries change', () => {
    fc.assert(
      fc.property(documentText, entry, ({ text, present }, value) => {
        fc.pre(isValid(text))
        for (const name of present) {
          const now = entriesOf(text).get(name)
          if (!isRecord(now)) continue
          // What goes takes the comment on its line along.
          const args = [...(Array.isArray(now.args) ? now.args : []), ...(Array.isArray(value.args) ? value.args : [])]
          const env = { ...(isRecord(now.env) ? now.env : {}), ...(isRecord(value.env) ? value.env : {}), Z: 'z' }
          const kept = { ...value, args, env }
          expect(comments(edited(text, [set(name, kept, Object.keys(kept))]))).toEqual(comments(text))
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('stays as it is when it says everything already', () => {
    fc.assert(
      fc.property(documentText, fc.array(change, { maxLength: 3 }), ({ text }, changes) => {
        fc.pre(isValid(text))
        const once = edited(text, changes)
        const last = new Map(changes.map((each) => [each.name, each]))
        expect(edited(once, [...last.values()])).toBe(once)
      }),
      { numRuns: RUNS },
    )
  })
})
