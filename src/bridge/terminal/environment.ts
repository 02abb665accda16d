/**
 * Variables that a command gets. A list of what may pass, not of what may not: the programs that start us hand over
 * keys in variables of any name. `_` and `*` at an end stand for the rest of a name.
 */
const names = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  'LC_*',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'HOSTNAME',
  'HOSTTYPE',
  'NAME',
  'XDG_RUNTIME_DIR',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_CACHE_HOME',
  'XDG_STATE_HOME',
  'XDG_DATA_DIRS',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'DBUS_SESSION_BUS_ADDRESS',
  'NVM_DIR',
  'NVM_BIN',
  'FNM_DIR',
  'VOLTA_HOME',
  'PNPM_HOME',
  'JAVA_HOME',
  'GOPATH',
  'GOROOT',
  'GOBIN',
  'CARGO_HOME',
  'RUSTUP_HOME',
  'PYENV_ROOT',
  'RBENV_ROOT',
  'VIRTUAL_ENV',
  'CONDA_PREFIX',
  'CONDA_DEFAULT_ENV',
  'DOTNET_ROOT',
  'ANDROID_HOME',
  'ANDROID_SDK_ROOT',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NO_PROXY',
  'no_proxy',
  'WSL_DISTRO_NAME',
  'WSL_INTEROP',
  'WSL2_GUI_APPS_ENABLED',
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'COMSPEC',
  'PATHEXT',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'ALLUSERSPROFILE',
  'PUBLIC',
  'USERPROFILE',
  'USERNAME',
  'USERDOMAIN',
  'HOMEDRIVE',
  'HOMEPATH',
  'COMPUTERNAME',
  'OS',
  'NUMBER_OF_PROCESSORS',
  'PROCESSOR_*',
  'PROGRAMFILES*',
  'PROGRAMW6432',
  'COMMONPROGRAM*',
  'PSMODULEPATH',
  'DRIVERDATA',
  'WINEPREFIX',
  'WINELOADER',
  'WINEDEBUG',
] as const
/** Proxies are passed unless they hold a password. */
const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'] as const

/** The list as a pattern, also for the program that starts commands on the other side. */
export const passedPattern = `^(${names.map((name) => name.replace('*', '.*')).join('|')})$`
const pattern = new RegExp(passedPattern, 'i')

/** Marks processes of this bridge, which finds them again outside their process group. Says nothing secret. */
export const tagName = 'TWIN_COMMANDS_OF'

/**
 * What makes programs ask nobody, and bash read no start-up file: with a socket as its input, which node gives it, it
 * takes itself for started by rshd and reads ~/.bashrc (bash manual, 6.2), unless another shell is around it (`shell_level`
 * in bash's shell.c).
 */
export const unattended: Readonly<Record<string, string>> = {
  TERM: 'dumb',
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  GIT_TERMINAL_PROMPT: '0',
  SHLVL: '1',
}

/** What passes of the variables that a bridge was started with, and what we add. */
function passing(variables: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const clean: Record<string, string> = {}
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined || /^MCP_TWIN/i.test(name)) continue
    if (pattern.test(name) || (proxies.some((proxy) => proxy === name) && !value.includes('@'))) clean[name] = value
  }
  return { ...clean, ...unattended }
}

/** Looking through the variables takes longer than all else before a command starts, and they do not change while a bridge runs. */
const passed = new WeakMap<object, Readonly<Record<string, string>>>()

/** The environment of a command: the user's, without anything that may be a key, a token or ours. */
export function commandEnvironment(variables: Readonly<Record<string, string | undefined>>, tag: string): Record<string, string> {
  const clean = passed.get(variables) ?? passing(variables)
  passed.set(variables, clean)
  return { ...clean, [tagName]: tag }
}
