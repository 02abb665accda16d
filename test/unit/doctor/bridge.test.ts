import { describe, expect, it } from 'vitest'
import { allowed } from '../../../src/bridge/start/paths.ts'
import { folderOf, readStatus } from '../../../src/core/doctor/bridge.ts'
import { native, reachable } from '../../../src/model/path.ts'
import { ubuntu } from '../../support/launches.ts'
import { situation, windows } from './situation.ts'

const bridgeChecks = [
  'bridge-starts',
  'bridge-link',
  'bridge-roots',
  'bridge-rules',
  'bridge-terminal',
  'bridge-appeared',
  'bridge-search',
  'bridge-shared',
  'bridge-plugins',
  'bridge-audit',
  'store-integrity',
  'bridge-port',
  'tokens',
  'triggers-mode',
]
const silent = { tools: null, reason: 'it ended by itself (exit code 1)', stderr: ['no such file'], bridge: { status: null } }

describe('where there is no bridge', () => {
  it.each(bridgeChecks)('%s looks at nothing, and says why', (id) => {
    expect(situation().probed({}).find(id)).toMatchObject([{ level: 'skipped', message: 'the bridge is switched off' }])
    const manifest = { shown: native('/w/mcp-twin.json'), exists: true, project: native('/w') }
    expect(situation().with({ manifest }).find(id)).toMatchObject([{ message: 'a project has no bridge of its own' }])
  })
})

describe('bridge-starts', () => {
  it('tells how long each took, on both sides', () => {
    expect(situation().bridge().started().all('bridge-starts')).toMatchObject([
      { level: 'ok', message: 'Claude Desktop (Windows): 0.4 s, 1 tool', environment: 'windows' },
      { level: 'ok', message: 'Claude Code (Ubuntu): 0.4 s, 1 tool', environment: 'wsl:Ubuntu' },
    ])
  })

  it('reports a silent bridge with its last output, and suspects a copy that looks whole', () => {
    expect(situation().bridge().started(silent).find('bridge-starts')).toMatchObject([
      {
        level: 'error',
        environment: 'windows',
        message: 'as Claude Desktop (Windows) starts it, it does not answer: it ended by itself (exit code 1)',
        detail: ['no such file'],
        fix: 'rm -r /home/ana/.mcp-twin/app && mcp-twin sync',
      },
    ])
  })

  it('does not repeat the last words that both have', () => {
    const found = situation().bridge().started(silent, silent).find('bridge-starts')
    expect(found.map(({ detail }) => detail)).toEqual([['no such file'], []])
  })

  it('has a sync fix a copy that is missing', () => {
    const found = situation().servers({}, { bridge: {} }).bridge().selfOutdated('wsl:Ubuntu').started(silent).find('bridge-starts')
    expect(found).toMatchObject([{ level: 'error', fix: 'mcp-twin sync', autofix: { kind: 'sync' } }])
  })

  it('puts an entry back that somebody edited', () => {
    const file = native('/home/ana/.claude.json')
    const found = situation()
      .servers({}, { bridge: {} })
      .entries('claude-code', (servers) => ({ ...servers, 'mcp-twin': { ...servers['mcp-twin'], args: ['/gone.mjs', 'serve'] } }))
      .bridge()
      .started({}, { ...silent, file })
      .find('bridge-starts')
    expect(found).toMatchObject([{ level: 'error', fix: 'mcp-twin sync --force' }])
  })

  it('is left out of server-starts, which would say the same', () => {
    expect(situation().bridge().started(silent).find('server-starts')).toEqual([])
  })

  it('says once what both bridges say is wrong and no other check says', () => {
    const says = { problems: ['The store is damaged.', 'Searching is off: no rg.', 'The root "x" is no good.'] }
    const found = situation()
      .bridge({}, { problems: ['The root "x" is no good.'] })
      .started({ says }, { says })
      .find('bridge-starts')
    expect(found).toMatchObject([{ level: 'warning', message: 'The store is damaged.' }])
  })

  it('says where no program has an entry', () => {
    expect(situation().bridge().probed({}).find('bridge-starts')).toMatchObject([{ level: 'skipped' }])
  })
})

