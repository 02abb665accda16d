import type { Semaphore } from '../base/semaphore.ts'
import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import type { ExecuteRequest } from './execution.ts'

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
