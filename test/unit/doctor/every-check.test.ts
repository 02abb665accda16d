import { describe, expect, it } from 'vitest'
import { checks } from '../../../src/catalog/checks/index.ts'
import type { SideFacts } from '../../../src/core/doctor/facts.ts'
import { native, reachable } from '../../../src/model/path.ts'
import { KEY, type Situation, situation, ubuntu, usualServers, windows } from './situation.ts'

const folder = native('/home/ana/work')
const entry = { kind: 'stdio', command: 'other', args: [], env: {} } as const
const silent = { tools: null, reason: 'it did not answer', stderr: [] }
const full: Partial<SideFacts> = { room: { path: folder, free: 1024, files: 10_000 } }
const sound = (): Situation => situation()
const desktopOnly = (server: object) => sound().servers({ local: { command: 'local', only: ['claude-desktop'], ...server } })

function withPackages(change: object): Situation {
  const packages = sound()
    .facts()
    .packages.map((each) => (each.name === 'tavily-mcp' && each.environment.id === windows.id ? { ...each, ...change } : each))
  return sound().with({ packages })
}

/** The situation in which each check must report something: one fault on a machine that is sound otherwise. */
const faults: Readonly<Record<string, () => Situation>> = {
  'wsl-version': () => sound().environment(ubuntu.id, { wslVersion: 1 }),
  interop: () => sound().without(windows.id, 'exec'),
  automount: () => sound().environment(ubuntu.id, { mountRoot: '' }),
  'node-version': () => sound().side(ubuntu.id, { nodeVersion: '18.1.0' }),
  'node-path': () => sound().without(windows.id, 'node'),
  'npm-prefix': () => sound().without(windows.id, 'npm'),
  'command-on-path': () =>
    sound().with({ commands: [{ environment: ubuntu, file: native('/home/ana/.local/bin/mcp-twin'), found: 'gone', first: null }] }),
  'disk-space': () => sound().side(ubuntu.id, full),
  'time-skew': () => sound().side(windows.id, { pulse: { ok: true, nodeVersion: '22.1.0', skewMs: 95_000 } }),
  locks: () =>
    sound().with({ locks: [{ shown: '/x', holder: 'process 1', abandoned: { of: 'run', guarded: reachable('/home/ana/.mcp-twin') } }] }),
  'config-found': () => sound().file('claude-desktop', { here: null }),
  'config-parses': () => sound().text('claude-desktop', () => '{ "mcpServers": [] }'),
  'config-encoding': () => sound().text('claude-desktop', (text) => `\uFEFF${text}`),
  'client-running': () => sound().side(windows.id, { running: ['Claude.exe'] }),
  'desktop-policy': () => {
    const values = [{ key: 'HKLM\\SOFTWARE\\Policies\\Claude', name: 'isLocalDevMcpEnabled', value: '0x0' }]
    return sound().with({ policies: [{ client: 'claude-desktop', environment: windows, values, trouble: null }] })
  },
  'in-sync': () => sound().manifestNow((manifest) => ({ ...manifest, servers: { ...usualServers, more: { command: 'more' } } })),
  'entries-kept': () => sound().entries('claude-desktop', () => undefined),
  'server-installed': () => sound().notInstalled(`${windows.id} tavily-mcp@0.2.22`),
  'versions-match': () => withPackages({ installed: '0.2.20' }),
  'command-found': () => desktopOnly({}).gone('local', { what: 'program', path: 'local' }),
  'literal-paths': () => desktopOnly({ args: ['/home/ana/notes'] }),
  'unset-variables': () => desktopOnly({ env: { MODE: '${NOT_SET}' } }),
  'name-clashes': () => sound().entries('claude-code', (servers) => ({ ...servers, Tavily: { command: 'x' } })),
  extensions: () =>
    sound()
      .manifestNow((manifest) => ({ ...manifest, servers: { ...usualServers, notes: { extension: 'local.mcpb.ana.notes' } } }))
      .with({ extensions: { found: new Map(), trouble: null } }),
  'npm-scripts': () => withPackages({ scripts: ['better-sqlite3@12.0.0'] }),
  unmanaged: () => sound().entries('claude-desktop', (servers) => ({ ...servers, blender: { command: 'blender' } })),
  'server-starts': () => sound().probed(silent),
  'stdout-clean': () => sound().probed({ noise: 'Listening on port 3000' }),
  'tools-listed': () => sound().probed({ tools: [] }),
  'tool-count': () => sound().weighed({ tavily: 20_001 }),
  'bridge-starts': () =>
    sound()
      .bridge()
      .started({ ...silent, bridge: { status: null } }),
  'bridge-link': () =>
    sound()
      .bridge()
      .started({ says: { home: 'wsl:Debian' } }),
  'bridge-roots': () => sound().bridge({}, { problems: ['The root "work" is neither absolute nor from ~, so it is not used.'] }),
  'bridge-rules': () => sound().bridge({}, { settings: 'config.json is not used: no JSON' }),
  'bridge-terminal': () => sound().bridge({}, { terminal: 'sandbox', sandbox: 'not-installed' }),
  'bridge-appeared': () => sound().bridge({ appeared: [{ path: '/w/p/.git/hooks/pre-push', at: 1, client: 'claude-desktop' }] }),
  'bridge-search': () => sound().bridge({ searching: { packaged: false, onPath: false } }),
  'bridge-shared': () => sound().bridge({}, { lists: { trouble: 'it holds no object', servers: [], own: [], shared: {} } }),
  'bridge-plugins': () => sound().bridge({}, { plugins: [{ file: 'a.js', why: 'its file changed since it was allowed' }] }),
  'bridge-audit': () => sound().bridge({ unwritable: [{ what: 'audit', shown: '/x/audit.jsonl', why: 'you have no permission' }] }),
  'store-integrity': () =>
    sound().bridge(
      {},
      { store: { file: '/x/store/1.db', trouble: 'Its file is damaged.', isDamaged: true, salvaged: null, missing: null } },
    ),
  'store-server': () =>
    sound().bridge(
      {},
      {
        storeServer: {
          address: 'db/twin',
          isJoined: true,
          trouble: 'Refused.',
          isPlain: false,
          isNewer: false,
          clockMs: 0,
          unsent: 0,
          unsentMs: 0,
          refused: null,
        },
      },
    ),
  'bridge-port': () => sound().bridge({ ports: [{ port: 4400, wanted: true, by: 'another', version: null }] }),
  tokens: () => {
    const tokens = sound().bridge().facts().bridge?.tokens
    if (tokens === undefined) throw new Error('a sound bridge has tokens')
    return sound().bridge({ tokens: { ...tokens, openMode: 0o644 } })
  },
  'triggers-mode': () => {
    const path = { shown: native('/x/trigger-keys.json'), here: reachable('/x/trigger-keys.json') }
    return sound().bridge({ triggers: [{ ...path, what: 'keys', mode: 0o644, wanted: 0o600 }] })
  },
  'keys-present': () =>
    sound().with({ keys: { missing: [{ name: 'TAVILY_API_KEY', servers: ['tavily'], why: null }], trouble: null, launches: [] } }),
  'keys-consistent': () => sound().key('TAVILY_API_KEY', 'tvly-dev-9aB3dE5fG7hJ1kM4nP6q'),
  'keys-apart': () => {
    const on = { windows: { env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY_2}' } } }
    return sound()
      .servers({ ...usualServers, tavily: { ...usualServers.tavily, on } })
      .key('TAVILY_API_KEY_2', KEY)
  },
  'keys-in-manifest': () => desktopOnly({ env: { LOCAL_API_KEY: KEY } }),
  'logged-in': () => sound().with({ logins: { lacking: [{ server: 'far', state: 'ended' }], trouble: null } }),
  'file-owners': () => {
    const path = reachable('/home/ana/.mcp-twin')
    const faults = [{ path, words: `${path} can be written by every user`, fix: `chmod go-w ${path}`, autofix: 0o755 }]
    return sound().with({ owners: { faults, withoutOwners: [] } })
  },
  'secret-modes': () => {
    const path = { shown: native('/home/ana/keys'), here: reachable('/home/ana/keys') }
    return sound().with({ modes: [{ environment: ubuntu, ...path, mode: 0o644, wanted: 0o600, what: 'keys' }] })
  },
  'secrets-in-tracked-files': () => sound().with({ tracked: [{ shown: '/w/.mcp.json', folder: '/w', why: { stored: true } }] }),
  'claude-code-managed': () => {
    const file = '/etc/claude-code/managed-mcp.json'
    return sound().claudeCode({ managed: { file: native(file), here: reachable(file), names: ['company'] } })
  },
  'claude-code-scopes': () => sound().claudeCode({ local: [{ folder, name: 'tavily', entry }] }),
  'claude-code-approval': () => sound().claudeCode({ project: [{ folder, name: 'a', entry, approval: 'pending' }] }),
  'claude-code-config': () => sound().claudeCode({ unread: [{ file: native('/home/ana/.claude/settings.json'), names: ['web'] }] }),
  'claude-code-hook': () => sound().hook('gone'),
}

describe('every check', () => {
  it('has a planted fault here', () => {
    expect(Object.keys(faults)).toEqual(checks.map(({ id }) => id))
  })

  it.each(Object.entries(faults))('%s reports its fault, and how to fix what does not work', (id, planted) => {
    const found = planted()
      .find(id)
      .filter(({ level }) => ['error', 'warning', 'info'].includes(level))
    expect(found.length).toBeGreaterThan(0)
    for (const { level, fix } of found) if (level !== 'info') expect(fix).toMatch(/\S/)
  })
})
