import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { presentEntries } from '../../../../src/core/formats/json/entries.ts'
import { sameValue } from '../../../../src/core/values.ts'
import type { EntryChange } from '../../../../src/model/document.ts'
import type { JsonObject, JsonValue } from '../../../../src/model/entry.ts'
import { documentText, OURS } from './jsonc-text.ts'
import { documentOf, edited, remove, set } from './situation.ts'
import type { Dialect } from '../../../../src/core/formats/json/document.ts'
import { runs } from '../../../support/runs.ts'

const RUNS = runs(60)
const dialects: readonly Dialect[] = ['strict', 'commented', 'jsonc']
const name = fc.constantFrom(...OURS)
const words = fc.array(fc.constantFrom('-y', 'pkg@1', 'é', '"', '//'), { maxLength: 3 })
const value: fc.Arbitrary<JsonObject> = fc.record(
  {
    command: fc.constantFrom('node', 'npx'),
    args: words,
    env: fc.dictionary(fc.constantFrom('A', 'B', '__proto__'), fc.constantFrom('1', '2')),
  },
  { requiredKeys: ['command'] },
)
const change: fc.Arbitrary<EntryChange> = fc.oneof(
  fc.tuple(name, value).map(([which, entry]) => set(which, entry)),
  name.map(remove),
)

const entriesOf = (text: string, dialect: Dialect): Map<string, JsonValue> =>
  new Map(presentEntries(documentOf(text, { dialect })).map((entry) => [entry.name, entry.value]))
const comments = (text: string): string[] =>
  [...text.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")|\/\/[^\r\n]*|\/\*[\s\S]*?\*\//g)]
    .filter((match) => match[1] === undefined)
    .map((match) => match[0])

/** `before` is `after` without at most two spans. */
function onlyInserted(before: string, after: string): boolean {
  let head = 0
  while (head < before.length && before[head] === after[head]) head++
  let tail = 0
  while (tail < before.length - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  return after.slice(head, after.length - tail).includes(before.slice(head, before.length - tail))
}

const isSubsequence = (part: readonly string[], whole: readonly string[]): boolean => {
  let at = 0
  for (const each of whole) if (each === part[at]) at++
  return at === part.length
}

for (const dialect of dialects) {
  describe(`any ${dialect} document`, () => {
    it('gets an entry and keeps every byte', () => {
      fc.assert(
        fc.property(documentText(dialect), value, ({ text }, entry) => {
          const after = edited(text, [set('brand new', entry)], { dialect })
          expect(onlyInserted(text, after)).toBe(true)
          expect(comments(after)).toEqual(comments(text))
          const wanted = entriesOf(text, dialect).set('brand new', entry)
          const found = entriesOf(after, dialect)
          expect([...found.keys()]).toEqual([...wanted.keys()])
          for (const [key, one] of wanted) expect(sameValue(found.get(key) ?? null, one)).toBe(true)
          if (dialect === 'strict') {
            const whole = JSON.parse(text)
            Object.defineProperty(whole.mcpServers, 'brand new', { value: entry, enumerable: true })
            expect(sameValue(JSON.parse(after), whole)).toBe(true)
          }
        }),
        { numRuns: RUNS },
      )
    })

    it('has its bytes back when the entry goes again', () => {
      fc.assert(
        fc.property(documentText(dialect), value, ({ text, container }, entry) => {
          // An empty container on several lines comes back on one: nothing tells the two apart afterwards.
          fc.pre(!/^\{\s*[\r\n]\s*\}$/.test(container))
          const one = edited(text, [set('new 1', entry)], { dialect })
          const two = edited(one, [set('new 2', entry)], { dialect })
          expect(edited(one, [remove('new 1')], { dialect })).toBe(text)
          expect(edited(two, [remove('new 1'), remove('new 2')], { dialect })).toBe(text)
          expect(edited(two, [remove('new 2')], { dialect })).toBe(one)
        }),
        { numRuns: RUNS },
      )
    })

    it('survives any sequence of changes', () => {
      fc.assert(
        fc.property(documentText(dialect), fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 4 }), ({ text }, rounds) => {
          let now = text
          for (const round of rounds) {
            const after = edited(now, round, { dialect })
            expect(isSubsequence(comments(after), comments(now))).toBe(true)
            now = after
          }
          const before = entriesOf(text, dialect)
          const after = entriesOf(now, dialect)
          const foreign = (entries: Map<string, JsonValue>) => [...entries].filter(([key]) => !OURS.some((ours) => ours === key))
          expect(foreign(after).map(([key]) => key)).toEqual(foreign(before).map(([key]) => key))
          for (const each of rounds.flat())
            if (each.kind === 'remove' && rounds.flat().at(-1) === each) expect(after.has(each.name)).toBe(false)
        }),
        { numRuns: RUNS },
      )
    })

    it('stays as it is when it says everything already', () => {
      fc.assert(
        fc.property(documentText(dialect), fc.array(change, { maxLength: 3 }), ({ text }, changes) => {
          const once = edited(text, changes, { dialect })
          const last = new Map(changes.map((each) => [each.name, each]))
          expect(edited(once, [...last.values()], { dialect })).toBe(once)
        }),
        { numRuns: RUNS },
      )
    })
  })
}
