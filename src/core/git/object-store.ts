import { promisify } from 'node:util'
import { constants, inflate } from 'node:zlib'
import { applyDelta, deltaSizes, type GitObject, looseHead, objectId } from './objects.ts'
import { damaged, UnreadableRepository } from './unreadable.ts'
import type { GitFolder, ObjectBounds } from './opened.ts'
import { Pack, type PackedPart } from './pack.ts'

const inflated = promisify(inflate) as (bytes: Buffer, options: { maxOutputLength?: number; finishFlush?: number }) => Promise<Buffer>
const kinds = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' } as const
/** So much of a packed object always holds some unpacked bytes: the tables of codes that stand before them are shorter (RFC 1951, 3.2.7). */
const beginning = 1024
/** What compression may add to bytes that do not get smaller. */
const moreThan = (size: number): number => size + (size >> 7) + 512

/** An object is larger than what is read of one. */
export class TooLarge extends Error {}

/**
 * The objects of a repository, from its own folder alone. Sizes are known before anything is unpacked, and nothing is unpacked beyond them;
 * each object is what its name says.
 */
export class ObjectStore {
  private readonly folder: GitFolder
  private readonly bounds: ObjectBounds
  private readonly packs: readonly Pack[]
  private readonly cache = new Map<string, GitObject>()
  private cached = 0

  private constructor(folder: GitFolder, packs: readonly Pack[], bounds: ObjectBounds) {
    this.folder = folder
    this.packs = packs
    this.bounds = bounds
  }

  /** `directory`: the common git directory. To be closed. Throws UnreadableRepository. */
  static async open(directory: GitFolder, bounds: ObjectBounds): Promise<ObjectStore> {
    const folder = await directory.below('objects')
    if (folder === null) throw new UnreadableRepository('it has no folder of objects of its own; links are not allowed there')
    const packs: Pack[] = []
    try {
      await refuseAlternates(folder)
      for (const name of await folder.names()) {
        if (!/^(?:[0-9a-f]{2}|pack)$/.test(name) || !(await folder.look(name))?.isSymbolicLink()) continue
        throw new UnreadableRepository(`objects/${name} is a link, and links are not allowed there`)
      }
      const packed = await folder.below('pack')
      if (packed !== null) await openPacks(packed, packs, bounds.packs)
      return new ObjectStore(folder, packs, bounds)
    } catch (error) {
      for (const pack of packs) await pack.close()
      folder.close()
      throw error
    }
  }

  async close(): Promise<void> {
    for (const pack of this.packs) await pack.close()
    this.folder.close()
  }

  /** Throws TooLarge, and UnreadableRepository for an object that is missing or damaged. */
  async read(id: string): Promise<GitObject> {
    const known = this.cache.get(id)
    if (known !== undefined) return known
    const found = (await this.packed(id)) ?? (await this.loose(id))
    if (found === null) throw new UnreadableRepository(`object ${id} is missing`)
    if (objectId(found.kind, found.bytes) !== id) throw damaged(`object ${id}`)
    return this.keep(id, found)
  }

  private async loose(id: string): Promise<GitObject | null> {
    const folder = await this.folder.below(id.slice(0, 2))
    const file = (await folder?.file(id.slice(2))) ?? null
    folder?.close()
    if (file === null) return null
    try {
      const start = await file.read(0, beginning)
      const head = looseHead(await unpack(start, { finishFlush: constants.Z_SYNC_FLUSH }))
      if (head === null) throw damaged(`object ${id}`)
      if (head.size > this.bounds.object) throw new TooLarge()
      if (file.size > moreThan(head.size)) throw damaged(`object ${id}`)
      const bytes = (await this.unpacked(await file.read(0, file.size), head.start + head.size)).subarray(head.start)
      return { kind: head.kind, bytes }
    } finally {
      await file.close()
    }
  }

  private async packed(id: string): Promise<GitObject | null> {
    for (const pack of this.packs) {
      const offset = await pack.find(id)
      if (offset !== null) return this.from(pack, offset)
    }
    return null
  }

