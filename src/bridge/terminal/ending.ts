import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { limits } from '../base/limits.ts'
import type { LeftProcess, Session } from './session.ts'
import { traced } from './traces.ts'
import { belonging, commandLine, lives, orphans, type ProcessFacts, type Root, type Sent, send, signal } from './tree.ts'

export interface Ender {
  readonly platform: NodeJS.Platform
  readonly self: number
  readonly systemRoot: string | undefined
}

const whys: Readonly<Record<Sent, string>> = {
  refused: 'this user may not end it',
  sent: 'it does not end',
  gone: 'it does not end',
}

/** Windows has no process groups; taskkill ends a tree. */
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

/** The processes that sessions began with. */
export const rootsOf = (sessions: readonly Session[]): Root[] =>
  sessions.flatMap(({ child }) => {
    const isAlive = child.exitCode === null && child.signalCode === null
    return child.pid === undefined ? [] : [{ pid: child.pid, isAlive }]
  })

/**
 * Ends commands with everything they started, with SIGTERM and then SIGKILL. On Linux processes that left the group are found
 * by their ancestors and by the mark in their environment. Returns those that are still running.
 */
export async function endSessions(
  sessions: readonly Session[],
  marks: readonly string[],
  ender: Ender,
  graceMs: number,
): Promise<LeftProcess[]> {
  const roots = () => rootsOf(sessions)
  // An agent on the other side ends its command at the end of its input.
  for (const { child } of sessions) child.stdin?.end()
  if (ender.platform === 'win32') {
    await Promise.all(roots().map(({ pid }) => endOnWindows(pid, ender.systemRoot)))
    return []
  }
  const members = () => marks.flatMap((mark) => belonging(mark, roots(), ender.self))
  // The process that holds a sandbox ends everything in it at once, so it comes last.
  const makers = new Set(sessions.flatMap(({ child, stay }) => (stay === null ? [] : [child.pid, stay.pid])))
  const groups = () => roots().flatMap(({ pid, isAlive }) => (isAlive && !makers.has(pid) ? [-pid] : []))
  const first = members()
  for (const pid of groups()) send(pid, 'SIGTERM')
  for (const each of first) if (!makers.has(each.pid)) signal(each, 'SIGTERM')
  // A zombie counts as ended where /proc shows it.
  const anyLeft = () => (ender.platform === 'linux' ? members().some(({ pid }) => !makers.has(pid)) : groups().length > 0)
  for (const until = performance.now() + graceMs; performance.now() < until && anyLeft(); ) await sleep(20)
  const all = new Map([...first, ...members()].map((each) => [each.pid, each]))
  for (const pid of groups()) send(pid, 'SIGKILL')
  const sent = new Map([...all.values()].map((each) => [each.pid, signal(each, 'SIGKILL')]))
  for (const { child, stay } of sessions) if (stay !== null) child.kill('SIGKILL')
  for (const until = performance.now() + limits.killedMs; performance.now() < until && [...all.values()].some(lives); ) await sleep(10)
  return [
    ...[...all.values()].filter(lives).map((each) => left(each, whys[sent.get(each.pid) ?? 'sent'])),
    ...sessions
      .flatMap(({ trace }) => (trace === null ? [] : traced(trace)))
      .map((each) => left(each, 'probably started by it, but without its mark, so it is not ended')),
  ]
}

/** Ends commands, and waits for the look at what they changed. */
export async function endForGood(sessions: readonly Session[], marks: readonly string[], ender: Ender, graceMs: number): Promise<void> {
  await endSessions(sessions, marks, ender, graceMs)
  await Promise.all(sessions.map(({ stay }) => stay?.looked))
}

const left = (facts: ProcessFacts, why: string): LeftProcess => ({ pid: facts.pid, command: commandLine(facts), why })

/** Ends processes that killed bridges left. Runs later, so that the first command does not wait. */
export function endOrphansLater(): void {
  const end = () => {
    for (const each of orphans()) signal(each, 'SIGKILL')
  }
  setTimeout(end, limits.orphansAfterMs).unref()
}

/** Ends one process, with SIGTERM and then SIGKILL. */
export async function endProcess(facts: ProcessFacts, graceMs: number): Promise<void> {
  signal(facts, 'SIGTERM')
  for (const until = performance.now() + graceMs; performance.now() < until && lives(facts); ) await sleep(20)
  signal(facts, 'SIGKILL')
}
