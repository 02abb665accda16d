/** Whose rules a command line is read by. */
export type Grammar = 'posix' | 'cmd' | 'powershell'

/** Stands in the text of a word for what a quoted variable or substitution gives. No command line holds a NUL itself. */
export const unknownText = '\0'

/** A word of a command line after its quotes are taken off. */
export interface Word {
  text: string
  /** It may become other or several words: an unquoted variable, a glob, braces. */
  expands: boolean
  /** Quoted or escaped in part: never a reserved word. */
  quoted: boolean
  written: string
}

/** A program with its arguments. */
export type BlockableCommand = readonly Word[]

/** A command line that cannot be read with certainty; it is refused. */
export class UnreadableCommand extends Error {}

/** Levels of substitutions, subshells and shells within shells that are read. */
export const deepest = 20

export const newWord = (): Word => ({ text: '', expands: false, quoted: false, written: '' })

export const isDynamic = ({ text, expands }: Word): boolean => expands || text.includes(unknownText)

/** A place in a text that a reader moves forward. */
export class Scanner {
  protected readonly text: string
  protected at = 0

  constructor(text: string) {
    this.text = text
  }

  /** Steps over what a sticky pattern matches here. */
  protected match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    this.at += found?.[0].length ?? 0
    return found
  }
}
