import { pieces } from './pieces.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours begin with one
const remedy = /^( *)((?:\u001b\[[0-9;]*m)*→(?:\u001b\[[0-9;]*m)*) +(.*)$/u

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours begin with one
const end = /[;,.]((?:\u001b\[[0-9;]*m)*)$/

function apartLine(line: string): string[] {
  const [, indent = '', arrow = '', rest] = remedy.exec(line) ?? []
  if (rest === undefined) return [line]
  const lines: string[] = []
  let words: string[] = []
  for (const { text } of pieces(rest)) {
    if (!text.includes(' ')) {
      words.push(text)
      continue
    }
    // Words that lead to no command would be torn out of their sentence.
    if (words.length > 0 && !words.at(-1)?.endsWith(':')) return [line]
    if (words.length > 0) lines.push(`${indent}${arrow} ${words.join(' ')}`)
    lines.push(`${indent}  ${text.replace(end, '$1')}`)
    words = []
  }
  return words.length > 0 ? [line] : lines
}

/**
 * A text in which each command of a remedy (`→ words: command`) is alone on a line, below its words, so that the line can be
 * pasted. A remedy that goes on behind a command stays as it is.
 */
export const commandsApart = (text: string): string => text.split('\n').flatMap(apartLine).join('\n')
