import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { FileName } from '../../core/plan/records.ts'
import type { JsonValue } from '../../model/entry.ts'
import { lookUp } from '../../core/lookup.ts'
import { withoutKeys } from '../../core/keys/by-name.ts'
import { type Original, originalsSchema } from '../../model/original.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import type { Saved } from './decision.ts'
import { digestOf } from './digest.ts'
import { storedKeys } from './hidden-keys.ts'
import { sweepFolder } from './leftovers.ts'
import { entriesIn, oldestBackup } from './oldest.ts'
import { setEntry, type TakenEntry, takeEntry, takenBefore } from './taken.ts'
import { ifPossible } from './trouble.ts'

interface Loaded {
  readonly files: Original[]
  readonly isDamaged: boolean
  /** The index is missing or damaged: files may have been written of which it knows nothing. */
  readonly isPartial: boolean
}

const sealOf = (files: readonly Original[]): string => createHash('sha256').update(JSON.stringify(files)).digest('hex')

const isAt = (one: FileName, other: FileName): boolean =>
  one.environment === other.environment && one.client === other.client && one.file === other.file

/** The first copies of all files that we have written: `backups/originals`, owner-only, never pruned. Used under the run lock. */
export class Originals {
  readonly #system: System
  readonly #backups: ReachablePath
  #loaded: Promise<Loaded> | null = null
  /** Made by this run, of files that it has not written yet. */
  readonly #fresh = new Set<Original>()
  readonly #keys = new Map<string, Secret>()

  /** `backups`: that folder of home. */
  constructor(system: System, backups: ReachablePath) {
    this.#system = system
    this.#backups = backups
  }

