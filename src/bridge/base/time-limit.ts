/**
 * A signal that aborts after `ms`, and does not keep the process alive. Node 20 collects the signal of `AbortSignal.timeout` as garbage
 * where only an `AbortSignal.any` refers to it, and the time is never over; a listener of its own keeps it.
 */
export function timeLimit(ms: number): AbortSignal {
  const signal = AbortSignal.timeout(ms)
  signal.addEventListener('abort', () => undefined, { once: true })
  return signal
}
