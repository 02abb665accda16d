import { describe, expect, it } from 'vitest'
import { type NeutralContext, neutral, ownEntry } from '../../../src/core/launch/read.ts'
import type { Environment } from '../../../src/model/environment.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import { debian, folderOf, linux, locked, packages, read, ubuntu, windows } from '../../support/launches.ts'

const world = { environments: [ubuntu, windows] }
const context = (environment: Environment, more: Partial<NeutralContext> = {}): NeutralContext => ({
  environment,
  world,
  home: ubuntu,
  lock: { version: 1, packages: {} },
  folders: folderOf(world),
  ...more,
})

/** `npx -y X` as an entry: the first word is the command. */
const back = (
  environment: Environment,
  command: string,
  args: string[],
  env: Record<string, string> = {},
  more: Partial<NeutralContext> = {},
): ServerSpec => neutral({ kind: 'stdio', command, args, env }, context(environment, more))

describe('a package, however it is started', () => {
  it.each<[string, Environment, string, string[], ServerSpec]>([
    ['npx', linux, 'npx', ['x'], { package: 'x' }],
    ['npx -y', linux, 'npx', ['-y', 'tavily-mcp@latest', '--a'], { package: 'tavily-mcp@latest', args: ['--a'] }],
    ['npx --yes and a pinned version', linux, 'npx', ['--yes', '@a/b@1.2.3'], { package: '@a/b@1.2.3' }],
    ['npx without install scripts', linux, 'npx', ['-y', '--ignore-scripts', 'x@1.0.0', '--a'], { package: 'x@1.0.0', args: ['--a'] }],
    ['npx without install scripts, by =', linux, 'npx', ['--ignore-scripts=true', '-y', '-p', 'b', 'c'], { package: 'b', bin: 'c' }],
    ['npx with -y behind the package', linux, 'npx', ['x', '-y'], { package: 'x', args: ['-y'] }],
    ['npx -p PKG BIN', linux, 'npx', ['-y', '-p', '@a/b', 'c', 'd'], { package: '@a/b', bin: 'c', args: ['d'] }],
    ['npx --package=PKG BIN', linux, 'npx', ['--package=@a/b@2', 'c'], { package: '@a/b@2', bin: 'c' }],
    ['npx -p PKG -c LINE', linux, 'npx', ['-y', '-p', 'b', '-c', 'c --x "y z"'], { package: 'b', bin: 'c', args: ['--x', 'y z'] }],
    [
      'smithery',
      linux,
      'npx',
      ['-y', '@smithery/cli@latest', 'run', 'exa', '--key', 'k'],
      { package: '@smithery/cli@latest', args: ['run', 'exa', '--key', 'k'] },
    ],
    ['an absolute npx', linux, '/home/ana/.nvm/versions/node/v20.1.0/bin/npx', ['-y', 'x'], { package: 'x' }],
    ['npx.cmd', windows, 'C:\\Program Files\\nodejs\\npx.cmd', ['-y', 'x'], { package: 'x' }],
    ['cmd /c npx', windows, 'cmd', ['/c', 'npx', '-y', 'x', 'a b'], { package: 'x', args: ['a b'] }],
    ['cmd.exe with a line', windows, 'cmd.exe', ['/d', '/s', '/C', 'npx -y x --a'], { package: 'x', args: ['--a'] }],
    ['cmd by its full path', windows, 'C:\\Windows\\System32\\cmd.exe', ['/c', 'npx', 'x'], { package: 'x' }],
    ['bash -c', linux, 'bash', ['-c', 'npx -y x --k=v'], { package: 'x', args: ['--k=v'] }],
    ['sh -lc with exec', linux, '/bin/sh', ['-lc', 'exec npx -y x'], { package: 'x' }],
    ['bunx', linux, 'bunx', ['-y', 'x'], { package: 'x' }],
    ['bun x', linux, 'bun', ['x', 'y'], { package: 'y' }],
    ['pnpm dlx', linux, 'pnpm', ['dlx', 'x', '--a'], { package: 'x', args: ['--a'] }],
    ['pnpm --package=X dlx BIN', linux, 'pnpm', ['--package=x', 'dlx', 'b'], { package: 'x', bin: 'b' }],
    ['pnpx', linux, 'pnpx', ['x'], { package: 'x' }],
    ['yarn dlx', linux, 'yarn', ['dlx', '-q', 'x'], { package: 'x' }],
    ['npm exec', linux, 'npm', ['exec', '-y', '--', 'x', '--a'], { package: 'x', args: ['--a'] }],
    ['npm exec with -- behind the package', linux, 'npm', ['exec', 'x', '--', '--a'], { package: 'x', args: ['--a'] }],
    ['npm x', linux, 'npm', ['x', '--package=p', '--', 'b'], { package: 'p', bin: 'b' }],
    [
      'node and npx-cli.js',
      windows,
      'C:\\Program Files\\nodejs\\node.exe',
      ['C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npx-cli.js', '-y', 'x'],
      { package: 'x' },
    ],
    ['wsl npx', windows, 'wsl', ['npx', '-y', 'x'], { package: 'x', runIn: 'wsl' }],
    ['wsl.exe -d D -u U --', windows, 'wsl.exe', ['-d', 'ubuntu', '-u', 'ana', '--', 'npx', 'x'], { package: 'x', runIn: 'wsl' }],
    ['wsl -e', windows, 'C:\\Windows\\System32\\wsl.exe', ['-e', 'npx', 'x'], { package: 'x', runIn: 'wsl' }],
    ['wsl bash -lc', windows, 'wsl', ['bash', '-lc', 'npx -y x'], { package: 'x', runIn: 'wsl' }],
    ['wsl.exe -e bash -ic', windows, 'wsl.exe', ['-e', 'bash', '-ic', 'npx -y x'], { package: 'x', runIn: 'wsl' }],
    [
      'the mounted node.exe',
      ubuntu,
      '/mnt/c/Program Files/nodejs/node.exe',
      ['C:\\Users\\Ana Ruiz\\.mcp-twin\\npm\\x@1.0.0\\node_modules\\x\\i.js'],
      { package: 'x@1.0.0', runIn: 'windows' },
    ],
    [
      'our own folder',
      ubuntu,
      '/usr/bin/node',
      ['/home/ana/.mcp-twin/npm/@a+b@1.0.0/node_modules/@a/b/dist/i.js', 'z'],
      { package: '@a/b@1.0.0', args: ['z'] },
    ],
    [
      'our own folder in forward slashes and another case',
      windows,
      'node',
      ['c:/users/ana ruiz/.MCP-TWIN/npm/x@1.0.0/node_modules/x/i.js'],
      { package: 'x@1.0.0' },
    ],
    [
      'a global package',
      windows,
      'C:\\Program Files\\nodejs\\node.exe',
      ['C:\\Users\\Ana Ruiz\\AppData\\Roaming\\npm\\node_modules\\tavily-mcp\\build\\index.js'],
      { package: 'tavily-mcp' },
    ],
    ['a global package on Linux', ubuntu, 'node', ['/usr/local/lib/node_modules/@a/b/dist/i.js'], { package: '@a/b' }],
  ])('%s', (_, environment, command, args, expected) => expect(back(environment, command, args)).toEqual(expected))

  it('keeps its variables, those handed across the border too', () => {
    expect(back(windows, 'wsl.exe', ['npx', 'x'], { A: '1', WSLENV: 'A/u' })).toEqual({ package: 'x', env: { A: '1' }, runIn: 'wsl' })
    expect(back(windows, 'wsl.exe', ['npx', 'x'], { A: '1', WSLENV: 'B/u:A/u' })).toEqual({
      package: 'x',
      env: { A: '1', WSLENV: 'B/u' },
      runIn: 'wsl',
    })
  })

  it('learns version and program from the package itself where they can be read', () => {
    const installed = () => locked('chrome-devtools-mcp', '1.11.0', { 'chrome-devtools-mcp': './a.js', 'chrome-devtools': './b.js' })
    const at = (file: string) => back(ubuntu, 'node', [`/usr/local/lib/node_modules/chrome-devtools-mcp/${file}`], {}, { installed })
    expect(at('a.js')).toEqual({ package: 'chrome-devtools-mcp@1.11.0' })
    expect(at('b.js')).toEqual({ package: 'chrome-devtools-mcp@1.11.0', bin: 'chrome-devtools' })
    expect(at('c.js')).toEqual({ command: 'node', args: ['/usr/local/lib/node_modules/chrome-devtools-mcp/c.js'] })
  })

  it("has the manifest's own words for a version that the lock pins", () => {
    const manifest = { version: 1 as const, servers: { c: { package: 'chrome-devtools-mcp@^1' } } }
    const lock = { version: 1 as const, packages }
    expect(back(ubuntu, 'npx', ['-y', 'chrome-devtools-mcp@1.11.0'], {}, { manifest, lock, name: 'c' })).toEqual({
      package: 'chrome-devtools-mcp@^1',
    })
    expect(back(ubuntu, 'npx', ['-y', 'chrome-devtools-mcp@1.11.0'], {}, { manifest, lock, name: 'other' })).toEqual({
      package: 'chrome-devtools-mcp@1.11.0',
    })
  })
})

