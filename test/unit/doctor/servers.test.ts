import { describe, expect, it } from 'vitest'
import { native } from '../../../src/model/path.ts'
import { definition, KEY, situation, ubuntu, usualServers, windows } from './situation.ts'

const sync = { fix: 'mcp-twin sync', autofix: { kind: 'sync' } }

describe('in-sync', () => {
  it('tells what is missing and different since the manifest changed', () => {
    const found = situation()
      .manifestNow((manifest) => ({
        ...manifest,
        servers: { ...manifest.servers, files: { ...manifest.servers.files, args: ['${path:~/other}'] }, more: { command: 'more' } },
      }))
      .find('in-sync')
    expect(found.map(({ subject }) => subject)).toEqual(['Claude Code (Ubuntu)', 'Claude Desktop (Windows)'])
    for (const each of found) expect(each).toMatchObject({ level: 'error', message: 'more is missing, files is different', ...sync })
  })

  it("tells of another's entry under a name of ours", () => {
    const found = situation()
      .manifestNow((manifest) => ({ ...manifest, servers: { ...manifest.servers, web: { command: 'web' } } }))
      .entries('claude-code', (servers) => ({ ...servers, web: { command: 'quite-another', env: { API_KEY: KEY } } }))
      .find('in-sync')
    const theirs = found.filter(({ subject }) => subject === 'web')
    expect(theirs).toMatchObject([
      { level: 'error', message: expect.stringContaining('is not managed by mcp-twin'), fix: 'mcp-twin sync --adopt' },
    ])
    expect(JSON.stringify(found)).not.toContain(KEY)
  })

  it('tells why a server cannot be written, once', () => {
    const found = situation()
      .manifestNow((manifest) => ({ ...manifest, servers: { ...manifest.servers, env: { command: 'x', env: { A: '${env:NOT_SET}' } } } }))
      .find('in-sync')
    expect(found.map(({ subject, message }) => `${subject}: ${message}`)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^env: it cannot be written on Ubuntu: .*NOT_SET/)]),
    )
  })

  it('leaves a missing key to the check of keys', () => {
    const keys = { missing: [{ name: 'TAVILY_API_KEY', servers: ['tavily'], why: null }], trouble: null, launches: [] }
    expect(situation().key('TAVILY_API_KEY', null).with({ keys }).find('in-sync')).toEqual([])
  })

  it('tells that there is no manifest yet', () => {
    const shown = situation().facts().manifest.shown
    expect(
      situation()
        .with({ manifest: { shown, exists: false, project: null } })
        .find('in-sync'),
    ).toMatchObject([{ level: 'warning', message: `No manifest yet at ${shown}.`, fix: 'mcp-twin init' }])
  })

  it('tells that this program is missing on a side', () => {
    expect(situation().selfOutdated('windows').find('in-sync')).toMatchObject([
      { level: 'error', subject: 'mcp-twin', environment: 'windows', ...sync },
    ])
  })
})

