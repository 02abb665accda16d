import { sep } from 'node:path'
import { autorunNames } from './autorun.ts'
import { closedNames } from './closed.ts'
import { changesGitDirectory } from './git.ts'
import { identityAt } from './identity.ts'
import { type Names, namesOf, type NameTree } from './names.ts'
import { bare, type Region, upwards, within } from './region.ts'
import { startedByUser, startedFrom } from './repositories.ts'
import type { Known } from './survey.ts'

/** What is to be done with a path: `write` is everything that changes it, takes it away or makes it. */
export type Use = 'read' | 'write'
/** `closed`: the list that forbids it wins over the roots. `autorun`: it may be read, but not written. */
export type Verdict = 'open' | 'outside' | 'closed' | 'autorun'

/** What a ruling is made of. */
export interface Rules {
  readonly region: Region
  readonly closed: readonly Known[]
  readonly reopened: readonly Known[]
  readonly autorun: readonly Known[]
  readonly allowed: readonly Known[]
  readonly allowedNames: NameTree
  /** Users' homes, canonical. */
  readonly homes: readonly string[]
  fold(path: string): string
  /** Whether inodes tell files apart there. */
  identified(path: string): boolean
}

/** What something is by its identity, or by that of a folder above it. */
interface Kin {
  readonly closed: boolean
  readonly autorun: boolean
  readonly allowed: boolean
}

const stranger: Kin = { closed: false, autorun: false, allowed: false }

/** All rules in a form in which any path is judged by looking at its own parts, however long the lists are. */
export class Ruling {
  readonly homes: readonly Names[]
  private readonly folders = new Map<string, Kin>()
  private readonly repositories = new Map<string, readonly string[]>()
  private readonly rules: Rules
  private readonly places: Readonly<Record<keyof Region, ReadonlySet<string>>>
  private readonly identities: Readonly<Record<'closed' | 'reopened' | 'autorun' | 'allowed', ReadonlySet<string>>>

  constructor(rules: Rules) {
    const { region, fold } = rules
    const placed = (paths: readonly string[]): Set<string> => new Set(paths.map((path) => bare(fold(path))))
    const known = (list: readonly Known[]): Set<string> =>
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

  /** A canonical path by what it is called and where it lies. */
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

  /** The same by what it is, and what each folder above it is: a closed folder stays closed, whatever it is called. */
  byIdentity(real: string, use: Use): Exclude<Verdict, 'outside'> {
    if (sep === '\\' || !this.rules.identified(real)) return 'open'
    const path = bare(real)
    const kin = path === '' ? this.kinOf('/', stranger) : this.kinOf(path, this.kinAbove(path))
    if (kin.closed) return 'closed'
    return use === 'write' && kin.autorun && !kin.allowed && !this.isAllowed(real) ? 'autorun' : 'open'
  }

  private kinAbove(path: string): Kin {
    const above = path.slice(0, path.lastIndexOf('/'))
    const known = this.folders.get(above)
    if (known !== undefined) return known
    const kin = above === '' ? this.kinOf('/', stranger) : this.kinOf(above, this.kinAbove(above))
    this.folders.set(above, kin)
    return kin
  }

  private kinOf(path: string, above: Kin): Kin {
    const id = identityAt(path)
    // What is open again in something closed may still have to be made.
    const isReopened = this.places.reopened.has(this.rules.fold(path))
    if (id === null) return isReopened ? { ...above, closed: false } : above
    const { closed, reopened, autorun, allowed } = this.identities
    return {
      closed: !isReopened && !reopened.has(id) && (above.closed || closed.has(id)),
      autorun: above.autorun || autorun.has(id),
      allowed: above.allowed || allowed.has(id),
    }
  }

  /** What folders and repositories are is found out once, and again after this. */
  forget(): void {
    this.folders.clear()
    this.repositories.clear()
  }

  /** The same for something opened, by what it is itself; `real`: where the kernel says that it lies. */
  byOpened(id: string, real: string, use: Use): Exclude<Verdict, 'outside'> {
    const { closed, autorun } = this.identities
    if (!this.rules.identified(real)) return 'open'
    if (closed.has(id)) return 'closed'
    return use === 'write' && autorun.has(id) && !this.isAllowed(real) ? 'autorun' : 'open'
  }

  /** By path, then by identity; what is not there yet is judged by the folders above it. */
  of(real: string, use: Use): Verdict {
    const verdict = this.byPath(real, use)
    return verdict === 'open' ? this.byIdentity(real, use) : verdict
  }
}
