/** After so long without a click it ends by itself, whatever tabs are open. */
const longestMs = 12 * 60 * 60 * 1000

/** When the program ends by itself: some time after its last tab was closed, and half a day after the last click. */
export class Life {
  readonly #now: () => number
  readonly #idleMs: number
  #tabs = 0
  #closedAt: number
  #clickedAt: number

  constructor(now: () => number, idleMs: number) {
    this.#now = now
    this.#idleMs = idleMs
    this.#closedAt = now()
    this.#clickedAt = now()
  }

  /** A tab is there. Returns what tells that it is gone; twice counts once. */
  opened(): () => void {
    this.#tabs += 1
    let isOpen = true
    return () => {
      if (!isOpen) return
      isOpen = false
      this.#tabs -= 1
      this.#closedAt = this.#now()
    }
  }

  clicked(): void {
    this.#clickedAt = this.#now()
  }

  /** Why it is over; null: it is not. */
  over(): 'idle' | 'old' | null {
    const now = this.#now()
    if (now - this.#clickedAt >= longestMs) return 'old'
    return this.#tabs === 0 && now - Math.max(this.#closedAt, this.#clickedAt) >= this.#idleMs ? 'idle' : null
  }
}
