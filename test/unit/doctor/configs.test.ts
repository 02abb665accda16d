import { describe, expect, it } from 'vitest'
import { strictExtras } from '../../../src/core/formats/json/format.ts'
import { native, reachable } from '../../../src/model/path.ts'
import { KEY, situation } from './situation.ts'

const classic = native('C:\\Users\\Ana Ruiz\\AppData\\Roaming\\Claude\\claude_desktop_config.json')
const classicHere = reachable('/mnt/c/Users/Ana Ruiz/AppData/Roaming/Claude/claude_desktop_config.json')

describe('config-found', () => {
  it('tells of a copy that is not read, and puts it aside', () => {
    const stale = [{ file: classic, here: classicHere, names: ['tavily'], ours: false }]
    expect(situation().file('claude-desktop', { stale }).find('config-found')).toMatchObject([
      {
        level: 'warning',
        environment: 'windows',
        fix: `mv '${classicHere}' '${classicHere}.old'`,
        detail: [expect.stringMatching(/^live /), expect.stringMatching(/^stale /), 'in it  1 server'],
      },
    ])
  })

  it('first takes in what only that copy has', () => {
    const stale = [{ file: classic, here: classicHere, names: ['tavily', 'blender'], ours: false }]
    expect(situation().file('claude-desktop', { stale }).find('config-found')).toMatchObject([
      {
        level: 'error',
        message: expect.stringContaining('blender is not seen'),
        fix: `mcp-twin sync --adopt --desktop-config '${classic}' && mv '${classicHere}' '${classicHere}.old'`,
      },
    ])
  })

  it('says that entries of ours, with their keys, are left in a copy', () => {
    const stale = [{ file: classic, here: classicHere, names: ['tavily'], ours: true }]
    expect(situation().file('claude-desktop', { stale }).find('config-found')).toMatchObject([
      {
        level: 'warning',
        detail: [expect.anything(), expect.stringMatching(/^stale /), 'in it  1 server, ours among them, with their keys'],
      },
    ])
  })

  const choice = { file: native(classic), reason: 'its "Local State" is the newest', stale: [], unseen: [], places: [classic] }

  it('always says which file was chosen, and why', () => {
    expect(situation().file('claude-desktop', { located: choice }).find('config-found')).toMatchObject([
      {
        level: 'info',
        subject: 'Claude Desktop (Windows)',
        message: expect.stringContaining(choice.reason),
        detail: [`live   ${classic}`],
      },
    ])
  })

  it('says so on every side where a person named the file', () => {
    const located = { ...choice, reason: 'the manifest names it', places: [] }
    expect(situation().file('claude-code', { located }).find('config-found')).toMatchObject([
      { level: 'info', message: 'its config is the one below: the manifest names it' },
    ])
  })

  it('doubts a named file where another folder was used later, and shows how to name that folder', () => {
    const likelier = native('C:\\Users\\Ana Ruiz\\AppData\\Local\\Claude-Data\\claude_x\\claude_desktop_config.json')
    const found = situation()
      .file('claude-desktop', { located: { ...choice, likelier } })
      .find('config-found')
    expect(found).toMatchObject([{ level: 'info' }, { level: 'warning', fix: `mcp-twin sync --desktop-config '${likelier}'` }])
    const typed = situation()
      .with({ shell: 'windows' })
      .file('claude-desktop', { located: { ...choice, likelier } })
      .find('config-found')
    expect(typed[1]?.fix).toBe(`mcp-twin sync --desktop-config "${likelier}"`)
  })

  it('reports a folder named by CLAUDE_USER_DATA_DIR that cannot be seen', () => {
    const unseen = [{ by: 'CLAUDE_USER_DATA_DIR', folder: native('Z:\\claude') }]
    expect(
      situation()
        .file('claude-desktop', { located: { ...choice, unseen } })
        .find('config-found'),
    ).toMatchObject([{ level: 'info' }, { level: 'warning', detail: [expect.anything(), 'named  Z:\\claude'] }])
  })

  it('lists several folders that cannot be distinguished', () => {
    const refusal = {
      reason: 'Claude Desktop was used in several folders: A, B',
      hint: 'say which one it reads: mcp-twin sync --desktop-config PATH',
    }
    expect(situation().file('claude-desktop', { undecided: true, refusal }).find('config-found')).toMatchObject([
      { level: 'error', message: refusal.reason, fix: refusal.hint },
    ])
  })

  it('tells that a side is out of reach', () => {
    expect(situation().file('claude-desktop', { here: null }).find('config-found')).toMatchObject([
      { level: 'error', message: expect.stringContaining('cannot be reached') },
    ])
  })
})

