import { describe, expect, it } from 'vitest'
import { agreedDigest, isAgreed, withAgreed } from '../../../src/core/launch/identity.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import { ubuntu, windows } from '../../support/launches.ts'

const lock = (version = '1.0.0') => ({ version: 1 as const, packages: { 'tiny@^1': { name: 'tiny', version, bin: {} } } })
const tiny: ServerSpec = { package: 'tiny@^1', args: ['--key', '${secret:A}'], env: { TOKEN: '${secret:A}', LEVEL: 'info' } }
const sides = [ubuntu, windows]

describe('what was agreed to start', () => {
  const agreed = withAgreed(undefined, { servers: { tiny } }, sides, lock())
  const now = (change: Partial<ServerSpec>, version?: string) => isAgreed(agreed, { ...tiny, ...change }, sides, lock(version))

  it('stays agreed when a value changes, or a part that starts nothing', () => {
    expect(now({})).toBe(true)
    expect(now({ env: { TOKEN: '${secret:A}', LEVEL: 'debug' }, description: 'x', share: true, only: ['wsl'] })).toBe(true)
  })

  it.each<[string, Partial<ServerSpec>]>([
    ['other arguments', { args: ['--key', '${secret:A}', '--evil'] }],
    ['another variable', { env: { ...tiny.env, MORE: '1' } }],
    ['another key in the same variable', { env: { TOKEN: '${secret:B}', LEVEL: 'info' } }],
    ['a variable of the environment', { env: { TOKEN: '${secret:A}', LEVEL: '${env:HOME}' } }],
    ['an address in a value', { env: { TOKEN: '${secret:A}', LEVEL: 'https://evil.test' } }],
    ['install scripts', { allowScripts: true }],
    ['another program of the package', { bin: 'other' }],
    ['something else on one side', { on: { windows: { args: [] } } }],
    ['another package', { package: 'tiny@2' }],
  ])('is another launch with %s', (_, change) => expect(now(change)).toBe(false))

  it('is another launch in another version', () => expect(now({}, '1.0.1')).toBe(false))

  it('tells a changed variable that decides how programs start', () => {
    const node = (value: string): ServerSpec => ({ command: 'node', env: { Node_Options: value } })
    expect(agreedDigest(node('--a'), ubuntu, lock())).not.toBe(agreedDigest(node('--require ./evil.js'), ubuntu, lock()))
  })

  const value = (name: string, text: string): ServerSpec => ({ command: 'node', env: { [name]: text } })
  const isAnother = (name: string, one = 'a', other = 'b'): boolean =>
    agreedDigest(value(name, one), ubuntu, lock()) !== agreedDigest(value(name, other), ubuntu, lock())

  it.each([
    // What is loaded, or found first.
    ...[
      'NODE_OPTIONS',
      'ComSpec',
      'PATHEXT',
      'WSLENV',
      'MCP_TWIN_HOME',
      'LD_PRELOAD',
      'DYLD_INSERT_LIBRARIES',
      'BASH_ENV',
      'BASH_FUNC_ls%%',
    ],
    ...[
      'PYTHONSTARTUP',
      'UV_INDEX',
      'PIP_INDEX_URL',
      'npm_config_registry',
      'COREPACK_NPM_REGISTRY',
      'BUN_INSTALL',
      'DOTNET_STARTUP_HOOKS',
    ],
    ...['CORECLR_PROFILER_PATH', 'JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS', 'JDK_JAVA_OPTIONS', 'CLASSPATH', 'RUBYLIB', 'GEM_PATH', 'PERL5LIB'],
    ...['GIT_SSH_COMMAND', 'GIT_CONFIG_COUNT', 'GIT_EXEC_PATH', 'GOFLAGS', 'OPENSSL_CONF', 'PHPRC', 'LUA_INIT_5_4', 'JULIA_LOAD_PATH'],
    // Where settings are found, and whom a program trusts.
    ...['HOME', 'UserProfile', 'XDG_CONFIG_HOME', 'NODE_TLS_REJECT_UNAUTHORIZED', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSLKEYLOGFILE'],
    ...['REQUESTS_CA_BUNDLE', 'GIT_SSL_NO_VERIFY', 'DOCKER_HOST', 'KUBECONFIG', 'HTTP_PROXY', 'https_proxy', 'All_Proxy', 'NO_PROXY'],
    // Whom it talks to.
    ...['GLOBAL_AGENT_HTTP_PROXY', 'GITHUB_HOST', 'DB_ADDRESS', 'smtp_server', 'API_ENDPOINT', 'Host', 'X-Forwarded-Host', 'BASE_URL'],
  ])('tells another value of %s', (name) => expect(isAnother(name)).toBe(true))

  it.each([
    'NODE_ENV',
    'LEVEL',
    'GIT_AUTHOR_NAME',
    'GOOGLE_API_KEY',
    'TOKEN',
    'LANG',
    'TZ',
    'HOSTED',
    'PATHS',
    'PROXY_MODE',
    'PORT',
    'R_TOKEN',
  ])('takes another value of %s for the same launch', (name) => expect(isAnother(name)).toBe(false))

  it('keeps earlier launches, and stays the same list where nothing is new', () => {
    const more = withAgreed(agreed, { servers: { other: { command: 'x' } } }, sides, lock())
    expect(more?.slice(0, agreed?.length)).toEqual(agreed)
    expect(withAgreed(more, { servers: { tiny } }, sides, lock())).toBe(more)
  })

  it('leaves out what is switched off, and packages whose version is not known', () => {
    const servers = { off: { command: 'x', disabled: true }, new: { package: 'unknown' } }
    expect(withAgreed(undefined, { servers }, sides, lock())).toBeUndefined()
  })
})
