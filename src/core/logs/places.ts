import type { Environment } from '../../model/environment.ts'
import { type NativePath, native } from '../../model/path.ts'
import { desktopPlaces as settingsPlaces, localFolder, packageFamily, userDataVariable } from '../desktop/places.ts'

/** Where one program keeps logs on a side: folders below `base`, one name after the other, then files. */
export interface LogPlace {
  /** A client's id, or `mcp-twin` for our own. */
  readonly program: string
  readonly base: NativePath
  /** A folder name each; what a pattern's first group catches is the server's name. */
  readonly folders: readonly RegExp[]
  readonly file: RegExp
  /** Of the files in one folder only the newest is looked at: one file a session. */
  readonly newestOnly: boolean
}

/** Names as Windows and macOS find them, without regard to case. */
const names = (...words: readonly string[]): RegExp[] => words.map((word) => new RegExp(`^${word.replaceAll('.', '\\.')}$`, 'i'))

/** `mcp.log` and `mcp-server-<NAME>.log` (modelcontextprotocol docs, "debugging"), `main.log` of the app itself. */
const desktopFile = /^(?:mcp|main|mcp-server-(.+))\.log$/i

/**
 * Claude Desktop's logs: beside its settings, wherever these are, and where its packages and macOS keep them apart: the same
 * folder under Local where a package is told not to be redirected (anthropics/claude-code#93152, #94254), `~/Library/Logs`.
 */
function desktopPlaces(environment: Environment): LogPlace[] {
  const place = (base: NativePath, folders: readonly RegExp[]): LogPlace => ({
    program: 'claude-desktop',
    base,
    folders,
    file: desktopFile,
    newestOnly: false,
  })
  const besideSettings = settingsPlaces(environment, [environment.variables?.[userDataVariable]]).map(({ base, folders, below }) =>
    place(base, [...folders, ...names(...below, 'logs')]),
  )
  if (environment.kind === 'macos') return [place(environment.home, names('Library', 'Logs', 'Claude')), ...besideSettings]
  if (environment.kind !== 'windows') return besideSettings
  const local = localFolder(environment)
  return [
    ...besideSettings,
    place(local, names('Claude', 'logs')),
    place(local, [/^packages$/i, packageFamily, ...names('LocalCache', 'Local', 'Claude', 'logs')]),
  ]
}

/**
 * Claude Code's: one folder a project, one a server in it, one file a session. Never cleaned up by it, so a file may
 * be of any size (anthropics/claude-code#69427).
 */
function codePlaces(environment: Environment, cache: NativePath | undefined): LogPlace[] {
  const place = (base: NativePath, ...folders: readonly string[]): LogPlace => ({
    program: 'claude-code',
    base,
    folders: [...names(...folders), /^.+$/, /^mcp-logs-(.+)$/],
    file: /\.(?:jsonl|txt|log)$/i,
    newestOnly: true,
  })
  const { home } = environment
  if (environment.kind === 'macos') return [place(home, 'Library', 'Caches', 'claude-cli-nodejs')]
  if (environment.kind === 'windows') return [place(localFolder(environment), 'claude-cli-nodejs', 'Cache')]
  return [cache === undefined ? place(home, '.cache', 'claude-cli-nodejs') : place(cache, 'claude-cli-nodejs')]
}

/** Every place on a side where logs about servers may be. `cache`: `XDG_CACHE_HOME` there, where it is known. */
export const logPlaces = (environment: Environment, cache?: string): LogPlace[] => [
  ...desktopPlaces(environment),
  ...codePlaces(environment, cache === undefined || cache === '' ? undefined : native(cache)),
]

/** Our own logs, below home's folder. */
export const ownLogs = (bridge: NativePath): LogPlace => ({
  program: 'mcp-twin',
  base: bridge,
  folders: [/^logs$/],
  file: /\.log$/,
  newestOnly: false,
})

/** Programs put their own signs in the place of odd ones in a server's name: what is left must be the same. */
export const sameServer = (one: string, other: string): boolean => plain(one) === plain(other)

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
