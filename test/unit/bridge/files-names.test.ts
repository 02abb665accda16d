import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, desk } from '../../support/desk.ts'

let place: Desk
beforeEach(() => {
  place = desk()
})
afterEach(() => place.close())

const bad = [
  ['an escape', 'a\u001b[31m'],
  ['a line end', 'a\nb'],
  ['a delete', 'a\u007f'],
  ['a C1 control', 'a\u009bm'],
  ['an override', 'a\u202efdp.exe'],
  ['an isolate', 'a\u2066b'],
  ['nothing wide', 'a\u200bb'],
  ['a direction', 'a\u200fb'],
  ['a line separator', 'a\u2028b'],
  ['a mark of byte order', '\ufeffa'],
  ['half a character', 'a\ud800'],
] as const

describe('a new name with invisible characters', () => {
  it.each(bad)('%s is not taken, and reported with escapes', async (_, name) => {
    place.put('old', 'x')
    const said = [
      await place.refused('write_file', { path: name, content: '' }),
      await place.refused('write_file', { path: name, content: '', mode: 'append' }),
      await place.refused('create_directory', { path: `fine/${name}/fine` }),
      await place.refused('move_file', { source: 'old', destination: name }),
      await place.refused('copy_file', { source: 'old', destination: name }),
    ]
    for (const each of said) {
      expect(each).toMatch(/is not a valid new name/)
      expect(each).toMatch(/^"[ -~]*" is/)
    }
    expect(readdirSync(place.A)).toEqual(['old'])
  })
  it('joiners, letters of all scripts and emoji are taken', async () => {
    for (const name of ['👩‍💻.md', 'می‌خواهم', 'äöü ß', '日本語', 'e\u0301']) {
      expect(await place.ok('write_file', { path: name, content: '' })).toContain(name)
      expect(existsSync(join(place.A, name))).toBe(true)
    }
  })
})

describe('an existing name with invisible characters', () => {
  it.each(bad.slice(0, -1))('%s is reported with escapes, and exactly as data', async (_, name) => {
    place.put(`d/${name}`, 'old')
    mkdirSync(join(place.A, 'e'))
    const path = join(place.A, 'd', name)
    const listed = await place.call('list_directory', { path: 'd' })
    expect(listed.structuredContent).toMatchObject({ entries: [{ path: name, kind: 'file' }] })
    const known = await place.call('file_info', { path })
    expect(known.structuredContent).toMatchObject({ path })
    const answers = [
      listed,
      known,
      await place.call('read_files', { paths: [path] }),
      await place.call('edit_file', { path, edits: [{ old_string: 'old', new_string: 'new' }] }),
      await place.call('write_file', { path, content: 'newer' }),
      await place.call('copy_file', { source: path, destination: 'copy' }),
      await place.call('move_file', { source: path, destination: 'e/good' }),
    ]
    place.put(`d/${name}`, 'again')
    answers.push(await place.call('delete_file', { path }))
    for (const { content, isError } of answers) {
      expect(isError).toBeUndefined()
      for (const part of content) if (part.type === 'text') expect(part.text).toMatch(/^[ -~\n]*$/)
      expect(JSON.stringify(content)).toMatch(/\\\\u[0-9a-f]{4}/)
    }
  })
  it('makes files in such a folder', async () => {
    mkdirSync(join(place.A, 'a\u202eb'))
    await place.ok('write_file', { path: 'a\u202eb/f', content: 'x' })
  })
})
