import { pieces } from './pieces.ts'

/** The beginning of a line: blanks, then a mark. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours begin with one
const mark = /^( *)((?:(?:\u001b\[[0-9;]*m)*(?:[✓✗!?·–•→-]|mcp-twin:)(?:\u001b\[[0-9;]*m)* +)?)(.*)$/u

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours begin with one
const colour = /\u001b\[[0-9;]*m/g

/** What a sentence puts behind a command, before colours that end there; `.` alone is a folder. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours begin with one
const end = /(?<=[^\s.])[;,.]((?:\u001b\[[0-9;]*m)*)$/

/** An arrow that leads from a sentence to its command. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours begin with one
const arrow = / →((?:\u001b\[[0-9;]*m)*)$/

const ours = /mcp-twin(?:\.cmd|\.mjs)?["']? /

function apartLine(line: string): string[] {
  const [, indent = '', sign = '', rest = ''] = mark.exec(line) ?? []
  const isRemedy = sign.includes('→')
  const found = pieces(rest)
  // A command without words before it is one already, unless a remedy's arrow stands there.
  const commands = found.filter(({ text }) => text.includes(' ') && (isRemedy || ours.test(text)))
  if (commands.length === 0 || (!isRemedy && found.length === 1)) return [line]
  const lines: string[] = []
  const led = (text: string): string => `${indent}${lines.length === 0 || isRemedy ? sign : sign === '' ? '' : '  '}${text}`
  let words = ''
  for (const [at, piece] of found.entries()) {
    if (!commands.includes(piece)) {
      words += words === '' ? piece.text : piece.blanks + piece.text
      continue
    }
    // Words that lead to no command, or go on behind one, would be torn out of their sentence.
    const isLed = words === '' || /[:?→]$/.test(words.replace(colour, ''))
    const isEnd = at === found.length - 1 || /[;,.]$/.test(piece.text.replace(colour, ''))
    if (!isLed || !isEnd) return [line]
    if (words !== '') lines.push(led(words.replace(arrow, '$1')))
    lines.push(`${indent}  ${piece.text.replace(end, '$1')}`)
    words = ''
  }
  if (words === '') return lines
  // Behind a semicolon there may be another way, without a command.
  const isOther = !isRemedy || commands.at(-1)?.text.replace(colour, '').endsWith(';') === true
  return isOther ? [...lines, led(words)] : [line]
}

/**
 * A text in which each command that a person is to type is alone on a line, below the words that lead to it (`→ words: command`,
 * `Not what you wanted? command`), so that the line can be pasted. A sentence that goes on behind its command stays as it is.
 */
export const commandsApart = (text: string): string => text.split('\n').flatMap(apartLine).join('\n')
