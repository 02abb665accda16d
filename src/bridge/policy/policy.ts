import { fstatSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, normalize, sep } from 'node:path'
import { limits } from '../base/limits.ts'
import { Absent, codeOf, denied, fromFileTrouble, type Refusal } from '../base/refusal.ts'
import { inLine } from '../base/text.ts'
import { canonical } from './canonical.ts'
import { identityOf } from './identity.ts'
import { ntfsTrouble } from './ntfs.ts'
import { folderToOpen } from './folder-to-open.ts'
import { autorunRefusal, closedRefusal, outsideRefusal, unreadableRefusal, readableRefusal } from './reasons.ts'
import { type Region, within } from './region.ts'
import type { Use } from './ruling.ts'
import { type Current, type PolicyRules, Rulings } from './rulings.ts'
import type { Sides } from '../base/settings.ts'
import { folding, onDrive, understand } from './spelling.ts'

/** An allowed path in canonical form. `exists: false`: it is missing, and its parents are canonical. */
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

/** Also names the path as it was understood, when that differs. */
const absent = (path: string, real: string): Refusal =>
  new Absent(
    `${JSON.stringify(path)} does not exist${path === real ? '' : ` (${inLine(real)})`}; list_directory shows what is in a folder.`,
    path,
  )

export class Policy {
  rules: PolicyRules
  private readonly rulings: Rulings
  private readonly findSides: () => Promise<Sides>
  private foundSides: Promise<Sides> | undefined

  constructor(rules: PolicyRules & { sides(): Promise<Sides> }) {
    // What is not absolute would be resolved from the root of the disk: it opens nothing instead.
    this.rules = { ...rules, roots: rules.roots.filter((root) => isAbsolute(root)) }
    this.findSides = () => rules.sides()
    this.rulings = new Rulings(this.rules, () => this.sides())
  }

  /** Other rules from the next call on. */
  follow(rules: PolicyRules): void {
    this.rules = { ...rules, roots: rules.roots.filter((root) => isAbsolute(root)) }
    this.rulings.follow(this.rules)
  }

  sides(): Promise<Sides> {
    this.foundSides ??= this.findSides()
    return this.foundSides
  }

  /** The rules as they are now. */
  current(): Promise<Current> {
    return this.rulings.current()
  }

  /** Roots and lists in canonical form. */
  async region(): Promise<Region> {
    return (await this.rulings.current()).region
  }

  /** Letters' case means nothing on Windows drives and on macOS. */
  async fold(): Promise<(path: string) => string> {
    return folding(await this.sides())
  }

  /** Returns the canonical path if it is allowed, and refuses it with the reason otherwise. Checks the target of links. */
  async admit(path: string, use: Use): Promise<Admitted> {
    const sides = await this.sides()
    const asked = this.understood(path, sides)
    let found: { real: string; missing: string[] }
    try {
      found = await canonical(asked)
    } catch (error) {
      if (codeOf(error) === 'ELOOP') throw denied(`${JSON.stringify(path)} is a link in a circle of links; name the file itself.`)
      throw fromFileTrouble(error, `${JSON.stringify(path)} cannot be looked at`)
    }
    const real = join(found.real, ...found.missing)
    // Folders that would be made on the way may mean something too.
    for (let many = 1; use === 'write' && many < found.missing.length; many++)
      await this.check(join(found.real, ...found.missing.slice(0, many)), use, path, asked)
    await this.check(real, use, path, asked)
    this.checkNames(real, sides)
    return {
      real,
      folder: dirname(real),
      name: basename(real),
      exists: found.missing.length === 0,
      base: found.real,
      missing: found.missing,
    }
  }

  /** Like `existing`, for moving and deleting: a link at the end of the path is not followed. */
  async itself(path: string): Promise<Admitted> {
    const sides = await this.sides()
    const asked = this.understood(path, sides).replace(sep === '\\' ? /[\\/]+$/ : /\/+$/, '')
    const name = basename(asked)
    if (name === '' || name === '.' || name === '..')
      throw denied(`${JSON.stringify(path)} does not end in a name; give the path without "..".`)
    const parent = await canonical(asked.slice(0, asked.length - name.length)).catch((error) => {
      throw fromFileTrouble(error, `${JSON.stringify(path)} cannot be looked at`)
    })
    const folder = join(parent.real, ...parent.missing)
    const real = join(folder, name)
    await this.check(real, 'write', path, asked)
    this.checkNames(real, sides)
    const there =
      parent.missing.length === 0 &&
      (await lstat(real).then(
        () => true,
        () => false,
      ))
    if (!there) throw absent(path, real)
    return { real, folder, name, exists: true, base: real, missing: [] }
  }