describe('bridge-link', () => {
  it('tells that both sides reach the one home, and how fast', () => {
    expect(situation().bridge().started().all('bridge-link')).toMatchObject([
      {
        level: 'ok',
        message:
          'Claude Desktop (Windows) and Claude Code (Ubuntu) reach /home/ana/.mcp-twin/bridge on Ubuntu, 0.8 ms and 0.8 ms there and back; a value stored at home was read through each',
      },
    ])
  })

  it('is an error where a value stored at home is not read through one of them', () => {
    expect(
      situation()
        .bridge()
        .started({ says: { link: false } })
        .find('bridge-link'),
    ).toMatchObject([
      { level: 'error', message: expect.stringMatching(/cannot be read through the bridge of Claude Desktop/), environment: 'windows' },
    ])
    expect(
      situation()
        .bridge()
        .started({ says: { link: null } })
        .find('bridge-link'),
    ).toEqual([])
  })

  it.each([
    ['another folder', { folders: ['/root/.mcp-twin/bridge/workspace'] }, '/root/.mcp-twin/bridge on Ubuntu'],
    ['another distribution', { home: 'wsl:Debian' }, '/home/ana/.mcp-twin/bridge on wsl:Debian'],
    [
      'the other side',
      { home: 'windows', folders: ['C:\\Users\\Ana\\.mcp-twin\\bridge\\workspace'] },
      'C:\\Users\\Ana\\.mcp-twin\\bridge on Windows',
    ],
  ])('tells one that works in %s', (_, says, place) => {
    const found = situation().bridge().started({ says }).find('bridge-link')
    expect(found).toMatchObject([
      {
        level: 'error',
        environment: 'windows',
        message: expect.stringContaining('the bridge of Claude Desktop (Windows) uses another home'),
        detail: [`it works in  ${place}`, 'home is      /home/ana/.mcp-twin/bridge on Ubuntu'],
        fix: expect.stringContaining('MCP_TWIN_HOME'),
      },
    ])
  })

  it('reads the folder of a home on Windows without its case', () => {
    const folder = native('C:\\Users\\Ana\\.mcp-twin\\bridge')
    const says = { home: 'windows', folders: [`${folder}\\workspace`] }
    const workspace = `${folder.replace('C:\\Users', 'c:\\users')}\\workspace`
    const found = situation().bridge({ home: windows, folder, workspace }).started({ says }, { says }).all('bridge-link')
    expect(found).toMatchObject([{ level: 'ok', message: expect.stringContaining(`reach ${folder} on Windows`) }])
  })

  it('leaves the findings of such a bridge to its own home', () => {
    const says = { home: 'wsl:Debian', problems: ['There is no manifest.'] }
    expect(situation().bridge().started({ says }).find('bridge-starts')).toEqual([])
  })

  it('puts an edited entry back', () => {
    const found = situation()
      .servers({}, { bridge: {} })
      .entries('claude-code', (servers) => ({ ...servers, 'mcp-twin': { ...servers['mcp-twin'], env: { MCP_TWIN_HOME: '/x' } } }))
      .bridge()
      .started({}, { says: { folders: ['/x/bridge/workspace'] } })
      .find('bridge-link')
    expect(found).toMatchObject([{ level: 'error', fix: 'mcp-twin sync --force' }])
  })

  it('tells one whose entry, ours once, starts something else', () => {
    const found = situation()
      .servers({}, { bridge: {} })
      .entries('claude-code', (servers) => ({ ...servers, 'mcp-twin': { command: '/bin/other' } }))
      .facts()
      .files.find(({ client }) => client.id === 'claude-code')
    expect(found?.entries).toMatchObject([{ name: 'mcp-twin', isBridge: true }])
  })

  it('believes the folder of a bridge that was entered without the name of its distribution', () => {
    expect(
      situation()
        .bridge()
        .started({ says: { home: 'wsl:unknown' } })
        .find('bridge-link'),
    ).toEqual([])
  })

  it('tells what cannot be known', () => {
    const found = situation()
      .bridge()
      .started({ says: { folders: ['/home/ana/work'] } }, { bridge: { status: null } })
      .find('bridge-link')
    expect(found).toMatchObject([
      { level: 'info', message: expect.stringContaining('other folders') },
      { level: 'info', message: expect.stringContaining('switched off') },
    ])
  })

  it('knows nothing where no bridge answers', () => {
    expect(situation().bridge().started(silent, silent).find('bridge-link')).toMatchObject([{ level: 'skipped' }])
  })
})

