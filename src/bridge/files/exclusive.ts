import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { limits } from '../base/limits.ts'
import type { Policy } from '../policy/policy.ts'
import { lockFile } from './lock-file.ts'
import { quoted } from './names.ts'

interface Queue {
  /** Fulfilled when the last one in it is done. */
  last: Promise<void>
  /** Since when this process has had the lock without a break. */
  since: number
}

/** The queue of each file that is being changed, over all connections of this process. */
const queues = new Map<string, Queue>()

async function whileLocked<T>(locks: string, key: string, real: string, work: () => Promise<T>): Promise<T> {
  const queue = queues.get(key) ?? { last: Promise.resolve(), since: performance.now() }
  const before = queues.has(key) ? queue.last : null
  let leave = (): void => undefined
  const mine = new Promise<void>((resolve) => {
    leave = resolve
  })
  queue.last = mine
  queues.set(key, queue)
  try {
    if (before !== null) {
      await before
      // A long queue here must not keep another process out, which looks every few milliseconds.
      if (performance.now() - queue.since > limits.fileQueueMs) {
        await pause(limits.fileBreakMs)
        queue.since = performance.now()
      }
    }
    const release = await lockFile(locks, key, quoted(real))
    return await work().finally(release)
  } finally {
    if (queue.last === mine) queues.delete(key)
    leave()
  }
}

/**
 * Runs `work` while nothing else changes the files, by their canonical paths: calls of this process queue in order, other bridges
 * of one home are kept out by locks in `own`. Several files are locked in one order, so that no two calls wait for each other.
 */
export async function exclusively<T>(own: string, reals: readonly string[], policy: Policy, work: () => Promise<T>): Promise<T> {
  const fold = await policy.fold()
  const keys = new Map([...reals].sort().map((real) => [fold(real), real]))
  const steps = [...keys].sort(([one], [other]) => (one < other ? -1 : 1))
  const locks = join(own, 'locks')
  return steps.reduceRight<() => Promise<T>>(
    (rest, [key, real]) =>
      () =>
        whileLocked(locks, key, real, rest),
    work,
  )()
}
