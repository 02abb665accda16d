import { limits } from '../base/limits.ts'
import type { Database } from '../store/database.ts'
import { type MemoryEntry, columnsOfEntry, entryOf, type EntryRow } from './entry.ts'

/**
 * The words of a person's question as the index splits texts: letters and digits, without accents, each once. `C++` and
 * `what's` are words, not syntax.
 */
export function wordsIn(query: string): string[] {
  const words =
    query
      .normalize('NFD')
      .replace(/\p{M}+/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{Co}]+/gu) ?? []
  return [...new Set(words)].slice(0, limits.memoryWords)
}

export interface SearchQuery {
  readonly query: string
  readonly namespace?: string | undefined
  readonly limit: number
}

/**
 * The best entries first: those with all words, then, up to `limit`, those with any of them. Ranking reads every entry with a word,
 * so very frequent words choose entries but do not rank them.
 */
export function search(database: Database, { query, namespace, limit }: SearchQuery, now: number): readonly MemoryEntry[] {
  const words = wordsIn(query)
  if (words.length === 0) return []
  const held = new Map(
    database
      .all<{ term: string; doc: number }>(`SELECT term, doc FROM memory_words WHERE term IN (${words.map(() => '?').join(', ')})`, ...words)
      .map(({ term, doc }) => [term, doc]),
  )
  const known = words.filter((word) => held.has(word))
  const rare = known.filter((word) => (held.get(word) ?? 0) <= limits.memoryCommon)
  const found = new Map<number, MemoryEntry>()
  const collect = (match: string, ranking: string | null) => {
    for (const { id, ...row } of matching(database, { match, ranking, namespace, limit, now })) found.set(id, found.get(id) ?? entryOf(row))
  }
  const ranking = rare.length === 0 ? null : rare.length === words.length ? all(words) : any(rare)
  if (known.length === words.length) collect(all(words), ranking)
  if (found.size < limit && rare.length > 0 && words.length > 1) collect(any(rare), any(rare))
  return [...found.values()].slice(0, limit)
}

const quoted = (words: readonly string[]): string[] => words.map((word) => `"${word}"`)
const all = (words: readonly string[]): string => quoted(words).join(' AND ')
const any = (words: readonly string[]): string => quoted(words).join(' OR ')

interface Matching {
  readonly match: string
  /** What ranks the entries; null: the newest come first. */
  readonly ranking: string | null
  readonly namespace: string | undefined
  readonly limit: number
  readonly now: number
}

function matching(database: Database, { match, ranking, namespace, limit, now }: Matching): readonly (EntryRow & { id: number })[] {
  const rules = `(m.expires IS NULL OR m.expires > ?)${namespace === undefined ? '' : ' AND m.namespace = ?'}`
  const values = [now, ...(namespace === undefined ? [] : [namespace])]
  const select = `SELECT m.id, ${columnsOfEntry('m.')} FROM memory_text t JOIN memory m ON m.id = t.rowid WHERE memory_text MATCH ?`
  if (ranking === null) return database.all(`${select} AND ${rules} ORDER BY t.rowid DESC LIMIT ?`, match, ...values, limit)
  if (ranking === match) return database.all(`${select} AND ${rules} ORDER BY t.rank LIMIT ?`, match, ...values, limit)
  // The `+` keeps SQLite from a look into the index for each of those rows, which takes half a second for some thousand rows.
  return database.all(
    `${select} AND +t.rowid IN (SELECT rowid FROM memory_text WHERE memory_text MATCH ?) AND ${rules} ORDER BY t.rank LIMIT ?`,
    ...[ranking, match, ...values, limit],
  )
}
