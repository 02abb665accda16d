import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, desk } from '../../support/desk.ts'
import { runs } from '../../support/runs.ts'

let place: Desk
beforeEach(() => {
  place = desk()
})
afterEach(() => place.close())

const bytes = () => readFileSync(join(place.A, 'f'))
const latin1 = (text: string) => Buffer.from(text, 'latin1')
const append = (content: string) => ({ path: 'f', content, mode: 'append' })
const edit = (old_string: string, new_string: string) => ({ path: 'f', edits: [{ old_string, new_string }] })

describe('a file in an encoding that we do not know', () => {
  it.each([
    ['Latin-1', latin1('grüße\n')],
    ['Latin-1, far behind', latin1(`${'line\n'.repeat(200_000)}grüße\n`)],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0xff])],
    ['half of UTF-16', Buffer.from([0xff, 0xfe, 0x41, 0, 0x42])],
  ])('%s: nothing beyond ASCII is added or put in', async (_, content) => {
    place.put('f', content)
    expect(await place.refused('write_file', append('ü'))).toMatch(/neither UTF-8 nor UTF-16.*ASCII.*nothing was changed/)
    expect(await place.refused('edit_file', edit('e', 'ö'))).toMatch(/not UTF-8|not valid UTF-16|not text/)
    expect(bytes()).toEqual(content)
  })
  it('written anew it is UTF-8, and that is reported', async () => {
    place.put('f', latin1('grüße\n'))
    expect(await place.ok('write_file', { path: 'f', content: 'süß\n' })).toMatch(/UTF-8 now/)
    expect(bytes()).toEqual(Buffer.from('süß\n'))
    expect(await place.ok('write_file', { path: 'f', content: 'x\n' })).not.toMatch(/UTF-8/)
  })
  it('what is ASCII is added and put in, and every other byte stays', async () => {
    place.put('f', latin1('grüße\n'))
    await place.ok('write_file', append('more\n'))
    await place.ok('edit_file', edit('more', 'less'))
    expect(bytes()).toEqual(latin1('grüße\nless\n'))
  })
})

describe('UTF-8', () => {
  it('with a stray byte may be edited and added to as UTF-8', async () => {
    place.put('f', Buffer.concat([Buffer.from('grüße\n'), Buffer.from([0xff, 0x0a])]))
    await place.ok('write_file', append('süß\n'))
    await place.ok('edit_file', edit('grüße', 'größe'))
    expect(bytes()).toEqual(Buffer.concat([Buffer.from('größe\n'), Buffer.from([0xff, 0x0a]), Buffer.from('süß\n')]))
  })
  it('is UTF-8 wherever its characters lie', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('ü', '€', '😀'), fc.integer({ min: 0, max: 4 }), async (character, shift) => {
        const text = 'x'.repeat(shift) + character.repeat(200_000)
        place.put('f', text)
        await place.ok('write_file', append('ü'))
        expect(bytes().equals(Buffer.from(`${text}ü`))).toBe(true)
        await place.ok('write_file', { path: 'f', content: 'new' })
      }),
      { numRuns: runs(5) },
    )
  })
  it('an empty file becomes what is written', async () => {
    place.put('f', '')
    await place.ok('write_file', { path: 'f', content: 'ü' })
    expect(bytes()).toEqual(Buffer.from('ü'))
  })
})
