import { count } from '../../core/count.ts'
import { isUtf8 } from 'node:buffer'
import { constants, fstatSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { longest } from '../base/budget.ts'
import { limits } from '../base/limits.ts'
import { Folder, openFile } from '../policy/folder.ts'
import type { Admitted, Policy } from '../policy/policy.ts'
import type { Redaction } from '../base/redaction.ts'
import { denied, failed, fromFileTrouble } from '../base/refusal.ts'
import type { Content } from '../base/call.ts'
import { encodingOf, looksBinary, plain, textOf } from './encoding.ts'
import { beginsPicture, type Picture, pictureIn } from './image.ts'
import { readLines, type Slice } from './lines.ts'
import { quoted } from './names.ts'

export interface ReadRequest {
  readonly path: string
  readonly offset?: number | undefined
  readonly limit?: number | undefined
  /** Bytes that the answer may have. */
  readonly room: number
}

/** Opens an existing file for reading and gives it to `work`; closes it in every case. */
export async function withFile<T>(policy: Policy, path: string, work: (handle: FileHandle, found: Admitted) => Promise<T>): Promise<T> {
  const found = await policy.existing(path, 'read')
  try {
    const folder = await Folder.open(found.folder, policy, 'read')
    try {
      const handle = await openFile(found.real, found.name, folder, policy, constants.O_RDONLY)
      try {
        return await work(handle, found)
      } finally {
        await handle.close()
      }
    } finally {
      folder.close()
    }
  } catch (error) {
    throw fromFileTrouble(error, `${quoted(path)} cannot be read`)
  }
}

/** What a read needs of the bridge. */
export interface FileReading {
  readonly policy: Policy
  readonly redaction: Redaction
  now(): number
}

/** Bytes that are kept for what is said about a text, where the answer has so many. */
const noteRoom = 250

/** A file for a model: text without keys, also those that the answer would cut, or a picture; says what was left out. */
export function read(reading: FileReading, request: ReadRequest): Promise<Content[]> {
  const { policy, redaction, now } = reading
  const most = Math.max(request.room - noteRoom, Math.floor(request.room / 2))
  return withFile(policy, request.path, async (handle) => {
    const { size } = fstatSync(handle.fd)
    const whole = request.offset === undefined && request.limit === undefined
    if (whole && size <= most) {
      // The usual case, in as few steps as possible.
      return partOf(await allOf(handle, size), request, most, redaction)
    }
    const head = Buffer.alloc(16)
    const { bytesRead } = await handle.read(head, 0, head.length, 0)
    const start = head.subarray(0, bytesRead)
    const picture = beginsPicture(start) && (size <= limits.readImage || looksBinary(start, plain))
    if (picture || encodingOf(start).name !== 'utf-8') {
      if (size > limits.readImage)
        throw failed(`${quoted(request.path)} has ${size} bytes; of pictures and UTF-16 text ${limits.readImage} are the most.`)
      return partOf(await allOf(handle, size), request, most, redaction)
    }
    const slice = await readLines(handle, size, request.offset ?? 0, request.limit, { now, margin: redaction.longest, most })
    const encoding = encodingOf(slice.bytes)
    if (looksBinary(slice.bytes, encoding)) throw binary(request.path, size)
    const notes = lossyNote(slice.bytes)
    const text = cleanOf(redaction, [slice.before.toString('utf8'), textOf(slice.bytes, encoding), slice.after.toString('utf8')])
    if (slice.beyond !== null && size > 0) return withNotes(text, [...notes, beyondNote(slice.beyond, request.offset)])
    return shown(text, { ...slice, asked: request.offset ?? 0 }, most, notes)
  })
}

/** The first `size` bytes in one go; fewer when the file has become shorter meanwhile. Files of the kernel say 0 and hold more. */
async function allOf(handle: FileHandle, size: number): Promise<Buffer> {
  if (size === 0) return handle.readFile()
  const bytes = Buffer.allocUnsafeSlow(size)
  let filled = 0
  while (filled < size) {
    const { bytesRead } = await handle.read(bytes, filled, size - filled, filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

const binary = (path: string, size: number) =>
  failed(`${quoted(path)} is not text (${size} bytes), so it is not shown; file_info says more about it.`)

/** Returns the middle one of three consecutive texts, without keys and without its part of a key that reaches into a neighbour. */
const cleanOf = (redaction: Redaction, [before, text, after]: readonly [string, string, string]): string =>
  redaction.part(before + text + after, before.length, before.length + text.length)

/** A text, and below it what must be known about it. */
const withNotes = (text: string, notes: readonly string[]): Content[] => [
  { type: 'text', text },
  ...(notes.length === 0 ? [] : [{ type: 'text' as const, text: notes.join('\n') }]),
]

const lossyNote = (bytes: Buffer): readonly string[] =>
  isUtf8(bytes) || encodingOf(bytes).name !== 'utf-8'
    ? []
    : ['[The file is not UTF-8: invalid bytes are shown as U+FFFD. edit_file keeps them.]']

const beyondNote = (lines: number, offset = 0): string => `[The file has ${count(lines, 'line')}; offset ${offset} is beyond the last one.]`

/** Lines of a text, each with its end. */
const linesOf = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

/**
 * A text that begins at line `first` of a file of `total` lines, or `asked` lines before its end, cut at `most` bytes: after the last whole line, or within one that is
 * longer than an answer. Says which lines it shows, unless they are the whole file.
 */
function shown(
  text: string,
  { first, total, asked, parted: isCut = false }: Pick<Slice, 'first' | 'total'> & { readonly parted?: boolean; readonly asked: number },
  most: number,
  notes: readonly string[],
): Content[] {
  const fits = (each: string): boolean => Buffer.byteLength(each) <= most
  const beginning = fits(text) ? text : longest(text, fits)
  const end = fits(text) ? text.length : beginning.lastIndexOf('\n') + 1
  const kept = end === 0 ? beginning : text.slice(0, end)
  const count = linesOf(kept).length
  const last = (first ?? 0) + count
  const isParted = kept !== '' && !kept.endsWith('\n') && (isCut || end === 0 || total === null || last < total)
  if (text === '' || (first === 0 && last === total && !isParted)) return withNotes(kept, notes)
  const which = first === null ? `lines ${asked} to ${asked + count - 1}, from the end,` : `lines ${first + 1}–${last}`
  // Of a file that is too long to be counted the lines are named from its end.
  const next = first === null ? asked + count : last
  const isEnd = first === null ? next >= 0 : last === total
  const goesOn = isEnd ? '' : `; offset ${next} goes on`
  const parted = isParted ? `; line ${last} is longer than this answer, search_text finds its parts` : ''
  return withNotes(kept, [...notes, `[${which} of ${total ?? 'many'}${parted}${goesOn}]`])
}

/** A file that was read whole: a picture, or the lines of its text that are asked for. */
function partOf(bytes: Buffer, { path, offset = 0, limit }: ReadRequest, most: number, redaction: Redaction): Content[] {
  const picture = pictureIn(bytes)
  if (picture !== null) return [image(picture, path, redaction)]
  const encoding = encodingOf(bytes)
  if (looksBinary(bytes, encoding)) throw binary(path, bytes.length)
  const lines = linesOf(redaction.text(textOf(bytes, encoding)))
  const first = offset < 0 ? Math.max(0, lines.length + offset) : offset
  const notes = lossyNote(bytes)
  if (first > 0 && first >= lines.length && lines.length > 0) return withNotes('', [...notes, beyondNote(lines.length, offset)])
  const text = lines.slice(first, limit === undefined ? undefined : first + limit).join('')
  return shown(text, { first, total: lines.length, asked: offset }, most, notes)
}

/** A picture can contain text too, and a key in it would not be recognised in base64. */
function image({ type, bytes, joined }: Picture, path: string, redaction: Redaction): Content {
  if (redaction.holdsKey(bytes) || redaction.holdsKey(joined))
    throw denied(`${quoted(path)} is a picture with a stored key in its bytes, so it is not shown.`)
  return { type: 'image', data: bytes.toString('base64'), mimeType: type }
}
