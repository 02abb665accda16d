import { setImmediate as breath } from 'node:timers/promises'
import type { Database } from '../store/database.ts'
import { wordsOf } from './entry.ts'

interface TextRow {
  readonly [column: string]: string | number | null
  readonly id: number
  readonly key: string
  readonly value: string
  readonly rationale: string | null
  readonly tags: string
}

const pageRows = 200

/** Fills the index of words from the entries, after emptying it. Other work of the process goes on meanwhile. */
export async function indexAgain(database: Database): Promise<void> {
  database.exec(`INSERT INTO memory_text (memory_text) VALUES ('delete-all')`)
  for (let last = 0; ; ) {
    const rows = database.all<TextRow>(
      'SELECT id, key, value, rationale, tags FROM memory WHERE id > ? ORDER BY id LIMIT ?',
      last,
      pageRows,
    )
    for (const { id, key, value, rationale, tags } of rows)
      database.run(
        'INSERT INTO memory_text (rowid, key, value, rationale, tags) VALUES (?, ?, ?, ?, ?)',
        ...[id, key, wordsOf(JSON.parse(value)), rationale ?? '', (JSON.parse(tags) as string[]).join(' ')],
      )
    if (rows.length < pageRows) return
    last = rows.at(-1)?.id ?? last
    await breath()
  }
}
