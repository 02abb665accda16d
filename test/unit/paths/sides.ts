import type { Environment, World } from '../../../src/model/environment.ts'
import { native } from '../../../src/model/path.ts'

const bare = { self: false, files: [], running: [] }

/** A distribution as detection describes it. */
export const wsl = (distro = 'Ubuntu', more: Partial<Environment> = {}): Environment => ({
  ...bare,
  id: `wsl:${distro}`,
  kind: 'wsl',
  distro,
  user: 'ana',
  home: native('/home/ana'),
  ...more,
})

export const windows = (more: Partial<Environment> = {}): Environment => ({
  ...bare,
  id: 'windows',
  kind: 'windows',
  user: 'Ana',
  home: native('C:\\Users\\Ana'),
  appData: native('C:\\Users\\Ana\\AppData\\Roaming'),
  localAppData: native('C:\\Users\\Ana\\AppData\\Local'),
  ...more,
})

export const linux = (more: Partial<Environment> = {}): Environment => ({
  ...bare,
  id: 'linux',
  kind: 'linux',
  user: 'ana',
  home: native('/home/ana'),
  ...more,
})

export const macos = (more: Partial<Environment> = {}): Environment => ({
  ...bare,
  id: 'macos',
  kind: 'macos',
  user: 'ana',
  home: native('/Users/ana'),
  ...more,
})

export const worldOf = (...environments: Environment[]): World => ({ environments })
