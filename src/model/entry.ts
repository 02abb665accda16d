export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue }
export type JsonObject = { [key: string]: JsonValue }

/** Everything a client needs to start a stdio server. */
export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** A server reached over the network. */
export interface Remote {
  readonly url: string
  /** `http` is Streamable HTTP, `sse` the older transport. Absent: HTTP is tried first, then SSE. */
  readonly transport?: 'http' | 'sse' | undefined
  readonly headers: Readonly<Record<string, string>>
}

/** What a client's config says about one server, whatever the client's own spelling of it. */
export type Entry = ({ readonly kind: 'stdio' } & Launch) | ({ readonly kind: 'remote' } & Remote)

/** An entry whose shape cannot be read, and why. It is left alone. */
export interface Unreadable {
  readonly unreadable: string
}