describe('bridge-roots', () => {
  const root = (more: object) => ({ path: '/home/ana/work', isWorkspace: false, there: 'folder', closed: null, ...more }) as const

  it('tells one that is neither absolute nor from ~', () => {
    const problem = 'The root "work" is neither absolute nor from ~, so it is not used.'
    expect(
      situation()
        .bridge({}, { problems: [problem] })
        .find('bridge-roots'),
    ).toMatchObject([{ level: 'error', message: problem, fix: expect.stringContaining('mcp-twin roots add') }])
  })

  it('reports a missing one, with the command that makes it', () => {
    expect(
      situation()
        .bridge({}, { roots: [root({ there: 'nothing' })] })
        .find('bridge-roots'),
    ).toMatchObject([{ level: 'warning', detail: ['/home/ana/work'], fix: 'mkdir -p /home/ana/work' }])
  })

  it('tells one that is closed', () => {
    expect(
      situation()
        .bridge({}, { roots: [root({ closed: 'it is closed.' })] })
        .find('bridge-roots'),
    ).toMatchObject([{ level: 'error', message: 'it opens nothing: it is closed.', fix: 'mcp-twin roots remove /home/ana/work' }])
  })

  it('does not mind a single file, nor a workspace that is still to be made', () => {
    const roots = [root({ there: 'file' }), root({ there: 'nothing', isWorkspace: true })]
    expect(situation().bridge({}, { roots }).find('bridge-roots')).toEqual([])
  })

  it('reports a file in the place of the workspace', () => {
    expect(
      situation()
        .bridge({}, { roots: [root({ there: 'file', isWorkspace: true })] })
        .find('bridge-roots'),
    ).toMatchObject([{ level: 'error', fix: 'mv /home/ana/work /home/ana/work.old' }])
  })
})

describe('bridge-rules', () => {
  it('ranks a path that fails to be closed above an unknown family', () => {
    const problems = ['The closed path "x" is neither.', 'The manifest names a tool family "y".', 'The root "z" is not used.']
    expect(situation().bridge({}, { problems }).find('bridge-rules')).toMatchObject([
      { level: 'error', subject: 'bridge.deny' },
      { level: 'warning', subject: 'bridge.families' },
    ])
  })

  it('reports what bridge.allow cannot open', () => {
    const problems: string[] = []
    const self = ubuntu
    const entries = ['.git/hooks', '~/.bashrc', 'Makefile', '~/.ssh', '/w/p/.mcp.json']
    const closed = [`${self.home}/.ssh`]
    expect(allowed(entries, { self, others: [] }, closed, problems)).toEqual([
      ...['.git/hooks', `${self.home}/.bashrc`, `${self.home}/.ssh`, '/w/p/.mcp.json'],
    ])
    expect(situation().bridge({}, { problems }).find('bridge-rules')).toMatchObject(
      ['"Makefile" is neither absolute', '/.ssh" stays closed', '/w/p/.mcp.json" stays closed'].map((said) => ({
        level: 'warning',
        subject: 'bridge.allow',
        message: expect.stringContaining(said),
      })),
    )
  })

  it('tells settings that are not used', () => {
    expect(situation().bridge({}, { settings: 'config.json is not used: no JSON' }).find('bridge-rules')).toMatchObject([
      {
        level: 'warning',
        subject: 'settings',
        fix: 'mv /home/ana/.mcp-twin/bridge/config.json /home/ana/.mcp-twin/bridge/config.json.old',
      },
    ])
  })
})

