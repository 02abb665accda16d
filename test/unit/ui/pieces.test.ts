import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { specs } from '../../../src/cli/specs/index.ts'
import { fold } from '../../../src/ui/fold.ts'
import { createIo } from '../../../src/ui/io.ts'
import { noPaint } from '../../../src/ui/paint.ts'
import { commandNames, pieces } from '../../../src/ui/pieces.ts'
import { columns, wrap } from '../../../src/ui/width.ts'
import { projectFolder } from '../../support/machine.ts'

/** The commands of a text, as they are kept whole. */
const commands = (text: string): string[] =>
  pieces(text)
    .map((piece) => piece.text)
    .filter((piece) => piece.includes(' '))

describe('a command in a sentence', () => {
  it.each([
    ['Run mcp-twin sync to apply it.', ['mcp-twin sync']],
    ['No such server; mcp-twin list shows all servers.', ['mcp-twin list']],
    ['look at it: mcp-twin trust ~/kept', ['mcp-twin trust ~/kept']],
    ["mcp-twin trust 'a folder/with blanks and a name' asks again", ["mcp-twin trust 'a folder/with blanks and a name'"]],
    ['mcp-twin add x --header "x-key={secret:K E Y}", then go on', ['mcp-twin add x --header "x-key={secret:K E Y}",']],
    ['Not what you wanted? mcp-twin undo 20261122-150619-40a0 takes it back.', ['mcp-twin undo 20261122-150619-40a0']],
    ['mcp-twin list; mcp-twin sync brings all up to date', ['mcp-twin list;', 'mcp-twin sync']],
    ['in a checkout: npx mcp-twin secret set KEY', ['npx mcp-twin secret set KEY']],
    ["as a path: '/home/a b/.mcp-twin/bin/mcp-twin' sync --adopt", ["'/home/a b/.mcp-twin/bin/mcp-twin' sync --adopt"]],
    ['pipe it in: pass show tavily | mcp-twin secret set KEY', ['pass show tavily | mcp-twin secret set KEY']],
    ['→ chmod u+w /a/path && rm /b', ['chmod u+w /a/path && rm /b']],
    ['npm installed another version than the lock names', []],
    ['mcp-twin is uninstalled, and mcp-twin itself is gone', []],
    ['\u001b[36mmcp-twin secret set KEY\u001b[39m', ['\u001b[36mmcp-twin secret set KEY\u001b[39m']],
  ])('is told from the sentence: %s', (text, expected) => {
    expect(commands(text)).toEqual(expected)
  })

  it('is known by the name of any command', () => {
    const names = specs.flatMap(({ name, aliases = [] }) => [name, ...aliases])
    expect([...commandNames].sort()).toEqual([...names, 'help'].sort())
  })

  it('stands on one line at any width', () => {
    const command = 'mcp-twin enable "my server" --client claude-desktop --on windows'
    for (let width = 20; width < 90; width += 1) {
      for (const lines of [wrap(`to have it there: ${command}`, width), fold(`  → there: ${command}`, width).split('\n')])
        expect(lines.some((line) => line.includes(command))).toBe(true)
    }
  })
})

describe('what is written', () => {
  const words = 'a sentence of many words that goes on and on, far beyond what a line of a terminal holds; mcp-twin list shows why it does'
  const shown = (columns: number | undefined, variable?: string) => {
    const written: string[] = []
    const sink = {
      write: (text: string) => written.push(text),
      isTTY: columns !== undefined,
      ...(columns === undefined ? {} : { columns }),
    }
    const quiet = { paint: noPaint, asJson: false, quiet: false, verbose: false }
    const io = createIo({ stdout: sink, stderr: sink, ...quiet, ...(variable === undefined ? {} : { columns: variable }) })
    io.out(words)
    io.note(words)
    io.error(words)
    return { lines: written.join('').trimEnd().split('\n'), width: io.width }
  }

  it('is broken nowhere in a pipe or a file', () => {
    expect(shown(undefined)).toEqual({ lines: [words, words, words], width: Number.POSITIVE_INFINITY })
  })

  it('is broken at the width of a terminal, or of COLUMNS', () => {
    for (const { lines, width } of [shown(60), shown(undefined, '60')]) {
      expect(width).toBe(60)
      for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(60)
      expect(lines.length).toBeGreaterThan(6)
    }
    expect(shown(0).width).toBe(80)
  })
})

describe('every message of the program', () => {
  /** What the sources write between quotes, with words where values go. */
  const messages = readdirSync(join(projectFolder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...readFileSync(join(projectFolder, 'src', file), 'utf8').matchAll(/(['`])((?:\\.|(?!\1)[^\\\n])*)\1/g)])
    .map(([, , text = '']) => text.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, 'VALUE').replaceAll('\\n', '\n'))
    .filter((text) => /mcp-twin [a-z-]/.test(text))
  /** The part of a command that nobody would read as a sentence: its name, then flags and values. */
  const certain = /(?<!\w)mcp-twin [a-z]+(?: (?:--[a-z-]+|VALUE|[A-Z_]{3,}|list|set|new|allow|run|show))*(?![\w$-]|\.\w)/g

  it('keeps its commands on one line at any width', () => {
    expect(messages.length).toBeGreaterThan(200)
    const broken = messages.flatMap((text) => {
      const whole = [...text.matchAll(certain)]
        .map(([command]) => command)
        .filter((command) => commandNames.includes(command.split(' ')[1] ?? ''))
      return [20, 40, 60, 80].flatMap((width) => {
        const lines = wrap(text, width).join('\n')
        return whole.filter((command) => !lines.includes(command)).map((command) => `${width}: ${command} in ${text}`)
      })
    })
    expect(broken).toEqual([])
  })

  it('takes no word of a sentence into a command', () => {
    const verbs = /^[a-z]{3,}s$/
    const known = new Set(['actions', 'events', 'logs', 'roots', 'tools', 'docs', 'has', 'files', 'pass', 'windows', 'status'])
    const wrong = messages
      .flatMap(commands)
      .filter((text) => /(?:^| )mcp-twin /.test(text))
      .filter((text) =>
        text
          .replace(/"[^"]*"|'[^']*'/g, '')
          .split(' ')
          .some((word) => verbs.test(word) && !known.has(word)),
      )
    expect(wrong).toEqual([])
  })
})
