import { setImmediate as nextTurn } from 'node:timers/promises'
import { limits } from '../../base/limits.ts'
import { UnreadableRepository } from '../../../core/git/unreadable.ts'

/** What reading a repository may still take. What is used up ends the reading with words. */
export class Allowance {
  private readonly signal: AbortSignal
  private readonly end: number
  private bytes: number = limits.gitBytes
  private names: number = limits.gitNames
  private turnAt = 0

  constructor(signal: AbortSignal) {
    this.signal = signal
    this.end = performance.now() + limits.gitMs
  }

  /** Bytes that are about to be read or unpacked. Lets other calls go on from time to time. */
  async take(bytes: number): Promise<void> {
    this.signal.throwIfAborted()
    const now = performance.now()
    this.bytes -= bytes
    if (now > this.end || this.bytes < 0)
      throw new UnreadableRepository('reading it takes too long; git status makes that shorter where its index is out of date')
    if (now < this.turnAt) return
    await nextTurn()
    this.turnAt = performance.now() + 10
  }

  /** The same items, with a pause for other calls after some hundreds of them. */
  async *each<T>(items: Iterable<T>): AsyncGenerator<T> {
    let at = 0
    for (const item of items) {
      if (++at % 512 === 0) await this.take(0)
      yield item
    }
  }

  /** Names in the working tree, or entries of trees. */
  takeNames(many: number): void {
    this.names -= many
    if (this.names < 0) throw new UnreadableRepository(`it holds more than ${limits.gitNames} names`)
  }
}
