import { readFileSync } from 'node:fs'
import { codeOf } from '../base/refusal.ts'
import { namesAllowed, pathsAllowed } from './autorun.ts'
import { CanonicalList } from './canonical-list.ts'
import { mountAliases } from './mount-aliases.ts'
import { NameTree } from './names.ts'
import type { Region } from './region.ts'
import { Ruling } from './ruling.ts'
import type { Settings, Sides } from '../base/settings.ts'
import { folding, onDrive } from './spelling.ts'
import type { KnownPath } from './survey.ts'

/** The settings of the policy. A path that cannot be resolved opens nothing until it exists. */
export type PolicyRules = Pick<
  Settings,
  'roots' | 'readable' | 'closed' | 'reopened' | 'autorun' | 'allow' | 'homes' | 'deny' | 'flags' | 'unreadable'
>

const lists = ['open', 'readable', 'closed', 'reopened', 'autorun', 'allowed', 'homes'] as const
type List = (typeof lists)[number]
type KnownPaths = Readonly<Record<List, readonly KnownPath[]>>

export interface Current {
  readonly ruling: Ruling
  readonly region: Region
}

/** So long the rules hold without another look at what they name. */
const againMs = 1000

/** The rules in canonical form. They are made again when a path in them appears, goes, or is mounted elsewhere. */
export class Rulings {
  private rules: PolicyRules
  private readonly sides: () => Promise<Sides>
  private readonly lists: Record<List, CanonicalList>
  private made: (Current & { readonly found: KnownPaths; readonly mounts: string }) | undefined
  private checkedAt = Number.NEGATIVE_INFINITY

  constructor(rules: PolicyRules, sides: () => Promise<Sides>) {
    this.rules = rules
    this.sides = sides
    this.lists = {
      open: new CanonicalList(rules.roots, 'pinned'),
      readable: new CanonicalList(rules.readable ?? [], 'pinned'),
      closed: new CanonicalList(rules.closed),
      reopened: new CanonicalList(rules.reopened, 'pinned'),
      autorun: new CanonicalList(rules.autorun),
      allowed: new CanonicalList(pathsAllowed(rules.allow), 'pinned'),
      // A home of another side is not looked at: that could wake it, and wait for it.
      homes: new CanonicalList(rules.homes.slice(0, 1)),
    }
  }

  /** Other folders that are allowed or closed from the next call on. Those that stay keep their meaning. */
  follow(rules: PolicyRules): void {
    this.rules = rules
    const { lists } = this
    lists.open = lists.open.keeping(rules.roots)
    lists.readable = lists.readable.keeping(rules.readable ?? [])
    lists.closed = lists.closed.keeping(rules.closed)
    lists.allowed = lists.allowed.keeping(pathsAllowed(rules.allow))
    this.made = undefined
    this.checkedAt = Number.NEGATIVE_INFINITY
  }

  async current(): Promise<Current> {
    const now = performance.now()
    if (this.made !== undefined && now - this.checkedAt < againMs) return this.made
    this.checkedAt = now
    const mounts = mountTable()
    const known = await Promise.all(lists.map(async (list) => [list, await this.lists[list].known()] as const))
    const found = Object.fromEntries(known) as KnownPaths
    const { made } = this
    made?.ruling.forget()
    if (made?.mounts === mounts && lists.every((list) => made.found[list] === found[list])) return made
    const { rules } = this
    const sides = await this.sides()
    // The rules may have changed during the look.
    if (rules !== this.rules) return this.current()
    const current = { ...this.make(found, mounts, sides), found, mounts }
    this.made = current
    return current
  }

  private make(found: KnownPaths, mounts: string, sides: Sides): Current {
    const real = (list: List): string[] => found[list].map((each) => each.real)
    const there = (list: List): string[] => found[list].flatMap((each) => (each.exists ? [each.real] : []))
    const everywhere = (list: List): string[] => [...real(list), ...mountAliases(mounts, there(list))]
    const region: Region = {
      open: real('open'),
      closed: everywhere('closed'),
      reopened: everywhere('reopened'),
      autorun: [...everywhere('autorun'), ...everywhere('readable')],
      readable: everywhere('readable'),
      allowed: everywhere('allowed'),
    }
    const ruling = new Ruling({
      ...found,
      closed: [...found.closed, ...this.lists.closed.former()],
      autorun: [...found.autorun, ...found.readable],
      region,
      allowedNames: new NameTree(() => namesAllowed(this.rules.allow)),
      homes: [...this.rules.homes, ...everywhere('homes')],
      fold: folding(sides),
      identified: (path) => !onDrive(path, sides),
    })
    return { ruling, region }
  }
}

/** The table of mounts, from the kernel's memory; '' where there is none. */
function mountTable(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8')
  } catch (error) {
    if (codeOf(error) === '') throw error
    return ''
  }
}
