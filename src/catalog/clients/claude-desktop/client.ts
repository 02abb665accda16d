import type { NativePath } from '../../../model/path.ts'
import type { LogPlace } from '../../../model/log-place.ts'
import type { Environment } from '../../../model/environment.ts'
import { folderNames } from '../../../core/logs/places.ts'
import { isWindows, joinPath, localFolder } from '../../../core/paths.ts'
import { defineClient } from '../../../model/client.ts'
import {
  classicFolder,
  desktopConfigName,
  desktopExtensions,
  desktopFormat,
  desktopPlaces,
  packageFamily,
  userDataDir,
  userDataVariable,
} from './places.ts'

/** `mcp.log` and `mcp-server-<NAME>.log` (modelcontextprotocol docs, "debugging"), `main.log` of the app itself. */
const file = /^(?:mcp|main|mcp-server-(.+))\.log$/i

const place = (base: NativePath, folders: readonly RegExp[]): LogPlace => ({ base, folders, file, newestOnly: false })

/**
 * Claude Desktop's logs: beside its settings, wherever these are, and where its packages and macOS keep them apart: the same
 * folder under Local where a package is told not to be redirected (anthropics/claude-code#93152, #94254), `~/Library/Logs`.
 */
function desktopLogs(environment: Environment): LogPlace[] {
  const besideSettings = desktopPlaces(environment, [environment.variables?.[userDataVariable]]).map(({ base, folders, below }) =>
    place(base, [...folders, ...folderNames(...below, 'logs')]),
  )
  if (environment.kind === 'macos') return [place(environment.home, folderNames('Library', 'Logs', 'Claude')), ...besideSettings]
  if (environment.kind !== 'windows') return besideSettings
  const local = localFolder(environment)
  return [
    ...besideSettings,
    place(local, folderNames('Claude', 'logs')),
    place(local, [/^packages$/i, packageFamily, ...folderNames('LocalCache', 'Local', 'Claude', 'logs')]),
  ]
}

/**
 * What it passes on to its servers: about sixteen variables and nothing else (anthropics/claude-code#90074;
 * modelcontextprotocol docs, "debugging": "inherit only a limited subset"). The list is the official SDK's own.
 */
const PASSED_ON = {
  windows: [
    ...['APPDATA', 'HOMEDRIVE', 'HOMEPATH', 'LOCALAPPDATA', 'PATH', 'PATHEXT', 'PROCESSOR_ARCHITECTURE', 'PROGRAMFILES'],
    ...['SYSTEMDRIVE', 'SYSTEMROOT', 'COMSPEC', 'TEMP', 'TMP', 'USERNAME', 'USERPROFILE', 'WINDIR'],
  ],
  posix: ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER'],
}

/**
 * Claude Desktop. It starts stdio servers only: an entry with `url` is skipped with a notice (cboxdk/statamic-mcp#20),
 * and no `${VAR}` in a value is expanded (modelcontextprotocol/servers#1039). It reads the file at its start.
 */
export const claudeDesktop = defineClient({
  id: 'claude-desktop',
  label: 'Claude Desktop',
  short: 'desktop',
  always: ['windows', 'macos'],
  environments: ['windows', 'macos', 'linux'],
  // The usual place. Which of its places it really reads is found out at run time.
  file: (environment) => joinPath(environment, classicFolder(environment), desktopConfigName),
  folder: classicFolder,
  locator: async () => (await import('./locate.ts')).desktopLocator,
  ...desktopFormat,
  // It falls back to its defaults and saves without the servers (tradesdontlie/tradingview-mcp#406).
  rejectsBom: true,
  nameFits: (name) => name.trim() !== '',
  processes: ['claude.exe', 'Claude', 'claude-desktop'],
  // anthropics/claude-code#34359
  writesBack: true,
  quit: 'from its tray or menu bar icon, closing the window is not enough',
  restart: 'quit Claude Desktop fully (from its tray or menu bar icon, closing the window is not enough) and start it again',
  starting: {
    passesOn: (environment) => (isWindows(environment) ? PASSED_ON.windows : PASSED_ON.posix),
    // Nothing of a project or of the user's home lies there.
    folder: (environment) => (isWindows(environment) ? 'C:\\Windows\\System32' : '/'),
  },
  variables: [userDataVariable],
  logs: desktopLogs,
  // A variable moves the file to any folder, of this side or another.
  closed: [desktopConfigName, ...Object.values(desktopExtensions)],
  closedFolders: (environment) => {
    const moved = userDataDir(environment, environment.variables?.[userDataVariable])
    return moved === null ? [] : [moved]
  },
  // support.claude.com/articles/14729294, macOS and Windows: `q` prefills the input; an unknown conversation opens the list.
  links: {
    on: ['windows', 'macos'],
    fresh: (line) => `claude://claude.ai/new?q=${encodeURIComponent(line)}`,
    conversation: (id) => `claude://claude.ai/chat/${id}`,
  },
  policies: {
    keys: ['HKLM', 'HKCU'].map((root) => `${root}\\SOFTWARE\\Policies\\Claude`),
    switchesServers: 'isLocalDevMcpEnabled',
    switchesExtensions: 'isDesktopExtensionEnabled',
  },
  extensions: desktopExtensions,
})
