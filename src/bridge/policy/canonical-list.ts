import { identityAt } from './identity.ts'
import { type KnownPath, lookAt, Survey } from './survey.ts'

/**
 * Paths whose canonical form every call needs: resolved once. A path that exists keeps its meaning, so a link in its place
 * changes nothing. A missing one is resolved again when its folder has changed.
 */
export class CanonicalList {
  private readonly paths: readonly string[]
  private readonly pinned: boolean
  private found: readonly KnownPath[] | undefined
  /** What an earlier list knew. */
  private kept: readonly KnownPath[] | undefined
  /** Files and folders that have left these paths, by identity. One that was moved keeps its meaning in its new place. */
  private readonly formerly = new Map<string, KnownPath>()
  /** Folders in which something is missing, as they were at the last look. */
  private readonly stamps = new Map<string, string>()

  /** `pinned`: a path that does not exist yet keeps its present meaning. Created later as a link, it does not open the link's target. */
  constructor(paths: readonly string[], pinned?: 'pinned') {
    this.paths = paths
    this.pinned = pinned === 'pinned'
  }

  /** A list of other paths, in which those that this one knows keep their meaning. */
  keeping(paths: readonly string[]): CanonicalList {
    const list = new CanonicalList(paths, this.pinned ? 'pinned' : undefined)
    list.kept = this.found ?? this.kept
    for (const [id, known] of this.formerly) if (paths.includes(known.path)) list.formerly.set(id, known)
    return list
  }

  /** Files and folders that an earlier look found at these paths, and the last one did not. */
  former(): readonly KnownPath[] {
    return [...this.formerly.values()]
  }

  async all(): Promise<readonly string[]> {
    return (await this.known()).map(({ real }) => real)
  }

  /** Looks again; the same array as before where nothing has changed. */
  async known(): Promise<readonly KnownPath[]> {
    const before = this.found ?? (await this.taken())
    if (before !== undefined) this.keep(before)
    const changed = this.changedFolders()
    const stale = (known: KnownPath): boolean =>
      known.exists ? identityAt(known.real) !== known.id : known.awaitedIn === null || changed.has(known.awaitedIn)
    if (before !== undefined && !before.some(stale)) return before
    const again = this.paths.flatMap((path, at) => (before?.[at] === undefined || stale(before[at]) ? [path] : []))
    const now = new Map((await new Survey().known(again)).map((known) => [known.path, known]))
    const found = this.paths.flatMap((path, at) => merged(before?.[at], now.get(path), this.pinned))
    if (before !== undefined && found.every((known, at) => known === before[at])) return before
    for (const [at, { id }] of found.entries()) this.noteFormer(before?.[at], id)
    this.keep(found)
    return found
  }

  private noteFormer(was: KnownPath | undefined, id: string | null): void {
    if (was === undefined || was.id === null || was.id === id) return
    this.formerly.set(was.id, was)
    const [oldest] = this.formerly.keys()
    if (oldest !== undefined && this.formerly.size > mostFormer) this.formerly.delete(oldest)
  }

  private keep(found: readonly KnownPath[]): void {
    if (found === this.found) return
    this.found = found
    for (const { awaitedIn } of found) if (awaitedIn !== null && !this.stamps.has(awaitedIn)) this.stamps.set(awaitedIn, stampOf(awaitedIn))
  }

  /** The first look at a list that took over what another one knew: only the other paths are looked up. */
  private async taken(): Promise<readonly KnownPath[] | undefined> {
    const { kept } = this
    if (kept === undefined) return undefined
    const fresh = await new Survey().known(this.paths.filter((path) => !kept.some((each) => each.path === path)))
    return this.paths.flatMap((path) => [...kept, ...fresh].find((each) => each.path === path) ?? [])
  }

  /** Returns the folders that have changed, or may have: one with a young time may change again without a new time. */
  private changedFolders(): ReadonlySet<string> {
    const changed = new Set<string>()
    for (const [folder, stamp] of this.stamps) {
      const now = stampOf(folder)
      if (now === '' || now !== stamp) changed.add(folder)
      this.stamps.set(folder, now)
    }
    return changed
  }
}

/** What is known of a path now: one that existed keeps its meaning. */
function merged(was: KnownPath | undefined, now: KnownPath | undefined, pinned: boolean): KnownPath | [] {
  if (was === undefined || now === undefined) return was ?? now ?? []
  if (was.exists) return { ...was, id: now.real === was.real ? now.id : identityAt(was.real) }
  const same = now.real === was.real && now.exists === was.exists && now.awaitedIn === was.awaitedIn
  return same || (pinned && now.real !== was.real) ? was : now
}

/** Programs replace their configs again and again, each time with a new file. */
const mostFormer = 4096

/** Coarser than any clock by which file systems of Linux, macOS and Windows stamp folders. */
const youngMs = 100

/** A mark that changes when a name in the folder appears or goes. '': unknown, or the folder changed a moment ago. */
function stampOf(folder: string): string {
  const facts = lookAt(folder)
  return facts === undefined || Math.abs(Date.now() - facts.mtimeMs) < youngMs ? '' : `${facts.ino} ${facts.mtimeMs}`
}
