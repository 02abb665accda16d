import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { limits } from '../base/limits.ts'
import type { Policy } from '../policy/policy.ts'
import { lockFile } from './lock-file.ts'
import { quoted } from './names.ts'

interface Line {
  /** Fulfilled when the last one in the line is done. */
  last: Promise<void>
  /** Since when this process has had the lock without a break. */
  since: number
}

/** Who waits for which file in this process, whichever of its connections they belong to. */
const lines = new Map<string, Line>()

async function alone<T>(locks: string, key: string, real: string, work: () => Promise<T>): Promise<T> {
  const line = lines.get(key) ?? { last: Promise.resolve(), since: performance.now() }
  const before = lines.has(key) ? line.last : null
  let leave = (): void => undefined
  const mine = new Promise<void>((resolve) => {
    leave = resolve
  })
  line.last = mine
  lines.set(key, line)
  try {
    if (before !== null) {
      await before
      // A long line here must not keep another process out, which looks every few milliseconds.
      if (performance.now() - line.since > limits.fileLineMs) {
        await pause(limits.fileBreakMs)
        line.since = performance.now()
      }
    }
    const release = await lockFile(locks, key, quoted(real))
    return await work().finally(release)
  } finally {
    if (line.last === mine) lines.delete(key)
    leave()
  }
}

/**
 * Changes of one file, by its canonical path, take turns: calls of this process in order, and bridges of one home by
 * locks in their folder. Several files are taken in one order, so that nobody waits in a circle.
 */
export async function inTurn<T>(own: string, reals: readonly string[], policy: Policy, work: () => Promise<T>): Promise<T> {
  const fold = await policy.fold()
  const keys = new Map([...reals].sort().map((real) => [fold(real), real]))
  const steps = [...keys].sort(([one], [other]) => (one < other ? -1 : 1))
  const locks = join(own, 'locks')
  return steps.reduceRight<() => Promise<T>>(
    (rest, [key, real]) =>
      () =>
        alone(locks, key, real, rest),
    work,
  )()
}
