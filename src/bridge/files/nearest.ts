import { isUtf8 } from 'node:buffer'
import { DOTS } from '../../model/redaction/key-finder.ts'
import { limits } from '../base/limits.ts'
import type { Redaction } from '../base/redaction.ts'
import { marked, nearMiss } from './difference.ts'
import { lookalike } from './unseen.ts'

const lineAt = (text: string, place: number): number => text.slice(0, place).split('\n').length

/** What looking for something near a text needs of the bridge. */
export interface Looking {
  readonly redaction: Pick<Redaction, 'text'>
  now(): number
}

/**
 * What to say of a text that is not there: where what comes nearest is, and how it differs. The file is looked at without its
 * keys, since a difference in the middle of one would be shown with its two halves, in which nobody would know the key.
 */
export function nearest(bytes: Buffer, wanted: string, { redaction, now }: Looking): string {
  const whole = bytes.toString('utf8').replaceAll('\r\n', '\n')
  // Of a longer one nothing is shown.
  const text = whole.length > limits.nearMissCharacters ? whole : redaction.text(whole)
  const asked = redaction.text(wanted.replaceAll('\r\n', '\n'))
  const same = text.indexOf(asked)
  if (same !== -1 && asked.includes(DOTS))
    return `Line ${lineAt(text, same)} is shown so, but a stored key stands where the dots are, which no edit can name; leave it out, by several edits around it.`
  if (same !== -1 && asked.includes('\ufffd'))
    return `It is as line ${lineAt(text, same)} is shown, but U+FFFD (\\ufffd) stands there for bytes that are not UTF-8, which no text can name; leave them out, by several edits around them.`
  if (same !== -1) return `Only the line ends (\\r\\n or \\n) differ from line ${lineAt(text, same)}; edit line by line, or give plain \\n.`
  const differs = 'differs so ({-asked for-}{+in the file+})'
  const alike = lookalike(text, asked)
  if (alike !== null)
    return `Line ${alike.line} only looks the same and ${differs}, as escapes: ${marked(asked.replace(/\n$/, ''), alike.text)}.`
  const near = nearMiss(text, asked, now() + limits.nearMissMs, now)
  if (near === null) return 'Read the file and copy the text exactly.'
  const lossy =
    near.text.includes('\ufffd') && !isUtf8(bytes) ? ' There \\ufffd stands for bytes that are not UTF-8, which no text can name.' : ''
  return `Nearest is line ${near.line}, which ${differs}: ${marked(asked.replace(/\n$/, ''), near.text)}.${lossy}`
}
