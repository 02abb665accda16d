import { lstatSync, type Stats } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { codeOf, denied, failed } from '../refusal.ts'

/**
 * The canonical form of a path of which only a beginning may exist. Refuses a link that leads nowhere: writing through it
 * would create its target.
 */
export async function canonical(path: string): Promise<{ real: string; missing: string[] }> {
  const missing: string[] = []
  for (let at = path; ; ) {
    try {
      return { real: await realpath(at), missing }
    } catch (error) {
      const code = codeOf(error)
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
      const there = code === 'ENOENT' ? factsAt(at) : undefined
      // What does not resolve and is still there is a link that leads nowhere: writing through it would create its target.
      if (there?.isSymbolicLink()) throw denied(`${JSON.stringify(path)} is a link that leads nowhere; name the file itself.`)
      // It was made in between.
      if (there !== undefined) continue
    }
    // Not dirname(): it would drop a separator at the end and hide what follows it.
    const cut = Math.max(at.lastIndexOf('/'), sep === '\\' ? at.lastIndexOf('\\') : -1)
    const name = at.slice(cut + 1)
    if (name === '..') throw denied(`${JSON.stringify(path)} goes up from a folder that does not exist; give the path without "..".`)
    if (name !== '' && name !== '.') missing.unshift(name)
    const parent = cut <= 0 ? sep : at.slice(0, cut)
    if (parent === at) throw failed(`${JSON.stringify(path)} cannot be found.`)
    at = /^[A-Za-z]:$/.test(parent) ? parent + sep : parent
  }
}

/** What is at a path; undefined where that cannot be told. At once: the file system has just answered for it. */
function factsAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (codeOf(error) === '') throw error
    return undefined
  }
}

/** Those that did not exist are looked at again after so long. */
const againMs = 1000

interface Known {
  readonly path: string
  readonly real: string
  readonly exists: boolean
}

/**
 * Paths whose canonical form is needed at every call: resolved once. One that exists keeps its meaning from then on, so
 * that swapping it for a link changes nothing; one that does not is looked at again now and then.
 */
export class CanonicalList {
  private readonly paths: readonly string[]
  private readonly pinned: boolean
  private known: readonly Known[] | undefined
  private list: readonly string[] = []
  private checkedAt = 0

  /** `pinned`: what does not exist yet means what it means now; were it made as a link, it would open the link's target. */
  constructor(paths: readonly string[], pinned?: 'pinned') {
    this.paths = paths
    this.pinned = pinned === 'pinned'
  }

  async all(): Promise<readonly string[]> {
    const now = performance.now()
    if (this.known !== undefined && now - this.checkedAt < againMs) return this.list
    const before = this.known
    // Without a miss this costs a look at each missing path, a few microseconds.
    const stale = before?.some(({ path, exists }) => !exists && lstatSync(path, { throwIfNoEntry: false }) !== undefined) ?? true
    this.checkedAt = now
    if (!stale) return this.list
    const looked: Looked = new Map()
    this.known = await Promise.all(this.paths.map((path, at) => this.again(path, before?.[at], looked)))
    this.list = this.known.map(({ real }) => real)
    return this.list
  }

  private async again(path: string, before: Known | undefined, looked: Looked): Promise<Known> {
    if (before?.exists) return before
    const now = await resolved(path, looked)
    return before !== undefined && this.pinned && now.real !== before.real ? before : now
  }
}

/** What one pass over a list has found out about folders: most closed paths are not there, and lie in the same few folders. */
type Looked = Map<string, Promise<{ real: string; missing: string[] }>>

/** As `canonical`, with the folders of what is not there looked at once for all. */
function located(path: string, looked: Looked): Promise<{ real: string; missing: string[] }> {
  const again = looked.get(path)
  if (again !== undefined) return again
  const name = basename(path)
  const found =
    name === '' || name === '.' || name === '..' || lstatSync(path, { throwIfNoEntry: false }) !== undefined
      ? canonical(path)
      : located(dirname(path), looked).then(({ real, missing }) => ({ real, missing: [...missing, name] }))
  looked.set(path, found)
  return found
}

async function resolved(path: string, looked: Looked): Promise<Known> {
  try {
    const { real, missing } = await located(path, looked)
    return { path, real: join(real, ...missing), exists: missing.length === 0 }
  } catch {
    return { path, real: path, exists: false }
  }
}