  private understood(path: string, sides: Sides): string {
    if (path.length > limits.pathCharacters) throw denied(`The path has ${path.length} characters; ${limits.pathCharacters} are the most.`)
    const base = this.rules.roots[0] ?? sides.self.home
    if (path.trim() === '') throw denied(`The path is empty. A relative path begins in ${base}; list_directory shows what is there.`)
    const asked = understand(path, sides, base)
    this.checkNames(asked, sides)
    return asked
  }

  /** Like admit, for something that must be there. */
  async existing(path: string, use: Use): Promise<Admitted> {
    const found = await this.admit(path, use)
    if (!found.exists) throw absent(path, found.real)
    return found
  }

  /** Judges a canonical path. The refusal names `asked`; `laid` is the same path before links were followed. */
  async check(real: string, use: Use, asked: string = real, laid: string = real): Promise<void> {
    const { ruling, region } = await this.rulings.current()
    const verdict = ruling.of(real, use)
    const { unreadable } = this.rules
    if (verdict === 'outside' && unreadable !== undefined) throw unreadableRefusal(asked, region.open, unreadable)
    const sides = await this.sides()
    if (verdict === 'outside')
      throw outsideRefusal(
        asked,
        region.open,
        ruling.byPath(normalize(laid), 'read') === 'open',
        this.rules.flags?.includes('root') === true
          ? null
          : await folderToOpen(real, sides, this.rules.homes, (path) => ruling.of(path, 'read') === 'outside'),
        sides,
      )
    if (verdict !== 'open') throw await this.refusal(verdict, real, asked)
  }

  /** Judges an open file: it was opened as `real`, and the kernel says that it is at `opened` now. */
  async checkOpened(descriptor: number, opened: string, real: string, use: Use): Promise<void> {
    if (opened !== real) await this.check(opened, use, real)
    const { ruling } = await this.rulings.current()
    const verdict = ruling.byOpened(identityOf(fstatSync(descriptor, { bigint: true })), opened, use)
    if (verdict !== 'open') throw await this.refusal(verdict, opened, real)
  }

  private async refusal(verdict: 'closed' | 'autorun', real: string, asked: string): Promise<Refusal> {
    if (verdict === 'autorun') {
      const { ruling } = await this.rulings.current()
      if (!ruling.isReadable(real)) return autorunRefusal(asked)
      const root = [...(await this.region()).readable].find((each) => within(real, each, (path) => path))
      return readableRefusal(asked, root ?? real, await this.sides())
    }
    return closedRefusal(real, asked, this.rules.deny ?? [], await this.fold())
  }

  /**
   * Judges many canonical paths for reading, by name and place. With `id`, the identity of the file, it looks at the folders above
   * too, each once.
   */
  async judge(): Promise<(real: string, id?: string | undefined) => boolean> {
    const { ruling } = await this.rulings.current()
    const folders = new Map<string, boolean>()
    const isOpenFolder = (folder: string): boolean => {
      const isOpen = folders.get(folder) ?? ruling.byIdentity(folder, 'read') === 'open'
      folders.set(folder, isOpen)
      return isOpen
    }
    return (real, id) =>
      ruling.byPath(real, 'read') === 'open' &&
      (id === undefined || (ruling.byOpened(id, real, 'read') === 'open' && isOpenFolder(dirname(real))))
  }

  private checkNames(path: string, sides: Sides): void {
    if (!onDrive(path, sides)) return
    const names = path.slice(sides.self.kind === 'windows' ? 2 : 0).split(/[\\/]/)
    for (const name of names) {
      const trouble = ntfsTrouble(name)
      if (trouble !== null) throw denied(`The name ${JSON.stringify(name)} is not allowed on a Windows drive: ${trouble}.`)
    }
  }
}
