import { describe, expect, it } from 'vitest'
import { realPlace } from '../../../src/effects/store/trusted-place.ts'
import type { Environment } from '../../../src/model/environment.ts'
import { native, reachable } from '../../../src/model/path.ts'
import type { System } from '../../../src/model/system.ts'

const wsl = {
  id: 'wsl:Ubuntu',
  kind: 'wsl',
  distro: 'Ubuntu',
  mountRoot: '/mnt/',
  home: native('/home/ana'),
  self: true,
  files: [],
  running: [],
}
const windows = { id: 'windows', kind: 'windows', home: native('C:\\Users\\Ana'), self: false, files: [], running: [] }

/** A machine whose links and folders are these; a name in other letters is found, as on a Windows drive. */
const machine = (links: Record<string, string>, folders: Record<string, readonly string[]> = {}): System =>
  ({
    files: {
      realPath: async (path: string) => reachable(links[path] ?? path),
      list: async (path: string) => [...(folders[path] ?? [])],
    },
  }) as unknown as System

const placeOf = (system: System, side: object, path: string) =>
  realPlace(system, { environments: [wsl, windows] as unknown as Environment[] }, side as Environment, native(path))

describe('the one name of a folder', () => {
  it('is where its links lead', async () => {
    expect(await placeOf(machine({ '/home/ana/link': '/srv/site' }), wsl, '/home/ana/link')).toBe('/srv/site')
    expect(await placeOf(machine({}), wsl, '/home/ana/Site')).toBe('/home/ana/Site')
  })

  it('has the letters of the disk on a Windows drive, where Linux follows any', async () => {
    const folders = { '/mnt/c': ['Users', 'work'], '/mnt/c/Users': ['Ana'], '/mnt/c/Users/Ana': ['Site', 'both', 'Both'] }
    const system = machine({}, folders)
    expect(await placeOf(system, wsl, '/mnt/c/users/ANA/site')).toBe('/mnt/c/Users/Ana/Site')
    // Two names that differ by letters alone are two folders: none is taken for the other.
    expect(await placeOf(system, wsl, '/mnt/c/Users/Ana/both')).toBe('/mnt/c/Users/Ana/both')
    expect(await placeOf(system, wsl, '/mnt/c/Users/Ana/BOTH')).toBe('/mnt/c/Users/Ana/BOTH')
  })

  it('is spelled by one host of a distribution’s files, whichever it was reached by', async () => {
    const side = { ...windows, self: true }
    for (const host of ['wsl.localhost', 'wsl$', 'WSL.LOCALHOST'])
      expect(await placeOf(machine({}), side, `\\\\${host}\\ubuntu\\home\\ana\\site`)).toBe('\\\\wsl.localhost\\Ubuntu\\home\\ana\\site')
  })
})
