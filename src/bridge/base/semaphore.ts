/** Limits concurrency, first in first out. */
export class Semaphore {
  private readonly max: number
  private readonly maxWaiting: number
  private readonly waiting = new Set<(got: boolean) => void>()
  private held = 0

  constructor(max: number, maxWaiting = Number.POSITIVE_INFINITY) {
    this.max = max
    this.maxWaiting = maxWaiting
  }

  /** False when the queue is full. */
  get canWait(): boolean {
    return this.waiting.size < this.maxWaiting
  }

  /** Runs `work` once a slot is free. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (!this.tryAcquire()) await new Promise<boolean>((resolve) => this.queue(resolve))
    try {
      return await work()
    } finally {
      this.release()
    }
  }

  /** Returns false when no slot is free. */
  tryAcquire(): boolean {
    if (this.held >= this.max) return false
    this.held++
    return true
  }

  /** Waits until a slot is free; returns false after `timeoutMs`, on abort, or on close. */
  async acquire(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    if (this.tryAcquire()) return true
    if (signal.aborted) return false
    return new Promise((resolve) => {
      const leave = this.queue((got) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', cancel)
        resolve(got)
      })
      const cancel = () => leave(false)
      const timer = setTimeout(cancel, timeoutMs)
      signal.addEventListener('abort', cancel, { once: true })
    })
  }

  /** The slot goes straight to the longest waiting: were it freed first, a newcomer could take it too. */
  release(): void {
    const [next] = this.waiting
    if (next === undefined) this.held--
    else next(true)
  }

  /** Ends every wait with false. */
  close(): void {
    for (const leave of [...this.waiting]) leave(false)
  }

  /** Joins the end of the queue; `settled` is called once, when it leaves it. Returns how to leave early. */
  private queue(settled: (got: boolean) => void): (got: boolean) => void {
    const leave = (got: boolean): void => {
      this.waiting.delete(leave)
      settled(got)
    }
    this.waiting.add(leave)
    return leave
  }
}
