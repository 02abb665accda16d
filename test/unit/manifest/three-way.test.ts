import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareImport, partDigest, renamedIn } from '../../../src/core/export/compare.ts'
import { baseAfter, judge, withTheirs } from '../../../src/core/export/three-way.ts'
import type { Manifest } from '../../../src/model/manifest.ts'
import type { ImportRecord } from '../../../src/model/state.ts'

const digest = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: null })
const ways = fc.record({ base: digest, here: digest, there: digest })

/** What stands here after a verdict. */
const standing = (verdict: ReturnType<typeof judge>, { here, there }: { here: string | null; there: string | null }) =>
  verdict === 'add' || verdict === 'follow' || verdict === 'same' ? there : verdict === 'remove' ? null : here

describe('the comparison of an import', () => {
  it('takes from a person nothing that was changed here', () => {
    fc.assert(
      fc.property(ways, (each) => {
        const now = standing(judge(each), each)
        if (each.here !== each.base) expect(now).toBe(each.here)
        else expect(now).toBe(each.there)
      }),
    )
  })

  it('has nothing to change the second time', () => {
    fc.assert(
      fc.property(ways, (each) => {
        const verdict = judge(each)
        const again = { base: baseAfter(verdict, each), here: standing(verdict, each), there: each.there }
        expect(['none', 'same', 'mine', 'both', 'away']).toContain(judge(again))
        expect(standing(judge(again), again)).toBe(again.here)
      }),
    )
  })

  it('ends as the export says where that is asked for', () => {
    fc.assert(
      fc.property(ways, (each) => {
        const verdict = withTheirs(judge(each))
        // What never came from the export is not its to take away.
        if (each.there !== null || each.base !== null) expect(standing(verdict, each)).toBe(each.there)
      }),
    )
  })
})

const none = { version: 1 as const, packages: {} }
const names = ['one', 'two', 'three', 'four']
const servers = fc.dictionary(fc.constantFrom(...names), fc.constantFrom('/a', '/b', '/c'), { noNullPrototype: true })
const manifestOf = (commands: Readonly<Record<string, string>>): Manifest => ({
  version: 1,
  servers: Object.fromEntries(Object.entries(commands).map(([name, command]) => [name, { command }])),
})

/** The computer after an import, by the changes that it makes. */
function imported(here: Record<string, string>, there: Record<string, string>, record: ImportRecord | undefined) {
  const result = compareImport(
    { manifest: manifestOf(here), lock: none, imported: record === undefined ? {} : { '/x': record } },
    { from: '/x', manifest: manifestOf(there), lock: none, withheld: new Set(), theirs: new Set() },
  )
  const now = { ...here }
  for (const change of result.changes) {
    const name = change.path[1] ?? ''
    if (change.kind === 'remove') delete now[name]
    else now[name] = there[name] ?? ''
  }
  return { now, record: result.record }
}

describe('imports of an export that goes on changing, with edits here in between', () => {
  it('agree with a model that remembers what came and what was edited', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ there: servers, edits: servers, gone: fc.subarray(names) }), { maxLength: 6 }), (rounds) => {
        let here: Record<string, string> = {}
        let record: ImportRecord | undefined
        const came = new Map<string, string>()
        for (const { there, edits, gone } of rounds) {
          const before = { ...here, ...edits }
          for (const name of gone) delete before[name]
          const { now, record: next } = imported(before, there, record)
          for (const name of names) {
            const isUntouched = came.get(name) === before[name]
            expect([name, now[name]]).toEqual([name, isUntouched ? there[name] : before[name]])
            if (now[name] === there[name] && there[name] !== undefined) came.set(name, there[name])
            else if (there[name] === undefined) came.delete(name)
          }
          here = now
          record = next
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('what an import remembers', () => {
  it('is the same for the same words in another order', () => {
    expect(partDigest({ a: 1, b: { c: 2, d: [1, 2] } })).toBe(partDigest({ b: { d: [1, 2], c: 2 }, a: 1 }))
    expect(partDigest({ a: [1, 2] })).not.toBe(partDigest({ a: [2, 1] }))
  })

  it('follows a server to its other name, and back', () => {
    const first = imported({}, { one: '/a' }, undefined)
    const renamed = renamedIn({ '/x': first.record }, 'one', 'uno')?.['/x']
    const result = compareImport(
      { manifest: manifestOf({ uno: '/a' }), lock: none, imported: { '/x': renamed ?? first.record } },
      { from: '/x', manifest: manifestOf({ one: '/b' }), lock: none, withheld: new Set(), theirs: new Set() },
    )
    expect(result.changes).toEqual([{ kind: 'set', path: ['servers', 'uno'], value: { command: '/b' } }])
    expect(renamedIn({ '/x': renamed ?? first.record }, 'uno', 'one')).toEqual({ '/x': first.record })
  })

  it('removes nothing that another export still brings', () => {
    const { record } = imported({}, { one: '/a' }, undefined)
    const result = compareImport(
      { manifest: manifestOf({ one: '/a' }), lock: none, imported: { '/x': record, '/y': record } },
      { from: '/x', manifest: manifestOf({}), lock: none, withheld: new Set(), theirs: new Set() },
    )
    expect(result.changes).toEqual([])
    expect(result.record.servers).toEqual({})
  })

  it('takes no pin away from a version that was updated here, and follows one that was not', () => {
    const pin = (version: string) => ({ version: 1 as const, packages: { 'p@^1': { name: 'p', version, bin: {} } } })
    const manifest: Manifest = { version: 1, servers: { p: { package: 'p@^1' } } }
    const step = (here: string, there: string, record: ImportRecord | null) =>
      compareImport(
        { manifest, lock: pin(here), imported: record === null ? {} : { '/x': record } },
        { from: '/x', manifest, lock: pin(there), withheld: new Set(), theirs: new Set() },
      )
    const { record } = step('1.0.0', '1.0.0', null)
    expect(step('1.0.0', '1.1.0', record).pins).toEqual(pin('1.1.0').packages)
    expect(step('1.2.0', '1.1.0', record)).toMatchObject({ pins: {}, compared: [{ verdict: 'same' }, { kind: 'pin', verdict: 'both' }] })
    expect(step('1.2.0', '1.0.0', record)).toMatchObject({ pins: {}, compared: [{ verdict: 'same' }, { kind: 'pin', verdict: 'mine' }] })
  })
})
