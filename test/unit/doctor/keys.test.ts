import { describe, expect, it } from 'vitest'
import { native, reachable } from '../../../src/model/path.ts'
import { KEY, situation } from './situation.ts'

const OTHER = 'tvly-dev-9aB3dE5fG7hJ1kM4nP6q'
const none = { missing: [], trouble: null, launches: [] }

describe('keys-present', () => {
  it('tells which key is missing, for whom, and how to give it', () => {
    const keys = { ...none, missing: [{ name: 'TAVILY_API_KEY', servers: ['tavily', 'search'], why: null }] }
    expect(situation().with({ keys }).find('keys-present')).toMatchObject([
      {
        level: 'error',
        subject: 'TAVILY_API_KEY',
        message: 'tavily and search need it, and it is not stored',
        fix: 'mcp-twin secret set TAVILY_API_KEY',
      },
    ])
  })

  it("tells what the user's own program did", () => {
    const keys = { ...none, missing: [{ name: 'A', servers: ['a'], why: 'the program that keeps the keys gave none: op read x' }] }
    expect(situation().with({ keys }).find('keys-present')).toMatchObject([
      { level: 'error', message: expect.stringContaining('op read x') },
    ])
  })

  it('tells a store that cannot be read', () => {
    const keys = { ...none, trouble: { message: 'The file of keys is damaged.', fix: 'fix it by hand' } }
    expect(situation().with({ keys }).find('keys-present')).toMatchObject([
      { level: 'error', message: 'The file of keys is damaged.', fix: 'fix it by hand' },
    ])
  })
})

describe('keys-in-manifest', () => {
  it('reports a key typed into the manifest by its new name, and never shows it', () => {
    const servers = {
      typed: { command: 'node', args: ['--api-key', OTHER], env: { MODE: 'fast' } },
      sided: { command: 'node', on: { windows: { env: { SEARCH_TOKEN: OTHER } } } },
      other: { command: 'node', env: { TAVILY_API_KEY: OTHER, ALIAS: '${secret:TAVILY_API_KEY}' } },
    }
    const found = situation().servers(servers).find('keys-in-manifest')
    expect(found).toMatchObject([
      {
        level: 'warning',
        subject: 'typed',
        fix: 'write "${secret:TYPED_API_KEY}" in its place, and store the key: mcp-twin secret set TYPED_API_KEY',
      },
      { level: 'warning', subject: 'sided', fix: expect.stringContaining('mcp-twin secret set SEARCH_TOKEN') },
      { level: 'warning', subject: 'other', fix: expect.stringContaining('mcp-twin secret set TAVILY_API_KEY_2') },
    ])
    expect(JSON.stringify(found)).not.toContain(OTHER)
  })

  it('is silent about references', () => {
    expect(situation().find('keys-in-manifest')).toEqual([])
  })
})

describe('keys-consistent', () => {
  it('tells one that was changed on one side only', () => {
    const found = situation()
      .entries('claude-desktop', (servers) => ({ ...servers, tavily: { ...servers.tavily, env: { TAVILY_API_KEY: OTHER } } }))
      .find('keys-consistent')
    expect(found).toMatchObject([
      {
        level: 'error',
        environment: 'windows',
        subject: 'tavily: key TAVILY_API_KEY',
        message: expect.stringContaining('Claude Desktop (Windows) has another value than the store'),
        fix: 'mcp-twin sync --adopt',
      },
    ])
    expect(found[0]?.autofix).toBeUndefined()
    expect(JSON.stringify(found)).not.toMatch(/4f9Qz8|9aB3dE/)
  })

  it('tells a new one that was not carried into the configs yet', () => {
    const found = situation().key('TAVILY_API_KEY', OTHER).find('keys-consistent')
    expect(found).toMatchObject([
      { fix: 'mcp-twin sync', autofix: { kind: 'sync' } },
      { fix: 'mcp-twin sync', autofix: { kind: 'sync' } },
    ])
  })

  it('looks into headers and arguments too', () => {
    const servers = {
      web: { url: 'https://mcp.example/mcp', headers: { Authorization: 'Bearer ${secret:TAVILY_API_KEY}' }, only: ['claude-code'] },
      cli: { command: 'cli', args: ['--key', '${secret:TAVILY_API_KEY}'], only: ['claude-code'] },
    }
    expect(
      situation()
        .servers(servers)
        .key('TAVILY_API_KEY', OTHER)
        .find('keys-consistent')
        .map(({ subject }) => subject),
    ).toEqual(['web: key TAVILY_API_KEY', 'cli: key TAVILY_API_KEY'])
    expect(situation().servers(servers).find('keys-consistent')).toEqual([])
  })

  it('tells one that is kept on the other side for run', () => {
    const [, windows] = situation().facts().sides
    const launches = windows === undefined ? [] : [{ environment: windows.environment, server: 'tavily', key: 'TAVILY_API_KEY' }]
    expect(
      situation()
        .with({ keys: { ...none, launches } })
        .find('keys-consistent'),
    ).toMatchObject([{ level: 'error', environment: 'windows', fix: 'mcp-twin sync' }])
  })
})

