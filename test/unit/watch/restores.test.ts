import { describe, expect, it } from 'vitest'
import { allowedAgain, dueAgain, HOUR_MS, mayRestore, restored, settled, stopped, watchedFile } from '../../../src/core/watch/restores.ts'
import type { WatchRecord } from '../../../src/model/watch.ts'

const empty: WatchRecord = { version: 1, pid: 1, startedAt: null, files: [] }
const desktop = { environment: 'windows', client: 'claude-desktop', file: 'C:\\x.json' }
const code = { environment: 'linux', client: 'claude-code', file: '/x.json' }
const minutes = (count: number): number => Date.parse('2026-11-21T10:00:00.000Z') + count * 60_000

describe('a file whose entries are dropped again and again', () => {
  const three = [0, 10, 20].reduce((record, at) => restored(record, desktop, ['one'], minutes(at)), empty)

  it('gets them back three times within an hour', () => {
    expect(mayRestore(empty, desktop, minutes(0))).toBe(true)
    expect(mayRestore(three, desktop, minutes(21))).toBe(false)
    expect(mayRestore(three, code, minutes(21))).toBe(true)
  })
  it('gets them back again when the first of the three is an hour old', () => {
    expect(allowedAgain(three, desktop, minutes(21))).toBe(minutes(60))
    expect(mayRestore(three, desktop, minutes(60))).toBe(true)
    expect(allowedAgain(three, desktop, minutes(60))).toBe(null)
    const fourth = restored(three, desktop, ['one'], minutes(60))
    expect(watchedFile(fourth, desktop).restored).toHaveLength(3)
    expect(allowedAgain(fourth, desktop, minutes(61))).toBe(minutes(70))
  })
  it('is looked at when the first of several files is due, or earlier where something else is', () => {
    const both = [5, 15, 25].reduce((record, at) => restored(record, code, ['one'], minutes(at)), three)
    expect(dueAgain(both, [code, desktop], minutes(30), [])).toBe(minutes(60))
    expect(dueAgain(both, [desktop, code], minutes(30), [minutes(31)])).toBe(minutes(31))
    expect(dueAgain(empty, [desktop], minutes(30), [])).toBe(null)
  })
  it('is stopped since the first time it was left out, until nothing is missing', () => {
    const twice = stopped(stopped(three, desktop, ['one'], minutes(25)), desktop, ['one', 'two'], minutes(30))
    expect(watchedFile(twice, desktop)).toMatchObject({ stopped: new Date(minutes(25)).toISOString(), entries: ['one', 'two'] })
    expect(watchedFile(settled(twice, desktop), desktop).stopped).toBe(null)
    expect(settled(three, desktop)).toBe(three)
  })
  it('is not locked for ever by a clock that was set back', () => {
    const ahead = restored(
      restored(restored(empty, desktop, [], minutes(0) + HOUR_MS * 24), desktop, [], minutes(0) + HOUR_MS * 24),
      desktop,
      [],
      minutes(0) + HOUR_MS * 24,
    )
    expect(mayRestore(ahead, desktop, minutes(0))).toBe(true)
  })
})
