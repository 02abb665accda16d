import type { Environment } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import { joinPath } from './grammar.ts'

/** `%LOCALAPPDATA%` of a Windows side. */
export const localFolder = (environment: Environment): NativePath =>
  environment.localAppData ?? joinPath(environment, environment.home, 'AppData', 'Local')

/** Where programs of a side keep settings: `%APPDATA%`, `~/Library/Application Support`, `~/.config`. */
export function settingsFolder(environment: Environment): NativePath {
  const { kind, home, appData } = environment
  if (kind === 'windows') return appData ?? joinPath(environment, home, 'AppData', 'Roaming')
  return kind === 'macos' ? joinPath(environment, home, 'Library', 'Application Support') : joinPath(environment, home, '.config')
}
