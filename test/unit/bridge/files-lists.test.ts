import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, desk, textOf } from '../../support/desk.ts'

let place: Desk
beforeEach(() => {
  place = desk()
})
afterEach(() => place.close())

const listed = async (path: string, depth = 1) => {
  const result = await place.call('list_directory', { path, depth })
  return { words: textOf(result), data: result.structuredContent }
}

describe('a list of a folder that holds something closed', () => {
  it('is not empty, says how many there are, and not what they are', async () => {
    place.put('d/.mcp.json', '{}')
    expect(await listed('d')).toEqual({
      words: '[1 closed entry is not shown.]',
      data: { path: join(place.A, 'd'), entries: [], closed: 1, cut: false },
    })
  })
  it('counts those of all levels, a closed folder once', async () => {
    place.put('d/.mcp.json', '{}')
    place.put('.mcp.json', '{}')
    place.put('f', '')
    expect((await listed('.', 2)).words).toBe('d/\nf\n[2 closed entries are not shown.]')
    const home = desk({ roots: [place.home], closed: place.bridge.settings.closed })
    expect(textOf(await home.call('list_directory', { path: place.home, depth: 5 }))).toMatch(/^\[1 closed entry is not shown\.\]$/)
    await home.close()
  })
  it('an empty one is empty', async () => {
    mkdirSync(join(place.A, 'd'))
    expect(await listed('d')).toMatchObject({ words: `${join(place.A, 'd')} is empty.`, data: { closed: 0 } })
  })
})
