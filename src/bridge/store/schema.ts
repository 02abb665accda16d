import { clients } from '../../catalog/clients/index.ts'
import type { Database } from './database.ts'

/** What `PRAGMA user_version` says of a store that this program understands: the number of steps below. */
export const schemaVersion = 5

/** Added to the version of a copy of a server’s store, once for each of its formats: an older program refuses it, and does not write past the server. */
export const copyMark = 1_000_000

/**
 * What copies of the second format got: the machines of questions and answers, and what a copy holds besides the server's rows. `outbox`: writes that are not on the server yet, in their order, and `outbox_rows` what
 * they change; `late`: the server had changed the same meanwhile. `covered`: the server's rows below those that are not late. `conflicts`:
 * what lost to a value of the server, until its author writes the key.
 */
const outbox = `
  ALTER TABLE questions ADD COLUMN machine TEXT;
  ALTER TABLE questions ADD COLUMN answer_machine TEXT;
  DROP INDEX questions_waiting;
  CREATE INDEX questions_waiting ON questions (answer_seen, answer_at, at, recipient, client, answer_client, machine, answer_machine);
  CREATE TABLE outbox (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    client TEXT NOT NULL, session TEXT NOT NULL, at INTEGER NOT NULL, changes TEXT NOT NULL
  );
  CREATE TABLE outbox_rows (
    batch TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT, own TEXT NOT NULL, thing TEXT NOT NULL,
    late INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (batch, kind, key)
  ) WITHOUT ROWID;
  CREATE INDEX outbox_rows_by_key ON outbox_rows (kind, key);
  CREATE INDEX outbox_rows_by_thing ON outbox_rows (thing);
  CREATE TABLE covered (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT, own TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
  CREATE TABLE conflicts (
    namespace TEXT NOT NULL, key TEXT NOT NULL, client TEXT NOT NULL, version INTEGER, kept INTEGER, at INTEGER NOT NULL,
    PRIMARY KEY (namespace, key, client)
  ) WITHOUT ROWID;`

/**
 * What those of the third format got: actions for other machines. `taken` is this machine's own: it has queued the action. Rows of a kind
 * that a program does not know it leaves out, so everything is fetched again.
 */
const errands = `
  CREATE TABLE errands (
    id TEXT PRIMARY KEY, type TEXT NOT NULL, params TEXT NOT NULL, recipient TEXT NOT NULL, target TEXT NOT NULL,
    client TEXT NOT NULL, session TEXT NOT NULL, machine TEXT NOT NULL, at INTEGER NOT NULL, expires INTEGER NOT NULL,
    status TEXT NOT NULL, result TEXT, updated INTEGER NOT NULL, taken INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX errands_by_target ON errands (target, taken, status);
  UPDATE OR REPLACE meta SET name = 'server told' WHERE name = 'server seen';`

/** What those of the fourth format got. `refused`: why the server refused a write; '': it lies over one that was refused. */
const refusals = `
  ALTER TABLE outbox ADD COLUMN refused TEXT;
  CREATE INDEX outbox_refused ON outbox (n) WHERE refused IS NOT NULL;`

/** What copies got after the first ones were made. Step `n` makes the format `n + 2`. A step that was published is never edited. */
export const copySteps: readonly string[] = [outbox, errands, refusals]

/** The format of the copies that this program makes. */
export const copyFormat = copySteps.length + 1

/** The format of a copy; 0: the store is none. */
export const copyFormatOf = (version: number): number => Math.floor(version / copyMark)

/** "mtwn" in the header of the file tells our database from others. */
export const applicationId = 0x6d74776e

/**
 * Fills in what lists show of the handoffs that have only their texts: the rows of a version 3 store, or of a salvaged one. It walks
 * through each text once, since SQLite keeps the columns behind it at its end.
 */
export const headsFromTexts = `
  INSERT OR IGNORE INTO handoff_heads (id, title, beginning, bytes, namespace, recipient, status,
      claim_client, claim_session, claim_pid, claim_start, claim_at, client, session, machine, at, updated)
    SELECT id, title, substr(goal, 1, 300),
        octet_length(title) + octet_length(goal) + ifnull(octet_length(acceptance), 0) + octet_length(files) + octet_length(sections)
          + (SELECT total(octet_length(note)) FROM handoff_notes WHERE handoff = t.id),
        namespace, recipient, status, claim_client, claim_session, claim_pid, claim_start, claim_at, client, session, machine, at, updated
      FROM handoff_texts t WHERE id NOT IN (SELECT id FROM handoff_heads)`

