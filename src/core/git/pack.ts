import type { GitFile, GitFolder } from './opened.ts'
import { damaged, UnreadableRepository } from './unreadable.ts'

/** One object of a pack, as it is stored. */
export interface PackedPart {
  /** Where it is in the pack, and where its packed bytes begin there. */
  readonly at: number
  readonly start: number
  /** As in the pack: 1 to 4 for whole objects, 6 and 7 for deltas. */
  readonly type: number
  /** Unpacked. */
  readonly size: number
  /** Of a delta what it changes: its place in the pack or its name; null: it is whole. */
  readonly base: number | string | null
}

const idBytes = 20
const table = 8 + 256 * 4
/** Most bytes of names that are looked through at once. */
const rowBytes = 64 * 1024

/** A pack and its index (gitformat-pack(5)), of which only the parts that are needed are read. */
export class Pack {
  readonly name: string
  private readonly index: GitFile
  private readonly pack: GitFile
  private readonly fanOut: Buffer
  private readonly count: number

  private constructor(name: string, index: GitFile, pack: GitFile, fanOut: Buffer) {
    this.name = name
    this.index = index
    this.pack = pack
    this.fanOut = fanOut
    this.count = fanOut.readUInt32BE(255 * 4)
  }

  /** Null: one of its two files is not there. To be closed. */
  static async open(name: string, folder: GitFolder): Promise<Pack | null> {
    const index = await folder.file(`${name}.idx`)
    let pack: GitFile | null = null
    try {
      pack = index === null ? null : await folder.file(`${name}.pack`)
      if (index !== null && pack !== null) return new Pack(name, index, pack, await fanOutOf(index, pack))
    } catch (error) {
      await pack?.close()
      await index?.close()
      throw error
    }
    await index?.close()
    return null
  }

  async close(): Promise<void> {
    await this.index.close()
    await this.pack.close()
  }

  /** Where an object begins; null: it is not in this pack. */
  async find(id: string): Promise<number | null> {
    const wanted = Buffer.from(id, 'hex')
    const first = wanted[0] ?? 0
    let low = first === 0 ? 0 : this.fanOut.readUInt32BE((first - 1) * 4)
    let high = this.fanOut.readUInt32BE(first * 4)
    while (low < high) {
      const isFew = (high - low) * idBytes <= rowBytes
      const at = isFew ? low : (low + high) >>> 1
      const row = await this.index.read(table + at * idBytes, isFew ? (high - low) * idBytes : idBytes)
      if (isFew) {
        for (let each = 0; each + idBytes <= row.length; each += idBytes)
          if (row.compare(wanted, 0, idBytes, each, each + idBytes) === 0) return this.offset(low + each / idBytes)
        return null
      }
      const order = row.compare(wanted)
      if (order === 0) return this.offset(at)
      if (order < 0) low = at + 1
      else high = at
    }
    return null
  }

  private async offset(row: number): Promise<number> {
    const words = table + this.count * (idBytes + 4)
    const word = (await this.wordAt(words + row * 4)).readUInt32BE()
    if (word < 0x80000000) return word
    const long = words + this.count * 4 + (word - 0x80000000) * 8
    return (await this.wordAt(long)).readUInt32BE() * 2 ** 32 + (await this.wordAt(long + 4)).readUInt32BE()
  }

  private async wordAt(at: number): Promise<Buffer> {
    const word = await this.index.read(at, 4)
    if (word.length < 4) throw damaged('the index of a pack')
    return word
  }

  /** Reads what stands before the packed bytes of an object. */
  async part(at: number): Promise<PackedPart> {
    if (at < 12 || at >= this.pack.size - idBytes) throw damaged('a pack')
    const head = await this.pack.read(at, 48)
    let next = 0
    const byte = (): number => {
      const value = head[next++]
      if (value === undefined) throw damaged('a pack')
      return value
    }
    let word = byte()
    const type = (word >> 4) & 7
    let size = word & 15
    for (let times = 16; (word & 128) !== 0; times *= 128) {
      if (times > 2 ** 46) throw damaged('a pack')
      word = byte()
      size += (word & 127) * times
    }
    let base: number | string | null = null
    if (type === 6) {
      word = byte()
      let distance = word & 127
      while ((word & 128) !== 0) {
        if (distance > 2 ** 45) throw damaged('a pack')
        word = byte()
        distance = (distance + 1) * 128 + (word & 127)
      }
      base = at - distance
      if (distance === 0 || base < 12) throw damaged('a pack')
    } else if (type === 7) {
      base = head.toString('hex', next, next + idBytes)
      next += idBytes
      if (next > head.length) throw damaged('a pack')
    }
    return { at, start: at + next, type, size, base }
  }

  /** At most `length` bytes of the pack, without the sum at its end. */
  bytes(at: number, length: number): Promise<Buffer> {
    return this.pack.read(at, Math.max(0, Math.min(length, this.pack.size - idBytes - at)))
  }
}

/** How many names begin with at most each byte. The sizes of both files must fit it. */
async function fanOutOf(index: GitFile, pack: GitFile): Promise<Buffer> {
  const [start, packed] = [await index.read(0, table), await pack.read(0, 12)]
  if (start.length < table || start.readUInt32BE(0) !== 0xff744f63 || start.readUInt32BE(4) !== 2)
    throw new UnreadableRepository('the index of a pack has a format that is not known here; git repack -ad makes it anew')
  const fanOut = start.subarray(8)
  for (let at = 4; at < fanOut.length; at += 4)
    if (fanOut.readUInt32BE(at - 4) > fanOut.readUInt32BE(at)) throw damaged('the index of a pack')
  const isPack = packed.length === 12 && packed.toString('latin1', 0, 4) === 'PACK' && [2, 3].includes(packed.readUInt32BE(4))
  if (!isPack || index.size < table + fanOut.readUInt32BE(255 * 4) * (idBytes + 8) + 2 * idBytes) throw damaged('a pack')
  return fanOut
}
