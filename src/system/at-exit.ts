import { rmdirSync, unlinkSync } from 'node:fs'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const pending = new Set<() => void>()

function runAll(): void {
  for (const work of pending) work()
  pending.clear()
}

/** Without another handler, the signal must still end the process, as it would have without this one. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  runAll()
  process.removeListener(signal, onSignal)
  process.kill(process.pid, signal)
}

/**
 * Does `work`, which must be synchronous, when the process exits or is ended by a signal before the returned function
 * is called. Handlers are installed only while needed, so that signals have their usual effect at all other times.
 */
export function atExit(work: () => void): () => void {
  if (pending.size === 0) {
    process.on('exit', runAll)
    for (const signal of signals) process.on(signal, onSignal)
  }
  pending.add(work)
  return () => {
    if (!pending.delete(work) || pending.size > 0) return
    process.removeListener('exit', runAll)
    for (const signal of signals) process.removeListener(signal, onSignal)
  }
}

/** Removes a file or an empty folder; false if neither works. */
function removeNow(path: string): boolean {
  for (const remove of [unlinkSync, rmdirSync]) {
    try {
      remove(path)
      return true
    } catch {
      // A folder refuses the first, all else the second: the caller stops at what neither could remove.
    }
  }
  return false
}

/** Removes `paths` in their order, up to the first that cannot be removed, if the process ends before the returned function is called. */
export const removeAtExit = (paths: readonly string[]): (() => void) =>
  atExit(() => {
    for (const path of paths) if (!removeNow(path)) return
  })
