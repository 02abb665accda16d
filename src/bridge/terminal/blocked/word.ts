/** A word of a command line after its quotes are taken off. */
export interface Word {
  readonly text: string
  /** Part of it is only known when it runs: a variable, a glob, a substitution. */
  readonly dynamic: boolean
  /** Only the folder of a program is known when it runs, not its name: `"$HOME/bin/tool"`. */
  readonly named?: boolean
  /** As it stands in the line, where that is something else: with its quotes and variables. */
  readonly written?: string
  /** Quoted or escaped in part: never a reserved word. */
  readonly quoted: boolean
}

/** A word as far as it is read. `known`: from here on its text is what the shell makes of it too. */
export interface Draft {
  text: string
  dynamic: boolean
  quoted: boolean
  known: number
}

export type Token = { readonly kind: 'word'; readonly word: Word } | { readonly kind: 'op'; readonly op: string }

/** A command line that cannot be read with certainty; it is refused. */
export class Unreadable extends Error {}

/** A step of a reader, which must get it further: one that stays where it is would read for ever. */
export function forward(reader: { readonly at: number }, step: () => void): void {
  const before = reader.at
  step()
  if (reader.at <= before) throw new Unreadable(`it cannot be read from character ${before + 1} on`)
}

/** One program with its arguments, as far as the line tells. */
export interface SimpleCommand {
  readonly words: readonly Word[]
  /** The line itself gives it something to read: a pipe before it, or a redirection. */
  readonly fed?: boolean
}

/** Words that are each looked at together with all that follow, which takes time with their square. */
const most = 2000

/** Refuses a command with more words than can be looked at so. */
export function demandFew(words: readonly Word[]): void {
  if (words.length > most) throw new Unreadable(`one command has ${words.length} words`)
}