describe('what has no neutral form', () => {
  it.each<[string, Environment, string, string[]]>([
    ['uvx', linux, 'uvx', ['mcp-server-git']],
    ['docker', linux, 'docker', ['run', '-i', '--rm', 'x']],
    ['python', windows, 'C:\\venv\\Scripts\\python.exe', ['-m', 'x']],
    ['an own script', linux, 'node', ['/home/ana/x/dist/index.js']],
    ["a script in somebody's node_modules", linux, 'node', ['/srv/app/node_modules/x/i.js']],
    ['node with flags', linux, 'node', ['--inspect', '/home/ana/.mcp-twin/npm/x@1.0.0/node_modules/x/i.js']],
    ['npx of a repository', linux, 'npx', ['-y', 'github:owner/repo']],
    ['npx of an address', linux, 'npx', ['-y', 'https://x.dev/y.tgz']],
    ['npx of a path', linux, 'npx', ['./x']],
    ['npx of an alias', linux, 'npx', ['a@npm:b']],
    ['npx with another registry', linux, 'npx', ['--registry=https://r.dev', 'x']],
    ['npx with two packages', linux, 'npx', ['-p', 'a', '-p', 'b', 'c']],
    ['npx -c of a shell line', linux, 'npx', ['-y', '-p', 'x', '-c', 'x && y']],
    ['npx without a package', linux, 'npx', ['-y']],
    ['bunx --bun', linux, 'bunx', ['--bun', 'x']],
    ['npm exec that would eat a flag', linux, 'npm', ['exec', 'x', '--a']],
    ['npm run', linux, 'npm', ['run', 'serve']],
    ['pnpm run', linux, 'pnpm', ['run', 'dlx']],
    ['cmd /c uvx', windows, 'cmd', ['/c', 'uvx', 'x']],
    ['cmd /c run.bat', windows, 'cmd', ['/c', 'C:\\x\\run.bat']],
    ['cmd /k', windows, 'cmd', ['/k', 'npx', 'x']],
    ['cmd with a variable', windows, 'cmd', ['/c', 'npx', '-y', 'x', '%APPDATA%']],
    ['cmd with a joined line', windows, 'cmd', ['/c', 'cd C:\\x && npx y']],
    ['bash with a variable', linux, 'bash', ['-c', 'npx -y x $HOME']],
    ['bash with an assignment', linux, 'bash', ['-c', 'A=1 npx -y x']],
    ['bash with cd', linux, 'bash', ['-c', 'cd /x && npx y']],
    ['a shell script', linux, 'bash', ['/x/start.sh']],
    ['powershell', windows, 'powershell.exe', ['-NoProfile', '-File', 'C:\\x.ps1']],
    ['wsl python', windows, 'wsl', ['python3', 'x.py']],
    ['wsl docker', windows, 'wsl', ['docker', 'run', 'x']],
    ['wsl with a directory', windows, 'wsl.exe', ['--cd', '/x', 'npx', 'y']],
    ['wsl of another distribution', windows, 'wsl.exe', ['-d', 'Arch', '-e', '/x']],
    ['wsl as another user', windows, 'wsl.exe', ['-u', 'root', '--', 'npx', 'x']],
    ['wsl bash with cd', windows, 'wsl', ['-e', 'bash', '-c', 'cd /x && npx y']],
    ['wsl alone', windows, 'wsl', []],
  ])('stays exactly as typed: %s', (_, environment, command, args) =>
    expect(back(environment, command, args)).toEqual({ command, ...(args.length === 0 ? {} : { args }) }),
  )

  it('is distinguished from templates of ours', () =>
    expect(back(linux, 'x', ['${env:A}', '${A}', '$${secret:B}'])).toEqual({ command: 'x', args: ['$${env:A}', '${A}', '$$$${secret:B}'] }))

  it('is a program of the other side when nothing is between', () => {
    expect(back(windows, 'wsl.exe', ['-d', 'Ubuntu', '--exec', '/usr/bin/python3', 'x.py'])).toEqual({
      command: '/usr/bin/python3',
      args: ['x.py'],
      runIn: 'wsl',
    })
    expect(back(ubuntu, '/mnt/c/t/serve.exe', ['C:\\x'])).toEqual({ command: 'C:\\t\\serve.exe', args: ['C:\\x'], runIn: 'windows' })
  })

  it('does not guess which distribution is meant', () => {
    const three = { environments: [ubuntu, debian, windows] }
    expect(back(windows, 'wsl', ['npx', 'x'], {}, { world: three })).toEqual({ command: 'wsl', args: ['npx', 'x'] })
    expect(back(windows, 'wsl', ['-d', 'Debian', 'npx', 'x'], {}, { world: three })).toEqual({ package: 'x', runIn: 'wsl:Debian' })
  })
})

