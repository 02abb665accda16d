import { unlessEmpty } from '../../../core/object.ts'
import type { JsonObject } from '../../../model/entry.ts'
import { isWindows, joinPath } from '../../../core/paths.ts'
import { defineClient, type EntrySpelling } from '../../../model/client.ts'
import type { Environment } from '../../../model/environment.ts'
import { type NativePath, native } from '../../../model/path.ts'

/** Keys of one transport, which make the whole file invalid beside the other (`RawMcpServerConfig` of openai/codex). */
const ofStdio = ['args', 'env', 'cwd', 'env_vars']
const ofHttp = ['http_headers', 'env_http_headers', 'http_headers_helper', 'bearer_token_env_var', 'oauth', 'oauth_resource']

/** What takes a header from the environment or a program: it has no form that other clients read. */
const fromElsewhere = ['bearer_token_env_var', 'env_http_headers', 'http_headers_helper']

/**
 * How Codex spells an entry (developers.openai.com/codex/mcp). Its remote servers speak Streamable HTTP; one that speaks SSE is
 * relayed to. Plain `headers` mean nothing to it.
 */
const codexSpelling: EntrySpelling = {
  remote: ({ url, transport, headers }) => (transport === 'sse' ? null : { url, ...unlessEmpty('http_headers', headers) }),
  read: ({ http_headers, headers: _, type: __, transport: ___, ...rest }) => {
    const key = fromElsewhere.find((each) => rest[each] !== undefined && rest[each] !== null)
    if (key !== undefined) return { unreadable: `"${key}" takes a header from elsewhere, which only Codex can do` }
    return http_headers === undefined ? rest : { ...rest, headers: http_headers }
  },
  keys: ['http_headers', ...fromElsewhere],
  excludes: (value: JsonObject) => (value.url === undefined ? ofHttp : ['command', ...ofStdio]),
}

/** Names as Codex takes them in a table of `mcp_servers`. */
const codexNameFits = (name: string): boolean => /^[A-Za-z0-9_-]+$/.test(name)

/** What it passes on to its servers (`DEFAULT_ENV_VARS` of openai/codex:codex-rs/rmcp-client/src/utils.rs). */
const PASSED_ON = {
  windows: [
    ...['PATH', 'PATHEXT', 'SHELL', 'COMSPEC', 'SYSTEMROOT', 'SYSTEMDRIVE', 'WINDIR', 'USERNAME', 'USERDOMAIN', 'USERPROFILE'],
    ...['HOMEDRIVE', 'HOMEPATH', 'PROGRAMFILES', 'PROGRAMFILES(X86)', 'PROGRAMW6432', 'PROGRAMDATA', 'LOCALAPPDATA', 'APPDATA'],
    ...['TEMP', 'TMP', 'TMPDIR', 'POWERSHELL', 'PWSH'],
  ],
  posix: ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'USER', '__CF_USER_TEXT_ENCODING', 'LANG', 'LC_ALL', 'TERM', 'TMPDIR', 'TZ'],
}

const codexHome = 'CODEX_HOME'

/** `~/.codex`, or where `CODEX_HOME` moves it. */
function folderOf(environment: Environment): NativePath {
  const moved = environment.variables?.[codexHome]?.trim() ?? ''
  return moved === '' ? joinPath(environment, environment.home, '.codex') : native(moved)
}

/**
 * Codex: its command line, its IDE extension and the ChatGPT app share one file on each side. Its app on Windows can work in WSL,
 * and still reads the file of Windows (openai/codex#13549).
 */
export const codex = defineClient({
  id: 'codex',
  label: 'Codex',
  always: [],
  environments: ['windows', 'wsl', 'linux', 'macos'],
  switchedOn: true,
  file: (environment) => joinPath(environment, folderOf(environment), 'config.toml'),
  container: ['mcp_servers'],
  format: 'toml',
  // It fills in no variables, so a key in a project's file can only come from our launcher.
  project: { path: '.codex/config.toml', words: { home: null, project: '.' } },
  rejectsBom: false,
  spelling: codexSpelling,
  nameFits: codexNameFits,
  processes: ['codex.exe', 'codex'],
  restart: 'start a new Codex chat (one that is open keeps the servers it began with)',
  starting: {
    passesOn: (environment) => (isWindows(environment) ? PASSED_ON.windows : PASSED_ON.posix),
    elsewhere: ({ kind }, read) => {
      if (kind !== 'windows') return null
      const desktop = read(['desktop'])
      const isInWsl =
        desktop.ok && desktop.document.entries().some(({ name, value }) => name === 'runCodexInWindowsSubsystemForLinux' && value === true)
      return isInWsl ? { kind: 'wsl', because: 'runCodexInWindowsSubsystemForLinux is set in it' } : null
    },
  },
  variables: [codexHome],
  closed: ['.codex/hooks.json', '.codex/rules'],
})
