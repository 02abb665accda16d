import { describe, expect, it } from 'vitest'
import { participants } from '../../../src/core/participants.ts'
import { isUsed } from '../../../src/core/plan/used.ts'
import { environmentSchema } from '../../../src/model/environment.ts'
import { client } from './situation.ts'

const side = (id: string, kind: 'windows' | 'wsl' | 'linux' | 'macos', more: object = {}) =>
  environmentSchema.parse({ id, kind, user: 'ana', home: '/home/ana', ...(kind === 'wsl' ? { distro: id.slice(4) } : {}), ...more })
const [windows, ubuntu, debian, linux] = [
  side('windows', 'windows'),
  side('wsl:Ubuntu', 'wsl', { self: true }),
  side('wsl:Debian', 'wsl'),
  side('linux', 'linux'),
]

describe('a client on a side', () => {
  it.each([
    ['is used where it always is', 'claude-code', linux, {}, [], false, true],
    ['is used where its file is', 'cursor', linux, {}, [], true, true],
    ['is not used where nothing of it is', 'cursor', linux, {}, [], false, false],
    ['is used when it is named', 'cursor', linux, {}, ['cursor'], false, true],
    ['is not used where it cannot be, even named', 'claude-desktop', ubuntu, {}, ['claude-desktop'], true, false],
    ['is not used when it is switched off', 'claude-code', linux, { 'claude-code': false }, [], true, false],
    ['is not used where it is switched off on that side', 'cursor', windows, { cursor: { windows: false } }, [], true, false],
    ['is used on the other side then', 'cursor', ubuntu, { cursor: { windows: false } }, [], true, true],
    ['is used where the manifest names its file', 'cursor', linux, { cursor: { file: '/x.json' } }, [], false, true],
    ['Claude Code on Windows is not used though it is there', 'claude-code', windows, {}, [], true, false],
    ['Claude Code on Windows is used when switched on', 'claude-code', windows, { 'claude-code': { windows: true } }, [], false, true],
  ] as const)('%s', (_what, id, environment, clients, named, exists, expected) => {
    expect(
      isUsed(client(id), environment, { clients: clients as Record<string, boolean> }, named, {
        named: JSON.stringify(clients).includes('file'),
        exists,
      }),
    ).toBe(expected)
  })
})

describe('the sides that take part', () => {
  const world = { environments: [ubuntu, windows, debian] }
  it.each([
    ['the own distribution and Windows', ubuntu, undefined, ['wsl:Ubuntu', 'windows']],
    ['those that the manifest names', ubuntu, ['Debian'], ['wsl:Ubuntu', 'windows', 'wsl:Debian']],
    ['a name in another case', ubuntu, ['debian'], ['wsl:Ubuntu', 'windows', 'wsl:Debian']],
    ['home’s distribution beside the own one', debian, undefined, ['wsl:Ubuntu', 'windows', 'wsl:Debian']],
  ])('%s', (_what, home, distros, expected) => {
    expect(participants(world, home, distros === undefined ? {} : { distros }).map((each) => each.id)).toEqual(expected)
  })

  it('seen from Windows: the first distribution, where none is named', () => {
    const [own, far] = [side('windows', 'windows', { self: true }), side('wsl:Ubuntu', 'wsl')]
    expect(participants({ environments: [own, far, debian] }, own, {}).map((each) => each.id)).toEqual(['windows', 'wsl:Ubuntu'])
  })
})