describe('mcp-remote', () => {
  const url = 'https://mcp.x.dev/mcp'
  const key = ['--header', 'Authorization:Bearer abc']
  it('with a header is the remote server behind it', () => {
    expect(back(linux, 'npx', ['-y', 'mcp-remote@0.1.29', url, '--header', 'Authorization: Bearer ${T}'], { T: 'abc' })).toEqual({
      url,
      headers: { Authorization: 'Bearer abc' },
    })
    expect(
      back(
        linux,
        'npx',
        ['mcp-remote', url, '--header', 'Authorization:${AUTH}', '--header', 'x-a:b', '--transport', 'sse-only', '--allow-http'],
        { AUTH: 'Bearer abc' },
      ),
    ).toEqual({ url, transport: 'sse', headers: { Authorization: 'Bearer abc', 'x-a': 'b' } })
  })

  it.each([
    [[], undefined],
    [['--transport', 'http-first'], undefined],
    [['--transport', 'http-only'], 'http'],
    [['--transport', 'sse-only'], 'sse'],
  ])('tries what %j tries', (words, transport) =>
    expect(back(linux, 'npx', ['mcp-remote', url, ...words, ...key]).transport).toBe(transport),
  )

  it.each<[string, string[], Record<string, string>?]>([
    ['it may log in by itself', [url]],
    ['its headers hold no key', [url, '--header', 'X-Team: blue']],
    ['it has a port', [url, '3334', ...key]],
    ['it tries SSE first', [url, '--transport', 'sse-first', ...key]],
    ['its transport is named twice', [url, '--transport', 'http-only', '--transport', 'sse-only', ...key]],
    ['its transport is unknown', [url, '--transport', 'quic', ...key]],
    ['it does not read what stands behind =', [url, '--header=Authorization: Bearer abc']],
    ['its header needs a variable of the client', [url, '--header', 'Authorization: Bearer ${T}']],
    ['its variable is for itself', [url, ...key], { NODE_EXTRA_CA_CERTS: '/x' }],
    ['it would not reach that address', ['http://intranet/mcp', ...key]],
    ['it has a flag that nothing else has', [url, ...key, '--ignore-tool', 'x']],
    ['its address stands elsewhere', [...key, url]],
  ])('stays the package where %s', (_, args, env = {}) => {
    expect(back(linux, 'npx', ['mcp-remote', ...args], env)).toMatchObject({ package: 'mcp-remote', args })
  })
})

