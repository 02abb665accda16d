import { describe, expect, it } from 'vitest'
import type { Finding } from '../../../src/model/check.ts'
import { describeFindings, sumOfFindings } from '../../../src/ui/findings.ts'
import { fold } from '../../../src/ui/fold.ts'
import { abbreviateHome } from '../../../src/ui/labels.ts'
import { noPaint } from '../../../src/ui/paint.ts'
import { columns } from '../../../src/ui/width.ts'
import { ubuntu, windows } from '../../support/launches.ts'

const sides = [ubuntu, windows]
const finding = (more: Partial<Finding>): Finding => ({
  check: 'some',
  group: 'side',
  level: 'error',
  subject: 'thing',
  message: 'is broken',
  ...more,
})
const lines = (findings: readonly Finding[], more: { verbose?: boolean; width?: number } = {}): string[] =>
  describeFindings(findings, {
    sides,
    label: (id) => (id === 'windows' ? 'Windows' : 'Ubuntu'),
    paint: noPaint,
    width: 80,
    verbose: false,
    ...more,
  })

describe('the report of doctor', () => {
  it('folds what is well, and shows problems before words, each with its remedy', () => {
    const good = finding({ level: 'ok', subject: 'good', message: '', environment: 'wsl:Ubuntu' })
    const found = [
      good,
      good,
      finding({ level: 'ok', environment: 'windows' }),
      finding({ level: 'info', subject: 'note', message: 'so it is', environment: 'windows' }),
      finding({ subject: 'Claude Desktop (Windows)', environment: 'windows', detail: ['live   C:\\x'], fix: 'mcp-twin sync' }),
      finding({ group: 'keys', subject: 'KEY', message: 'not stored', fix: 'mcp-twin secret set KEY' }),
    ]
    expect(lines(found)).toEqual([
      'Windows',
      '  ✗ Claude Desktop            is broken',
      '      live   C:\\x',
      '      → mcp-twin sync',
      '  · note                      so it is',
      '  ✓ 1 check passed',
      'Ubuntu',
      '  ✓ 2 checks',
      'Keys',
      '  ✗ KEY                       not stored',
      '      → mcp-twin secret set KEY',
    ])
  })

  it.each([80, 50, 40])('breaks a message once, at %d columns', (width) => {
    const message = 'it was edited by hand since the last sync, and nobody knows yet which of the two is meant'
    const found = lines([finding({ subject: 'tavily in Cursor', message, environment: 'windows' })], { width })
    expect(fold(found.join('\n'), width).split('\n')).toEqual(found)
    // Every line but the last takes what has room in it.
    const said = found.filter((line) => /^ {6}\S/.test(line))
    for (const line of said.slice(0, -1)) expect(columns(line)).toBeGreaterThan(width - 20)
  })

  it('says of a hand edit which line stands in the file, and gives each way on with its words', () => {
    const edit = {
      check: 'entries-kept',
      message: 'it was edited',
      detail: ['- env.LANG: de'],
      fix: 'mcp-twin sync --adopt',
      choices: ['to keep it: mcp-twin sync --adopt', 'to put ours back: mcp-twin sync --force'],
    }
    expect(lines([finding({ group: 'servers', ...edit })])).toEqual([
      'Servers',
      '  ✗ thing                     it was edited',
      '      (- in the file, + what mcp-twin would write)',
      '      - env.LANG: de',
      '      → to keep it: mcp-twin sync --adopt',
      '      → to put ours back: mcp-twin sync --force',
    ])
  })

  it('shows everything with --verbose', () => {
    const found = [
      finding({ level: 'ok', subject: 'node 22', message: '', detail: ['/usr/bin/node'] }),
      finding({ level: 'skipped', message: 'only on request' }),
    ]
    expect(lines(found, { verbose: true })).toEqual([
      'Ubuntu',
      '  – thing                     only on request',
      '  ✓ node 22                   /usr/bin/node',
    ])
  })

  it('shows remarks only with --verbose', () => {
    const remark = finding({ group: 'programs', level: 'info', subject: 'old', message: 'not read', isRemark: true })
    expect(lines([remark])).toEqual([])
    expect(lines([remark], { verbose: true })).toEqual(['Programs', '  · old                       not read'])
  })

  it('wraps sentences, cuts paths in the middle, and leaves commands whole', () => {
    const long = `/home/ana/${'deep/'.repeat(30)}claude_desktop_config.json`
    const fix = `mv '${long}' '${long}.old'`
    const found = lines([finding({ message: 'many words '.repeat(20).trim(), detail: [`live   ${long}`], fix })])
    const command = found.filter((line) => line.includes('→'))
    expect(command).toEqual([`      → mv ~/'${long.slice(10)}' ~/'${long.slice(10)}.old'`])
    for (const line of found.filter((each) => !command.includes(each))) expect(columns(line)).toBeLessThanOrEqual(80)
    expect(found.some((line) => line.includes('…') && line.endsWith('claude_desktop_config.json'))).toBe(true)
  })

  it('makes foreign text harmless', () => {
    expect(lines([finding({ subject: 'a\u001b[31mb', message: 'x\ny' })]).join('\n')).not.toContain('\u001b')
  })

  it.each([
    [[], 'Everything is in order.'],
    [[finding({ level: 'info' })], 'Everything is in order.'],
    [[finding({ autofix: { kind: 'sync' } })], '1 error. To fix it: mcp-twin doctor --fix'],
    [
      [finding({ autofix: { kind: 'sync' } }), finding({ message: 'another' }), finding({ level: 'warning' })],
      '2 errors, 1 warning. To fix 1 of them: mcp-twin doctor --fix',
    ],
    // Several programs under one mark are one, and fixed only where all of them are.
    [[finding({ subject: 'a', autofix: { kind: 'sync' } }), finding({ subject: 'b' })], '1 error.'],
    [[finding({ level: 'failed' })], '1 check failed to run.'],
  ])('ends with the sum', (findings, words) => {
    expect(sumOfFindings(findings)).toBe(words)
  })
})

describe('the home folder', () => {
  it.each([
    ['/home/ana/.claude.json', '~/.claude.json'],
    ['/home/anabel/x', '/home/anabel/x'],
    ['c:\\users\\ana ruiz\\x', '~\\x'],
    ["chmod 600 '/home/ana/a b'", "chmod 600 ~/'a b'"],
    ["chmod 600 '/home/ana'", "chmod 600 '/home/ana'"],
    ["To let it start: mcp-twin trust '/home/ana/a b'", "To let it start: mcp-twin trust ~/'a b'"],
    ['mcp-twin add x --root=/home/ana/x', 'mcp-twin add x --root=/home/ana/x'],
    ['mcp-twin import "/home/ana/a b"', 'mcp-twin import "/home/ana/a b"'],
    ["Cannot find module '/home/ana/gone.mjs'", "Cannot find module '~/gone.mjs'"],
    ['"/home/ana/a b" is no folder', '"~/a b" is no folder'],
    ['in /home/ana: no', 'in ~: no'],
  ])('%s is shown as %s', (text, shown) => {
    expect(abbreviateHome(text, sides)).toBe(shown)
  })
})
