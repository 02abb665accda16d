import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Session } from './session.ts'
import { belonging, isAlive, signal } from './tree.ts'

export interface Ender {
  readonly platform: NodeJS.Platform
  readonly self: number
  readonly systemRoot: string | undefined
}

/** Windows knows no groups: its own program ends a tree. */
function endOnWindows(pid: number, systemRoot: string | undefined): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(`${systemRoot ?? 'C:\\Windows'}\\System32\\taskkill.exe`, ['/PID', String(pid), '/T', '/F'], {
      stdio: 'ignore',
      windowsHide: true,
    })
    child.on('error', () => resolve())
    child.on('exit', () => resolve())
  })
}

/**
 * Ends commands with everything that they started: first asked, then made to. On Linux those that left the group are
 * found by what they descend from and by the mark in their environment.
 */
export async function endSessions(sessions: readonly Session[], marks: readonly string[], ender: Ender, graceMs: number): Promise<void> {
  const pids = sessions.flatMap(({ child }) => (child.pid === undefined ? [] : [child.pid]))
  // An agent on the other side ends its command at the end of its input.
  for (const { child } of sessions) child.stdin?.end()
  if (ender.platform === 'win32') {
    await Promise.all(pids.map((pid) => endOnWindows(pid, ender.systemRoot)))
    return
  }
  const members = () => marks.flatMap((mark) => belonging(mark, pids, ender.self)).map(({ pid }) => pid)
  const groups = pids.map((pid) => -pid)
  let left = members()
  for (const pid of [...groups, ...left]) signal(pid, 'SIGTERM')
  // Where the kernel shows its processes, those that only wait to be buried count as gone.
  const anyLeft = () => (ender.platform === 'linux' ? members().length > 0 : groups.some(isAlive))
  for (const until = performance.now() + graceMs; performance.now() < until && anyLeft(); ) await sleep(20)
  left = [...new Set([...left, ...members()])]
  for (const pid of [...groups, ...left]) signal(pid, 'SIGKILL')
}

/** Ends one process: first asked, then made to. */
export async function endProcess(pid: number, graceMs: number): Promise<void> {
  signal(pid, 'SIGTERM')
  for (const until = performance.now() + graceMs; performance.now() < until && isAlive(pid); ) await sleep(20)
  signal(pid, 'SIGKILL')
}