describe('bridge-terminal', () => {
  it.each([
    ['not-installed', 'sudo apt install bubblewrap'],
    ['not-on-this-system', expect.stringContaining('"terminal": "off"')],
    ['not-for-root', expect.stringContaining('as an ordinary user')],
  ] as const)('tells a sandbox that is %s', (sandbox, fix) => {
    expect(situation().bridge({}, { terminal: 'sandbox', sandbox }).find('bridge-terminal')).toMatchObject([{ level: 'error', fix }])
    expect(situation().bridge({}, { terminal: 'on', sandbox }).find('bridge-terminal')).toEqual([])
    expect(
      situation()
        .bridge({}, { terminal: 'sandbox', sandbox, families: ['files'] })
        .find('bridge-terminal'),
    ).toEqual([])
  })

  it('tells one whose canary failed when the bridge tried it', () => {
    const says = { problems: ['The terminal is off: its sandbox does not hold, since the network could be reached.'] }
    const found = situation().bridge({}, { terminal: 'sandbox' }).started({ says }, { says })
    expect(found.find('bridge-terminal')).toMatchObject([
      { level: 'error', message: 'the sandbox does not work, so no command runs: the network could be reached' },
    ])
    expect(found.find('bridge-starts')).toEqual([])
  })
})

describe('bridge-appeared', () => {
  const appeared = [{ path: '/w/p/.git/hooks/pre-push', at: 1, client: 'claude-desktop' }]

  it('names files made by commands that start programs later, until a person has looked', () => {
    expect(situation().bridge({ appeared }).find('bridge-appeared')).toMatchObject([
      {
        level: 'warning',
        subject: '1 file',
        message: expect.stringContaining('commands of claude-desktop'),
        detail: ['/w/p/.git/hooks/pre-push'],
        fix: expect.stringContaining('rm /home/ana/.mcp-twin/bridge/sandbox/appeared.json'),
      },
    ])
    const many = Array.from({ length: 30 }, (_, at) => ({ path: `/w/${at}/.envrc`, at, client: 'x' }))
    const [found] = situation().bridge({ appeared: many }).find('bridge-appeared')
    expect([found?.detail?.length, found?.detail?.at(-1)]).toEqual([21, expect.stringContaining('and 10 more')])
  })
  it('is not said a second time by the bridges that were started', () => {
    const says = { problems: ['Commands in the sandbox made or changed files that start programs by themselves later: /w/p/.envrc. Look.'] }
    const found = situation().bridge({ appeared }).started({ says }, { says })
    expect(found.find('bridge-starts')).toEqual([])
    expect(found.find('bridge-appeared')).toHaveLength(1)
  })
})

describe('bridge-plugins', () => {
  const plugins = [{ file: 'notes.js', why: 'its process ended by itself (exit code 0)' }]

  it('names each that was switched off or changed, with the reason and the way back', () => {
    expect(situation().bridge({}, { plugins }).find('bridge-plugins')).toMatchObject([
      {
        level: 'warning',
        subject: 'notes.js',
        message: 'this plugin is off: its process ended by itself (exit code 0)',
        fix: expect.stringContaining('mcp-twin plugin allow notes.js'),
      },
    ])
  })
  it('is not said a second time by the bridges that were started', () => {
    const says = { problems: ['The plugin notes.js is off: its process ended by itself. A person can look at it.'] }
    const found = situation().bridge({}, { plugins }).started({ says }, { says })
    expect(found.find('bridge-starts')).toEqual([])
    expect(found.find('bridge-plugins')).toHaveLength(1)
  })
})

describe('bridge-search', () => {
  it('tells that there is no ripgrep, and where to get it', () => {
    const found = (more: object) => situation().bridge({ searching: { packaged: false, onPath: false, ...more } })
    expect(found({}).find('bridge-search')).toMatchObject([{ level: 'warning', fix: 'sudo apt install ripgrep' }])
    expect(found({ onPath: true }).find('bridge-search')).toEqual([])
    expect(found({ packaged: null }).find('bridge-search')).toEqual([])
  })

  it('tells a program that does not have it on its own PATH', () => {
    const says = { problems: ['Searching is off: ripgrep is not here.'] }
    const found = situation()
      .bridge({ searching: { packaged: false, onPath: true } })
      .started({ says })
      .find('bridge-search')
    expect(found).toMatchObject([{ level: 'warning', message: expect.stringContaining('a PATH that lacks ripgrep') }])
  })
})