describe('file-owners', () => {
  const path = reachable('/home/ana/.mcp-twin')

  it('names who else decides, with the way out, and closes what is this user’s own', () => {
    const words = `${path} can be written by every user of this computer (mode 0777)`
    const faults = [{ path, words, fix: `chmod go-w ${path}`, autofix: 0o755 }]
    expect(
      situation()
        .with({ owners: { faults, withoutOwners: [] } })
        .find('file-owners'),
    ).toMatchObject([
      { level: 'error', message: expect.stringContaining(words), fix: `chmod go-w ${path}`, autofix: { kind: 'mode', mode: 0o755 } },
    ])
    const foreign = [{ path, words: 'x', fix: 'mcp-twin trust /srv/x', autofix: null }]
    expect(
      situation()
        .with({ owners: { faults: foreign, withoutOwners: [] } })
        .find('file-owners'),
    ).toMatchObject([{ autofix: undefined }])
  })

  it('says where nobody can tell', () => {
    expect(
      situation()
        .with({ owners: { faults: [], withoutOwners: [path] } })
        .find('file-owners'),
    ).toMatchObject([{ level: 'info', message: expect.stringContaining('has no owners'), detail: [path] }])
  })
})

describe('secret-modes', () => {
  const [ubuntu] = situation()
    .facts()
    .sides.map(({ environment }) => environment)
  if (ubuntu === undefined) throw new Error('a situation has a side')

  it.each([
    ['keys', 0o644, 0o600, 'error', 'chmod 600'],
    ['client', 0o664, 0o600, 'warning', 'chmod 600'],
    ['folder', 0o755, 0o700, 'warning', 'chmod 700'],
  ] as const)('tells that others can read %s', (what, mode, wanted, level, fix) => {
    const modes = [{ environment: ubuntu, shown: native('/home/ana/a b'), here: reachable('/home/ana/a b'), mode, wanted, what }]
    expect(situation().with({ modes }).find('secret-modes')).toMatchObject([
      {
        level,
        fix: `${fix} '/home/ana/a b'`,
        message: expect.stringContaining(`mode 0${mode.toString(8)}`),
        autofix: { kind: 'mode', mode: wanted },
      },
    ])
  })
})

describe('secrets-in-tracked-files', () => {
  it('tells a stored key, and one that looks like it', () => {
    const tracked = [
      { shown: '/work/p/.mcp.json', folder: '/work/p', why: { stored: true } },
      { shown: '/work/p/.mcp.json', folder: '/work/p', why: { stored: false, server: 'web', name: 'WEB_API_KEY' } },
    ] as const
    const found = situation().with({ tracked }).find('secrets-in-tracked-files')
    expect(found).toMatchObject([
      { level: 'error', detail: ['/work/p/.mcp.json'], fix: expect.stringContaining('get a new key') },
      { level: 'error', subject: 'web: WEB_API_KEY', fix: expect.stringContaining('${WEB_API_KEY}') },
    ])
    expect(JSON.stringify(found)).not.toContain(KEY)
  })
})
