import { existsSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, normalize, sep } from 'node:path'
import { limits } from '../limits.ts'
import { codeOf, denied, failed, fromFileTrouble, type Refusal } from '../refusal.ts'
import { canonical, CanonicalList } from './canonical.ts'
import { closedBelow, closedByName } from './closed.ts'
import { ntfsTrouble } from './ntfs.ts'
import { closedRefusal, outsideRefusal } from './reasons.ts'
import { holdsClosed, judge, type Region, within } from './region.ts'
import { onDrive, type Place, understand } from './spelling.ts'

/** A path that policy allows, in canonical form. What is not there yet has `exists: false`, and all its parents are canonical. */
export interface Admitted {
  readonly real: string
  readonly folder: string
  readonly name: string
  readonly exists: boolean
  /** The part that exists: the path itself, or the nearest folder above it. */
  readonly base: string
  /** Names below `base` that do not exist yet, `name` the last of them; empty for what exists. */
  readonly missing: readonly string[]
}

export interface PolicyRules {
  /** As configured: absolute, this side's spelling. One that cannot be resolved opens nothing until it exists. */
  readonly roots: readonly string[]
  readonly closed: readonly string[]
  readonly reopened: readonly string[]
  /** Those of the closed ones that a person has named, and what the command line says in the manifest's place: for the words of a refusal. */
  readonly deny?: readonly string[]
  readonly flags?: readonly string[]
  place(): Promise<Place>
}

/** A relative path, or one of the other side, is said as it was understood too. */
const absent = (path: string, real: string): Refusal =>
  failed(`${JSON.stringify(path)} does not exist${path === real ? '' : ` (${real})`}; list_directory shows what is in a folder.`)

export class Policy {
  readonly rules: PolicyRules
  private readonly roots: CanonicalList
  private readonly closed: CanonicalList
  private readonly reopened: CanonicalList
  private placed: Promise<Place> | undefined

  constructor(rules: PolicyRules) {
    // What is not absolute would be resolved from the root of the disk: it opens nothing instead.
    this.rules = { ...rules, roots: rules.roots.filter((root) => isAbsolute(root)) }
    this.roots = new CanonicalList(this.rules.roots, 'pinned')
    this.closed = new CanonicalList(rules.closed)
    this.reopened = new CanonicalList(rules.reopened, 'pinned')
  }

  place(): Promise<Place> {
    this.placed ??= this.rules.place()
    return this.placed
  }

  /** Roots and closed paths in canonical form. */
  async region(): Promise<Region> {
    const [open, shut, again] = await Promise.all([this.roots.all(), this.closed.all(), this.reopened.all()])
    return { open, closed: shut, reopened: again }
  }

  /** Letters' case means nothing on Windows drives and on macOS. */
  async fold(): Promise<(path: string) => string> {
    const place = await this.place()
    return (path) => (place.self.kind === 'macos' || onDrive(path, place) ? path.normalize('NFC').toLowerCase() : path)
  }

  /** The canonical path, when it is allowed; otherwise a refusal that says why. Checks the target, never the wording. */
  async admit(path: string): Promise<Admitted> {
    const place = await this.place()
    const asked = this.understood(path, place)
    let found: { real: string; missing: string[] }
    try {
      found = await canonical(asked)
    } catch (error) {
      if (codeOf(error) === 'ELOOP') throw denied(`${JSON.stringify(path)} goes round in a circle of links; name the file itself.`)
      throw fromFileTrouble(error, `${JSON.stringify(path)} cannot be looked at`)
    }
    const real = join(found.real, ...found.missing)
    await this.check(real, path, asked)
    this.checkNames(real, place)
    return {
      real,
      folder: dirname(real),
      name: basename(real),
      exists: found.missing.length === 0,
      base: found.real,
      missing: found.missing,
    }
  }

