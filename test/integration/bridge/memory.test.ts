import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, desk } from '../../support/desk.ts'

describe('a name in the memory', () => {
  let place: Desk
  beforeEach(() => {
    place = desk()
  })
  afterEach(() => place.close())

  it.each([
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['../x', '../x'],
    ['an absolute path', '/etc/passwd'],
    ['a path of Windows', '..\\..\\x'],
    ['line breaks', 'one\ntwo\r\nthree\u2028four'],
    ['JSON of another entry', '"},"other":{"a":"'],
    ['words of SQL', "x'; DROP TABLE memory; --"],
  ])('%s: comes back as it was given, as key, tag, value and namespace, and names no file', async (_, name) => {
    const value = JSON.parse(`{${JSON.stringify(name)}:[${JSON.stringify(name)}]}`)
    expect(await place.data('memory_set', { key: name, value, tags: [name], rationale: name })).toMatchObject({ version: 1 })
    const kept = { found: true, value, version: 1, rationale: name, tags: [name] }
    const read = await place.data('memory_get', { key: name })
    expect(read).toMatchObject(kept)
    expect(JSON.stringify(read.value)).toBe(JSON.stringify(value))
    expect(await place.data('memory_list', { prefix: name.slice(0, 1), tag: name })).toMatchObject({ entries: [{ key: name }] })
    await place.data('memory_set', { key: 'k', namespace: name, value: 1 })
    expect(await place.data('memory_get', { key: 'k', namespace: name })).toMatchObject({ found: true, value: 1 })
    expect(await place.data('memory_get', { key: 'toString' })).toMatchObject({ found: false })
    for (const folder of [place.base, place.home, place.folder, join(place.folder, 'store')])
      expect(existsSync(join(folder, 'x'))).toBe(false)
    await place.data('memory_delete', { key: name })
    expect(await place.data('memory_get', { key: name })).toMatchObject({ found: false })
  })
})

describe('a list of the memory', () => {
  it('names a further page only where there is one', async () => {
    const place = desk()
    for (const key of ['a', 'b']) await place.data('memory_set', { key, value: 1 })
    const { entries, cursor } = await place.data('memory_list', { limit: 1 })
    expect(entries).toMatchObject([{ key: 'a' }])
    const next = await place.data('memory_list', { limit: 1, cursor })
    expect([next.entries, 'cursor' in next]).toEqual([[expect.objectContaining({ key: 'b' })], false])
    expect(await place.data('memory_list', { limit: 2 })).not.toHaveProperty('cursor')
    await place.close()
  })
})
