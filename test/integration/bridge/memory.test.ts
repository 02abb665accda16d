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

describe('memory_get without a namespace', () => {
  let place: Desk
  const own = 'project'
  const put = (namespace: string, value: string) => place.data('memory_set', { key: 'k', namespace, value })
  const found = async (more = {}) => {
    const { value, namespace, also_in: others } = await place.data('memory_get', { key: 'k', ...more })
    return [value, namespace, ((others ?? []) as { namespace: string }[]).map((each) => each.namespace)]
  }
  beforeEach(() => {
    place = desk({ namespace: own })
  })
  afterEach(() => place.close())

  it('reads from the project first, and names where else the key is', async () => {
    await put('shared', 'for all')
    await put(own, 'for this project')
    expect(await found()).toEqual(['for this project', own, ['shared']])
    expect(await found({ namespace: 'shared' })).toEqual(['for all', 'shared', [own]])
  })

  it('reads from shared where the project does not have the key', async () => {
    await put('other', 'of another')
    await put('shared', 'for all')
    expect(await found()).toEqual(['for all', 'shared', ['other']])
  })

  it('reads from another namespace only where no second one has the key', async () => {
    await put('other', 'of another')
    expect(await found()).toEqual(['of another', 'other', []])
    await put('third', 'of a third')
    expect(await found()).toEqual([undefined, own, expect.arrayContaining(['other', 'third'])])
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
