import { readFileSync, readlinkSync } from 'node:fs'
import { hasEnded, parseProcessStat, type ProcessStat } from '../../core/process-stat.ts'
import { codeOf } from './refusal.ts'

/** A file of the kernel; '' where there is none. */
export function readProc(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    // Gone in the meantime, or another user's.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(codeOf(error))) return ''
    throw error
  }
}

/** What the kernel says of a process; null where there is no such process, or no /proc. */
export const statOf = (pid: number | 'self'): ProcessStat | null => parseProcessStat(readProc(`/proc/${pid}/stat`))

/** When a process started, which with its id names it for ever; '' where there is none, or no /proc. */
export const startOf = (pid: number): string => statOf(pid)?.start ?? ''

/** Whether a process lives on this side, and is not another that was given its number. */
export function lives({ pid, start }: { pid: number; start: string }, isAlive: (pid: number) => boolean): boolean {
  const stat = statOf(pid)
  return stat === null ? isAlive(pid) && start === '' : !hasEnded(stat, start)
}

/** The user with whose rights a process acts (proc_pid_status(5)); null where there is no such process, or no /proc. */
export function userOf(pid: number | 'self'): number | null {
  const [, user] = /^Uid:\s+\d+\s+(\d+)/m.exec(readProc(`/proc/${pid}/status`)) ?? []
  return user === undefined ? null : Number(user)
}

/** The namespace of a process's id; '' where there is none. Ids of another container mean nothing here. */
export function placeOf(pid: number | 'self'): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch (error) {
    if (codeOf(error) === '') throw error
    return ''
  }
}

/** Anonymous memory of a process in bytes; 0 where it is not told. */
export const memoryOf = (pid: number | undefined): number =>
  Number(/^RssAnon:\s+(\d+)/m.exec(readProc(`/proc/${pid}/status`))?.[1] ?? 0) * 1024
