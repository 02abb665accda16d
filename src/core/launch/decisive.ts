/** Variables by what they begin with or are called, upper case. */
interface Names {
  readonly exact: ReadonlySet<string>
  readonly beginnings: readonly string[]
}

const named = (exact: string, beginnings: string): Names => ({ exact: new Set(exact.split(/\s+/)), beginnings: beginnings.split(/\s+/) })

const isAmong = ({ exact, beginnings }: Names, name: string): boolean => exact.has(name) || beginnings.some((each) => name.startsWith(each))

/** What is started, which code is loaded into it, and from where packages come. */
const starts: Names = named(
  `PATH PATHEXT COMSPEC SYSTEMROOT WINDIR PSMODULEPATH WSLENV
   BASH_ENV BASHOPTS SHELLOPTS IFS PS4 PROMPT_COMMAND ZDOTDIR LESSOPEN LESSCLOSE GCONV_PATH GLIBC_TUNABLES
   NODE_OPTIONS NODE_PATH NODE_REPL_EXTERNAL_MODULE NODE_COMPILE_CACHE NODE_V8_COVERAGE NODE_ICU_DATA NODE_REDIRECT_WARNINGS
   BUN_OPTIONS BUN_INSTALL DENO_DIR VIRTUAL_ENV CONDA_PREFIX CONDA_EXE PHPRC PHP_INI_SCAN_DIR COMPOSER_HOME
   CLASSPATH JRE_HOME JAVA_HOME JAVA_OPTS JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS MAVEN_OPTS MAVEN_ARGS GRADLE_OPTS GRADLE_USER_HOME
   GEM_HOME GEM_PATH LUA_PATH LUA_CPATH JULIA_LOAD_PATH JULIA_DEPOT_PATH CARGO_HOME RUSTUP_HOME RUSTUP_TOOLCHAIN NUGET_PACKAGES
   R_HOME R_PROFILE R_PROFILE_USER R_ENVIRON R_ENVIRON_USER R_LIBS R_LIBS_USER ASPNETCORE_HOSTINGSTARTUPASSEMBLIES
   GOFLAGS GOENV GOPROXY GOPATH GOROOT GOBIN GOTOOLCHAIN GOSUMDB GONOSUMDB GOINSECURE GODEBUG
   GIT_EXEC_PATH GIT_ASKPASS GIT_EDITOR GIT_SEQUENCE_EDITOR GIT_PAGER GIT_EXTERNAL_DIFF GIT_TEMPLATE_DIR GIT_PROXY_COMMAND SSH_ASKPASS
   SUDO_ASKPASS OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES`,
  `LD_ DYLD_ BASH_FUNC_ PYTHON PIP_ PIPX_ UV_ PYENV_ NPM_CONFIG_ YARN_ PNPM_ COREPACK_ VOLTA_ NVM_ FNM_ ASDF_ MISE_ BUN_CONFIG_
   _JAVA_ DOTNET_ COMPLUS_ CORECLR_ COR_ RUBY BUNDLE_ PERL LUA_INIT RUSTC GIT_CONFIG GIT_SSH MCP_TWIN_`,
)

/** Where a program finds its settings, whom it takes for genuine, and which programs it asks for help. A server may well ask a person for one. */
const trusts: Names = named(
  `HOME HOMEDRIVE HOMEPATH USERPROFILE APPDATA LOCALAPPDATA PROGRAMDATA NETRC WGETRC CURL_HOME KUBECONFIG SSH_AUTH_SOCK SSLKEYLOGFILE
   DOCKER_HOST DOCKER_CONTEXT DOCKER_CONFIG DOCKER_CERT_PATH DOCKER_TLS_VERIFY CONTAINER_HOST
   SHELL EDITOR VISUAL PAGER BROWSER
   NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED NODE_USE_ENV_PROXY NODE_USE_SYSTEM_CA CURL_CA_BUNDLE REQUESTS_CA_BUNDLE AWS_CA_BUNDLE
   HTTPLIB2_CA_CERTS GRPC_DEFAULT_SSL_ROOTS_FILE_PATH HOSTALIASES LOCALDOMAIN RES_OPTIONS RESOLV_HOST_CONF`,
  'XDG_ SSL_CERT_ GIT_SSL_',
)

/** Names that people give to what a server talks to; a value with "://" counts under any name. */
const peer = /(?:^|[_-])(?:PROXY|URL|URI|HOST|HOSTNAME|ENDPOINT|ADDR|ADDRESS|SERVER|DOMAIN|SOCKET)$/

/**
 * Does a variable of this name change what is started, or which code is loaded, whatever is started? Windows does not tell cases apart, and
 * npm reads its own in any.
 */
export const decidesStart = (name: string): boolean => isAmong(starts, name.toUpperCase())

/** Does a variable of this name change where a program finds its settings, which certificates it takes, or by which proxy it goes? */
export function decidesTrust(name: string): boolean {
  const upper = name.toUpperCase()
  return isAmong(trusts, upper) || /(?:^|_)PROXY$/.test(upper)
}

/**
 * Whether another value of a variable or header is another launch: it decides how programs start or whom they trust, or names whom a server
 * talks to, who gets its keys.
 */
export const isDecisive = ([name, value]: readonly [string, string]): boolean =>
  decidesStart(name) || decidesTrust(name) || peer.test(name.toUpperCase()) || value.includes('://')
