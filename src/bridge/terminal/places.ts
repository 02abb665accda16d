import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import type { ExecuteRequest } from './execution.ts'

/** So many things at a time; who finds no free place may wait for one, in order. */
export class Places {
  private readonly most: number
  private readonly mostWaiting: number
  private readonly waiting = new Set<(got: boolean) => void>()
  private taken = 0

  constructor(most: number, mostWaiting: number) {
    this.most = most
    this.mostWaiting = mostWaiting
  }

  /** False: so many wait already that nobody else may. */
  get mayWait(): boolean {
    return this.waiting.size < this.mostWaiting
  }

  /** Takes a free place; false when there is none. */
  takeNow(): boolean {
    if (this.taken >= this.most) return false
    this.taken++
    return true
  }

  /** Takes a place as soon as there is one; false when none came free in time, or while anybody waited for it. */
  async take(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    if (this.takeNow()) return true
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

  /** Gives a place back, to whoever has waited longest. */
  give(): void {
    const [next] = this.waiting
    if (next === undefined) this.taken--
    else next(true)
  }

  /** Nobody need wait any more. */
  close(): void {
    for (const waiting of [...this.waiting]) waiting(false)
  }
}

/**
 * A place for a command, taken at once so that nobody else gets it meanwhile. Who waits for the end of a command waits
 * for a place too; what goes on by itself might do so for ever and is refused. Answers what is left of the time limit.
 */
export async function demandPlace(
  places: Places,
  { background, onTimeout, timeoutMs }: ExecuteRequest,
  signal: AbortSignal,
  ownSessions: () => number,
): Promise<number> {
  if (places.takeNow()) return timeoutMs
  const waits = !background && onTimeout === 'stop' && places.mayWait
  const started = performance.now()
  if (waits && (await places.take(timeoutMs, signal))) return Math.max(1, timeoutMs - (performance.now() - started))
  if (signal.aborted) throw failed('The call was cancelled before the command was started.')
  const own = ownSessions()
  const full = `${limits.sessions} commands are running, as many as may${waits ? `, and none ended within ${timeoutMs} ms` : ''}.`
  const way =
    own > 0
      ? `${own} of them are sessions of yours: end one with stop_session, or wait.`
      : 'Try again when one has ended; list_sessions shows which are yours.'
  throw failed(`Nothing is run: ${full} ${way}`)
}
