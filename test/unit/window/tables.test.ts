import { describe, expect, it } from 'vitest'
import { specs } from '../../../src/cli/specs/index.ts'
import { parse } from '../../../src/cli/program.ts'
import { changeNames, wishOf } from '../../../src/window/changes.ts'
import { readingLine, readingNames } from '../../../src/window/reading.ts'

const parsed = (argv: readonly string[]) => {
  const found = parse(specs, '0', argv, { out: () => undefined })
  if (found.kind !== 'command') throw new Error('no command')
  return { name: [found.spec.name, found.verb?.name ?? ''].join(' ').trim(), args: found.args, options: found.options }
}

/** Options by which a command would stay, start a server, or change something. */
const forbidden = ['follow', 'deep', 'fix', 'watch', 'force', 'prune', 'adopt', 'trust', 'yes', 'manifest']

describe('what the page reads', () => {
  it.each(readingNames)('%s is a line that its command takes, and that only lists', (name) => {
    const { options } = parsed(readingLine(name, new URLSearchParams(/search|get|history|show|tools/.test(name) ? 'word=k' : '')))
    expect(Object.keys(options).filter((each) => forbidden.includes(each))).toEqual([])
    for (const option of forbidden) expect(() => readingLine(name, new URLSearchParams({ [option]: 'true' }))).toThrow(`takes no ${option}`)
  })

  it('takes values and words as such', () => {
    expect(parsed(readingLine('memory/search', new URLSearchParams('word=--limit&limit=3')))).toMatchObject({
      args: ['--limit'],
      options: { limit: 3 },
    })
    expect(parsed(readingLine('list', new URLSearchParams('tokens=true')))).toMatchObject({ options: { tokens: true, try: false } })
    expect(() => readingLine('memory', new URLSearchParams('limit=1&limit=2'))).toThrow('takes no limit')
    expect(() => readingLine('secret', new URLSearchParams('word=x'))).toThrow('fewer words')
    expect(() => readingLine('constructor', new URLSearchParams())).toThrow('cannot read')
  })
})

describe('what the page changes', () => {
  const wordsFor = (command: string): string[] => {
    for (const args of [[], ['a'], ['a', 'b']]) {
      try {
        return [...wishOf({ command, args }).words]
      } catch {}
    }
    throw new Error(`${command} takes no words`)
  }

  it.each(changeNames)('%s has a plan that changes nothing, and the same line to do it', (command) => {
    const wish = wishOf({ command, args: wordsFor(command) })
    const [plan, line] = [parsed(wish.plan), parsed(wish.line)]
    expect(plan.options.dryRun).toBe(true)
    expect(line.options.dryRun).toBe(undefined)
    expect({ ...plan.options, dryRun: undefined }).toEqual({ ...line.options, dryRun: undefined })
    expect([plan.name, plan.args]).toEqual([line.name, line.args])
    expect(wish.typed).toMatch(/^mcp-twin [a-z]/)
  })

  it('asks in the terminal for whatever lets others in', () => {
    const asked = changeNames.filter((command) => wishOf({ command, args: wordsFor(command) }).asks === 'terminal')
    expect(asked.sort()).toEqual(['actions run', 'plugin allow', 'trust'])
  })

  it.each([
    null,
    [],
    'sync',
    {},
    { command: 'sync', args: 'x' },
    { command: 'sync', args: [1] },
    { command: 'sync', options: [] },
    { command: ['sync'] },
  ])('refuses %j', (body) => expect(() => wishOf(body)).toThrow())
})
