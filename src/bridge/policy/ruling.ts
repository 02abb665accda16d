import { sep } from 'node:path'
import { autorunNames } from './autorun.ts'
import { closedNames } from './closed.ts'
import { changesGitDirectory } from './git.ts'
import { identityAt } from './identity.ts'
import { type Names, namesOf, type NameTree } from './names.ts'
import { bare, type Region, upwards, within } from './region.ts'
import { startedByUser, startedFrom } from './repositories.ts'
import type { KnownPath } from './survey.ts'

/** How a path is used: `write` creates, changes, moves or deletes. */
export type Use = 'read' | 'write'
/** `closed`: forbidden by a list, which wins over the roots. `autorun`: readable, not writable. */
export type Verdict = 'open' | 'outside' | 'closed' | 'autorun'

/** What a ruling is made of. */
export interface Rules {
  readonly region: Region
  readonly closed: readonly KnownPath[]
  readonly reopened: readonly KnownPath[]
  readonly autorun: readonly KnownPath[]
  readonly allowed: readonly KnownPath[]
  readonly allowedNames: NameTree
  /** Users' homes, canonical. */
  readonly homes: readonly string[]
  fold(path: string): string
  /** Whether inodes identify files on that disk. */
  identified(path: string): boolean
}

/** Lists that a path is on by its identity, or by that of a folder above it. */
interface PathFlags {
  readonly closed: boolean
  readonly autorun: boolean
  readonly allowed: boolean
}

const noFlags: PathFlags = { closed: false, autorun: false, allowed: false }

/** All rules, indexed: the time to judge a path depends on its length, not on the length of the lists. */
export class Ruling {
  readonly homes: readonly Names[]
  private readonly folders = new Map<string, PathFlags>()
  private readonly repositories = new Map<string, readonly string[]>()
  private readonly rules: Rules
  private readonly places: Readonly<Record<keyof Region, ReadonlySet<string>>>
  private readonly identities: Readonly<Record<'closed' | 'reopened' | 'autorun' | 'allowed', ReadonlySet<string>>>

  constructor(rules: Rules) {
    const { region, fold } = rules
    const placed = (paths: readonly string[]): Set<string> => new Set(paths.map((path) => bare(fold(path))))
    const known = (list: readonly KnownPath[]): Set<string> =>
      new Set(list.flatMap(({ id, real }) => (id === null || !rules.identified(real) ? [] : [id])))
    this.rules = rules
    this.homes = rules.homes.map(namesOf)
    this.places = {
      open: placed(region.open),
      closed: placed(region.closed),
      reopened: placed(region.reopened),
      autorun: placed(region.autorun),
      readable: placed(region.readable),
      allowed: placed(region.allowed),
    }
    this.identities = {
      closed: known(rules.closed),
      reopened: known(rules.reopened),
      autorun: known(rules.autorun),
      allowed: known(rules.allowed),
    }
  }

  /** Judges a canonical path by its name and place. */
  byPath(real: string, use: Use): Verdict {
    const names = namesOf(real)
    if (closedNames(names, this.homes)) return 'closed'
    const verdict = this.byPlace(real)
    return verdict === 'open' && use === 'write' && this.runsLater(real, names) && !this.isAllowed(real) ? 'autorun' : verdict
  }

  private byPlace(real: string): 'open' | 'outside' | 'closed' {
    const { open, closed, reopened } = this.places
    let isOpen = false
    let isReopened = false
    for (const at of upwards(this.rules.fold(real))) {
      if (!isReopened && reopened.has(at)) isReopened = true
      else if (!isReopened && closed.has(at)) return 'closed'
      if (open.has(at)) isOpen = true
    }
    return isOpen ? 'open' : 'outside'
  }

  private runsLater(real: string, names: Names): boolean {
    return this.lies(real, 'autorun') || autorunNames(names, this.homes) || changesGitDirectory(real) || this.isNamedByGit(real)
  }

  private isNamedByGit(real: string): boolean {
    const [home = '/'] = this.rules.homes
    const isIn = (folder: string, find: () => readonly string[]): boolean => {
      const paths = this.repositories.get(folder) ?? find()
      this.repositories.set(folder, paths)
      return paths.some((path) => within(real, path, this.rules.fold))
    }
    if (isIn('', () => startedByUser(home))) return true
    for (const at of upwards(real)) if (at !== '' && isIn(at, () => startedFrom(at, home))) return true
    return false
  }

  /** Whether a person has opened a path to writing, or a folder above it. */
  isAllowed(real: string): boolean {
    const names = namesOf(real)
    if (this.isReadable(real)) return false
    return this.lies(real, 'allowed') || names.some((_, at) => this.rules.allowedNames.match(names, at) === 'in')
  }

  /** Whether a path lies in an allowed folder that is open to reading only. */
  isReadable(real: string): boolean {
    return this.lies(real, 'readable')
  }

  private lies(real: string, place: keyof Region): boolean {
    const folders = this.places[place]
    for (const at of upwards(this.rules.fold(real))) if (folders.has(at)) return true
    return false
  }

  /** Judges by the identity of the path and of each folder above it: a closed folder stays closed under any name. */
  byIdentity(real: string, use: Use): Exclude<Verdict, 'outside'> {
    if (sep === '\\' || !this.rules.identified(real)) return 'open'
    const path = bare(real)
    const flags = path === '' ? this.flagsOf('/', noFlags) : this.flagsOf(path, this.flagsAbove(path))
    if (flags.closed) return 'closed'
    return use === 'write' && flags.autorun && !flags.allowed && !this.isAllowed(real) ? 'autorun' : 'open'
  }

  private flagsAbove(path: string): PathFlags {
    const above = path.slice(0, path.lastIndexOf('/'))
    const known = this.folders.get(above)
    if (known !== undefined) return known
    const flags = above === '' ? this.flagsOf('/', noFlags) : this.flagsOf(above, this.flagsAbove(above))
    this.folders.set(above, flags)
    return flags
  }

  private flagsOf(path: string, above: PathFlags): PathFlags {
    const id = identityAt(path)
    // A reopened folder may not exist yet.
    const isReopened = this.places.reopened.has(this.rules.fold(path))
    if (id === null) return isReopened ? { ...above, closed: false } : above
    const { closed, reopened, autorun, allowed } = this.identities
    return {
      closed: !isReopened && !reopened.has(id) && (above.closed || closed.has(id)),
      autorun: above.autorun || autorun.has(id),
      allowed: above.allowed || allowed.has(id),
    }
  }

  /** Forgets what is known of folders and repositories; it is looked up again. */
  forget(): void {
    this.folders.clear()
    this.repositories.clear()
  }

  /** Judges an opened file by its own identity. `real`: its path according to the kernel. */
  byOpened(id: string, real: string, use: Use): Exclude<Verdict, 'outside'> {
    const { closed, autorun } = this.identities
    if (!this.rules.identified(real)) return 'open'
    if (closed.has(id)) return 'closed'
    return use === 'write' && autorun.has(id) && !this.isAllowed(real) ? 'autorun' : 'open'
  }

  /** Judges by path, then by identity. A path that does not exist is judged by the folders above it. */
  of(real: string, use: Use): Verdict {
    const verdict = this.byPath(real, use)
    return verdict === 'open' ? this.byIdentity(real, use) : verdict
  }
}
