import { readdirSync } from 'node:fs'
import { kill } from 'node:process'
import { placeOf, readProc, statOf } from '../proc.ts'
import { codeOf } from '../refusal.ts'
import { tagName } from './environment.ts'

export interface ProcessFacts {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly state: string
  readonly name: string
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
      const stat = statOf(name)
      if (stat === null) return []
      const [state = '', parent = '', group = ''] = stat.fields
      return [{ pid: Number(name), parent: Number(parent), group: Number(group), state, name: stat.name }]
    })
}

const carries = (pid: number, mark: string): boolean =>
  mark !== '' && `\0${readProc(`/proc/${pid}/environ`)}\0`.includes(`\0${tagName}=${mark}`)

/**
 * What belongs to commands: processes below `roots`, in their groups, and those that carry the mark in their environment
 * although they left both (a daemon that called setsid and whose parent ended). `mark` is the beginning of the value:
 * `bridge.` means all commands of a bridge, `bridge.3.` one of them.
 */
export function belonging(mark: string, roots: readonly number[], self: number): ProcessFacts[] {
  const all = allProcesses().filter(({ pid, state }) => pid !== self && pid !== 1 && state !== 'Z')
  const found = new Set(
    all.filter(({ pid, group }) => roots.includes(pid) || roots.includes(group) || carries(pid, mark)).map(({ pid }) => pid),
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
 * What bridges left behind that were killed before they could end it: processes that carry the mark of a bridge that
 * is not alive any more. Only this user's own can be seen.
 */
export function orphans(): number[] {
  const here = placeOf('self')
  return allProcesses().flatMap(({ pid }) => {
    const [, bridge] = new RegExp(`\\0${tagName}=(\\d+)-[0-9a-f]+\\.`).exec(`\0${readProc(`/proc/${pid}/environ`)}`) ?? []
    return bridge === undefined || isAlive(Number(bridge)) || placeOf(pid) !== here ? [] : [pid]
  })
}

export const isAlive = (pid: number): boolean => attempt(pid, 0)

/** Sends a signal; false when the process is gone or not ours. */
export const signal = (pid: number, name: NodeJS.Signals): boolean => attempt(pid, name)

function attempt(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    kill(pid, name)
    return true
  } catch (error) {
    if (['ESRCH', 'EPERM'].includes(codeOf(error))) return false
    throw error
  }
}

/** What a process was started with, as `ps` shows it; of a sandbox what is run in it, behind the dozens of words that make it. */
export function commandLine({ pid, name }: ProcessFacts): string {
  const words = Buffer.from(readProc(`/proc/${pid}/cmdline`), 'latin1')
    .toString('utf8')
    .split('\0')
  const inside = /(^|\/)bwrap$/.test(words[0] ?? '') ? words.indexOf('--') : -1
  const shown = inside < 0 ? words : ['bwrap', '…', ...words.slice(inside + 1)]
  return shown.join(' ').trim() || name
}
