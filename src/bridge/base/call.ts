import type { Refusal } from './refusal.ts'

export type Content =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly data: string; readonly mimeType: string }

/** The answer of a tool. `data` is complete in itself: Claude Code shows the model nothing else when it is present. */
export interface Answer {
  readonly content: readonly Content[]
  readonly data?: Readonly<Record<string, unknown>>
  /** The last change that it takes into account, where that is later than the beginning of the call. */
  readonly cursor?: number
  /** It repeats what another program answered earlier: no line about what waits is added. */
  readonly recorded?: true
}

export const textAnswer = (text: string): Answer => ({ content: [{ type: 'text', text }] })

/** One call of a tool. */
export interface Call {
  readonly client: string
  /** One connection of the client: this process's own, or a session of HTTP. What it changes is not news to itself. */
  readonly session: string
  /** Bytes that the words of the answer may have, and as many its data: what does not fit is left out and named. */
  readonly room: number
  /** Aborted when the client cancels the request or disconnects. */
  readonly signal: AbortSignal
  /** Notifies the client; does nothing when the client did not ask for progress. */
  progress(message: string): void
  /**
   * Records the call. A tool that runs something calls it right before, since what it runs could end this process. Throws when
   * the call cannot be recorded.
   */
  begin(): void
  /** Records that a part of the call was refused while the rest continues. What is thrown is recorded anyway. */
  refused(refusal: Refusal): void
}

/** A call as its connection gives it. */
export type PlainCall = Omit<Call, 'begin' | 'refused' | 'room'>
