import type { Group } from './group.ts'
import { autorunList, closedList } from './index.ts'

/** Variables that move a folder of a home to another place, with all that the lists name in it. XDG Base Directory Specification. */
const folders: readonly (readonly [variable: string, folder: string])[] = [
  ['XDG_CONFIG_HOME', '.config'],
  ['XDG_DATA_HOME', '.local/share'],
  ['XDG_STATE_HOME', '.local/state'],
  ['XDG_CACHE_HOME', '.cache'],
  ['CARGO_HOME', '.cargo'],
  ['GRADLE_USER_HOME', '.gradle'],
  ['HF_HOME', '.cache/huggingface'],
  ['APPDATA', 'AppData/Roaming'],
  ['LOCALAPPDATA', 'AppData/Local'],
]

/** Variables that name closed paths, one or several between separators, by the documentation of each tool. */
const closed = [
  ...['GNUPGHOME', 'PASSWORD_STORE_DIR', 'SOPS_AGE_KEY_FILE', 'NETRC', 'KUBECONFIG', 'DOCKER_CONFIG', 'REGISTRY_AUTH_FILE'],
  ...['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE', 'AZURE_CONFIG_DIR', 'CLOUDSDK_CONFIG', 'GOOGLE_APPLICATION_CREDENTIALS'],
  ...['GH_CONFIG_DIR', 'GLAB_CONFIG_DIR', 'RCLONE_CONFIG', 'BOTO_CONFIG', 'DATABRICKS_CONFIG_FILE', 'KAGGLE_CONFIG_DIR', 'PULUMI_HOME'],
  ...['TF_CLI_CONFIG_FILE', 'ANSIBLE_VAULT_PASSWORD_FILE', 'NPM_CONFIG_USERCONFIG', 'npm_config_userconfig', 'PIP_CONFIG_FILE'],
  ...[
    'PGPASSFILE',
    'CLAUDE_CONFIG_DIR',
    'CLAUDE_USER_DATA_DIR',
    'CODEX_HOME',
    'CLINE_DATA_DIR',
    'CLINE_MCP_SETTINGS_PATH',
    'COPILOT_HOME',
    'GEMINI_CLI_HOME',
    'MCP_REMOTE_CONFIG_DIR',
  ],
  ...[
    'HISTFILE',
    'LESSHISTFILE',
    'PSQL_HISTORY',
    'MYSQL_HISTFILE',
    'SQLITE_HISTORY',
    'REDISCLI_HISTFILE',
    'NODE_REPL_HISTORY',
    'PYTHON_HISTORY',
  ],
] as const

/** Variables that name paths which may only be read. */
const autorun = [
  ...[
    'GIT_CONFIG_GLOBAL',
    'GIT_TEMPLATE_DIR',
    'ZDOTDIR',
    'BASH_ENV',
    'ENV',
    'INPUTRC',
    'PYTHONSTARTUP',
    'PYTHONUSERBASE',
    'RIPGREP_CONFIG_PATH',
  ],
  ...['NVM_DIR', 'FNM_DIR', 'VOLTA_HOME', 'PNPM_HOME', 'BUN_INSTALL', 'GOBIN', 'PYENV_ROOT', 'RBENV_ROOT', 'ASDF_DATA_DIR', 'SDKMAN_DIR'],
] as const

type Variables = Readonly<Record<string, string | undefined>>

const isAbsolute = (path: string): boolean => /^([/\\]|[A-Za-z]:[/\\])/.test(path)

/** Paths that variables name. What holds the home itself, such as `/`, would close everything. */
function named(variables: Variables, names: readonly string[], home: string): string[] {
  const separator = home.startsWith('/') ? '/' : '\\'
  const values = names.flatMap((name) => (variables[name] ?? '').split(separator === '/' ? ':' : ';'))
  const bare = values.filter(isAbsolute).map((value) => (value.length > 1 ? value.replace(/[\\/]+$/, '') : value))
  return bare.filter((path) => !`${home}${separator}`.startsWith(path.endsWith(separator) ? path : path + separator))
}

function inMoved(variables: Variables, groups: readonly Group[], home: string): string[] {
  const separator = home.startsWith('/') ? '/' : '\\'
  const listed = groups.flatMap(({ anywhere = [], macos = [], windows = [] }) => [...anywhere, ...macos, ...windows])
  return folders.flatMap(([variable, folder]) => {
    const [place] = named(variables, [variable], '')
    if (place === undefined || place === [home, ...folder.split('/')].join(separator)) return []
    return listed
      .filter((path) => path.startsWith(`${folder}/`) && !path.includes('*'))
      .map((path) => `${place}${path.slice(folder.length).replaceAll('/', separator)}`)
  })
}

/** What the variables of this process move out of a home, or name beside it, of both lists. */
export const relocated = (variables: Variables, home: string): { readonly closed: string[]; readonly autorun: string[] } => ({
  closed: [...named(variables, closed, home), ...inMoved(variables, closedList.home, home)],
  autorun: [...named(variables, autorun, home), ...inMoved(variables, autorunList.home, home)],
})
