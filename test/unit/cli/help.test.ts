import { describe, expect, it } from 'vitest'
import { parse } from '../../../src/cli/program.ts'
import { groups, specs } from '../../../src/cli/specs/index.ts'
import { topics } from '../../../src/cli/topics.ts'
import { variableOf } from '../../../src/effects/store/secret-name.ts'

function page(...argv: readonly string[]): string {
  let text = ''
  expect(parse(specs, '1.2.3', argv, { out: (more) => (text += more) })).toEqual({ kind: 'done', code: 0 })
  return text
}

const headings = (text: string): string[] => text.split('\n').filter((line) => /^[A-Z][a-z ]{2,30}:$/.test(line))
const everyPage: readonly string[][] = specs.flatMap(({ name, verbs = [] }) => [[name], ...verbs.map((verb) => [name, verb.name])])

describe('the first page of help', () => {
  it('shows examples, then every command that people type once, in groups, and at its end the common options', () => {
    const text = page('--help')
    expect(text).toMatch(/^Usage: mcp-twin <command> \[options\]\n/)
    expect(headings(text)).toEqual(['Examples:', ...groups.map(({ title }) => `${title}:`), 'Help:', 'Options of every command:'])
    const shown = [...text.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name]) => name)
    expect(shown).toEqual(specs.map(({ name }) => name).filter((name) => !['run', 'serve'].includes(name)))
    expect(text.match(/^ {2}--json /gm)).toHaveLength(1)
  })

  it('says in at most 60 characters what one gets from each command and action', () => {
    const all = specs.flatMap((spec) => [spec, ...(spec.verbs ?? [])])
    expect(all.filter(({ summary }) => summary.length > 60 || /^[A-Z]|\.$/.test(summary)).map(({ summary }) => summary)).toEqual([])
  })
})

describe('the page of a command', () => {
  it.each(everyPage)('begins with usage and examples, and ends with the common options: %s %s', (...words) => {
    const text = page(...words, '--help')
    expect(text.startsWith('Usage: mcp-twin ')).toBe(true)
    expect(headings(text)[0]).toBe('Examples:')
    expect(headings(text).at(-1)).toBe('Options of every command:')
    expect(page('help', ...words)).toBe(text)
    expect(text.split('\n').filter((line) => [...line].length > 80 && !line.startsWith('  $ '))).toEqual([])
  })
})

describe('help', () => {
  it.each(topics)('has a page for $name that fits 80 columns', ({ name }) => {
    const text = page('help', name)
    expect(text.length).toBeGreaterThan(300)
    expect(text.split('\n').filter((line) => [...line].length > 80)).toEqual([])
  })

  it('without a word is the first page', () => expect(page('help')).toBe(page('--help')))

  it('of an unknown command names the nearest', () => {
    const wrong = () => parse(specs, '1.2.3', ['help', 'exit-code'], { out: () => {} })
    expect(wrong).toThrow(expect.objectContaining({ exit: 2, hint: expect.stringContaining('exit-codes') }))
  })

  it.each([
    ['lst', '--help'],
    ['-h', 'lst'],
    ['--yes', 'lst', '--help'],
  ])('is none for %s %s', (...argv) => {
    const wrong = () => parse(specs, '1.2.3', argv, { out: () => {} })
    expect(wrong).toThrow(expect.objectContaining({ exit: 2, message: expect.stringMatching(/unknown command 'lst'.*list/) }))
  })

  it('names the variable of a key as it is read', () => expect(page('help', 'environment')).toContain(variableOf('NAME')))
})