describe('bridge-audit', () => {
  it('takes an audit that cannot be written for worse than a log', () => {
    const shown = '/home/ana/.mcp-twin/bridge/audit.jsonl'
    const unwritable = [
      { what: 'audit', shown, why: 'it is not a file' },
      { what: 'log', shown: '/l', why: 'you have no permission to write there' },
    ] as const
    expect(situation().bridge({ unwritable }).find('bridge-audit')).toMatchObject([
      { level: 'error', subject: 'audit', detail: [shown], fix: `mv ${shown} ${shown}.old` },
      { level: 'warning', subject: 'log', fix: expect.stringMatching(/^sudo chown -R /) },
    ])
  })
})

describe('store-server', () => {
  const found = (more: object) =>
    situation()
      .bridge(
        {},
        {
          storeServer: {
            address: 'db/twin',
            isJoined: true,
            trouble: null,
            isPlain: false,
            isNewer: false,
            clockMs: 0,
            unsent: 0,
            unsentMs: 0,
            refused: null,
            ...more,
          },
        },
      )
      .find('store-server')

  it('reports a server that is not joined or not usable, and what is odd about one that is', () => {
    expect(found({})).toEqual([])
    expect(found({ isJoined: false })).toMatchObject([{ level: 'warning', fix: 'mcp-twin store move' }])
    expect(found({ trouble: 'Refused.', isPlain: true })).toMatchObject([{ level: 'error', detail: ['Refused.'] }])
    expect(found({ isPlain: true, isNewer: true, clockMs: -6 * 60_000 })).toMatchObject([
      { level: 'warning', message: 'its schema is that of a newer mcp-twin' },
      { level: 'warning', message: 'its clock is 6 minutes behind' },
      { level: 'warning', message: 'the connection is not encrypted' },
    ])
    expect(found({ clockMs: 4 * 60_000, unsent: 3, unsentMs: 23 * 3_600_000 })).toEqual([])
    expect(found({ unsent: 3, refused: 'It is full.' })).toMatchObject([
      { level: 'warning', message: 'it refused writes, which are kept here', detail: ['It is full.'], fix: 'mcp-twin store' },
    ])
    expect(found({ unsent: 3, unsentMs: 50 * 3_600_000 })).toMatchObject([{ level: 'warning', message: '3 writes are unsent for 2 days' }])
  })
})

describe('store-integrity', () => {
  const found = (more: object) =>
    situation()
      .bridge({}, { store: { file: '/x/1.db', trouble: null, isDamaged: false, salvaged: null, missing: null, ...more } })
      .find('store-integrity')

  it('reports faults of the store, and what a repair saved', () => {
    expect(found({})).toEqual([])
    expect(found({ trouble: 'Its file is damaged.', isDamaged: true })).toMatchObject([{ level: 'error', detail: ['/x/1.db'] }])
    expect(found({ trouble: 'It is of a newer mcp-twin.' })).toMatchObject([{ level: 'error', fix: expect.stringContaining('restart') }])
    expect(situation().bridge({}, { waiting: 'it cannot be read' }).find('store-integrity')).toMatchObject([
      { level: 'warning', subject: 'waiting.json', fix: 'mcp-twin inbox' },
    ])
    expect(found({ salvaged: 'Saved: 3 memory entries. Lost: nothing.' })).toMatchObject([{ level: 'info' }])
  })
})

describe('bridge-port', () => {
  it.each([
    [true, 'warning'],
    [false, 'info'],
  ])('tells a port that another program has; wanted: %s', (wanted, level) => {
    const ports = [{ port: 4400, wanted, by: 'another', version: null }] as const
    expect(situation().bridge({ ports }).find('bridge-port')).toMatchObject([
      { level, subject: 'port 4400', fix: expect.stringContaining('serve --http PORT') },
    ])
  })
})