  get #folder(): ReachablePath {
    return reachable(join(this.#backups, 'originals'))
  }

  #at(name: string): ReachablePath {
    return reachable(join(this.#folder, name))
  }

  /** All of them. `isDamaged`: the index is not as we wrote it, and none of it can be used. */
  load(): Promise<Loaded> {
    this.#loaded ??= this.#read()
    return this.#loaded
  }

  async #read(): Promise<Loaded> {
    const bytes = await this.#system.files.read(this.#at('index.json'))
    if (bytes === null) return { files: [], isDamaged: false, isPartial: true }
    try {
      const parsed = originalsSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')))
      if (parsed.success && parsed.data.seal === sealOf(parsed.data.files))
        return { files: parsed.data.files, isDamaged: false, isPartial: false }
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
    return { files: [], isDamaged: true, isPartial: true }
  }

  /** These keys, too, are kept by their names alone. Those of the store are known. */
  knows(keys: Iterable<readonly [string, Secret]>): void {
    for (const [name, key] of keys) this.#keys.set(name, key)
  }

  /** What entries said stands here by the names of its keys: the index is no second place of keys. */
  async #hideKeys(files: readonly Original[]): Promise<void> {
    const keys = new Map([...(await storedKeys(this.#system, dirname(this.#backups))), ...this.#keys])
    for (const original of files)
      for (const [name, taken] of Object.entries(original.entries)) {
        const without = taken.keys === undefined ? withoutKeys(taken.was as JsonValue, keys) : null
        if (without !== null) setEntry(original, name, { ...taken, was: without.value, keys: without.keys })
      }
  }

  async #write({ files, isDamaged, isPartial }: Loaded): Promise<void> {
    await this.#hideKeys(files)
    await this.#system.files.makeDirectory(this.#backups, 0o700)
    await this.#system.files.makeDirectory(this.#folder, 0o700)
    // What cannot be read is kept for a person to look at; the copies that follow begin from now.
    if (isDamaged) {
      const bytes = await this.#system.files.read(this.#at('index.json'))
      if (bytes !== null) await this.#system.files.create(this.#at(`damaged-${this.#system.random(4)}.json`), bytes, 0o600)
      this.#loaded = Promise.resolve({ files, isDamaged: false, isPartial })
    }
    const text = `${JSON.stringify({ version: 1, files, seal: sealOf(originalsSchema.shape.files.parse(files)) }, null, 2)}\n`
    await sweepFolder(this.#system, this.#folder)
    await this.#system.files.replace(this.#at('index.json'), Buffer.from(text), 0o600)
  }

  /** The original of a file; null: there is none. */
  async of(place: FileName): Promise<Original | null> {
    return (await this.load()).files.find((each) => isAt(each, place)) ?? null
  }

  /** The stored bytes; null: the file was not there; `lost`: they are missing or not as they were stored. */
  async bytes({ stored, before }: Original): Promise<Uint8Array | null | 'lost'> {
    if (stored === null) return null
    const bytes = await this.#system.files.read(this.#at(stored))
    return bytes === null || digestOf(bytes) !== before ? 'lost' : bytes
  }

  async #ensure(place: FileName, found: Pick<Saved, 'bytes' | 'mode' | 'folders'>, isWritten = true): Promise<Original> {
    const loaded = await this.load()
    const known = loaded.files.find((each) => isAt(each, place))
    if (known !== undefined) return isWritten && known.uncopied === true ? this.#copy(known, found) : known
    // Where the first copies were removed, the oldest backup knows more than the file does now.
    const oldest = loaded.isPartial ? await oldestBackup(this.#system, this.#backups, place) : null
    const first = oldest ?? { ...found, isCut: loaded.isDamaged }
    const { environment, client, file } = place
    // A file that nothing is written to needs no copy.
    const isCopied = isWritten || oldest !== null
    const made: Original = {
      ...{ environment, client, file, stored: isCopied ? await this.#store(file, first.bytes) : null },
      ...{ before: digestOf(first.bytes), ...(!isCopied && { uncopied: true as const }) },
      ...{ mode: first.mode, folders: first.folders, last: [digestOf(found.bytes)] },
      ...{ alone: oldest === null && !first.isCut, cut: first.isCut, entries: takenBefore(oldest) },
    }
    loaded.files.push(made)
    this.#fresh.add(made)
    return made
  }

  /** Stores bytes; null: there are none. */
  async #store(file: string, bytes: Uint8Array | null): Promise<string | null> {
    if (bytes === null) return null
    const plain = (file.split(/[\\/]/).at(-1) ?? '').replace(/[^A-Za-z0-9._-]/g, '_').slice(-60)
    const stored = `${this.#system.random(4)}-${plain}`
    await this.#system.files.makeDirectory(this.#backups, 0o700)
    await this.#system.files.makeDirectory(this.#folder, 0o700)
    await this.#system.files.create(this.#at(stored), bytes, 0o600)
    return stored
  }

  /** The first copy of a file that was only taken over before: as it is now. */
  async #copy(original: Original, { bytes, mode, folders }: Pick<Saved, 'bytes' | 'mode' | 'folders'>): Promise<Original> {
    const stored = await this.#store(original.file, bytes)
    Object.assign(original, { stored, mode, folders, before: digestOf(bytes), last: [digestOf(bytes)], alone: true, uncopied: undefined })
    return original
  }

  /**
   * Notes that a file is about to be written: keeps its first copy, the texts of entries that change for the first time (`names`),
   * and whether others wrote in between.
   */
  async keep(place: FileName, saved: Saved, names: readonly string[]): Promise<void> {
    const original = await this.#ensure(place, saved)
    const found = digestOf(saved.bytes)
    const present = names.every((name) => Object.hasOwn(original.entries, name)) ? null : await entriesIn(place.client, saved.bytes)
    for (const name of present === null ? [] : names)
      if (!Object.hasOwn(original.entries, name)) setEntry(original, name, { was: present?.get(name) ?? null, made: null })
    // An entry may have become ours before anything was written.
    if (original.mode === null && found === original.before) {
      original.mode = saved.mode
      original.folders = saved.folders
    }
    original.alone = found === original.before || (original.alone && original.last.includes(found))
    original.last = [found, saved.after]
    await this.#write(await this.load())
  }

  /** Notes the texts of entries before and after they become ours. `isWritten`: the file is written with it. */
  async take(
    place: FileName,
    found: Pick<Saved, 'bytes' | 'mode'>,
    entries: Readonly<Record<string, TakenEntry>>,
    isWritten: boolean,
  ): Promise<void> {
    const original = await this.#ensure(place, { ...found, folders: 0 }, isWritten)
    const before = original.cut ? null : await this.#entriesBefore(original)
    for (const [name, value] of Object.entries(entries)) takeEntry(original, name, value, before)
    await this.#write(await this.load())
  }

  async #entriesBefore(original: Original): Promise<ReadonlyMap<string, JsonValue> | null> {
    const bytes = original.stored === null ? null : await this.bytes(original)
    return bytes === null || bytes === 'lost' ? null : entriesIn(original.client, bytes)
  }

  /** These entries are their person's alone again: what they said before they were ours is over. */
  async giveBack(place: FileName, names: Iterable<string>): Promise<void> {
    const original = await this.of(place)
    const back = [...names].filter((name) => original !== null && Object.hasOwn(original.entries, name))
    if (original === null || back.length === 0) return
    for (const name of back) delete original.entries[name]
    await this.#write(await this.load())
  }

  /** Entries are as they were before a run: what that had taken out by --force is in the file again, and its person's to remove. */
  async putBack(place: FileName, names: readonly string[]): Promise<void> {
    const original = await this.of(place)
    const back = names.filter((name) => lookUp(original?.entries ?? {}, name)?.fate === 'overruled')
    if (original === null || back.length === 0) return
    for (const name of back) setEntry(original, name, { ...(lookUp(original.entries, name) as TakenEntry), fate: undefined })
    await this.#write(await this.load())
  }

  /** The file is written: its first copy stays. */
  async wrote(place: FileName): Promise<void> {
    const original = await this.of(place)
    if (original !== null) this.#fresh.delete(original)
  }

  /** The file is not written after all: a copy that this run made is none. */
  async discard(place: FileName): Promise<void> {
    const original = await this.of(place)
    if (original === null || !this.#fresh.has(original)) return
    await this.drop((each) => isAt(each, place))
    if ((await this.load()).files.length === 0) await this.clear()
  }

  /** Forgets files, for example those that an undo brought back. */
  async drop(isOver: (original: Original) => boolean): Promise<void> {
    const loaded = await this.load()
    const gone = loaded.files.filter(isOver)
    if (gone.length === 0) return
    const rest = { ...loaded, files: loaded.files.filter((each) => !gone.includes(each)) }
    this.#loaded = Promise.resolve(rest)
    await this.#write(rest)
    for (const { stored } of gone) if (stored !== null) await ifPossible(this.#system.files.remove(this.#at(stored)))
  }

  /** Removes what killed runs left beside the copies. */
  async sweep(): Promise<void> {
    if ((await this.#system.files.look(this.#folder)) !== null) await sweepFolder(this.#system, this.#folder)
  }

  /** Forgets all: we are uninstalled. */
  async clear(): Promise<void> {
    this.#loaded = Promise.resolve({ files: [], isDamaged: false, isPartial: true })
    if ((await this.#system.files.look(this.#folder)) !== null) await this.#system.files.remove(this.#folder)
  }
}
