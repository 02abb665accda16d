import { dirname } from 'node:path'
import { reachable, type ReachablePath } from '../../model/path.ts'
import type { FileFacts, System } from '../../model/system.ts'
import { trace } from './trace.ts'
import { hasOwners } from './modes.ts'
import { type Accounts, readAccounts } from './ownership-accounts.ts'
import { EXIT, TwinError } from '../../errors.ts'

/** Somebody else decides what a file of ours says: its owner, or those who may write it. */
export interface Fault {
  readonly path: ReachablePath
  readonly kind: 'owner' | 'group' | 'world'
  /** The user (`owner`) or the group (`group`). */
  readonly id: number
  readonly mode: number
}

/** What is looked at. */
export interface Subject {
  readonly path: ReachablePath
  /** `file`: its folder is looked at too, since whoever may write there can put another file in its place. */
  readonly kind: 'file' | 'folder'
  /** `strict`: no folder above makes up for it that others may write. */
  readonly isStrict?: true
  /** The folder above is looked at as for a file: who may write there can put another folder in its place. */
  readonly withAbove?: true
}

const sticky = 0o1000

/** Returns the users who may own things for this user: the user and root; for root also the owner of the nearest folder that is not root's. */
async function ownersFor(system: System, uid: number, nearest: ReachablePath): Promise<Set<number>> {
  const owners = new Set([uid, 0])
  if (uid !== 0) return owners
  for (let folder = nearest; ; folder = reachable(dirname(folder))) {
    const owner = (await system.files.look(folder))?.uid ?? 0
    if (owner !== 0) return owners.add(owner)
    if (folder === dirname(folder)) return owners
  }
}

class Judge {
  readonly #system: System
  readonly #owners: ReadonlySet<number>
  #accounts: Promise<Accounts> | null = null

  constructor(system: System, owners: ReadonlySet<number>) {
    this.#system = system
    this.#owners = owners
  }

  owner(path: ReachablePath, { uid, mode }: FileFacts): Fault[] {
    return this.#owners.has(uid) ? [] : [{ path, kind: 'owner', id: uid, mode }]
  }

  /** Returns the users besides the owners who may write it by its own mode. */
  async writers(path: ReachablePath, { kind, mode, gid }: FileFacts): Promise<Fault[]> {
    // The bits of a device say nothing of what is read from it.
    if (kind === 'other') return []
    if ((mode & 0o002) !== 0) return [{ path, kind: 'world', id: 0, mode }]
    return (mode & 0o020) !== 0 && !(await this.#isOwn(gid)) ? [{ path, kind: 'group', id: gid, mode }] : []
  }

  /** The same, where every folder above lets them in. */
  async reached(path: ReachablePath, facts: FileFacts): Promise<Fault[]> {
    const found = await this.writers(path, facts)
    return found.length === 0 || (await this.#isClosed(path)) ? [] : found
  }

  /** True when a folder above is entered by nobody but owners. One of another user's is no wall against that user. */
  async #isClosed(path: string): Promise<boolean> {
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      const facts = await this.#system.files.look(reachable(folder))
      if (facts !== null && this.#owners.has(facts.uid)) {
        const isOpen = (facts.mode & 0o001) !== 0 || ((facts.mode & 0o010) !== 0 && !(await this.#isOwn(facts.gid)))
        if (!isOpen) return true
      }
      if (folder === dirname(folder)) return false
    }
  }

  async #isOwn(gid: number): Promise<boolean> {
    this.#accounts ??= readAccounts(this.#system)
    return (await this.#accounts).isOnlyOf(gid, this.#owners)
  }
}

async function faultsIn(system: System, uid: number, { path, kind, isStrict, withAbove }: Subject): Promise<Fault[]> {
  const traced = await trace(system, path)
  const facts = traced === null ? null : await system.files.look(traced.real)
  if (traced === null || facts === null) return []
  const { real, links } = traced
  const folder = reachable(dirname(real))
  // What is strict is the user's own, whoever it lies with.
  const owners = isStrict ? new Set([uid, 0]) : await ownersFor(system, uid, kind === 'folder' ? real : folder)
  const judge = new Judge(system, owners)
  const found = links.flatMap((link) => judge.owner(link.path, link.facts))
  found.push(...judge.owner(real, facts), ...(isStrict ? await judge.writers(real, facts) : []))
  if (!isStrict && (kind === 'file' || (facts.mode & sticky) === 0)) found.push(...(await judge.reached(real, facts)))
  const above = kind === 'file' || withAbove ? await system.files.look(folder) : null
  // In a sticky folder, such as /tmp, nobody may put another file in the place of one that is not theirs.
  if (above !== null && (above.mode & sticky) === 0) found.push(...(await judge.reached(folder, above)))
  const meant = await Promise.all(found.map(async (fault) => ((await hasOwners(system, fault.path)) ? [fault] : [])))
  return meant.flat()
}

/**
 * Finds out who besides this user (and root) may write these paths. What is not there has no faults; nor has
 * anything on Windows, and on file systems whose owners and modes are made up.
 */
export async function faultsOf(system: System, subjects: readonly Subject[]): Promise<Fault[]> {
  const { uid } = system
  if (uid === undefined) return []
  const found = (await Promise.all(subjects.map((subject) => faultsIn(system, uid, subject)))).flat()
  return found.filter((fault, at) => found.findIndex((each) => each.path === fault.path && each.kind === fault.kind) === at)
}

/** Code of the error that refuses what others decide about. */
export const notYours = 'not-yours'

const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0')

const wordsOf = ({ path, kind, id, mode }: Fault, accounts: Accounts): string => {
  if (kind === 'owner') return `${path} belongs to ${accounts.user(id)}`
  const who = kind === 'world' ? 'every user of this computer' : `everyone in the group ${accounts.group(id)}`
  return `${path} can be written by ${who} (mode ${octal(mode)})`
}

/** Faults in words, one part of a sentence each. */
export async function describeFaults(system: System, faults: readonly Fault[]): Promise<string[]> {
  const accounts = await readAccounts(system)
  return faults.map((fault) => wordsOf(fault, accounts))
}

/** The error that refuses what others decide about; `hint` is the command that resolves it. */
export async function refusal(system: System, faults: readonly Fault[], hint: string): Promise<TwinError> {
  const said = (await describeFaults(system, faults)).join('; ')
  return new TwinError(notYours, `${said}. It is not used: others could decide what is started.`, {
    exit: EXIT.usage,
    place: { file: faults[0]?.path ?? '' },
    hint,
  })
}
