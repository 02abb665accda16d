import { parse } from '../../src/cli/program.ts'
import { specs } from '../../src/cli/specs/index.ts'
import { blocksOf, type Page, proseOf } from './pages.ts'

/** The words of a shell line up to where another command begins; quotes are taken off. */
function wordsOf(line: string): string[] {
  const words: string[] = []
  for (const found of line.matchAll(/"([^"]*)"|'([^']*)'|(&&|\|\||[|;#>)])|[^\s"'|;#>)]+/g)) {
    if (found[3] !== undefined) break
    words.push(found[1] ?? found[2] ?? found[0])
  }
  return words
}

/** The command lines of ours that a text names, each without the words before it. */
const linesIn = (text: string): string[] =>
  [...text.matchAll(/(?:^|[\s(;|&=])(?:npx )?mcp-twin ((?!-?-[>\s])[^\n]*)/g)].map(([, words = '']) => words)

/** What is written like a command line and is none: the text that a trigger's key is made with. */
const others = ['trigger v1:']

/** Every command line of ours on a page: in blocks that shells read, and in words that are set as code. */
export function commandLinesOf(page: Page): string[][] {
  const blocks = blocksOf(page).filter(({ language }) => ['sh', 'powershell', 'text'].includes(language))
  const spans = [
    ...proseOf(page)
      .join('\n')
      .matchAll(/`([^`\n]+)`/g),
  ].flatMap(([, text = '']) => linesIn(text))
  return [...blocks.flatMap(({ text }) => linesIn(text)), ...spans]
    .map(wordsOf)
    .filter((words) => !words.some((word) => /^[<[…]/.test(word)) && !others.includes(words.join(' ')))
}

/** Why a command line would be refused by its words alone; null: it is taken. */
export function troubleOf(words: readonly string[]): string | null {
  // One word names a command, as a heading does.
  if (words.length === 1 && specs.some(({ name, aliases = [] }) => [name, ...aliases].includes(words[0] ?? ''))) return null
  try {
    const parsed = parse(specs, '', words, { out: () => {} })
    if (parsed.kind !== 'command') return null
    const [first] = parsed.spec.arguments ?? []
    const [verb] = parsed.args
    if (first?.name.slice(1, -1) !== 'action' || !Array.isArray(first.offers) || verb === undefined) return null
    return first.offers.includes(verb) ? null : `${verb} is no action of ${parsed.spec.name}`
  } catch (error) {
    return String(error)
  }
}
