import { createHash } from 'node:crypto'
import type { Entry } from '../../model/entry.ts'

export { meaning, type Unreadable } from './meaning.ts'

const sorted = (values: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(values).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

/**
 * SHA-256, in hex, of what an entry says: the same for two entries that differ in order or spelling only. It is what
 * we keep of an entry that we wrote, so that a later edit by anyone is noticed without keeping its keys.
 */
export function digest(entry: Entry): string {
  const canonical =
    entry.kind === 'stdio'
      ? ['stdio', entry.command, [...entry.args], sorted(entry.env)]
      : ['remote', entry.transport, entry.url, sorted(entry.headers)]
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex')
}
