import { describe, expect, it } from 'vitest'
import { changesFor, type Move, movesFor, type Versions, withPackages, wordsFor, wordsInUse } from '../../../src/core/update/moves.ts'
import type { LockedPackage } from '../../../src/model/lock.ts'
import type { Manifest } from '../../../src/model/manifest.ts'

const at = (version: string): LockedPackage => ({ name: 'x', version, bin: {} })
const versions = (words: string, now: string | null, wanted: string | null, latest: string | null): Versions => ({
  words,
  name: 'x',
  servers: ['s'],
  now: now === null ? null : at(now),
  wanted: wanted === null ? null : at(wanted),
  latest: latest === null ? null : at(latest),
  trouble: null,
})

describe('words that must let a newer version in', () => {
  it.each([
    ['x', 'x'],
    ['@a/x', '@a/x'],
    ['x@1.2.3', 'x@2.0.0'],
    ['@a/x@1.2.3-beta.1', '@a/x@2.0.0'],
    ['x@^1.2.3', 'x@^2.0.0'],
    ['x@~1.2', 'x@~2.0.0'],
    ['x@^1', 'x@^2.0.0'],
    ['x@1.x', 'x@^2.0.0'],
    ['x@x', 'x@^2.0.0'],
    ['x@>=1 <2', 'x@^2.0.0'],
    ['x@1 - 1.5', 'x@^2.0.0'],
    ['x@^1 || ^1.5', 'x@^2.0.0'],
    ['x@next', 'x@next'],
  ])('%s becomes %s', (before, after) => expect(wordsFor(before, '2.0.0')).toBe(after))
})

describe('which packages move', () => {
  it('are those with something newer', () => {
    const all = [
      versions('x@^1.0.0', '1.0.0', '1.1.0', '2.0.0'),
      versions('y', '3.0.0', '3.0.0', '3.0.0'),
      versions('z', '1.0.0', null, null),
    ]
    expect(movesFor(all, false).map(({ next, to }) => [next, to.version])).toEqual([['x@^1.0.0', '1.1.0']])
    expect(movesFor(all, true).map(({ next, to }) => [next, to.version])).toEqual([['x@^2.0.0', '2.0.0']])
  })
  it('never go back, though the registry take a version back', () => {
    expect(movesFor([versions('x', '2.0.0', '1.9.0', '1.9.0')], true)).toEqual([])
    expect(movesFor([versions('x@next', '3.0.0-rc.1', '3.0.0-rc.2', '2.0.0')], true).map(({ next }) => next)).toEqual(['x@next'])
  })
})

describe('the manifest after a move', () => {
  const manifest: Manifest = {
    version: 1,
    servers: {
      a: { package: 'x@1.0.0', on: { windows: { package: 'x@1.0.0' }, wsl: { args: ['-v'] } } },
      b: { package: 'x@1.0.0', disabled: true },
      c: { package: 'y' },
    },
  }
  it('says the new words wherever the old ones stood, also for one side only', () => {
    expect([...wordsInUse(manifest)]).toEqual([
      ['x@1.0.0', ['a']],
      ['y', ['c']],
    ])
    expect([...wordsInUse(manifest, 'c')]).toEqual([['y', ['c']]])
    const move: Move = { words: 'x@1.0.0', next: 'x@2.0.0', servers: ['a'], from: at('1.0.0'), to: at('2.0.0') }
    const changes = changesFor(manifest, [move])
    expect(changes.map(({ path }) => path.join('.'))).toEqual(['servers.a.package', 'servers.a.on.windows.package'])
    const next = withPackages(manifest, changes)
    expect(next.servers.a).toEqual({ package: 'x@2.0.0', on: { windows: { package: 'x@2.0.0' }, wsl: { args: ['-v'] } } })
    expect(next.servers.b?.package).toBe('x@1.0.0')
    expect(manifest.servers.a?.package).toBe('x@1.0.0')
  })
})
