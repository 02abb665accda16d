import { isUtf8 } from 'node:buffer'
import { constants, fstatSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { limits } from '../base/limits.ts'
import { Folder, openFile } from '../policy/folder.ts'
import type { Admitted, Policy } from '../policy/policy.ts'
import type { Redaction } from '../base/redaction.ts'
import { denied, failed, fromFileTrouble } from '../base/refusal.ts'
import type { Content } from '../base/call.ts'
import { encodingOf, looksBinary, plain, textOf } from './encoding.ts'
import { beginsPicture, type Picture, pictureIn } from './image.ts'
import { readLines } from './lines.ts'
import { quoted } from './names.ts'

export interface ReadRequest {
  readonly path: string
  readonly offset?: number | undefined
  readonly limit?: number | undefined
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
export interface Reading {
  readonly policy: Policy
  readonly redaction: Redaction
  now(): number
}

/** A file for a model: text without keys, also those that the answer would cut, or a picture; says what was left out. */
export function read(reading: Reading, request: ReadRequest): Promise<Content[]> {
  const { policy, redaction, now } = reading
  return withFile(policy, request.path, async (handle) => {
    const { size } = fstatSync(handle.fd)
    const whole = request.offset === undefined && request.limit === undefined
    if (whole && size <= limits.readText) {
      // The usual case, in as few steps as possible.
      return contentOf(await allOf(handle, size), request.path, size, redaction)
    }
    const head = Buffer.alloc(16)
    const { bytesRead } = await handle.read(head, 0, head.length, 0)
    const start = head.subarray(0, bytesRead)
    const picture = beginsPicture(start) && (size <= limits.readImage || looksBinary(start, plain))
    if (picture || encodingOf(start).name !== 'utf-8') return partOfWhole(handle, request, size, redaction)
    const slice = await readLines(handle, size, request.offset ?? 0, request.limit, { now, margin: redaction.longest })
    const encoding = encodingOf(slice.bytes)
    if (looksBinary(slice.bytes, encoding)) throw binary(request.path, size)
    return textWith(
      slice.bytes,
      textOf(slice.bytes, encoding),
      (text) => cleanOf(redaction, [slice.before.toString('utf8'), text, slice.after.toString('utf8')]),
      slice.beyond !== null && size > 0
        ? beyondNote(slice.beyond, request.offset)
        : slice.cut
          ? cutNote(slice.first, slice.lines, size, slice.bytes.at(-1) === 10)
          : '',
    )
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

/** Text without its keys, and below it what must be known about it. */
function textWith(bytes: Buffer, text: string, clean: (text: string) => string, note = ''): Content[] {
  // Asked first, since it costs next to nothing for a text that holds none; UTF-16 that is whole has none.
  const lossy = text.includes('\ufffd') && encodingOf(bytes).name === 'utf-8' && !isUtf8(bytes)
  const notes = [lossy ? '[The file is not UTF-8: invalid bytes are shown as U+FFFD. edit_file keeps them.]' : '', note]
  const said = notes.filter((each) => each !== '').join('\n')
  return [{ type: 'text', text: clean(text) }, ...(said === '' ? [] : [{ type: 'text' as const, text: said }])]
}

const beyondNote = (lines: number, offset = 0): string =>
  `[The file has ${lines} line${lines === 1 ? '' : 's'}; offset ${offset} is beyond the last one.]`

/** `whole`: the cut is at the end of a line; otherwise one line is longer than an answer, and only what follows it has an offset. */
function cutNote(first: number, lines: number, size: number, whole: boolean): string {
  const next = first + lines
  const on = whole
    ? ` Go on with offset ${next}.`
    : ` The last one is longer than one answer; search_text finds its parts${next === 0 ? '' : `, and the line after it has offset ${next}`}.`
  return `[Cut after ${lines} lines; the file has ${size} bytes.${on}]`
}

function contentOf(bytes: Buffer, path: string, size: number, redaction: Redaction): Content[] {
  const picture = pictureIn(bytes)
  if (picture !== null) return [image(picture, path, redaction)]
  const encoding = encodingOf(bytes)
  if (looksBinary(bytes, encoding)) throw binary(path, size)
  return textWith(bytes, textOf(bytes, encoding), (text) => redaction.text(text))
}

/** A picture can contain text too, and a key in it would not be recognised in base64. */
function image({ type, bytes, joined }: Picture, path: string, redaction: Redaction): Content {
  if (redaction.holdsKey(bytes) || redaction.holdsKey(joined))
    throw denied(`${quoted(path)} is a picture with a stored key in its bytes, so it is not shown.`)
  return { type: 'image', data: bytes.toString('base64'), mimeType: type }
}

/** Pictures, and UTF-16 whose lines cannot be found by looking for a byte: read whole, within the limit, then cut. */
async function partOfWhole(handle: FileHandle, request: ReadRequest, size: number, redaction: Redaction): Promise<Content[]> {
  const most = limits.readImage
  if (size > most) throw failed(`${quoted(request.path)} has ${size} bytes; of pictures and UTF-16 text ${most} are the most.`)
  const bytes = Buffer.alloc(size)
  await handle.read(bytes, 0, size, 0)
  const [content] = contentOf(bytes, request.path, size, redaction)
  if (content?.type !== 'text') return content === undefined ? [] : [content]
  const lines = content.text.match(/[^\n]*\n|[^\n]+$/g) ?? []
  const from = request.offset ?? 0
  const start = from < 0 ? Math.max(0, lines.length + from) : from
  const text = lines.slice(start, request.limit === undefined ? undefined : start + request.limit).join('')
  if (text === '' && start > 0 && lines.length > 0)
    return [
      { type: 'text', text },
      { type: 'text', text: beyondNote(lines.length, from) },
    ]
  if (text.length <= limits.readText) return [{ type: 'text', text }]
  const end = text.lastIndexOf('\n', limits.readText - 1) + 1
  const kept = text.slice(0, end > 0 ? end : limits.readText)
  return [
    { type: 'text', text: kept },
    { type: 'text', text: cutNote(start, Math.max(1, kept.split('\n').length - 1), size, end > 0) },
  ]
}
