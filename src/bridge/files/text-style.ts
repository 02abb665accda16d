import { isUtf8 } from 'node:buffer'
import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { limits } from '../base/limits.ts'
import { type Folder, openFile } from '../policy/folder.ts'
import type { Admitted, Policy } from '../policy/policy.ts'
import { type Encoding, encodingOf, lineEnd, plain, textOf } from './encoding.ts'

/**
 * Whether a file's bytes are text as its encoding says. `mixed`: UTF-8 but for some bytes; `other`: what is beyond ASCII
 * in it is nothing that we know, so text in UTF-8 beside it would be read as something else.
 */
export type TextQuality = 'text' | 'mixed' | 'other'

/** How the text of a file is written: its encoding with its mark, and its line ends. */
export interface TextStyle {
  readonly encoding: Encoding
  readonly end: ReturnType<typeof lineEnd>
  readonly quality: TextQuality
}

const CHUNK = 1024 * 1024
const HEAD = 64 * 1024

export function qualityOf(bytes: Buffer): TextQuality {
  if (isUtf8(bytes)) return 'text'
  return /[^\0-\x7f\ufffd]/.test(bytes.toString('utf8')) ? 'mixed' : 'other'
}

/** Those of a file, by its beginning; the usual ones for an empty file. `whole`: all its bytes are looked at for what they are, not its beginning alone. */
export async function textStyleOf(found: Admitted, folder: Folder, policy: Policy, size: number, whole: boolean): Promise<TextStyle> {
  if (size === 0) return { encoding: plain, end: '\n', quality: 'text' }
  const handle = await openFile(found.real, found.name, folder, policy, constants.O_RDONLY)
  try {
    const chunk = Buffer.allocUnsafeSlow(Math.min(size, whole ? CHUNK : HEAD))
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, 0)
    const head = chunk.subarray(0, Math.min(bytesRead, HEAD))
    const encoding = encodingOf(head)
    const end = lineEnd(textOf(head, encoding))
    if (encoding.name !== 'utf-8') return { encoding, end, quality: size % 2 === 0 ? 'text' : 'other' }
    if (!whole) return { encoding, end, quality: qualityOf(size > head.length ? head.subarray(0, wholeCharacters(head)) : head) }
    return { encoding, end, quality: await qualityOfFile(handle, chunk, bytesRead) }
  } finally {
    await handle.close()
  }
}

/** `chunk` holds the first `filled` bytes already, and is used again for the others. */
async function qualityOfFile(handle: FileHandle, chunk: Buffer, filled: number): Promise<TextQuality> {
  for (let position = 0; filled > 0 && position < limits.editFile; ) {
    // A piece ends between two characters, unless it is the last one.
    const bytes = chunk.subarray(0, filled < chunk.length ? filled : wholeCharacters(chunk))
    const quality = qualityOf(bytes)
    if (quality !== 'text') return quality
    position += bytes.length
    filled = (await handle.read(chunk, 0, chunk.length, position)).bytesRead
  }
  return 'text'
}

/** How many bytes are left when a character that is cut at the end is taken off; all of them where it is none. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length - 1); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}
