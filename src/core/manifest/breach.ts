/** A breach of a rule that the shape alone cannot say, with the path of the value that breaks it. */
export interface Breach {
  readonly path: readonly string[]
  readonly message: string
}
