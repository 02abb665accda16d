import { readdirSync } from 'node:fs'
import { kill } from 'node:process'
import { placeOf, readProc, statOf } from '../base/proc.ts'
import { codeOf } from '../base/refusal.ts'
import type { Settings } from '../base/settings.ts'
import { tagName } from './environment.ts'
import { wordsInside } from './sandbox/command-line.ts'

export interface ProcessFacts {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly state: string
  readonly name: string
  /** When it started, in the kernel's ticks: with the number it names one process for ever. */
  readonly start: number
}

/** A process that we started. */
export interface Root {
  readonly pid: number
  /** False: it has ended, and its number may be another's by now. */
  readonly isAlive: boolean
}

/** Every process that the kernel shows; empty where there is no /proc. */
export function allProcesses(): ProcessFacts[] {
  let names: string[]
  try {
    names = readdirSync('/proc')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
  return names
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const facts = factsOf(Number(name))
      return facts === null ? [] : [facts]
    })
}

/** One process, or null where that number has none. */
export function factsOf(pid: number): ProcessFacts | null {
  const stat = statOf(pid)
  if (stat === null) return null
  return { ...stat, pid, start: Number(stat.start) }
}

const carries = (pid: number, mark: string): boolean =>
  mark !== '' && `\0${readProc(`/proc/${pid}/environ`)}\0`.includes(`\0${tagName}=${mark}`)

/**
 * What belongs to commands: processes below `roots`, in their groups, and those that carry the mark in their environment
 * although they left both (a daemon that called setsid and whose parent ended). `mark` is the beginning of the value:
 * `bridge.` means all commands of a bridge, `bridge.3.` one of them.
 */
export function belonging(mark: string, roots: readonly Root[], self: number): ProcessFacts[] {
  const everyone = allProcesses()
  const all = everyone.filter(({ pid, state }) => pid !== self && pid !== 1 && state !== 'Z')
  // The number of a group is given to nobody else while it has members, but then to anybody.
  const isOurs = (group: number) =>
    roots.some(({ pid, isAlive: lives }) => pid === group && (lives || !everyone.some((each) => each.pid === group)))
  const found = new Set(
    all
      .filter(({ pid, group }) => roots.some((root) => root.isAlive && root.pid === pid) || isOurs(group) || carries(pid, mark))
      .map(({ pid }) => pid),
  )
  for (let grew = true; grew; ) {
    grew = false
    for (const { pid, parent } of all) {
      if (found.has(pid) || !found.has(parent)) continue
      found.add(pid)
      grew = true
    }
  }
  return all.filter(({ pid }) => found.has(pid))
}

/**
 * The mark of a bridge: the beginning of what everything it starts carries in its environment. On Windows it begins with a word,
 * since its number means nothing to the kernel here, and a bridge on the Linux side would take what carries it for left behind.
 */
export const markOfBridge = ({ platform, pid, random }: Pick<Settings, 'platform' | 'pid' | 'random'>): string =>
  `${platform === 'win32' ? 'windows-' : ''}${pid}-${random(8)}.`

/** Processes with the mark of a bridge that no longer runs. Only this user's are found. */
export function orphans(): ProcessFacts[] {
  const here = placeOf('self')
  return allProcesses().filter(({ pid }) => {
    const [, bridge] = new RegExp(`\\0${tagName}=(\\d+)-[0-9a-f]+\\.`).exec(`\0${readProc(`/proc/${pid}/environ`)}`) ?? []
    return bridge !== undefined && factsOf(Number(bridge)) === null && placeOf(pid) === here
  })
}

/** True while it is the same process, and no zombie. */
export function lives({ pid, start }: ProcessFacts): boolean {
  const now = factsOf(pid)
  return now !== null && now.start === start && now.state !== 'Z'
}

/** Sends a signal to a process, unless its number belongs to another one by now. */
export const signal = (facts: ProcessFacts, name: NodeJS.Signals): Sent => (lives(facts) ? send(facts.pid, name) : 'gone')

/** Sends a signal to a child that has not ended, or (negative) to its group. */
export function send(pid: number, name: NodeJS.Signals | 0): Sent {
  try {
    kill(pid, name)
    return 'sent'
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return 'gone'
    if (codeOf(error) === 'EPERM') return 'refused'
    throw error
  }
}

export type Sent = 'sent' | 'gone' | 'refused'

/** The command line of a process, as `ps` shows it; for a sandbox, the command in it without the options of bubblewrap. */
export function commandLine({ pid, name }: Pick<ProcessFacts, 'pid' | 'name'>): string {
  const words = Buffer.from(readProc(`/proc/${pid}/cmdline`), 'latin1')
    .toString('utf8')
    .split('\0')
  const inside = words.some((word) => /(^|\/)bwrap$/.test(word)) ? words.lastIndexOf('--', words.indexOf('/bin/sh')) : -1
  const shown = inside < 0 ? words : ['bwrap', '…', ...words.slice(inside + 1 + wordsInside)]
  return shown.join(' ').trim() || name
}