  /** Like existing, for what is moved or deleted: a link at the end is meant itself, not what it leads to. */
  async itself(path: string): Promise<Admitted> {
    const place = await this.place()
    const asked = this.understood(path, place).replace(sep === '\\' ? /[\\/]+$/ : /\/+$/, '')
    const name = basename(asked)
    if (name === '' || name === '.' || name === '..')
      throw denied(`${JSON.stringify(path)} does not end in a name; give the path without "..".`)
    const parent = await canonical(asked.slice(0, asked.length - name.length)).catch((error) => {
      throw fromFileTrouble(error, `${JSON.stringify(path)} cannot be looked at`)
    })
    const folder = join(parent.real, ...parent.missing)
    const real = join(folder, name)
    await this.check(real, path, asked)
    this.checkNames(real, place)
    const there =
      parent.missing.length === 0 &&
      (await lstat(real).then(
        () => true,
        () => false,
      ))
    if (!there) throw absent(path, real)
    return { real, folder, name, exists: true, base: real, missing: [] }
  }

  private understood(path: string, place: Place): string {
    if (path.length > limits.pathCharacters) throw denied(`The path has ${path.length} characters; ${limits.pathCharacters} are the most.`)
    const asked = understand(path, place, this.rules.roots[0] ?? place.self.home)
    this.checkNames(asked, place)
    return asked
  }

  /** Like admit, for something that must be there. */
  async existing(path: string): Promise<Admitted> {
    const found = await this.admit(path)
    if (!found.exists) throw absent(path, found.real)
    return found
  }

  /** Judges a canonical path; `asked` is what the refusal names, `laid` the same as it was understood, before links were followed. */
  async check(real: string, asked: string = real, laid: string = real): Promise<void> {
    const [region, fold] = [await this.region(), await this.fold()]
    const verdict = closedByName(real) ? 'closed' : judge(real, region, fold)
    if (verdict === 'closed') throw await closedRefusal(real, asked, this.rules.deny ?? [], fold)
    if (verdict === 'outside')
      throw outsideRefusal(asked, region.open, judge(normalize(laid), region, fold) === 'open', this.rules.flags?.includes('root') === true)
  }

  /** A judge of canonical paths, for many in a row. */
  async judge(): Promise<(real: string) => boolean> {
    const [region, fold] = [await this.region(), await this.fold()]
    return (real) => !closedByName(real) && judge(real, region, fold) === 'open'
  }

  /**
   * Refuses to take away a folder, or to make one, under a name that gives something in it a meaning: one that holds
   * something closed, or an allowed folder. `there`: only what exists counts among what is closed by its name.
   */
  async checkWhole(real: string, what: string, there = false): Promise<void> {
    const [region, fold] = [await this.region(), await this.fold()]
    const named = closedBelow(real)
    if (holdsClosed(real, region, fold) || (there ? named.some((path) => existsSync(path)) : named.length > 0))
      throw denied(`${what} is not possible for ${real}: something closed lies in it, or would.`)
    if (region.open.some((root) => fold(root) === fold(real)))
      throw denied(`${what} is not possible for ${real}: it is one of the allowed folders itself.`)
    if (region.open.some((root) => within(root, real, fold)))
      throw denied(`${what} is not possible for ${real}: an allowed folder lies in it.`)
  }

  /** A link in a folder that holds something closed could stand in for one of that folder's own. */
  async checkLink(folder: string): Promise<void> {
    if (holdsClosed(folder, await this.region(), await this.fold()) || closedBelow(folder).length > 0)
      throw denied(`A link is not moved into ${folder}, since something closed lies there.`)
  }

  private checkNames(path: string, place: Place): void {
    if (!onDrive(path, place)) return
    const names = path.slice(place.self.kind === 'windows' ? 2 : 0).split(/[\\/]/)
    for (const name of names) {
      const trouble = ntfsTrouble(name)
      if (trouble !== null) throw denied(`The name ${JSON.stringify(name)} is not taken on a Windows drive: ${trouble}.`)
    }
  }
}