  /** From the delta that makes the object back to what is whole, then forwards, with two of them in memory at a time. */
  private async from(pack: Pack, offset: number): Promise<GitObject> {
    const deltas: PackedPart[] = []
    let part = await pack.part(offset)
    while (part.base !== null && !this.cache.has(keyOf(pack, part))) {
      if (deltas.length >= this.bounds.deltas) throw damaged('a pack')
      deltas.push(part)
      const base = typeof part.base === 'number' ? part.base : await pack.find(part.base)
      if (base === null) throw damaged('a pack')
      part = await pack.part(base)
    }
    let object = this.cache.get(keyOf(pack, part)) ?? (await this.whole(pack, part))
    for (const delta of deltas.reverse()) {
      const bytes = await this.content(pack, delta)
      if (deltaSizes(bytes).to > this.bounds.object) throw new TooLarge()
      await this.bounds.take(deltaSizes(bytes).to)
      object = this.keep(keyOf(pack, delta), { kind: object.kind, bytes: applyDelta(object.bytes, bytes) })
    }
    return object
  }

  private async whole(pack: Pack, part: PackedPart): Promise<GitObject> {
    const kind = kinds[part.type as keyof typeof kinds]
    if (kind === undefined) throw damaged('a pack')
    return this.keep(keyOf(pack, part), { kind, bytes: await this.content(pack, part) })
  }

  private async content(pack: Pack, { start, size }: PackedPart): Promise<Buffer> {
    if (size > this.bounds.object) throw new TooLarge()
    return this.unpacked(await pack.bytes(start, moreThan(size)), size)
  }

  /** Exactly `size` bytes, or it is damaged. */
  private async unpacked(bytes: Buffer, size: number): Promise<Buffer> {
    await this.bounds.take(size)
    const whole = await unpack(bytes, { maxOutputLength: Math.max(1, size) })
    if (whole.length !== size) throw damaged('an object')
    return whole
  }

  private keep(key: string, object: GitObject): GitObject {
    if (object.bytes.length > this.bounds.cache / 8 || this.cache.has(key)) return object
    this.cache.set(key, object)
    this.cached += object.bytes.length
    for (const [oldest, { bytes }] of this.cache) {
      if (this.cached <= this.bounds.cache) break
      this.cache.delete(oldest)
      this.cached -= bytes.length
    }
    return object
  }
}

async function unpack(bytes: Buffer, options: { maxOutputLength?: number; finishFlush?: number }): Promise<Buffer> {
  try {
    return await inflated(bytes, options)
  } catch (error) {
    // As the errors of zlib are called, and that of more than may come out.
    if (error instanceof Error && 'code' in error && /^(?:Z_|ERR_BUFFER_TOO_LARGE)/.test(String(error.code))) throw damaged('an object')
    throw error
  }
}

const keyOf = (pack: Pack, part: PackedPart): string => `${pack.name}:${part.at}`

async function refuseAlternates(objects: GitFolder): Promise<void> {
  const info = await objects.below('info')
  const alternates = (await info?.look('alternates')) ?? null
  info?.close()
  if (alternates !== null && alternates.size > 0n)
    throw new UnreadableRepository('it takes objects from outside of it (objects/info/alternates); git repack -ad makes them its own')
  if (alternates !== null && !alternates.isFile()) throw new UnreadableRepository('objects/info/alternates is no ordinary file')
}

async function openPacks(folder: GitFolder, packs: Pack[], most: number): Promise<void> {
  try {
    const found = (await folder.names()).filter((name) => /^pack-[0-9a-f]{40}\.idx$/.test(name))
    if (found.length > most) throw new UnreadableRepository(`it has ${found.length} packs; git gc makes one of them`)
    for (const name of found) {
      const pack = await Pack.open(name.slice(0, -'.idx'.length), folder)
      if (pack !== null) packs.push(pack)
    }
  } finally {
    folder.close()
  }
}