describe('an entry of our own', () => {
  const own = (environment: Environment, value: object) => ownEntry(read(JSON.parse(JSON.stringify(value))), context(environment))
  it('is known by its launcher on every side and in a project', () => {
    expect(own(ubuntu, { command: '/usr/bin/node', args: ['/home/ana/.mcp-twin/bin/mcp-twin.mjs', 'run', 'a'] })).toEqual({
      kind: 'run',
      server: 'a',
      project: false,
    })
    expect(
      own(windows, { command: 'C:\\n\\node.exe', args: ['C:\\Users\\Ana Ruiz\\.mcp-twin\\bin\\mcp-twin.mjs', 'serve', '--client', 'x'] }),
    ).toEqual({ kind: 'bridge' })
    expect(
      own(windows, {
        command: 'C:\\Windows\\System32\\wsl.exe',
        args: ['-d', 'Ubuntu', '-u', 'ana', '--exec', '/usr/bin/node', '/home/ana/.mcp-twin/bin/mcp-twin.mjs', 'serve'],
      }),
    ).toEqual({ kind: 'bridge' })
    expect(own(ubuntu, { command: 'node', args: ['${HOME}/.mcp-twin/bin/mcp-twin.mjs', 'run', '--project=.', 'a'] })).toEqual({
      kind: 'run',
      server: 'a',
      project: true,
    })
    expect(own(ubuntu, { command: 'node', args: ['/x/mcp-twin.mjs', 'run', 'a'] })).toBeNull()
  })
})
