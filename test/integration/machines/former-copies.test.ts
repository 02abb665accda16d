import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { questionsFor } from '../../../src/bridge/handoff/question.ts'
import { join as joinAs, makeCopy } from '../../../src/bridge/machines/copy.ts'
import { outboxCounts } from '../../../src/bridge/machines/outbox.ts'
import { isCopy, prepare } from '../../../src/bridge/store/connection.ts'
import type { Database } from '../../../src/bridge/store/database.ts'
import { chooseEngine } from '../../../src/bridge/store/engine.ts'

const random = (bytes: number): string => randomBytes(bytes).toString('hex')

/** Makes a copy as the first program did that had any: without an outbox, and without machines of questions. */
const formerCopy = `
  CREATE TABLE revisions (kind TEXT NOT NULL, key TEXT NOT NULL, n INTEGER NOT NULL, extra TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID;
  ALTER TABLE handoff_notes ADD COLUMN uid TEXT;
  CREATE UNIQUE INDEX handoff_notes_by_uid ON handoff_notes (uid);
  PRAGMA user_version = 1000005;`

const shapeOf = ({ all }: Database) =>
  all("SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name")
const columnsOf = ({ all }: Database, table: string) => all('SELECT name, type FROM pragma_table_info(?)', table)

it('a copy of an older program gets all that copies have today, and keeps its questions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'former-'))
  const engine = chooseEngine(process.platform, process.arch)
  const opened = (name: string): Database => {
    const database = engine.open(join(folder, name))
    prepare(database, random)
    return database
  }
  try {
    const before = opened('former.db')
    before.exec(formerCopy)
    joinAs(before, { url: 'postgres://anna@db.example.org/twin', machine: 'laptop' })
    before.run(`INSERT INTO questions (id, question, client, session, at) VALUES ('q-1', 'Which login?', 'claude-code', 's', 1)`)
    before.close()

    const former = opened('former.db')
    const fresh = opened('fresh.db')
    makeCopy(fresh)
    expect(isCopy(former)).toBe(true)
    expect(shapeOf(former)).toEqual(shapeOf(fresh))
    for (const table of ['questions', 'outbox', 'outbox_rows', 'covered', 'conflicts', 'errands'])
      expect(columnsOf(former, table), table).toEqual(columnsOf(fresh, table))
    expect(former.get('PRAGMA user_version')).toEqual(fresh.get('PRAGMA user_version'))
    expect(outboxCounts(former)).toEqual({ unsent: 0, oldest: null, refused: null, conflicts: 0 })
    expect(questionsFor(former, 'claude-desktop', { limit: 10, characters: 100 })).toMatchObject([{ id: 'q-1', by: 'claude-code' }])
    former.close()
    fresh.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
