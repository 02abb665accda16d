import { describe, expect, it } from 'vitest'
import { parse } from '../../../src/cli/program.ts'
import { specs } from '../../../src/cli/specs/index.ts'

const read = (...argv: string[]) => {
  let printed = ''
  const parsed = parse(specs, '1.2.3', argv, { out: (text) => (printed += text) })
  return { parsed, printed }
}

const command = (...argv: string[]) => {
  const { parsed } = read(...argv)
  if (parsed.kind !== 'command') throw new Error('no command')
  return { name: parsed.spec.name, args: parsed.args, options: parsed.options, common: parsed.common }
}

describe('a command line', () => {
  it.each([
    [['sync', '--check'], { name: 'sync', args: [], options: { check: true }, common: {} }],
    [['status', '--json'], { name: 'list', common: { json: true } }],
    [['--json', 'list'], { name: 'list', common: { json: true } }],
    [['sync', '--client', 'a,b', '--client', 'c', '--on', 'windows'], { common: { client: ['a', 'b', 'c'], on: ['windows'] } }],
    [
      ['add', 'x', '--command', 'node', '--env', 'A=1,2', '--env', 'B=3', '--', '--flag', '-x'],
      { args: ['x', '--flag', '-x'], options: { command: 'node', env: ['A=1,2', 'B=3'] } },
    ],
    [['remove', 'a', 'b'], { args: ['a', 'b'] }],
    [['undo'], { args: [] }],
    [['undo', '20260101-000000-abcd'], { args: ['20260101-000000-abcd'] }],
    [['run', '--project=.', 'web'], { args: ['web'], options: { project: '.' } }],
    [
      ['init', '--server', 'a', '--server', 'b,c', '--no-import', '-y'],
      { options: { server: ['a', 'b', 'c'], import: false }, common: { yes: true } },
    ],
    [['trust'], { args: [] }],
    [['add', '-'], { args: ['-'] }],
  ] as const)('%j', (argv, expected) => {
    expect(command(...argv)).toMatchObject(expected)
  })

  it('never swallows what follows a repeatable flag', () => {
    expect(command('remove', '--client', 'cursor', 'a', 'b').args).toEqual(['a', 'b'])
  })

  it.each([
    [['innit'], /init/],
    [['sync', '--chek'], /--check/],
    [['add'], /what/],
    [['rename', 'a'], /new/],
    [['add', 'a', '--transport', 'smoke'], /http, sse/],
    [['sync', '--client', ','], /name/],
    [['undo', 'a', 'b'], /too many/],
  ])('%j is wrong usage, with the nearest right one', (argv, words) => {
    expect(() => read(...argv)).toThrow(
      expect.objectContaining({ exit: 2, message: expect.stringMatching(words), hint: expect.stringContaining('--help') }),
    )
  })

  it('has one help for all and one for each command, with examples that parse', () => {
    expect(read('--help')).toMatchObject({ parsed: { kind: 'done', code: 0 } })
    expect(read('--version').printed.trim()).toBe('1.2.3')
    for (const spec of specs) {
      const { parsed, printed } = read(spec.name, '--help')
      expect(parsed).toMatchObject({ kind: 'done', code: 0 })
      for (const example of spec.examples) {
        expect(printed).toContain(example)
        const words = example.replace(/^.*?\bmcp-twin\s+/, '').replace(/\s+[<>|].*$/, '')
        const argv = [...words.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, plain]) => double ?? single ?? plain ?? '')
        expect(command(...argv).name, example).toBeTypeOf('string')
      }
    }
  })
})
