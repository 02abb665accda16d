import { lstatSync, readdirSync, type Stats } from 'node:fs'
import { basename, dirname, sep } from 'node:path'
import { codeOf } from '../base/refusal.ts'
import { canonical } from './canonical.ts'
import { identityAt } from './identity.ts'
import { foldedName } from './names.ts'

/** What is known of a listed path. */
export interface KnownPath {
  readonly path: string
  readonly real: string
  readonly exists: boolean
  /** What is there now, as `identityAt` names it; null: nothing, or it cannot be told. */
  readonly id: string | null
  /** Of what does not exist: the folder in which the first missing part of its path would appear. */
  readonly awaitedIn: string | null
}

/** What is at a path, a link itself; undefined where nothing is, or it cannot be told. */
export function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (codeOf(error) === '') throw error
    return undefined
  }
}

interface Located {
  readonly real: string
  readonly missing: readonly string[]
}

/** A canonical folder and a name in it. */
const joined = (folder: string, name: string): string => (folder.endsWith(sep) ? folder + name : folder + sep + name)

/** From this number of wanted names on, a folder is listed instead of asked for each, since most are missing. */
const manyNames = 8

/** Looks at many paths in a few folders, most of them missing: resolves each folder once, and lists it once. */
export class Survey {
  private readonly wanted = new Map<string, number>()
  private readonly folders = new Map<string, Located>()
  private readonly listings = new Map<string, ReadonlySet<string> | null>()

  /** Resolves each path as `canonical` does; a path that it refuses, such as a dangling link, stays as written. */
  async known(paths: readonly string[]): Promise<KnownPath[]> {
    for (const path of paths) this.wanted.set(dirname(path), (this.wanted.get(dirname(path)) ?? 0) + 1)
    const found: KnownPath[] = []
    for (const path of paths) found.push(await this.one(path))
    return found
  }

  private async one(path: string): Promise<KnownPath> {
    try {
      const folder = this.folders.get(dirname(path)) ?? (await this.located(dirname(path)))
      const { real, missing } = this.locate(path, folder) ?? (await canonical(path))
      if (missing.length === 0) return { path, real, exists: true, id: identityAt(real), awaitedIn: null }
      return { path, real: joined(real, missing.join(sep)), exists: false, id: null, awaitedIn: real }
    } catch {
      return { path, real: path, exists: false, id: null, awaitedIn: null }
    }
  }

  private async located(folder: string): Promise<Located> {
    const again = this.folders.get(folder)
    if (again !== undefined) return again
    const parent = dirname(folder)
    const found = (parent === folder ? null : this.locate(folder, await this.located(parent))) ?? (await canonical(folder))
    this.folders.set(folder, found)
    return found
  }

  /** Resolves a path by its resolved folder. Null: it is a link, or its last part is no name. */
  private locate(path: string, { real, missing }: Located): Located | null {
    const name = basename(path)
    if (name === '' || name === '.' || name === '..') return null
    const facts = missing.length === 0 && this.mayHold(dirname(path), name) ? lookAt(path) : undefined
    if (facts === undefined) return { real, missing: [...missing, name] }
    return facts.isSymbolicLink() ? null : { real: joined(real, name), missing: [] }
  }

  /** False only where a listing of the folder lacks the name in any spelling. */
  private mayHold(folder: string, name: string): boolean {
    if ((this.wanted.get(folder) ?? 0) < manyNames) return true
    const listing = this.listings.get(folder) ?? listed(folder)
    this.listings.set(folder, listing)
    return listing === null || listing.has(foldedName(name))
  }
}

function listed(folder: string): ReadonlySet<string> | null {
  try {
    return new Set(readdirSync(folder).map(foldedName))
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}
