/** Limits concurrency, first in first out. */
export class Semaphore {
  private readonly most: number
  private running = 0
  private readonly waiting: (() => void)[] = []

  constructor(most: number) {
    this.most = most
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.most) this.running++
    else await new Promise<void>((resolve) => this.waiting.push(resolve))
    try {
      return await work()
    } finally {
      // The slot goes straight to the next in the queue: were it freed first, a newcomer could take it too.
      const next = this.waiting.shift()
      if (next === undefined) this.running--
      else next()
    }
  }
}
