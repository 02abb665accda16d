import type { Environment } from '../../../model/environment.ts'
import { type NativePath, native } from '../../../model/path.ts'
import { isWindows, joinPath, localFolder, looksWindowsPath, settingsFolder } from '../../../core/paths.ts'

/** Claude Desktop's config in its folder of settings (`userData`). */
export const desktopConfigName = 'claude_desktop_config.json'

/** What it keeps of extensions (.mcpb, .dxt), in the same folder. */
export const desktopExtensions = {
  folder: 'Claude Extensions',
  settings: 'Claude Extensions Settings',
  installations: 'extensions-installations.json',
} as const

/** How it is written. */
export const desktopFormat = { container: ['mcpServers'], format: 'json', spelling: {} } as const

/** Chromium's own file beside it, written while the program runs: its time says when the folder was last in use. */
export const localStateName = 'Local State'

/** The variable that moves the folder, and the logs with it, on every system (read from the app's own code). */
export const userDataVariable = 'CLAUDE_USER_DATA_DIR'

/** The families of its Windows packages: claude.ai's download and the Store's. Each ends in the publisher's hash. */
export const packageFamily = /^(?:anthropicpbc\.)?claude_/i

/** What names a folder. `recorded`: only our own records do. */
export type DesktopRule = 'variable' | 'claude-data' | 'package' | 'classic' | 'recorded'

/** Where a folder of settings may be. */
export interface DesktopPlace {
  readonly rule: DesktopRule
  readonly base: NativePath
  /** Folders below `base`, a pattern each: only those that are there. */
  readonly folders: readonly RegExp[]
  /** Names below these, made by the program where they are missing. */
  readonly below: readonly string[]
}

/** A value of `CLAUDE_USER_DATA_DIR` as a path of that side; null where it is none that a program could use. */
export function userDataDir(environment: Environment, value: string | undefined): NativePath | null {
  const text = value?.trim() ?? ''
  const isAbsolute = isWindows(environment) ? looksWindowsPath(text) : text.startsWith('/')
  return isAbsolute ? joinPath(environment, text) : null
}

/** The folder that the program has always had, below the user's own. */
const classic = (environment: Environment): DesktopPlace => ({
  rule: 'classic',
  base: settingsFolder(environment),
  folders: [],
  below: ['Claude'],
})

/** `%APPDATA%\Claude`, `~/Library/Application Support/Claude`, `~/.config/Claude`. */
export function classicFolder(environment: Environment): NativePath {
  const { base, below } = classic(environment)
  return joinPath(environment, base, ...below)
}

/**
 * Every place where Claude Desktop may keep its settings, in the order in which they count where nothing tells which one is in
 * use. Desktop 2.31226 weighs these four on Windows; which one wins is not documented.
 */
export function desktopPlaces(environment: Environment, moved: readonly (string | undefined)[]): DesktopPlace[] {
  const variables = moved.flatMap((value): DesktopPlace[] => {
    const base = userDataDir(environment, value)
    return base === null ? [] : [{ rule: 'variable', base, folders: [], below: [] }]
  })
  if (!isWindows(environment)) return [...variables, classic(environment)]
  const base = native(localFolder(environment))
  const inPackage = (family: RegExp): DesktopPlace => ({
    rule: 'package',
    base,
    folders: [/^packages$/i, family],
    below: ['LocalCache', 'Roaming', 'Claude'],
  })
  return [
    ...variables,
    { rule: 'claude-data', base, folders: [/^claude-data$/i, /./], below: [] },
    { rule: 'claude-data', base, folders: [/^claude-data$/i], below: [] },
    inPackage(/^claude_/i),
    inPackage(/^anthropicpbc\.claude_/i),
    classic(environment),
  ]
}
