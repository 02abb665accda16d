/** Something that carries the protocol to clients: stdio, Streamable HTTP. It ends when its client does, or when closed. */
export interface Carrier {
  readonly name: string
  /** Settles when there is no client any more and none will come. */
  readonly ended: Promise<void>
  close(): Promise<void>
}