describe('entries-kept', () => {
  it('tells that a program dropped everything of ours', () => {
    expect(
      situation()
        .entries('claude-desktop', () => undefined)
        .find('entries-kept'),
    ).toMatchObject([
      {
        level: 'error',
        subject: 'Claude Desktop (Windows)',
        message: expect.stringContaining('tavily and files have disappeared'),
        ...sync,
      },
    ])
  })

  it('tells that the watcher has given up', () => {
    const file = 'C:\\Users\\Ana Ruiz\\AppData\\Roaming\\Claude\\claude_desktop_config.json'
    const at = '2026-11-21T10:00:00.000Z'
    const known = { environment: 'windows', client: 'claude-desktop', file, restored: [at, at, at], stopped: at, entries: ['tavily'] }
    const watch = (more: object) => ({ watch: { version: 1 as const, pid: 1, startedAt: at, files: [{ ...known, ...more }] } })
    const found = (more: object) =>
      situation()
        .entries('claude-desktop', () => undefined)
        .with(watch(more))
        .find('entries-kept')[0]?.detail
    expect(found({})?.join()).toContain('3 times within an hour')
    expect(found({ stopped: null })).toEqual([])
  })

  it('does not say the same twice', () => {
    expect(
      situation()
        .entries('claude-desktop', () => undefined)
        .find('in-sync'),
    ).toEqual([])
  })

  it('tells one that a person removed, with both ways on', () => {
    const found = situation()
      .entries('claude-desktop', ({ tavily: _, ...rest }) => rest)
      .find('entries-kept')
    expect(found).toMatchObject([
      {
        level: 'warning',
        subject: 'tavily in Claude Desktop (Windows)',
        choices: ['to remove it everywhere: mcp-twin sync --adopt', 'to put it back: mcp-twin sync --force'],
        fix: 'mcp-twin sync --adopt',
      },
    ])
    expect(found[0]?.autofix).toBeUndefined()
  })

  it('tells one that a person edited, with the difference and without keys', () => {
    const found = situation()
      .entries('claude-code', (servers) => ({ ...servers, files: { ...servers.files, args: ['--more'] } }))
      .find('entries-kept')
    expect(found).toMatchObject([{ level: 'warning', subject: 'files in Claude Code (Ubuntu)', fix: 'mcp-twin sync --adopt' }])
    expect(found[0]?.detail?.join('\n')).toContain('--more')
  })
})

describe('unmanaged', () => {
  it('tells of servers that only one program has', () => {
    const found = situation()
      .entries('claude-desktop', (servers) => ({ ...servers, blender: { command: 'uvx', args: ['blender-mcp'] } }))
      .find('unmanaged')
    expect(found).toMatchObject([
      {
        level: 'info',
        subject: 'Claude Desktop (Windows)',
        message: expect.stringContaining('not managed by mcp-twin: blender'),
        fix: 'mcp-twin sync --adopt',
      },
    ])
  })
})

describe('server-installed', () => {
  it('tells which package is missing where', () => {
    expect(situation().notInstalled('windows tavily-mcp@0.2.22').find('server-installed')).toMatchObject([
      { level: 'error', subject: 'tavily', environment: 'windows', message: 'tavily-mcp 0.2.22 is not installed on Windows', ...sync },
    ])
  })

  it('tells that no version is pinned', () => {
    expect(
      situation()
        .manifestNow((manifest) => ({ ...manifest, servers: { ...usualServers, web: { package: 'web-mcp' } } }))
        .find('server-installed'),
    ).toMatchObject([{ level: 'error', subject: 'web', message: expect.stringContaining('no version of web-mcp is pinned'), ...sync }])
  })
})

describe('versions-match', () => {
  it('tells that the sides have different versions installed', () => {
    const packages = situation()
      .facts()
      .packages.map((each) => (each.name === 'tavily-mcp' && each.environment.id === 'windows' ? { ...each, installed: '0.2.20' } : each))
    expect(situation().with({ packages }).find('versions-match')).toMatchObject([
      { level: 'error', subject: 'tavily', message: expect.stringMatching(/0\.2\.22 on Ubuntu.*0\.2\.20 on Windows/), ...sync },
    ])
  })

  it('reports an entry with another version, written by a person', () => {
    const found = situation()
      .entries('claude-code', (servers) => ({
        ...servers,
        tavily: { ...servers.tavily, command: 'npx', args: ['-y', 'tavily-mcp@0.1.0'] },
      }))
      .find('versions-match')
    expect(found).toMatchObject([{ level: 'error', message: expect.stringContaining('0.1.0 on Ubuntu'), fix: 'mcp-twin sync --force' }])
    expect(found[0]?.autofix).toBeUndefined()
  })

  it('does not mind versions that differ on purpose', () => {
    const servers = { tavily: { package: 'tavily-mcp@0.2.22', on: { windows: { package: 'tavily-mcp@0.2.22' } } } }
    const packages = situation()
      .servers(servers)
      .facts()
      .packages.map((each) => ({ ...each, installed: each.environment.id === 'windows' ? '1.0.0' : '0.2.22' }))
    expect(situation().servers(servers).with({ packages }).find('versions-match')).toEqual([])
  })
})

