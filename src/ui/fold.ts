import { pieces } from './pieces.ts'
import { holdsCommand } from './shell-words.ts'
import { columns, cutPath } from './width.ts'

/** Colour codes around a word, and the word. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours begin with one
const coloured = /^((?:\u001b\[[0-9;]*m)*)(.*?)((?:\u001b\[[0-9;]*m)*)$/s

/** The prefix of a line: blanks, then a mark. Further lines begin below the text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours begin with one
const mark = /^((?:\s|\u001b\[[0-9;]*m)*(?:(?:[✓✗!?·–•→=~+$-]|mcp-twin:)(?:\u001b\[[0-9;]*m)* +)?)/u

const isPath = (word: string): boolean => /^[A-Za-z]:\\|^~?[\\/]/.test(word) && !word.includes('://')

function foldLine(line: string, width: number): string[] {
  if (columns(line) <= width) return [line]
  const before = mark.exec(line)?.[1] ?? ''
  // A table's row may begin far to the right; its rest then goes to the left.
  const indent = ' '.repeat(Math.min(columns(before) + (before === '' ? 2 : 0), Math.floor(width / 2)))
  const cuts = !holdsCommand(line)
  const lines: string[] = []
  let current = before
  let isEmpty = true
  for (const { blanks, text: word } of pieces(line.slice(before.length))) {
    const gap = isEmpty ? '' : blanks
    if (!isEmpty && columns(current) + columns(gap) + columns(word) > width) {
      lines.push(current)
      current = indent
      isEmpty = true
    }
    const [, open = '', bare = '', close = ''] = coloured.exec(word) ?? []
    const room = width - columns(current)
    const shown = cuts && isPath(bare) && columns(bare) > room ? `${open}${cutPath(bare, room)}${close}` : word
    current += isEmpty ? shown : gap + shown
    isEmpty = false
  }
  return [...lines, current]
}

/**
 * A text whose lines fit into `width` columns: broken at blanks only, a path that is too long cut in its middle. What a person is
 * to type is never cut, so one long word of it may be wider.
 */
export const fold = (text: string, width: number): string =>
  text
    .split('\n')
    .flatMap((line) => foldLine(line, width))
    .join('\n')

/** Further lines of a broken line begin so much to the right of it. */
const FURTHER = 2

function breakLine(line: string, width: number): string[] {
  if (columns(line) <= width) return [line]
  const before = /^ */.exec(line)?.[0] ?? ''
  const indent = ' '.repeat(Math.min(before.length + FURTHER, Math.floor(width / 2)))
  const lines: string[] = []
  let current = before
  for (const [, blanks = '', word = ''] of line.slice(before.length).matchAll(/( *)([^ ]+|$)/g)) {
    if (current.trim() !== '' && columns(current) + columns(blanks) + columns(word) > width) {
      lines.push(current)
      current = indent
    } else current += blanks
    // A word that is longer than the line is broken, so that none of it begins where lines of ours do.
    for (const character of word) {
      if (columns(current) + columns(character) > width) {
        lines.push(current)
        current = indent
      }
      current += character
    }
  }
  return [...lines, current]
}

/** A text whose lines fit into `width` columns, of which nothing but blanks is left out: what somebody decides about is seen whole. */
export const foldWhole = (text: string, width: number): string =>
  text
    .split('\n')
    .flatMap((line) => breakLine(line, width))
    .join('\n')