/** A name as people type it, in SQL: small letters without blanks and dashes. */
const plain = (column: string): string => `replace(replace(replace(lower(${column}), ' ', ''), '-', ''), '_', '')`

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** True where a recipient is neither a client's id nor anybody who ever stored something. */
const nobody = (column: string): string =>
  `${column} IS NOT NULL AND ${column} NOT IN (${clients.map(({ id }) => literal(id)).join(', ')})
     AND ${column} NOT IN (SELECT client FROM changes UNION SELECT client FROM handoff_heads UNION SELECT client FROM questions
       UNION SELECT client FROM actions UNION SELECT client FROM memory)`

/** The client whose id, label or short form a recipient is, in other letters; NULL: nobody's. */
const meant = (column: string): string => {
  const names = clients.flatMap(({ id, label, short = id }) => [id, label, short].map((name) => [literal(name), literal(id)] as const))
  return `CASE ${names.map(([name, id]) => `WHEN ${plain(column)} = ${plain(name)} THEN ${id}`).join(' ')} END`
}

/**
 * Older versions stored any recipient, and what nobody is called was seen by nobody. Such a thing goes to the program that was
 * meant, where that is clear, and otherwise to all.
 */
export const recipientsFound = ['handoff_heads', 'handoff_texts', 'questions', 'actions']
  .map((table) => `UPDATE ${table} SET recipient = ${meant('recipient')} WHERE ${nobody('recipient')}`)
  .join(';\n  ')

/** Tables under the names that they had in older versions, for rows that are copied out of a damaged store of such a version. */
export const formerNames: Readonly<Record<string, string>> = { handoff_texts: 'handoffs' }

