import { isUtf8 } from 'node:buffer'
import { DOTS } from '../../model/redaction/key-finder.ts'
import { limits } from '../base/limits.ts'
import type { Redaction } from '../base/redaction.ts'
import { escaped } from '../base/text.ts'
import { beyondAscii } from './encoding.ts'
import { quoted } from './names.ts'
import { type NearMiss, nearMiss } from './near-miss.ts'

/**
 * Says where a file comes nearest to a text that it lacks, and how it differs there. The file is compared without its keys: a
 * difference in the middle of one would show its two halves, in which no later check would recognise the key.
 */
export function editHint(bytes: Buffer, wanted: string, redaction: Pick<Redaction, 'text'>): string {
  const whole = bytes.toString('utf8').replaceAll('\r\n', '\n')
  // Nothing of a longer one is shown.
  const text = whole.length > limits.nearMissCharacters ? whole : redaction.text(whole)
  const asked = redaction.text(wanted.replaceAll('\r\n', '\n'))
  const at = text.indexOf(asked)
  if (at !== -1) {
    const line = lineAt(text, at)
    if (asked.includes(DOTS))
      return `Line ${line} is shown like this, but the dots replace a stored key, which no edit can name; leave it out, by several edits around it.`
    if (asked.includes('\ufffd'))
      return `Line ${line} is shown like this, but U+FFFD (\\ufffd) replaces bytes that are not UTF-8, which no text can name; leave them out, by several edits around them.`
    return `Only the line ends (\\r\\n or \\n) differ from line ${line}; edit line by line, or give plain \\n.`
  }
  const differs = 'differs ({-asked for-}{+in the file+})'
  const alike = lookalike(text, asked)
  if (alike !== null)
    return `Line ${alike.line} only looks the same and ${differs}, as escapes: ${marked(asked.replace(/\n$/, ''), alike.text)}.`
  const near = nearMiss(text, asked)
  if (near === null) return 'Read the file and copy the text exactly.'
  const lossy =
    near.text.includes('\ufffd') && !isUtf8(bytes) ? ' There \\ufffd replaces bytes that are not UTF-8, which no text can name.' : ''
  return `Nearest is line ${near.line}, which ${differs}: ${marked(asked.replace(/\n$/, ''), near.text)}.${lossy}`
}

const lineAt = (text: string, place: number): number => text.slice(0, place).split('\n').length

/** The common beginning and end of two texts, with what differs between them: `same{-old-}{+new+}same`. */
function marked(wanted: string, present: string): string {
  let start = 0
  while (start < wanted.length && start < present.length && wanted[start] === present[start]) start++
  let end = 0
  while (
    end < wanted.length - start &&
    end < present.length - start &&
    wanted[wanted.length - 1 - end] === present[present.length - 1 - end]
  )
    end++
  const removed = wanted.slice(start, wanted.length - end)
  const added = present.slice(start, present.length - end)
  const around = (text: string): string => (text.length > 60 ? `${text.slice(0, 30)}…${text.slice(-30)}` : text)
  const cut = (text: string): string => quoted(text.length > 300 ? `${text.slice(0, 300)}…` : text).slice(1, -1)
  const show = looksAlike(removed, added)
    ? (text: string) => asEscapes(cut(text))
    : (text: string) => cut(text).replaceAll('\ufffd', '\\ufffd')
  const tail = end === 0 ? '' : present.slice(-end)
  return `${around(present.slice(0, start))}${removed === '' ? '' : `{-${show(removed)}-}`}${added === '' ? '' : `{+${show(added)}+}`}${around(tail)}`
}

const blanks = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g
const invisible = /[\p{Default_Ignorable_Code_Point}\u200e\u200f\u2028-\u202e]/gu

/** A text as it looks: forms of one letter, kinds of blanks and invisible characters make no difference. */
const look = (text: string): string => text.replace(invisible, '').replace(blanks, ' ').normalize('NFC')

/** True when people would not see how two pieces differ, or could not tell to what a piece belongs. */
const looksAlike = (one: string, other: string): boolean => look(one) === look(other) || [one, other].some((piece) => /^\p{M}/u.test(piece))

const asEscapes = (text: string): string => text.replace(/[^\0-\x7f]/g, escaped)

/** More is not taken apart into what people see as characters. */
const longestWindow = 64 * 1024

/** The first part of a text that looks like the wanted one; null when there is none, or both are ASCII. */
function lookalike(text: string, wanted: string): NearMiss | null {
  if (text.length > limits.nearMissCharacters || !(beyondAscii(text) || beyondAscii(wanted))) return null
  const [seen, asked] = [look(text), look(wanted)]
  const at = asked === '' ? -1 : seen.indexOf(asked)
  if (at === -1) return null
  const line = lineAt(seen, at)
  const window = text
    .split('\n')
    .slice(line - 1, line - 1 + wanted.split('\n').length)
    .join('\n')
  return { line, text: window.length > longestWindow ? window : partThatLooks(window, asked) }
}

/** The part of a text that looks like `asked`, by whole characters as people see them. */
function partThatLooks(text: string, asked: string): string {
  const begins = look(text).indexOf(asked)
  let seen = 0
  let part = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (seen >= begins && seen < begins + asked.length) part += segment
    seen += look(segment).length
  }
  return part
}