describe('config-parses', () => {
  it('tells where a comma is missing, with the line', () => {
    const found = situation()
      .text('claude-desktop', () => '{\n  "a": 1\n  "mcpServers": {}\n}\n')
      .find('config-parses')
    expect(found).toMatchObject([
      {
        level: 'error',
        subject: 'Claude Desktop (Windows)',
        message: expect.stringMatching(/comma is missing.*line 3, column 3; line 3 reads: "mcpServers": \{\}/),
        detail: [`${classic}:3:3`],
        fix: 'fix line 3 by hand, then: mcp-twin sync --client claude-desktop',
      },
    ])
  })

  it('lists every comment and comma too many, and shows no key', () => {
    const text = `{\n  // mine\n  "mcpServers": { "t": { "command": "x", "env": { "API_KEY": "${KEY}", }, } }\n}\n`
    const found = situation()
      .text('claude-desktop', () => text)
      .find('config-parses')
    expect(found).toMatchObject([{ level: 'error', fix: expect.stringContaining('take all of them out') }])
    expect(found[0]?.detail?.slice(1)).toEqual([
      'line 2, column 3: a comment',
      expect.stringMatching(/^line 3, column \d+: a comma too many$/),
      expect.stringMatching(/^line 3, column \d+: a comma too many$/),
    ])
    expect(JSON.stringify(found)).not.toContain('4f9Qz8')
  })

  it('tells that servers are no object', () => {
    expect(
      situation()
        .text('claude-code', () => '{"mcpServers": []}')
        .find('config-parses'),
    ).toMatchObject([{ message: expect.stringContaining('is a list') }])
  })

  it('tells of a folder in its place', () => {
    const refusal = { reason: 'a folder stands where the file should be', hint: 'move it away, then: mcp-twin sync' }
    expect(situation().file('claude-code', { read: null, refusal }).find('config-parses')).toMatchObject([
      { level: 'error', message: refusal.reason, fix: refusal.hint },
    ])
  })
})

describe('what a strict text has too much of', () => {
  it('is found outside of texts only', () => {
    const text = '{"a": "// no, /* no */ ,}", /* yes */ "b": [1, 2,], // and this\n}'
    const found = strictExtras(text).map(({ line, column, what }) => [line, text.slice(column - 1, column + 1), what])
    expect(found).toEqual([
      [1, '/*', 'a comment'],
      [1, ',]', 'a comma too many'],
      [1, ', ', 'a comma too many'],
      [1, '//', 'a comment'],
    ])
  })
})

describe('config-encoding', () => {
  it("tells of a byte order mark in a file of Claude's", () => {
    expect(
      situation()
        .text('claude-desktop', (text) => `\uFEFF${text}`)
        .find('config-encoding'),
    ).toMatchObject([
      {
        level: 'error',
        subject: 'Claude Desktop (Windows)',
        fix: 'mcp-twin doctor --fix',
        autofix: { kind: 'bom', client: 'claude-desktop' },
      },
    ])
  })

  it('leaves it to a sync that writes the file anyway', () => {
    const found = situation()
      .text('claude-desktop', (text) => `\uFEFF${text}`)
      .manifestNow((manifest) => ({ ...manifest, servers: { ...manifest.servers, more: { command: 'more' } } }))
      .find('config-encoding')
    expect(found).toMatchObject([{ fix: 'mcp-twin sync' }])
  })

  it('does not mind one where the program takes it', () => {
    expect(
      situation()
        .client('cursor')
        .text('cursor', (text) => `\uFEFF${text}`)
        .find('config-encoding'),
    ).toEqual([])
  })

  it('tells of UTF-16, with the command that makes UTF-8 of it', () => {
    const found = situation()
      .text('claude-code', (text) => new Uint8Array(Buffer.from(`\uFEFF${text}`, 'utf16le')))
      .all()
    const problems = found.filter(({ check, level }) => level === 'error' && check.startsWith('config-'))
    expect(problems).toMatchObject([
      {
        check: 'config-encoding',
        message: expect.stringContaining('UTF-16'),
        fix: expect.stringMatching(/^iconv -f UTF-16 -t UTF-8 \/home\/ana\/\.claude\.json > .* && mcp-twin sync --client claude-code$/),
      },
    ])
  })
})

describe('client-running', () => {
  it('warns while Claude Desktop runs', () => {
    expect(
      situation()
        .side('windows', { running: ['explorer.exe', 'Claude.exe'] })
        .find('client-running'),
    ).toMatchObject([{ level: 'warning', environment: 'windows', fix: expect.stringContaining('quit Claude Desktop fully') }])
  })

  it('does not take Claude Code for it on Linux', () => {
    const found = situation()
      .alone()
      .environment('wsl:Ubuntu', { id: 'linux', kind: 'linux' })
      .side('linux', { running: ['claude'] })
      .find('client-running')
    expect(found).toEqual([])
  })

  it('says that it cannot tell', () => {
    expect(situation().side('windows', { running: null }).find('client-running')).toMatchObject([{ level: 'skipped' }])
  })
})
