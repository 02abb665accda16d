import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CANARY, type Desk, desk } from '../../unit/bridge/desk.ts'

// Rows 17 and 21 of SECURITY §3.ii: they take seconds, so they are not among the fast ones.
let place: Desk
beforeEach(() => {
  place = desk()
})
afterEach(() => place.close())

describe('what takes time', () => {
  it('row 17: of a 10 GB file a page comes at once, from both ends', async () => {
    const file = place.put('big', 'first\nsecond\n')
    truncateSync(file, 10 * 1024 ** 3)
    writeFileSync(file, '\nlast line\n', { flag: 'a' })
    const started = Date.now()
    expect(await place.ok('read_file', { path: file, offset: 1, limit: 1 })).toBe('second\n')
    expect(await place.ok('read_file', { path: file, offset: -1 })).toContain('last line')
    await place.refused('read_file', { path: file, offset: 5_000_000, limit: 1 })
    expect(Date.now() - started).toBeLessThan(12_000)
  }, 90_000)

  it('row 21: a folder that is swapped for a link all the time (500 rounds): nothing in O is read, written or made', async () => {
    const real = join(place.A, 'real')
    const spare = join(place.A, 'spare')
    mkdirSync(real)
    writeFileSync(join(real, 's'), 'inside')
    let swapping = true
    const swap = (async () => {
      while (swapping) {
        renameSync(real, spare)
        symlinkSync(place.O, real)
        await new Promise((resolve) => setImmediate(resolve))
        rmSync(real)
        renameSync(spare, real)
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    for (let round = 0; round < 500; round++) {
      const [read] = await Promise.all([
        place.call('read_file', { path: join(real, 's') }),
        place.call('write_file', { path: join(real, 'w'), content: 'x' }),
        place.call('create_directory', { path: join(real, 'made') }),
        place.call('edit_file', { path: join(real, 's'), edits: [{ old_string: CANARY, new_string: 'gone' }] }),
      ])
      expect(JSON.stringify(read)).not.toContain(CANARY)
    }
    swapping = false
    await swap
    expect(readdirSync(place.O)).toEqual(['s'])
    expect(readFileSync(join(place.O, 's'), 'utf8')).toBe(CANARY)
  }, 60_000)
})
