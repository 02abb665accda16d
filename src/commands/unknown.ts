import { nearest } from '../core/nearest.ts'
import { type TwinError, usageError } from '../errors.ts'
import { visible } from '../ui/escape.ts'

/** What helps where a name was mistyped: the known one that is near, else `all`, which says where they are shown. */
export function nearHint(name: string, known: Iterable<string>, all?: string): string {
  const names = [...known]
  const guess = nearest(name, names)
  return guess !== null ? `did you mean "${visible(guess)}"?` : (all ?? `known: ${names.map(visible).join(', ')}`)
}

/**
 * The error for a name that nothing has. Wrong usage, whatever the command: a script can tell a slip from work that failed.
 * Without `all` the known names are listed.
 */
export const unknownName = (kind: string, name: string, known: Iterable<string>, all?: string): TwinError =>
  usageError(`Unknown ${kind} "${visible(name)}".`, { hint: nearHint(name, known, all) })
