import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, statSync, unlinkSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import node from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { hasEnded } from '../../core/process-stat.ts'
import { limits } from '../base/limits.ts'
import { placeOf, statOf } from '../base/proc.ts'
import { codeOf, failed } from '../base/refusal.ts'

/**
 * Locks between the bridges of one home, which are processes of one side: a file created exclusively, named by a digest of
 * what it guards, with its holder in it. Where no lock can be made (the disk is full or read-only) work continues without one.
 *
 * They share only `core/process-stat` with the locks of `effects/store`. Those are folders that processes of both sides of the
 * border create; a timer keeps them fresh, and one takes some ten asynchronous calls. Since every edit of a file takes one of the
 * locks here, they have no timer, and one takes three synchronous calls, which are many times faster than node's threads.
 */
interface Holder {
  readonly pid: number
  /** When the process started, in the kernel's ticks, and the namespace of its number; empty where unknown. */
  readonly start: string
  readonly space: string
}

const perhaps = <T>(work: () => T): T | null => {
  try {
    return work()
  } catch {
    return null
  }
}

let own: Holder | undefined
const self = (): Holder => {
  own ??= { pid: node.pid, start: perhaps(() => statOf('self'))?.start ?? '', space: placeOf('self') }
  return own
}

/** Files of locks that this process holds: they go with it, however it ends by itself. */
const held = new Set<string>()
const swept = new Set<string>()

function firstUse(folder: string): void {
  if (swept.size === 0) node.once('exit', () => held.forEach(remove))
  swept.add(folder)
  // What killed bridges left behind.
  for (const name of perhaps(() => readdirSync(folder)) ?? []) clearAbandoned(join(folder, name))
}

const remove = (file: string): void => {
  perhaps(() => unlinkSync(file))
}

/** True when the process that wrote this is surely gone. What is not written yet, or tells too little, counts by its age. */
function abandoned(text: string, ageMs: number): boolean {
  const [pid = '', start = '', space = ''] = text.trim().split(' ')
  if (!/^\d+$/.test(pid) || !text.endsWith('\n')) return ageMs > limits.fileLockBlankMs
  const me = self()
  if (space !== me.space) return ageMs > limits.fileLockOldMs
  // Ours, but not held: removing it failed.
  if (Number(pid) === me.pid && start === me.start) return true
  try {
    node.kill(Number(pid), 0)
  } catch (error) {
    return codeOf(error) === 'ESRCH'
  }
  const now = perhaps(() => statOf(Number(pid)))
  if (start === '' || now === null) return ageMs > limits.fileLockOldMs
  return hasEnded(now, start)
}

const seen = (file: string): { text: string; ageMs: number } | null =>
  perhaps(() => ({ ageMs: Date.now() - statSync(file).mtimeMs, text: readFileSync(file, 'latin1') }))

/**
 * Removes a lock whose holder is gone, under a lock of its own, so that of several who find it none removes the next
 * one's. That one is held for microseconds; answers false only where nothing can be removed.
 */
function clearAbandoned(file: string): boolean {
  if (held.has(file)) return true
  const first = seen(file)
  if (first === null || !abandoned(first.text, first.ageMs)) return true
  const guard = `${file}.clear`
  try {
    closeSync(openSync(guard, 'wx', 0o600))
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') return false
    if ((seen(guard)?.ageMs ?? 0) > limits.fileLockBlankMs) remove(guard)
    return true
  }
  try {
    if (seen(file)?.text === first.text) unlinkSync(file)
    return true
  } catch {
    return false
  } finally {
    remove(guard)
  }
}

/** One try: `none` where locks cannot be made. */
function attempt(file: string): 'ours' | 'theirs' | 'none' {
  const make = () => openSync(file, 'wx', 0o600)
  let fd: number
  try {
    fd = make()
  } catch (error) {
    const code = codeOf(error)
    // Windows says EPERM of a file that is just being removed.
    if (code === 'EEXIST' || (node.platform === 'win32' && code === 'EPERM')) return clearAbandoned(file) ? 'theirs' : 'none'
    if (code !== 'ENOENT' || perhaps(() => mkdirSync(dirname(file), { recursive: true, mode: 0o700 })) === null) return 'none'
    const again = perhaps(make)
    if (again === null) return 'theirs'
    fd = again
  }
  const { pid, start, space } = self()
  const written = perhaps(() => writeSync(fd, `${pid} ${start} ${space}\n`))
  closeSync(fd)
  if (written !== null) return 'ours'
  remove(file)
  return 'none'
}

/**
 * Waits, for a bounded time, until no other process holds the lock on `key`, takes it, and answers how to give it back.
 * `what` is what the refusal says is being changed.
 */
export async function lockFile(folder: string, key: string, what: string): Promise<() => void> {
  if (!swept.has(folder)) firstUse(folder)
  const file = join(folder, createHash('sha256').update(key).digest('hex').slice(0, 32))
  const until = performance.now() + limits.fileLockMs
  for (let wait = 1; ; wait = Math.min(2 * wait, 16)) {
    const got = attempt(file)
    if (got === 'ours') {
      held.add(file)
      return () => {
        held.delete(file)
        remove(file)
      }
    }
    if (got === 'none') return () => undefined
    if (performance.now() > until) {
      const by = seen(file)
      // There is no lock, and none can be made: that is no reason not to write.
      if (by === null) return () => undefined
      throw failed(
        `${what} is being changed by another bridge of this home (process ${/^\d+/.exec(by.text)?.[0] ?? 'unknown'}), which did not end within ${limits.fileLockMs / 1000} s; nothing was changed. Try again.`,
      )
    }
    await pause(wait * (0.5 + Math.random()))
  }
}
