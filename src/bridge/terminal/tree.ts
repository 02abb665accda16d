import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { kill } from 'node:process'
import { codeOf } from '../refusal.ts'
import { tagName } from './environment.ts'

export interface ProcessFacts {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly state: string
  readonly name: string
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    // Gone in the meantime, or another user's.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(codeOf(error))) return ''
    throw error
  }
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
      const stat = read(`/proc/${name}/stat`)
      // The name stands in brackets and may hold blanks and brackets itself.
      const end = stat.lastIndexOf(')')
      const [state = '', parent = '', group = ''] = stat.slice(end + 2).split(' ')
      return end < 0
        ? []
        : [{ pid: Number(name), parent: Number(parent), group: Number(group), state, name: stat.slice(stat.indexOf('(') + 1, end) }]
    })
}

const carries = (pid: number, mark: string): boolean =>
  mark !== '' && `\0${read(`/proc/${pid}/environ`)}\0`.includes(`\0${tagName}=${mark}`)

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
    const [, bridge] = new RegExp(`\\0${tagName}=(\\d+)-[0-9a-f]+\\.`).exec(`\0${read(`/proc/${pid}/environ`)}`) ?? []
    return bridge === undefined || isAlive(Number(bridge)) || placeOf(pid) !== here ? [] : [pid]
  })
}

/** Where a process's numbers count: in a container they are others, and a bridge that is alive there is not seen here. */
function placeOf(pid: number | 'self'): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch (error) {
    if (codeOf(error) === '') throw error
    return ''
  }
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
  const words = Buffer.from(read(`/proc/${pid}/cmdline`), 'latin1')
    .toString('utf8')
    .split('\0')
  const inside = /(^|\/)bwrap$/.test(words[0] ?? '') ? words.indexOf('--') : -1
  const shown = inside < 0 ? words : ['bwrap', '…', ...words.slice(inside + 1)]
  return shown.join(' ').trim() || name
}
