import { limits } from '../base/limits.ts'
import { cut } from '../base/text.ts'

/** Passes on the progress messages of one call: each is cut, at most a few a second are passed on, and always the last one. */
export class CallProgress {
  private readonly pass: (message: string) => void
  private kept: string | null = null
  private pause: NodeJS.Timeout | undefined

  constructor(pass: (message: string) => void) {
    this.pass = pass
  }

  say(message: string): void {
    this.kept = cut(message, limits.sharedProgressCharacters)
    if (this.pause === undefined) this.next()
  }

  /** The call is over. */
  end(): void {
    clearTimeout(this.pause)
    if (this.kept !== null) this.pass(this.kept)
    this.kept = null
  }

  private next(): void {
    this.pause = undefined
    if (this.kept === null) return
    this.pass(this.kept)
    this.kept = null
    this.pause = setTimeout(() => this.next(), limits.sharedProgressMs).unref()
  }
}
