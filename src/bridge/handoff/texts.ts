import type { Database, Row } from '../store/database.ts'
import type { HandoffStatus } from '../../model/bridge-words.ts'

/** A stored text: whole, or as much of its beginning as was asked for. */
export interface Beginning {
  readonly text: string
  /** Of all of it. */
  readonly bytes: number
  readonly isWhole: boolean
}

export const beginning = (text: string | null, bytes: number | null): Beginning => ({
  ...{ text: text ?? '', bytes: bytes ?? 0, isWhole: Buffer.byteLength(text ?? '') === (bytes ?? 0) },
})

export interface ReadSection extends Beginning {
  readonly heading: string
  /** 1 is the most important, 5 the least. */
  readonly priority: number
}

export interface Note {
  readonly note: Beginning | null
  readonly status: HandoffStatus | null
  readonly by: string
  readonly at: number
}

export interface HandoffTexts {
  readonly goal: Beginning
  readonly acceptance: Beginning | null
  readonly files: readonly string[]
  /** The most important ones first. */
  readonly sections: readonly ReadSection[]
}

interface TextRow extends Row {
  goal: string
  goal_bytes: number
  acceptance: string | null
  acceptance_bytes: number | null
  files: string
}

interface SectionRow extends Row {
  heading: string
  priority: number
  bytes: number
  body: string
}

/**
 * The texts of a handoff, of each kind at most so many characters, the most important sections first. SQLite cuts them: a handoff of an
 * older version may hold tens of megabytes, which never come into this process.
 */
export function textsOf(database: Database, id: string, characters: number): HandoffTexts {
  const row = database.get<TextRow>(
    `SELECT substr(goal, 1, ?1) AS goal, octet_length(goal) AS goal_bytes, substr(acceptance, 1, ?1) AS acceptance,
       octet_length(acceptance) AS acceptance_bytes, files FROM handoff_texts WHERE id = ?2`,
    ...[characters, id],
  )
  if (row === undefined) return { goal: beginning('', 0), acceptance: null, files: [], sections: [] }
  const sections = database.all<SectionRow>(
    `SELECT heading, priority, bytes, substr(body, 1, max(0, ?1 - before)) AS body FROM (
       SELECT n, heading, priority, body, octet_length(body) AS bytes, sum(octet_length(body)) OVER (ORDER BY priority, n) - octet_length(body) AS before
         FROM (SELECT key AS n, value ->> '$.heading' AS heading, value ->> '$.priority' AS priority, value ->> '$.body' AS body
           FROM handoff_texts t, json_each(t.sections) WHERE t.id = ?2))
       ORDER BY priority, n`,
    ...[characters, id],
  )
  return {
    goal: beginning(row.goal, row.goal_bytes),
    acceptance: row.acceptance === null ? null : beginning(row.acceptance, row.acceptance_bytes),
    files: JSON.parse(row.files),
    sections: sections.map(({ heading, priority, bytes, body }) => ({ heading, priority, ...beginning(body, bytes) })),
  }
}

interface NoteRow extends Row {
  n: number
  bytes: number | null
  status: HandoffStatus | null
  client: string
  at: number
}

/** The newest notes of a handoff, the newest first, with at most so many characters together; `older`: those beyond `limit`. */
export function notesOf(
  database: Database,
  id: string,
  { limit, characters }: { readonly limit: number; readonly characters: number },
): { readonly notes: readonly Note[]; readonly older: { readonly count: number; readonly bytes: number } } {
  const rows = database.all<NoteRow>(
    `SELECT n, octet_length(note) AS bytes, status, client, at FROM handoff_notes WHERE handoff = ? ORDER BY n DESC LIMIT ?`,
    ...[id, limit],
  )
  let free = characters
  const notes = rows.map(({ n, bytes, status, client: by, at }): Note => {
    if (bytes === null) return { note: null, status, by, at }
    const text =
      free <= 0
        ? ''
        : (database.get<{ text: string }>('SELECT substr(note, 1, ?) AS text FROM handoff_notes WHERE n = ?', free, n)?.text ?? '')
    free -= bytes
    return { note: beginning(text, bytes), status, by, at }
  })
  const last = rows.at(-1)?.n ?? 0
  const older = database.get<{ count: number; bytes: number }>(
    'SELECT count(*) AS count, total(octet_length(note)) AS bytes FROM handoff_notes WHERE handoff = ? AND n < ?',
    ...[id, last],
  )
  return { notes, older: older ?? { count: 0, bytes: 0 } }
}

/** The newest note of a handoff that another session than `but` has left since a time (ms since the epoch); null: none. */
export function lastNote(
  database: Database,
  id: string,
  { since, but, characters }: { readonly since: number; readonly but: string; readonly characters: number },
): Beginning | null {
  const row = database.get<{ text: string; bytes: number }>(
    `SELECT substr(note, 1, ?) AS text, octet_length(note) AS bytes FROM handoff_notes
       WHERE handoff = ? AND note IS NOT NULL AND at >= ? AND session <> ? ORDER BY n DESC LIMIT 1`,
    ...[characters, id, since, but],
  )
  return row === undefined ? null : beginning(row.text, row.bytes)
}
