import { limits } from '../base/limits.ts'
import { denied } from '../base/refusal.ts'
import { type Glob, readGlob } from './glob.ts'
import type { TextQuery } from './ripgrep.ts'

/** Globs choose among what is below the folder searched; nothing else. */
export function checkedGlob(glob: string | undefined): Glob | null {
  if (glob === undefined) return null
  if (glob.includes('\0') || glob.length > limits.searchPatternCharacters) throw denied('The glob is too long or holds a NUL character.')
  if (/^!?[\\/]|^[A-Za-z]:|(^|[\\/!])\.\.([\\/]|$)/.test(glob))
    throw denied(
      `The glob ${JSON.stringify(glob)} leads out of the folder; give a glob such as "*.ts" or "src/**/*.ts", and the folder as path.`,
    )
  return readGlob(glob)
}

/** What is asked for; no query: names. */
export interface Asked {
  readonly query: TextQuery | null
  readonly glob: Glob | null
  readonly most: number
}

export function checkPattern({ pattern }: TextQuery): void {
  if (pattern === '' || pattern.includes('\0'))
    throw denied('The pattern is empty or holds a NUL character; give a text or a regular expression.')
  if (pattern.length > limits.searchPatternCharacters)
    throw denied(`The pattern has ${pattern.length} characters; ${limits.searchPatternCharacters} are the most.`)
}