/** Step `n` brings a store of version `n` to version `n + 1`. A step that was published is never edited. */
const steps: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  CREATE TABLE changes (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, id TEXT NOT NULL, namespace TEXT,
    client TEXT NOT NULL, session TEXT NOT NULL, at INTEGER NOT NULL
  );

  CREATE TABLE memory (
    id INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL, key TEXT NOT NULL,
    value TEXT NOT NULL, rationale TEXT, tags TEXT NOT NULL DEFAULT '[]',
    version INTEGER NOT NULL, expires INTEGER,
    client TEXT NOT NULL, session TEXT NOT NULL, machine TEXT NOT NULL, at INTEGER NOT NULL,
    UNIQUE (namespace, key)
  );
  CREATE INDEX memory_by_key ON memory (key, namespace);
  CREATE INDEX memory_by_expiry ON memory (expires) WHERE expires IS NOT NULL;

  CREATE TABLE memory_versions (
    namespace TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL,
    value TEXT, rationale TEXT, tags TEXT NOT NULL DEFAULT '[]',
    client TEXT NOT NULL, session TEXT NOT NULL, machine TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (namespace, key, version)
  ) WITHOUT ROWID;

  CREATE VIRTUAL TABLE memory_text USING fts5 (
    key, value, rationale, tags, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
  );
  CREATE VIRTUAL TABLE memory_words USING fts5vocab (memory_text, row);

  CREATE TABLE handoffs (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL, goal TEXT NOT NULL, acceptance TEXT, files TEXT NOT NULL DEFAULT '[]', sections TEXT NOT NULL,
    namespace TEXT NOT NULL, recipient TEXT, status TEXT NOT NULL,
    claim_client TEXT, claim_session TEXT, claim_pid INTEGER, claim_start TEXT, claim_at INTEGER,
    client TEXT NOT NULL, session TEXT NOT NULL, machine TEXT NOT NULL, at INTEGER NOT NULL, updated INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX handoffs_by_status ON handoffs (status, updated);
  CREATE TABLE handoff_notes (
    n INTEGER PRIMARY KEY, handoff TEXT NOT NULL, note TEXT, status TEXT,
    client TEXT NOT NULL, session TEXT NOT NULL, at INTEGER NOT NULL
  );
  CREATE INDEX handoff_notes_by_handoff ON handoff_notes (handoff, n);

  CREATE TABLE questions (
    id TEXT PRIMARY KEY, handoff TEXT, question TEXT NOT NULL, recipient TEXT,
    client TEXT NOT NULL, session TEXT NOT NULL, at INTEGER NOT NULL,
    answer TEXT, answer_client TEXT, answer_session TEXT, answer_at INTEGER, answer_seen INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX questions_open ON questions (at) WHERE answer IS NULL;
  CREATE INDEX questions_unseen ON questions (client, at) WHERE answer IS NOT NULL AND answer_seen IS NULL;
  `,
  `
  CREATE TABLE actions (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, params TEXT NOT NULL, roots TEXT NOT NULL DEFAULT '[]',
    recipient TEXT, carrier TEXT NOT NULL, claimable INTEGER NOT NULL,
    status TEXT NOT NULL, result TEXT, tries INTEGER NOT NULL DEFAULT 0, generation INTEGER,
    claim_client TEXT, claim_session TEXT, claim_pid INTEGER, claim_start TEXT, claim_at INTEGER,
    client TEXT NOT NULL, session TEXT NOT NULL, machine TEXT NOT NULL,
    at INTEGER NOT NULL, updated INTEGER NOT NULL, expires INTEGER NOT NULL, finished INTEGER, seen INTEGER
  );
  CREATE INDEX actions_by_status ON actions (status, n);
  CREATE INDEX actions_unseen ON actions (client, n) WHERE finished IS NOT NULL AND seen IS NULL;
  CREATE TABLE nonces (nonce TEXT PRIMARY KEY, source TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
  `,
  `
  CREATE TABLE searches (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    server TEXT NOT NULL, tool TEXT NOT NULL, arguments TEXT NOT NULL, key TEXT,
    outcome TEXT NOT NULL, result TEXT, head TEXT NOT NULL DEFAULT '', bytes INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0,
    client TEXT NOT NULL, session TEXT NOT NULL, machine TEXT NOT NULL, at INTEGER NOT NULL
  );
  CREATE INDEX searches_by_key ON searches (key, at) WHERE key IS NOT NULL;
  CREATE INDEX searches_by_age ON searches (at, bytes);
  `,
  `
  -- The texts stay where they are, so that no stored text is rewritten: only \`id\` and the texts are read of these rows from now on.
  DROP INDEX handoffs_by_status;
  ALTER TABLE handoffs RENAME TO handoff_texts;
  -- Names the rows on other pages than their own, for a salvage.
  CREATE INDEX handoff_texts_by_id ON handoff_texts (id);
  -- What lists, claims and counts need. \`bytes\` counts the notes too.
  CREATE TABLE handoff_heads (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL, beginning TEXT NOT NULL, bytes INTEGER NOT NULL,
    namespace TEXT NOT NULL, recipient TEXT, status TEXT NOT NULL,
    claim_client TEXT, claim_session TEXT, claim_pid INTEGER, claim_start TEXT, claim_at INTEGER,
    client TEXT NOT NULL, session TEXT NOT NULL, machine TEXT NOT NULL, at INTEGER NOT NULL, updated INTEGER NOT NULL
  ) WITHOUT ROWID;
  ${headsFromTexts};
  CREATE INDEX handoff_heads_by_status ON handoff_heads (status, updated);
  CREATE INDEX handoff_heads_by_sender ON handoff_heads (client, status);
  CREATE INDEX handoff_heads_by_age ON handoff_heads (updated);
  CREATE INDEX handoff_heads_by_bytes ON handoff_heads (bytes);
  -- A bridge of an older version that still runs reads handoffs by this name, and is refused when it writes.
  CREATE VIEW handoffs AS
    SELECT h.id, h.title, t.goal, t.acceptance, t.files, t.sections, h.namespace, h.recipient, h.status,
        h.claim_client, h.claim_session, h.claim_pid, h.claim_start, h.claim_at, h.client, h.session, h.machine, h.at, h.updated
      FROM handoff_heads h JOIN handoff_texts t ON t.id = h.id;

  -- What is counted and listed after each commit stands in an index whole: a row's texts stand before its other columns.
  CREATE INDEX questions_waiting ON questions (answer_seen, answer_at, at, recipient, client, answer_client);
  CREATE INDEX questions_by_bytes ON questions (octet_length(question) + ifnull(octet_length(answer), 0));
  CREATE INDEX questions_by_handoff ON questions (handoff, at);
  CREATE INDEX actions_waiting ON actions
    (claimable, status, n, carrier, id, recipient, client, claim_client, claim_session, claim_pid, claim_start, claim_at);
  CREATE INDEX actions_news ON actions (seen, finished, n, id, recipient, client);
  `,
  `
  -- Who is, or was, connected to a bridge over this store. \`kept\`: the connection is there as long as its process.
  CREATE TABLE programs (
    session TEXT PRIMARY KEY, client TEXT NOT NULL, project TEXT, namespace TEXT NOT NULL,
    pid INTEGER NOT NULL, start TEXT NOT NULL, kept INTEGER NOT NULL, seen INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX programs_by_age ON programs (seen, client);
  ${recipientsFound};
  `,
]

/** The version of a store, whether it is a copy or not. */
export const plainVersion = (version: number): number => version % copyMark

/** Brings a store to the newest version, in one transaction of the caller. `version` is that of the store, 0 for an empty file. */
export function migrate(database: Database, version: number, storeId: string): void {
  const format = copyFormatOf(version)
  for (let step = plainVersion(version); step < steps.length; step++) {
    const statements = steps[step] ?? ''
    database.exec(statements)
  }
  if (format > 0) for (const step of copySteps.slice(format - 1)) database.exec(step)
  if (version === 0) database.run(`INSERT INTO meta (name, value) VALUES ('store', ?)`, storeId)
  database.exec(
    `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion + (format > 0 ? copyFormat * copyMark : 0)}`,
  )
}
