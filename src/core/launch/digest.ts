import { createHash } from 'node:crypto'
import type { Entry } from '../../model/entry.ts'

export { meaning, type Unreadable } from './meaning.ts'

const sorted = (values: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(values).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

/** What an entry says, as one text: the same for two entries that differ in order or spelling only. It holds the entry's keys. */
const canonical = (entry: Entry): string =>
  JSON.stringify(
    entry.kind === 'stdio'
      ? ['stdio', entry.command, entry.args, sorted(entry.env)]
      : ['remote', entry.transport, entry.url, sorted(entry.headers)],
  )

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * SHA-256, in hex, of what an entry says. It is what we keep of an entry that we wrote, so that a later edit by anyone is
 * noticed without keeping its keys.
 */
export const digest = (entry: Entry): string => hash(canonical(entry))

/**
 * `digest`, remembering what it was asked: an entry mostly says the same in every program's file. For one plan, and no
 * longer: what it remembers holds keys.
 */
export function digester(): (entry: Entry) => string {
  const known = new Map<string, string>()
  return (entry) => {
    const said = canonical(entry)
    const made = known.get(said) ?? hash(said)
    known.set(said, made)
    return made
  }
}
