import type { Refusal } from './refusal.ts'

export type Content =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly data: string; readonly mimeType: string }

/** What a tool hands back. `data` is complete in itself: Claude Code shows the model nothing else when it is there. */
export interface Answer {
  readonly content: readonly Content[]
  readonly data?: Readonly<Record<string, unknown>>
}

export const words = (text: string): Answer => ({ content: [{ type: 'text', text }] })

/** One call: who makes it, how it is stopped, and where its progress goes. */
export interface Call {
  readonly client: string
  /** Aborted when the client cancels the request or goes away. */
  readonly signal: AbortSignal
  /** Tells the client how far it is; does nothing when the client did not ask. */
  progress(message: string): void
  /**
   * Said by what runs something, right before it does: the call is recorded then, since what is run could end this
   * process. Throws when it cannot be recorded.
   */
  begin(): void
  /** Records that a part of the call was refused, while the rest goes on. What is thrown is recorded anyway. */
  refused(refusal: Refusal): void
}
