import { describe, expect, it } from 'vitest'
import { fieldChanges } from '../../../src/core/plan/difference.ts'
import { makeStep } from '../../../src/core/plan/step.ts'
import type { Entry } from '../../../src/model/entry.ts'
import { changeLines, handEditLegend } from '../../../src/model/field-change.ts'
import { noPaint } from '../../../src/ui/paint.ts'
import { describeSteps } from '../../../src/ui/steps.ts'
import { columns } from '../../../src/ui/width.ts'
import { token } from '../../support/made-keys.ts'

const [one, other] = [token(40), `${token(40)}9`]
const stdio = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Entry => ({
  kind: 'stdio',
  command: 'node',
  args,
  env,
})
const lines = (before: Entry | null, after: Entry | null) => fieldChanges(before, after).flatMap(changeLines)

describe('the fields in which two entries differ', () => {
  it.each([
    ['nothing where both say the same', stdio(['a'], { K: one }), stdio(['a'], { K: one }), []],
    ['arguments with both values', stdio(['a']), stdio(['b']), ['- args: ["a"]', '+ args: ["b"]']],
    ['a variable by its name alone', stdio([], { K: one }), stdio([], { K: other }), ['~ env.K: different value']],
    ['a new variable and one that goes', stdio([], { A: '1' }), stdio([], { B: '1' }), ['- env.A: ••••••••', '+ env.B: ••••••••']],
    ['a key in the arguments as dots', stdio(['--api-key', one]), stdio(['--api-key', other]), ['~ args: different value']],
    ['every field of what is new', null, stdio(['a']), ['+ command: "node"', '+ args: ["a"]']],
    [
      'a server that moved to the network',
      stdio([]),
      { kind: 'remote', url: `https://x.example/?api_key=${one}`, headers: { Authorization: `Bearer ${one}` } } as Entry,
      [
        '- command: "node"',
        '- args: []',
        '+ url: "https://x.example/?api_key=••••••••"',
        '+ transport: "http"',
        '+ headers.Authorization: ••••••••',
      ],
    ],
  ])('are %s', (_what, before, after, expected) => {
    expect(lines(before, after)).toEqual(expected)
    expect(JSON.stringify(fieldChanges(before, after))).not.toContain(one)
  })
})

describe('variables and headers of an entry of ours', () => {
  const shown = (name: string, before: string, after: string, keys: readonly string[] = []) =>
    fieldChanges(stdio([], { [name]: before }), stdio([], { [name]: after }), new Set(keys)).flatMap(changeLines)

  it.each([
    ['LOG_LEVEL', 'noisy', 'info', 'noisy → info'],
    ['RETRIES', '3', '', '3 → ""'],
    ['DATA_DIR', '/home/ana/data', 'C:\\Users\\Ana\\data', '/home/ana/data → C:\\Users\\Ana\\data'],
    ['BASE', 'https://x.example/v1', 'https://y.example/v1', 'https://x.example/v1 → https://y.example/v1'],
    ['LOG_LEVEL', one, 'info', '•••••••• → info'],
  ])('are shown where they are no key by shape: %s', (name, before, after, words) =>
    expect(shown(name, before, after)).toEqual([`~ env.${name}: ${words}`]),
  )

  it.each([
    ['a key of the manifest, whatever it looks like', 'PIN', 'noisy', 'info', ['PIN']],
    ['a name that keys have', 'API_KEY', 'noisy', 'info', []],
    ['what has digits among its letters', 'THING', 'hunter2', 'hunter3', []],
    ['a token in an address', 'BASE', `https://x.example/${one}`, `https://x.example/${other}`, []],
    ['a password in an address', 'DB', 'postgres://a:b@x/y', 'postgres://a:c@x/y', []],
    ['a token in a path', 'FILE', `/tmp/${one}`, `/tmp/${other}`, []],
  ])('are dots: %s', (_what, name, before, after, keys) =>
    expect(shown(name, before, after, keys)).toEqual([`~ env.${name}: different value`]),
  )
})

describe('a report of what a step changes', () => {
  const labels = { environment: () => 'Linux', client: () => 'Claude Code', file: (_side: string, file: string) => file }
  const long = `/home/ana/${'deep/'.repeat(20)}`
  const step = (before: string, after: string) =>
    makeStep({
      kind: 'write',
      environment: 'linux',
      client: 'claude-code',
      file: '/f',
      server: 'a',
      change: 'update',
      fields: fieldChanges(stdio([before]), stdio([after])),
    })

  it('cuts long paths to the width, unless both would look the same', () => {
    const shown = describeSteps([step(`${long}x.js`, `/opt/${long}y.js`)], labels, noPaint, 60, 'all')
    for (const line of shown) expect(columns(line)).toBeLessThanOrEqual(60)
    expect(shown.join('\n')).toMatch(/- args: *\n? *\["\/home\/ana.*…/)
    const alike = describeSteps([step(`${long}1/${long}x.js`, `${long}2/${long}x.js`)], labels, noPaint, 60, 'all')
    expect(alike.join('\n')).toContain(`${long}1/`)
    expect(alike.join('\n')).toContain(`${long}2/`)
  })

  it('names the fields where values are not asked for', () => {
    expect(describeSteps([step('x', 'y')], labels, noPaint, 80).join('\n')).toMatch(/~ a +update: args$/)
  })
})

describe('what the lines of a hand edit compare', () => {
  it.each([
    [['- env.LANG: de'], '(- in the file, + what mcp-twin would write)'],
    [['~ env.LANG: de → en'], '(before → in the file, behind → what mcp-twin would write)'],
    [['- args: []', '~ env.LANG: de → en'], '(- or before → in the file, + or behind → what mcp-twin would write)'],
    [['~ env.KEY: different value'], null],
    [[], null],
  ])('is said where they show a value: %j', (shown, words) => expect(handEditLegend(shown)).toBe(words))
})
