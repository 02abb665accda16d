import type { ServerState } from '../machines/server.ts'

type ReachabilityState = Omit<ServerState, 'live'>

export interface ReachabilityParts {
  now(): number
  /** Called with each trouble once, until the server is reached again. */
  report(trouble: string): void
}

/** Whether the store server is reached, since when, and why not. */
export class Reachability {
  private readonly parts: ReachabilityParts
  private told = ''
  private current: ReachabilityState = { reached: false, since: 0, why: null, facts: null }

  constructor(parts: ReachabilityParts) {
    this.parts = parts
  }

  get state(): ReachabilityState {
    return this.current
  }

  found(facts: ReachabilityState['facts']): void {
    this.told = ''
    this.turn({ reached: true, why: null, facts: facts ?? this.current.facts })
  }

  lost(error: unknown): void {
    const trouble = error instanceof Error ? error.message : String(error)
    if (trouble !== this.told) this.parts.report(`the store server is not reached: ${trouble}`)
    this.told = trouble
    this.turn({ reached: false, why: trouble, facts: this.current.facts })
  }

  /** Nobody asks for it. */
  asleep(): void {
    this.turn({ reached: false, why: null, facts: this.current.facts })
  }

  private turn(now: Omit<ReachabilityState, 'since'>): void {
    const { reached, since } = this.current
    this.current = { ...now, since: since > 0 && reached === now.reached ? since : this.parts.now() }
  }
}
