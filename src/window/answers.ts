/** What a request gets: a document, a file of the page, or a stream of messages. */
export type PageAnswer =
  | { readonly status: number; readonly document: object }
  | { readonly file: { readonly type: string; readonly bytes: Uint8Array } }
  /** `start` gets what writes to the page, and returns what is done when the page is gone. */
  | { readonly start: (write: (text: string) => void) => () => void }

/** Why nothing was done, in the form of every error document. */
export const errorAnswer = (
  status: number,
  code: string,
  message: string,
  more: { hint?: string; [field: string]: unknown } = {},
): PageAnswer => {
  const { hint = null, ...besides } = more
  return { status, document: { command: 'ui', error: { code, message, file: null, line: null, column: null, hint }, ...besides } }
}

/** A request that cannot be understood, or names what the page may not ask for. */
export class WrongRequest extends Error {}
