import { limits } from '../base/limits.ts'
import type { Policy } from '../policy/policy.ts'
import type { Redaction } from '../base/redaction.ts'
import { failed } from '../base/refusal.ts'
import { type Encoding, beyondAscii, bytesOf, encodingOf, fileBytes, lineEnd, looksBinary, textOf, withLineEnd } from './encoding.ts'
import { change, type WrittenFile } from './write.ts'
import { qualityOf } from './text-style.ts'
import { editHint } from './edit-hint.ts'
import { quoted } from './names.ts'

export interface FileEdit {
  readonly old_string: string
  readonly new_string: string
  readonly expected_replacements: number | undefined
}

/** What an edit needs of the bridge. */
export interface Editing {
  readonly policy: Policy
  readonly redaction: Redaction
}

/** Offsets of a text in a file, at most one more than can be replaced at once. */
const count = (bytes: Buffer, wanted: Buffer): number[] => {
  const found: number[] = []
  for (let at = bytes.indexOf(wanted); at !== -1 && found.length <= limits.replacements; at = bytes.indexOf(wanted, at + wanted.length))
    found.push(at)
  return found
}

/** Replaces `length` bytes at each place; every other byte stays, also where it is not text. */
function splice(bytes: Buffer, places: readonly number[], length: number, put: Buffer): Buffer {
  const size = bytes.length + places.length * (put.length - length)
  if (size > limits.editFile && size > bytes.length)
    throw failed(`The file would have ${size} bytes, and files up to ${limits.editFile} are edited; nothing was changed.`)
  const result = Buffer.allocUnsafe(size)
  let from = 0
  let at = 0
  for (const place of places) {
    at += bytes.copy(result, at, from, place)
    at += put.copy(result, at)
    from = place + length
  }
  bytes.copy(result, at, from)
  return result
}

const lineOf = (bytes: Buffer, place: number): number => {
  let line = 1
  for (let at = bytes.indexOf(10); at !== -1 && at < place; at = bytes.indexOf(10, at + 1)) line++
  return line
}

/** One edit on UTF-8 bytes. Plain line ends in the edit also match a file's CRLF, and are put in as CRLF. */
function apply(bytes: Buffer, edit: FileEdit, end: '\n' | '\r\n', which: string, editing: Editing): Buffer {
  if (edit.old_string === '') throw failed(`${which}old_string is empty; use write_file to fill an empty file.`)
  if (edit.old_string === edit.new_string) throw failed(`${which}old_string and new_string are the same; nothing was changed.`)
  let wanted = Buffer.from(edit.old_string, 'utf8')
  let places = count(bytes, wanted)
  if (places.length === 0 && edit.old_string.includes('\n')) {
    const crlf = Buffer.from(withLineEnd(edit.old_string, '\r\n'), 'utf8')
    const found = count(bytes, crlf)
    if (found.length > 0) [wanted, places, end] = [crlf, found, '\r\n']
  }
  if (places.length === 0)
    throw failed(`${which}old_string is not in the file; nothing was changed. ${editHint(bytes, edit.old_string, editing.redaction)}`)
  const expected = edit.expected_replacements ?? 1
  if (places.length > limits.replacements)
    throw failed(
      `${which}old_string is in the file more than ${limits.replacements} times, and so many are not replaced at once; nothing was changed. Give more of the text around it, in several edits.`,
    )
  if (places.length !== expected) {
    const lines = places.slice(0, 10).map((place) => lineOf(bytes, place))
    throw failed(
      `${which}old_string is in the file ${places.length} times (lines ${lines.join(', ')}${places.length > 10 ? ', …' : ''}), not ${expected}; nothing was changed. Give more of the text around it, or expected_replacements ${places.length}.`,
    )
  }
  return splice(bytes, places, wanted.length, Buffer.from(withLineEnd(edit.new_string, end), 'utf8'))
}

/** UTF-16 is edited as UTF-8 and written back as it was. */
const toUtf8 = (bytes: Buffer, encoding: Encoding): Buffer =>
  encoding.name === 'utf-8' ? bytes : bytesOf(textOf(bytes, encoding), { name: 'utf-8', bom: false })
const fromUtf8 = (bytes: Buffer, encoding: Encoding): Buffer =>
  encoding.name === 'utf-8' ? bytes : fileBytes(bytes.toString('utf8'), encoding)

/** Refuses edits that would corrupt the file: of broken UTF-16, or with UTF-8 in another encoding. */
function checkKept(old: Buffer, start: Buffer, encoding: Encoding, edits: readonly FileEdit[], path: string): void {
  if (encoding.name !== 'utf-8' && !fromUtf8(start, encoding).equals(old))
    throw failed(`${quoted(path)} is not valid UTF-16, so it is not edited; repair it with a command first.`)
  const foreign = encoding.name === 'utf-8' && edits.some((edit) => beyondAscii(edit.new_string)) && qualityOf(old) === 'other'
  if (foreign)
    throw failed(
      `${quoted(path)} is not UTF-8, so only ASCII is put into it; nothing was changed. Convert it to UTF-8 with a command first.`,
    )
}

/** Applies all edits, then writes once; an edit that fails leaves the file as it was. */
export function editFile(own: string, editing: Editing, path: string, edits: readonly FileEdit[]): Promise<WrittenFile> {
  return change(own, editing.policy, path, async (old) => {
    const encoding = encodingOf(old)
    if (looksBinary(old, encoding)) throw failed(`${quoted(path)} is not text, so it is not edited.`)
    const start = toUtf8(old, encoding)
    checkKept(old, start, encoding, edits, path)
    const end = lineEnd(start.toString('latin1', 0, Math.min(start.length, 64 * 1024)))
    const done = edits.reduce(
      (bytes, edit, index) => apply(bytes, edit, end, edits.length > 1 ? `Edit ${index + 1}: ` : '', editing),
      start,
    )
    return fromUtf8(done, encoding)
  })
}
