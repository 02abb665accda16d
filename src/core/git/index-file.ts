import { createHash } from 'node:crypto'
import { damaged, UnreadableRepository } from './unreadable.ts'

/** A file of git's index. Times in seconds and nanoseconds; `size`: of the file in the working tree, its last 32 bits. */
export interface IndexEntry {
  readonly path: string
  /** Object name as 40 hex digits. */
  readonly id: string
  /** As git knows it: 0o100644, 0o100755, 0o120000 (link) or 0o160000 (submodule). */
  readonly mode: number
  /** 0; 1 to 3 for the sides of a conflict. */
  readonly stage: number
  readonly changed: readonly [number, number]
  readonly modified: readonly [number, number]
  readonly inode: number
  readonly size: number
  /** Not looked at in the working tree: `git update-index --assume-unchanged`, or left out by a sparse checkout. */
  readonly isAssumed: boolean
  /** `git add --intent-to-add`: its content is not in the index. */
  readonly isIntended: boolean
}

const idBytes = 20
const fixed = 62
const isExtended = 0x4000
const split = 'its index is split, or damaged; git update-index --no-split-index makes it whole'
const longestPath = 4096

interface IndexBounds {
  readonly most: number
  readonly mostNameBytes: number
  pause(): Promise<void>
}

/**
 * Reads git's index (gitformat-index(5)): versions 2 to 4 with SHA-1. Throws UnreadableRepository for what it cannot read, a split or
 * sparse index included. `most`: entries; `mostNameBytes`: of all their paths; `pause`: lets others go on, asked from time to time.
 */
export async function indexEntries(bytes: Buffer, { most, mostNameBytes, pause }: IndexBounds): Promise<IndexEntry[]> {
  const end = bytes.length - idBytes
  if (end < 12 || bytes.toString('latin1', 0, 4) !== 'DIRC') throw damaged('its index')
  const version = bytes.readUInt32BE(4)
  if (version < 2 || version > 4) throw new UnreadableRepository(`its index has version ${version}, which is not known here`)
  checkSum(bytes, end)
  const count = bytes.readUInt32BE(8)
  if (count > most) throw new UnreadableRepository(`its index holds ${count} files, and ${most} are the most that are compared`)
  const entries: IndexEntry[] = []
  let at = 12
  let before: Buffer = Buffer.alloc(0)
  let room = mostNameBytes
  for (let left = count; left > 0; left--) {
    if (left % 512 === 0) await pause()
    const flags = at + fixed <= end ? bytes.readUInt16BE(at + 60) : 0
    const isLong = version >= 3 && (flags & isExtended) !== 0
    const more = isLong && at + fixed + 2 <= end ? bytes.readUInt16BE(at + fixed) : 0
    const name = nameAt(bytes, at + fixed + (isLong ? 2 : 0), { before, end, isPacked: version === 4 })
    room -= name.bytes.length
    if (room < 0) throw new UnreadableRepository('the names in its index are too long')
    const mode = bytes.readUInt32BE(at + 24)
    if (mode === 0o40000) throw new UnreadableRepository('its index is sparse; git sparse-checkout reapply --no-sparse-index changes that')
    const stage = (flags >> 12) & 3
    const order = entries.length === 0 ? 1 : Buffer.compare(name.bytes, before) || stage - (entries.at(-1)?.stage ?? 0)
    if (order <= 0) throw damaged('its index')
    entries.push({
      path: name.bytes.toString('utf8'),
      id: bytes.toString('hex', at + 40, at + 60),
      mode,
      stage,
      changed: [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)],
      modified: [bytes.readUInt32BE(at + 8), bytes.readUInt32BE(at + 12)],
      inode: bytes.readUInt32BE(at + 20),
      size: bytes.readUInt32BE(at + 36),
      isAssumed: (flags & 0x8000) !== 0 || (more & 0x4000) !== 0,
      isIntended: (more & 0x2000) !== 0,
    })
    before = name.bytes
    // Entries before version 4 are padded with one to eight NULs to a multiple of eight bytes.
    at = version === 4 ? name.end + 1 : at + Math.ceil((name.end + 1 - at) / 8) * 8
  }
  checkExtensions(bytes, at, end)
  return entries
}

/** `index.skipHash` leaves the sum out. That of a SHA-256 repository is longer, so that these bytes are no sum of the others. */
function checkSum(bytes: Buffer, end: number): void {
  const sum = bytes.subarray(end)
  if (sum.every((byte) => byte === 0)) return
  if (!createHash('sha1').update(bytes.subarray(0, end)).digest().equals(sum))
    throw new UnreadableRepository('its index is damaged, or its objects are named by SHA-256')
}

interface Around {
  readonly before: Buffer
  readonly end: number
  readonly isPacked: boolean
}

/** A name up to its NUL. Version 4 says how many bytes of the name before are dropped, and what follows the rest of them. */
function nameAt(bytes: Buffer, start: number, { before, end, isPacked }: Around): { readonly bytes: Buffer; readonly end: number } {
  let at = start
  let kept = 0
  if (isPacked) {
    let dropped = 0
    for (let shift = 0; ; shift++) {
      const byte = at < end ? (bytes[at++] ?? 0) : 0x80
      dropped = shift === 0 ? byte & 127 : (dropped + 1) * 128 + (byte & 127)
      if ((byte & 128) === 0) break
      if (shift > 4) throw damaged('its index')
    }
    kept = before.length - dropped
  }
  const stop = bytes.indexOf(0, at)
  const length = kept + stop - at
  // In a split index the other part has the names.
  if (length === 0) throw new UnreadableRepository(split)
  // A name longer than a path may be would be repeated in all entries that begin with it.
  if (kept < 0 || stop < 0 || stop >= end || length > longestPath) throw damaged('its index')
  return { bytes: kept === 0 ? bytes.subarray(at, stop) : Buffer.concat([before.subarray(0, kept), bytes.subarray(at, stop)]), end: stop }
}

/** What begins with a small letter must be understood: the index says nothing without it. */
function checkExtensions(bytes: Buffer, from: number, end: number): void {
  for (let at = from; at < end; ) {
    if (at + 8 > end) throw damaged('its index')
    const name = bytes.toString('latin1', at, at + 4)
    if (name === 'link') throw new UnreadableRepository(split)
    if (name === 'sdir') throw new UnreadableRepository('its index is sparse; git sparse-checkout reapply --no-sparse-index changes that')
    if (!/^[A-Z]/.test(name)) throw new UnreadableRepository('its index holds what is not known here')
    at += 8 + bytes.readUInt32BE(at + 4)
  }
}
