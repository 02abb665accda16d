import { createHash } from 'node:crypto'
import { damaged } from './unreadable.ts'

export type ObjectKind = 'commit' | 'tree' | 'blob' | 'tag'

/** An object of a repository: its kind and content. */
export interface GitObject {
  readonly kind: ObjectKind
  readonly bytes: Buffer
}

/** What a tree has: a file, a link, a folder or the commit of a submodule. */
export interface TreeEntry {
  readonly name: string
  /** As git knows it: 0o40000 is a folder. */
  readonly mode: number
  readonly id: string
}

/** Returns git's name of an object: 40 hex digits. */
export const objectId = (kind: ObjectKind, bytes: Uint8Array): string =>
  createHash('sha1').update(`${kind} ${bytes.length}\0`).update(bytes).digest('hex')

/** Reads the beginning of a loose object: kind, size, and where its content begins. Null: it is none. */
export function looseHead(bytes: Buffer): { readonly kind: ObjectKind; readonly size: number; readonly start: number } | null {
  const [, kind, size] = /^(commit|tree|blob|tag) (\d{1,15})\0/.exec(bytes.toString('latin1', 0, 32)) ?? []
  if (kind === undefined || size === undefined) return null
  return { kind: kind as ObjectKind, size: Number(size), start: kind.length + size.length + 2 }
}

/** Returns the tree of a commit. Throws UnreadableRepository. */
export function treeOf({ kind, bytes }: GitObject): string {
  const [, tree] = /^tree ([0-9a-f]{40})\n/.exec(bytes.toString('latin1', 0, 64)) ?? []
  if (kind !== 'commit' || tree === undefined) throw damaged('its last commit')
  return tree
}

/** The entries of a tree, in its order. Throws UnreadableRepository. */
export function* treeEntries({ kind, bytes }: GitObject): Generator<TreeEntry> {
  if (kind !== 'tree') throw damaged('a tree of its last commit')
  for (let at = 0; at < bytes.length; ) {
    const stop = bytes.indexOf(0, at)
    const [, mode, name] = (stop < 0 ? null : /^([0-7]{5,6}) ([\s\S]+)$/.exec(bytes.toString('utf8', at, stop))) ?? []
    if (mode === undefined || name === undefined || stop + 21 > bytes.length || name.includes('/'))
      throw damaged('a tree of its last commit')
    yield { name, mode: Number.parseInt(mode, 8), id: bytes.toString('hex', stop + 1, stop + 21) }
    at = stop + 21
  }
}

/** The sizes that a delta names: of what it changes, and of what comes out; `start`: where its instructions begin. */
export function deltaSizes(delta: Buffer): { readonly from: number; readonly to: number; readonly start: number } {
  let at = 0
  const size = (): number => {
    let value = 0
    for (let shift = 1; ; shift *= 128) {
      const byte = delta[at++]
      if (byte === undefined || shift > 2 ** 49) throw damaged('a delta')
      value += (byte & 127) * shift
      if ((byte & 128) === 0) return value
    }
  }
  const from = size()
  const to = size()
  return { from, to, start: at }
}

/** Applies a delta (gitformat-pack(5)). The caller has looked at the size of what comes out. Throws UnreadableRepository. */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const { from, to, start } = deltaSizes(delta)
  if (from !== base.length) throw damaged('a delta')
  const result = Buffer.alloc(to)
  let filled = 0
  for (let at = start; at < delta.length; ) {
    const word = delta[at++] ?? 0
    let [source, offset, size] = [delta, at, word]
    if ((word & 128) !== 0) {
      const parts = [0, 1, 2, 3, 4, 5, 6].map((bit) => ((word >> bit) & 1 ? (delta[at++] ?? 0) : 0))
      const number = (bytes: readonly number[]): number => bytes.reduceRight((sum, byte) => sum * 256 + byte, 0)
      ;[source, offset, size] = [base, number(parts.slice(0, 4)), number(parts.slice(4)) || 0x10000]
    } else at += size
    if (size === 0 || offset + size > source.length || filled + size > to) throw damaged('a delta')
    filled += source.copy(result, filled, offset, offset + size)
  }
  if (filled !== to) throw damaged('a delta')
  return result
}
