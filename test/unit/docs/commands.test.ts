import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'rolldown/parseAst'
import { describe, expect, it } from 'vitest'
import { pieces } from '../../../src/ui/pieces.ts'
import { commandsApart } from '../../../src/ui/remedy.ts'
import { commandLinesOf, troubleOf } from '../../docs/command-lines.ts'
import { commands } from '../../docs/commands.ts'
import { pages, pathOf } from '../../docs/pages.ts'

const named = (spec: (typeof commands)[number]): string[] => [spec.name, ...(spec.aliases ?? []), 'help']

/** The texts of a source file; what a template fills in is an X. */
function textsOf(file: string): string[] {
  const texts: string[] = []
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return
    if ('quasis' in node && Array.isArray(node.quasis)) texts.push(node.quasis.map(({ value }) => String(value.cooked)).join('X'))
    else if ('value' in node && typeof node.value === 'string') texts.push(node.value)
    for (const each of Object.values(node)) visit(each)
  }
  visit(parseAst(readFileSync(join(pathOf('src'), file), 'utf8'), { lang: 'ts' }))
  return texts
}

/** What no terminal shows as a message: help, what models read, pages, and files that we write. */
const elsewhere =
  /^(?:bridge\/(?!actions\/person\/)|page\/|cli\/|commands\/completion|model\/(?:command-text|schema-words)\.ts|core\/(?:export\/guide|plan\/server-facts)\.ts)/

const isOurs = (text: string): boolean => /(?:^|[\s(])mcp-twin [a-z-]+/.test(text) && text.includes(' ')

describe('every command line of ours', () => {
  it.each(pages())('on the page $path is one that the program takes', (page) => {
    const wrong = commandLinesOf(page).flatMap((words) => {
      const trouble = troubleOf(words)
      return trouble === null ? [] : [`mcp-twin ${words.join(' ')}: ${trouble}`]
    })
    expect(wrong).toEqual([])
  })
  it('among the examples of help is one that the program takes', () => {
    const examples = commands.flatMap(({ examples: own, verbs = [] }) => [...own, ...verbs.flatMap((verb) => verb.examples)])
    const page = { path: '', text: ['```text', ...examples, '```'].join('\n') }
    expect(commandLinesOf(page).length).toBeGreaterThan(60)
    expect(commandLinesOf(page).flatMap((words) => troubleOf(words) ?? [])).toEqual([])
  })
  it('in a message comes last, behind words that lead to it, so that it gets a line of its own', () => {
    const files = readdirSync(pathOf('src'), { recursive: true, encoding: 'utf8' })
    const messages = files.filter((name) => /\.ts$/.test(name) && !elsewhere.test(name.replaceAll('\\', '/')))
    const found = messages.flatMap((file) => textsOf(file).map((text) => ({ file, text })))
    const holding = found.filter(({ text }) => pieces(text).some((piece) => isOurs(piece.text)))
    expect(holding.length).toBeGreaterThan(200)
    const inside = holding.flatMap(({ file, text }) =>
      // As a remedy, which no words may follow; behind a semicolon a template may fill in the next way.
      commandsApart(text.replace(/^ */gm, '→ ').replace(/; X$/gm, ''))
        .split('\n')
        .filter((line) => pieces(line).length > 1 && pieces(line).some((piece) => isOurs(piece.text)))
        .map((line) => `${file}: ${line}`),
    )
    expect(inside).toEqual([])
  })
  it('in a message begins with a command that there is', () => {
    const known = new Set(commands.flatMap(named))
    const sources = readdirSync(pathOf('src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
    const remedies = sources.flatMap((name) => {
      const text = readFileSync(join(pathOf('src'), name), 'utf8')
      return [...text.matchAll(/(?:→ |: |['"`(])(?:npx )?mcp-twin ([a-z]+)/g)].map(([, word = '']) => `${word} ${name}`)
    })
    expect(remedies.length).toBeGreaterThan(100)
    const prose =
      /^(?:is|itself|wrote|could|writes|would|with|was|trusted|took|on|manage|logged|lacks|knows|in|has|from|found|does|cannot|and|again|trigger|contains|asks) /
    expect(remedies.filter((each) => !known.has(each.split(' ')[0] ?? '') && !prose.test(each))).toEqual([])
  })
})