describe('triggers-mode', () => {
  const path = { shown: native('/x/a b'), here: reachable('/x/a b') }

  it.each([
    ['folder', 0o755, 0o700, 'warning'],
    ['keys', 0o640, 0o600, 'error'],
  ] as const)('a %s with mode %i is made private', (what, mode, wanted, level) => {
    const triggers = [{ ...path, what, mode, wanted }]
    expect(situation().bridge({ triggers }).find('triggers-mode')).toMatchObject([
      { level, fix: `chmod ${wanted.toString(8)} '/x/a b'`, autofix: { kind: 'mode', mode: wanted } },
    ])
  })
})

describe('tokens', () => {
  const tokens = (more: object) => ({ tokens: { ...situation().bridge().facts().bridge?.tokens, ...more } as never })

  it('tells a file that cannot be read', () => {
    expect(
      situation()
        .bridge(tokens({ damaged: 'it is damaged' }))
        .find('tokens'),
    ).toMatchObject([{ level: 'error', fix: expect.stringMatching(/^mv .* && mcp-twin session new$/) }])
  })

  it.each([
    [0o644, 'warning'],
    [0o666, 'error'],
  ])('tells one that others may open (%o)', (openMode, level) => {
    expect(situation().bridge(tokens({ openMode })).find('tokens')).toMatchObject([{ level, autofix: { kind: 'mode', mode: 0o600 } }])
  })

  it('tells a clock that was ahead', () => {
    expect(
      situation()
        .bridge(tokens({ aheadMs: 3_600_000 }))
        .find('tokens'),
    ).toMatchObject([{ level: 'warning', message: expect.stringContaining('60 min') }])
  })
})

describe('disk-space', () => {
  const room = (free: number, files: number | null = 10_000) => ({ room: { path: native('C:\\x'), free: free * 1024 * 1024, files } })

  it.each([
    [room(400), 'warning'],
    [room(40), 'error'],
    [room(4000, 10), 'error'],
  ])('tells a disk that is nearly full', (facts, level) => {
    expect(situation().side('windows', facts).find('disk-space')).toMatchObject([{ level, environment: 'windows', detail: ['C:\\x'] }])
  })

  it('does not judge what does not tell', () => {
    expect(situation().side('windows', { room: null }).find('disk-space')).toEqual([])
    expect(situation().side('windows', room(4000, null)).find('disk-space')).toEqual([])
  })
})

describe('the entry of the bridge, changed by hand', () => {
  const kept = (change: (entry: Record<string, unknown> | undefined) => object) =>
    situation()
      .servers({ tiny: { command: '/bin/tiny' } }, { bridge: {} })
      .entries('claude-code', ({ 'mcp-twin': entry, ...rest }) => ({ ...rest, ...change(entry) }))
      .find('entries-kept')

  it('is put back: no manifest could take the change', () => {
    expect(kept((entry) => ({ 'mcp-twin': { ...entry, env: { A: 'b' } } }))).toMatchObject([{ fix: 'mcp-twin sync --force' }])
    expect(kept(() => ({}))).toMatchObject([
      { fix: 'mcp-twin sync --force', choices: [expect.stringContaining('"enabled": false'), 'to put it back: mcp-twin sync --force'] },
    ])
  })
})

describe('what a bridge says of itself', () => {
  it('is read whatever else it says, and not where it names no home', () => {
    expect(readStatus({ home: 'linux', folders: ['/h/.mcp-twin/bridge/workspace', 3], more: {} }, 2)).toMatchObject({
      ...{ home: 'linux', folders: ['/h/.mcp-twin/bridge/workspace'], problems: [], roundTripMs: 2 },
    })
    expect(readStatus({ version: '1' }, 2)).toBeNull()
  })

  it('names its folder in either spelling', () => {
    const folder = (path: string) => folderOf({ folders: ['/x', path] } as never)
    expect(folder('/h/.mcp-twin/bridge/workspace')).toBe('/h/.mcp-twin/bridge')
    expect(folder('C:\\h\\.mcp-twin\\bridge\\workspace')).toBe('C:\\h\\.mcp-twin\\bridge')
    expect(folder('/h/workspace')).toBeNull()
  })
})
