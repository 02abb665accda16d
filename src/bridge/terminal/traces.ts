import { writeFileSync } from 'node:fs'
import { readProc, userOf } from '../base/proc.ts'
import { codeOf } from '../base/refusal.ts'
import { tagName } from './environment.ts'
import { allProcesses, factsOf, type ProcessFacts } from './tree.ts'

/**
 * A number that all processes of a command inherit, whatever they do with their environment: how willingly the kernel ends
 * them when memory is short (oom_score_adj, proc(5)). Chosen at random among those that no program sets by habit. That
 * of commands is higher than our own, as it should be.
 */
export interface Trace {
  readonly value: number
  /** When the command started, in the kernel's ticks. */
  readonly since: number
}

const [least, most] = [101, 949]
const file = (pid: number | 'self'): string => `/proc/${pid}/oom_score_adj`

function chosen(random: (bytes: number) => string): number {
  const value = least + (Number.parseInt(random(4), 16) % (most - least))
  return value % 50 === 0 ? value + 1 : value
}

/**
 * Starts a process with a trace: this process has it for that moment, so that it is there before the first line of the
 * command runs. Returns null as its value where the system has no such number.
 */
export function withTrace<T>(start: () => T, random: (bytes: number) => string): { readonly started: T; readonly value: number | null } {
  const value = chosen(random)
  const own = readProc(file('self')).trim()
  const isSet = own !== '' && Number(own) < value && written(value)
  try {
    return { started: start(), value: isSet ? value : null }
  } finally {
    if (isSet) written(Number(own))
  }
}

/** `pid`: the process that was started with it. */
export function traceOf(value: number | null, pid: number | undefined): Trace | null {
  const facts = value === null || pid === undefined ? null : factsOf(pid)
  return value === null || facts === null ? null : { value, since: facts.start }
}

function written(value: number): boolean {
  try {
    writeFileSync(file('self'), String(value))
    return true
  } catch (error) {
    if (codeOf(error) === '') throw error
    return false
  }
}

/** Processes of this user that may belong to a command although nothing else says so: with its trace, and without anybody's mark. */
export const traced = ({ value, since }: Trace): ProcessFacts[] =>
  allProcesses().filter(
    ({ pid, start, state }) =>
      state !== 'Z' &&
      start >= since &&
      Number(readProc(file(pid)) || 'none') === value &&
      userOf(pid) === userOf('self') &&
      !readProc(`/proc/${pid}/environ`).includes(`${tagName}=`),
  )
