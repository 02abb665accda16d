import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Desk, desk } from '../../support/desk.ts'

let place: Desk
beforeEach(() => {
  place = desk()
})
afterEach(() => place.close())

/** Root may write into any folder, so this part of the process is somebody else for a moment. */
async function asOrdinaryUser(work: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return work()
  for (const path of [place.base, place.A]) chmodSync(path, 0o777)
  process.seteuid?.(1000)
  try {
    await work()
  } finally {
    process.seteuid?.(0)
  }
}

describe('a source that cannot be taken away', () => {
  it.each(['file', 'link', 'folder'])('%s: nothing is made at the destination', async (kind) => {
    const source = join(place.A, 'shut')
    mkdirSync(source)
    if (kind === 'file') place.put('shut/f', 'text')
    else if (kind === 'link') symlinkSync('nowhere', join(source, 'f'))
    else mkdirSync(join(source, 'f'))
    mkdirSync(join(place.A, 'd'))
    // Whose the file is decides whether a link or a copy is tried: Linux lets nobody link what is not theirs.
    for (const owner of [0, 1000]) {
      if (process.getuid?.() === 0) {
        if (kind === 'file') chownSync(join(source, 'f'), owner, owner)
        chownSync(join(place.A, 'd'), 1000, 1000)
        chownSync(source, 1000, 1000)
      }
      chmodSync(source, 0o555)
      await asOrdinaryUser(async () => {
        expect(await place.refused('move_file', { source: 'shut/f', destination: 'd/g' })).toMatch(/operating system does not allow/)
      })
      chmodSync(source, 0o755)
      expect(readdirSync(join(place.A, 'd'))).toEqual([])
      expect(readdirSync(source)).toEqual(['f'])
    }
  })
  it('is moved all the same once it can be', async () => {
    place.put('a/f', 'text')
    await place.ok('move_file', { source: 'a/f', destination: 'g' })
    expect(readFileSync(join(place.A, 'g'), 'utf8')).toBe('text')
    expect(readdirSync(join(place.A, 'a'))).toEqual([])
  })
})

describe('a refused move says what to do', () => {
  it('a folder into itself', async () => {
    place.put('d/f', 'x')
    expect(await place.refused('move_file', { source: 'd', destination: 'd/e' })).toBe(
      '"d" cannot be moved into itself; choose a destination outside it.',
    )
    expect(readdirSync(join(place.A, 'd'))).toEqual(['f'])
    await place.ok('move_file', { source: 'd', destination: 'de' })
  })
  it('a copy of a folder', async () => {
    mkdirSync(join(place.A, 'd'))
    expect(await place.refused('copy_file', { source: 'd', destination: 'e' })).toMatch(
      /only files are copied; make the folder with create_/,
    )
    const other = desk({ terminal: 'on', roots: [place.A] })
    expect(await other.refused('copy_file', { source: 'd', destination: 'e' })).toMatch(/only files are copied; .*execute_command \(cp -r/)
    await other.close()
  })
})

describe('a folder that several make at once', () => {
  it('was made by one of them', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => place.call('create_directory', { path: 'a/b/c' })))
    expect(answers.map(({ structuredContent }) => structuredContent?.created).filter(Boolean)).toHaveLength(1)
  })
  it('with a file at that place: it is reported to be none', async () => {
    place.put('a/b', '')
    expect(await place.refused('create_directory', { path: 'a/b' })).toMatch(/not a directory/)
    expect(await place.refused('create_directory', { path: 'a/b/c' })).toMatch(/not a directory/)
  })
})
