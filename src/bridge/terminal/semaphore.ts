import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import type { ExecuteRequest } from './execution.ts'

/** Limits concurrency, first in first out. */
export class Semaphore {
  private readonly max: number
  private readonly maxWaiting: number
  private readonly waiting = new Set<(got: boolean) => void>()
  private held = 0

  constructor(max: number, maxWaiting: number) {
    this.max = max
    this.maxWaiting = maxWaiting
  }

  /** False when the queue is full. */
  get canWait(): boolean {
    return this.waiting.size < this.maxWaiting
  }

  /** Returns false when none is free. */
  tryAcquire(): boolean {
    if (this.held >= this.max) return false
    this.held++
    return true
  }

  /** Waits until one is free; returns false after `timeoutMs`, on abort, or on close. */
  async acquire(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    if (this.tryAcquire()) return true
    if (signal.aborted) return false
    return new Promise((resolve) => {
      const done = (got: boolean) => {
        clearTimeout(timer)
        this.waiting.delete(done)
        signal.removeEventListener('abort', cancel)
        resolve(got)
      }
      const cancel = () => done(false)
      const timer = setTimeout(cancel, timeoutMs)
      signal.addEventListener('abort', cancel, { once: true })
      this.waiting.add(done)
    })
  }

  /** Hands over to the longest waiting, if any. */
  release(): void {
    const [next] = this.waiting
    if (next === undefined) this.held--
    else next(true)
  }

  /** Ends every wait with false. */
  close(): void {
    for (const waiting of [...this.waiting]) waiting(false)
  }
}

/**
 * Acquires `semaphore` for a command and returns what is left of its time limit. Only a command whose end is waited for
 * may queue: one that goes on by itself might never end. Throws a refusal when there is no free place in time.
 */
export async function acquireForCommand(
  semaphore: Semaphore,
  { background, onTimeout, timeoutMs }: ExecuteRequest,
  signal: AbortSignal,
  ownSessions: () => number,
): Promise<number> {
  if (semaphore.tryAcquire()) return timeoutMs
  const waits = !background && onTimeout === 'stop' && semaphore.canWait
  const started = performance.now()
  if (waits && (await semaphore.acquire(timeoutMs, signal))) return Math.max(1, timeoutMs - (performance.now() - started))
  if (signal.aborted) throw failed('The call was cancelled before the command was started.')
  const own = ownSessions()
  const full = `${limits.sessions} commands are running, as many as may${waits ? `, and none ended within ${timeoutMs} ms` : ''}.`
  const advice =
    own > 0
      ? `${own} of them are sessions of yours: end one with stop_session, or wait.`
      : 'Try again when one has ended; list_sessions shows which are yours.'
  throw failed(`Nothing is run: ${full} ${advice}`)
}
