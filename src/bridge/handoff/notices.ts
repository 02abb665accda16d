import { limits } from '../base/limits.ts'
import type { IsLive } from './claims.ts'
import { type WaitingFile, waitingFor, waitingLine } from './waiting.ts'

/** Shows each session once what waits for it, as a line in an answer of a tool, since no notification starts a turn of a model. */
export class Notices {
  private readonly file: WaitingFile
  private readonly isLive: IsLive
  private readonly now: () => number
  /** For each session, what it was shown and still waits. The session that was shown something last is at the end. */
  private readonly told = new Map<string, ReadonlySet<string>>()

  constructor(file: WaitingFile, isLive: IsLive, now: () => number) {
    this.file = file
    this.isLive = isLive
    this.now = now
  }

  /** Returns a line that counts what the session was not shown before; null: nothing new waits. */
  line(client: string, session: string): string | null {
    const waiting = waitingFor(this.file.read(), client, this.isLive, this.now())
    const told = this.told.get(session)
    this.told.delete(session)
    if (waiting.length === 0) return null
    // One id is first that of a question and then that of its answer.
    this.told.set(session, new Set(waiting.map(({ kind, id }) => `${kind} ${id}`)))
    const oldest = this.told.keys().next().value
    if (this.told.size > limits.noticedSessions && oldest !== undefined) this.told.delete(oldest)
    return waitingLine(waiting.filter(({ kind, id }) => told?.has(`${kind} ${id}`) !== true))
  }
}