describe('npm-scripts', () => {
  it('names packages whose install scripts were not run', () => {
    const packages = situation()
      .facts()
      .packages.map((each) => (each.name === 'tavily-mcp' ? { ...each, scripts: ['better-sqlite3@12.0.0'] } : each))
    expect(situation().with({ packages }).find('npm-scripts')).toMatchObject([
      {
        level: 'info',
        subject: 'tavily',
        detail: ['better-sqlite3@12.0.0'],
        fix: expect.stringContaining('"allowScripts": true for tavily'),
      },
      { level: 'info', subject: 'tavily' },
    ])
  })
})

describe('command-found', () => {
  it('tells a program of ours that is missing, and fixes it where the plan does', () => {
    const node = '/home/ana/.nvm/versions/node/v20.1.0/bin/node'
    const found = situation()
      .gone('tavily', { what: 'program', path: node })
      .manifestNow((manifest) => ({
        ...manifest,
        servers: {
          ...manifest.servers,
          tavily: { package: 'tavily-mcp@0.2.22', args: ['--new'], env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' } },
        },
      }))
      .find('command-found')
    expect(found).toMatchObject([
      { level: 'error', message: 'the program that it starts does not exist', detail: [node], ...sync },
      { level: 'error', ...sync },
    ])
  })

  it('puts our own launcher back where it is missing', () => {
    const found = situation()
      .servers({ kept: { command: '/opt/x', launch: 'run', only: ['claude-code'] } })
      .gone('kept', { what: 'script', path: '/home/ana/.mcp-twin/bin/mcp-twin.mjs' })
      .find('command-found')
    expect(found).toMatchObject([{ level: 'error', subject: 'kept in Claude Code (Ubuntu)', ...sync }])
  })

  it('tells one of a server as typed', () => {
    const found = situation()
      .servers({ local: { command: '/opt/gone', only: ['claude-code'] } })
      .gone('local', { what: 'program', path: '/opt/gone' })
      .find('command-found')
    expect(found).toMatchObject([
      { level: 'error', subject: 'local in Claude Code (Ubuntu)', fix: expect.stringContaining('mcp-twin disable local') },
    ])
  })

  it('names the side without it: the program that crosses the border is one of Windows', () => {
    const find = (path: string) =>
      situation()
        .servers({ far: { command: '/opt/far', runIn: 'wsl', only: ['claude-desktop'] } })
        .gone('far', { what: 'program', path, on: windows })
        .find('command-found')
    expect(find('C:\\Windows\\System32\\wsl.exe')).toMatchObject([
      { level: 'error', subject: 'far in Claude Desktop (Windows)', fix: 'in PowerShell: wsl --install, or: mcp-twin disable far' },
    ])
    expect(find('C:\\x\\other.exe')).toMatchObject([{ fix: 'install it on Windows, or: mcp-twin disable far' }])
  })

  it("only warns of somebody else's", () => {
    const found = situation()
      .entries('claude-code', (servers) => ({ ...servers, web: { command: 'uvx', args: ['web'] } }))
      .gone('web', { what: 'program', path: 'uvx' })
      .find('command-found')
    expect(found).toMatchObject([{ level: 'warning', subject: 'web in Claude Code (Ubuntu)', detail: ['uvx'] }])
  })

  it('leaves a package that is not installed to the check of packages', () => {
    const script = { what: 'script', path: '/home/ana/.mcp-twin/npm/x' } as const
    const found = situation()
      .notInstalled('wsl:Ubuntu tavily-mcp@0.2.22', 'windows tavily-mcp@0.2.22')
      .gone('tavily', script)
      .find('command-found')
    expect(found).toEqual([])
  })
})

describe('literal-paths', () => {
  it('tells a Windows path in a Linux entry of ours, and what to write', () => {
    const found = situation()
      .servers({ notes: { command: 'notes', args: ['C:\\Users\\Ana Ruiz\\notes'], only: ['claude-code'] } })
      .find('literal-paths')
    expect(found).toMatchObject([
      {
        level: 'error',
        subject: 'notes in Claude Code (Ubuntu)',
        message: 'it names a Windows path, which means nothing on Ubuntu',
        detail: ['C:\\Users\\Ana Ruiz\\notes'],
        fix: 'write "${path:C:\\\\Users\\\\Ana Ruiz\\\\notes}" instead of it for notes in the manifest, then: mcp-twin sync',
      },
    ])
  })

  it('tells a Linux path in a Windows entry of somebody else, and how Windows spells it', () => {
    const found = situation()
      .entries('claude-desktop', (servers) => ({ ...servers, notes: { command: 'notes.exe', args: ['--dir=/home/ana/notes', '/c'] } }))
      .find('literal-paths')
    expect(found).toMatchObject([
      {
        level: 'warning',
        subject: 'notes in Claude Desktop (Windows)',
        detail: ['/home/ana/notes'],
        fix: 'write \\\\wsl.localhost\\Ubuntu\\home\\ana\\notes in its place',
      },
    ])
  })

  it('warns of a path within an argument, and names server, argument and what to write', () => {
    const found = situation()
      .servers({
        notes: { command: 'notes', args: ['-c', 'notes C:\\x\\y.js', 'file:///D:/z'], env: { HINT: 'see "C:\\q"' }, only: ['claude-code'] },
      })
      .find('literal-paths')
    expect(found).toMatchObject([
      {
        level: 'warning',
        subject: 'notes in Claude Code (Ubuntu)',
        message: 'its argument 2 holds a Windows path, which means nothing on Ubuntu',
        detail: ['C:\\x\\y.js'],
        fix: expect.stringMatching(/^write "\$\{path:C:\\x\\y\.js\}" there for notes in the manifest, or say with "on"/),
      },
      { level: 'warning', message: expect.stringMatching(/^its argument 3 holds/), detail: ['D:/z'] },
      { level: 'warning', message: expect.stringMatching(/^its HINT holds/), detail: ['C:\\q'] },
    ])
  })

  it('lets paths pass that are for the side where the program runs', () => {
    const wsl = {
      command: 'C:\\Windows\\System32\\wsl.exe',
      args: ['-d', 'Ubuntu', '-u', 'ana', '--exec', '/usr/bin/thing', '/home/ana/x'],
    }
    const exe = { command: '/mnt/c/Program Files/nodejs/node.exe', args: ['C:\\Users\\Ana Ruiz\\x.js', 'C:\\data'] }
    const found = situation()
      .entries('claude-desktop', (servers) => ({ ...servers, wsl }))
      .entries('claude-code', (servers) => ({ ...servers, exe }))
      .find('literal-paths')
    expect(found).toEqual([])
  })
})

describe('unset-variables', () => {
  it('tells a variable that Claude Code will not find', () => {
    const found = situation()
      .servers({
        web: {
          command: 'web',
          env: { A: '${NOT_SET}', B: '${HOME}', C: '${ALSO_NOT:-x}', D: '${CLAUDE_PROJECT_DIR}' },
          only: ['claude-code'],
        },
      })
      .find('unset-variables')
    expect(found).toMatchObject([
      {
        level: 'error',
        subject: 'web in Claude Code (Ubuntu)',
        message: expect.stringMatching(/^NOT_SET is not set here/),
        fix: expect.stringMatching(/^export NOT_SET=/),
      },
    ])
  })

  it('reports that Claude Desktop fills in no variables', () => {
    const found = situation()
      .servers({ web: { command: 'web', env: { WEB_API_KEY: '${WEB_API_KEY}' }, only: ['claude-desktop'] } })
      .find('unset-variables')
    expect(found).toMatchObject([
      {
        level: 'error',
        subject: 'web in Claude Desktop (Windows)',
        fix: 'write ${secret:WEB_API_KEY} in its place in the manifest, then: mcp-twin sync',
      },
    ])
  })

  it("reads Cursor's own way to name one", () => {
    const found = situation()
      .client('cursor')
      .entries('cursor', () => ({ web: { command: 'web', env: { A: '${env:NOT_SET}' } } }))
      .find('unset-variables')
    expect(found).toMatchObject([{ level: 'warning', subject: 'web in Cursor (Ubuntu)' }])
  })
})

describe('name-clashes', () => {
  it('tells two entries that start one thing', () => {
    const found = situation()
      .entries('claude-code', (servers) => ({
        ...servers,
        search: { command: 'npx', args: ['-y', 'tavily-mcp@latest'], env: { TAVILY_API_KEY: KEY } },
      }))
      .find('name-clashes')
    expect(found).toMatchObject([
      {
        level: 'warning',
        subject: 'search',
        message: expect.stringContaining('tavily and search'),
        fix: expect.stringContaining('take "search" out'),
      },
    ])
  })

  it('does not take one package with other arguments for the same', () => {
    const found = situation()
      .servers({ a: { ...usualServers.files, args: ['${path:~/a}'] }, b: { ...usualServers.files, args: ['${path:~/b}'] } })
      .find('name-clashes')
    expect(found).toEqual([])
  })

  it('tells names that differ only in case', () => {
    expect(
      situation()
        .entries('claude-code', (servers) => ({ ...servers, Tavily: { command: 'x' } }))
        .find('name-clashes'),
    ).toMatchObject([{ level: 'warning', subject: 'tavily' }])
  })

  it('tells a name that is there twice', () => {
    const twice = '{"mcpServers": {"web": {"command": "a"}, "web": {"command": "b"}}}'
    expect(
      situation()
        .text('claude-code', () => twice)
        .find('name-clashes'),
    ).toMatchObject([{ level: 'error', subject: 'web', fix: expect.stringContaining('take one of the two out') }])
  })
})

describe('what only starting the servers tells', () => {
  const silent = { tools: null, reason: 'it did not answer the handshake within 30 s', stderr: ['Error: no key'] }

  it('a server that does not start, with its last words', () => {
    expect(situation().probed(silent, {}).find('server-starts')).toMatchObject([
      {
        level: 'error',
        subject: 'tavily',
        message: expect.stringContaining('did not answer the handshake within 30 s'),
        detail: ['Error: no key'],
        fix: 'mcp-twin disable tavily',
      },
    ])
  })

  it('nothing more of one whose script is missing, which is known without starting it', () => {
    const file = native('/home/ana/.claude.json')
    const deep = situation()
      .servers({ local: { command: '/opt/gone', only: ['claude-code'] } })
      .gone('local', { what: 'program', path: '/opt/gone' })
      .probed({ ...silent, environment: ubuntu, client: definition('claude-code'), file, name: 'local', server: 'local' })
    expect(deep.find('server-starts')).toEqual([])
    expect(deep.find('command-found')).toMatchObject([{ level: 'error', subject: 'local in Claude Code (Ubuntu)' }])
  })

  it('a failure that several programs have, once with their names', () => {
    const here = { environment: ubuntu, client: definition('claude-code'), file: native('/home/ana/.claude.json') }
    const found = situation().probed(silent, { ...silent, ...here }, { ...silent, ...here, reason: 'it ended by itself' }, { ...here })
    expect(found.find('server-starts')).toMatchObject([
      {
        message:
          'as Claude Desktop (Windows) and Claude Code (Ubuntu) start it, it does not answer: it did not answer the handshake within 30 s',
      },
      { message: 'as Claude Code (Ubuntu) starts it, it does not answer: it ended by itself', environment: ubuntu.id },
    ])
    expect(found.all('server-starts').map(({ level }) => level)).toEqual(['error', 'error', 'ok'])
  })

  it('what a server prints, and that it has no tools, once with the names of the programs', () => {
    const here = { environment: ubuntu, client: definition('claude-code'), file: native('/home/ana/.claude.json') }
    const where = 'as Claude Desktop (Windows) and Claude Code (Ubuntu) start it'
    const loud = situation().probed({ noise: 'at 12:01' }, { ...here, noise: 'at 12:02' }, { ...here, name: 'other', noise: 'hi' })
    expect(loud.find('stdout-clean')).toMatchObject([
      { subject: 'tavily', message: expect.stringContaining(where), detail: ['at 12:01'] },
      { subject: 'other', message: expect.stringContaining('as Claude Code (Ubuntu) starts it') },
    ])
    expect(
      situation()
        .probed({ tools: [] }, { ...here, tools: [] }, { ...here })
        .find('tools-listed'),
    ).toMatchObject([{ subject: 'tavily', message: expect.stringContaining(where) }])
  })

  it('a server that a hand edit broke: its entry is restored, not adopted', () => {
    const file = native('/home/ana/.claude.json')
    const deep = situation()
      .entries('claude-code', (servers) => ({ ...servers, files: { ...servers.files, args: ['--more'] } }))
      .probed({ ...silent, environment: ubuntu, client: definition('claude-code'), file, name: 'files', server: 'files' })
    expect(deep.find('server-starts')).toMatchObject([{ fix: 'mcp-twin sync --force' }])
    expect(deep.find('entries-kept')).toMatchObject([
      { fix: 'mcp-twin sync --force', message: expect.stringContaining('does not answer so') },
    ])
  })

  it('one of somebody else, which is not ours to switch off', () => {
    expect(
      situation()
        .probed({ ...silent, name: 'web', server: null })
        .find('server-starts'),
    ).toMatchObject([{ level: 'error', fix: expect.stringContaining('take "web" out of C:\\config.json') }])
  })

  it('a server that prints beside the protocol', () => {
    expect(situation().probed({ noise: 'Listening on port 3000\nmore' }).find('stdout-clean')).toMatchObject([
      { level: 'warning', detail: ['Listening on port 3000'] },
    ])
    expect(
      situation()
        .probed({ ...silent, noise: 'hello' })
        .find('stdout-clean'),
    ).toMatchObject([{ level: 'error' }])
  })

  it('a server without tools', () => {
    expect(situation().probed({ tools: [] }).find('tools-listed')).toMatchObject([
      { level: 'warning', message: expect.stringContaining('lists no tool') },
    ])
  })

  it('a program whose tools cost more than 20 000 tokens, with the three heaviest and what to type', () => {
    const heavy = { tavily: 9000, files: 8000, 'mcp-twin': 3500, small: 200 }
    expect(situation().weighed(heavy).find('tool-count')).toMatchObject([
      {
        ...{ level: 'info', subject: 'Claude Desktop (Windows)', fix: 'mcp-twin tools tavily' },
        message: 'its tools cost about 20 700 tokens in every conversation; the heaviest: tavily 9 000, files 8 000, mcp-twin 3 500',
      },
    ])
    expect(situation().weighed({ tavily: 12_000, files: 8000 }).find('tool-count')).toEqual([])
  })

  it('reports an unknown cost of tools where no server was started, unless the known part is too much', () => {
    expect(situation().weighed({ tavily: 12_000, files: null }).find('tool-count')).toMatchObject([{ level: 'skipped' }])
    expect(situation().weighed({ tavily: 20_001, files: null }).find('tool-count')).toMatchObject([{ level: 'info' }])
    expect(situation().probed({}).weighed({ tavily: 12_000, files: null }).find('tool-count')).toEqual([])
  })

  it('a heavy server that is no server of the manifest', () => {
    const [found] = situation().weighed({ theirs: 30_000 }).find('tool-count')
    expect(found?.fix).toBe('take those out that you do not use')
  })

  it('how long each took and how many tools it has', () => {
    const [good] = situation().probed({}).all('server-starts')
    expect(good).toMatchObject({ level: 'ok', subject: 'tavily', message: 'Claude Desktop (Windows): 0.4 s, 1 tool' })
  })
})
