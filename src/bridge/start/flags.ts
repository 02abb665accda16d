import type { TerminalMode } from '../../model/bridge-words.ts'

/** The flags of the command line: a person's decision, written in a client's entry. */
export interface Flags {
  readonly client: string
  readonly roots: readonly string[]
  readonly tools: readonly string[]
  readonly terminal: TerminalMode | undefined
  readonly readOnly: boolean
}
