/** What `about` says of a schema that this program made. */
export const serverSchema = 2

/** Batches that are kept for each person: a batch that is sent again is known by them, and they say who changed what. */
const batchesKept = 100_000
/** The largest row, in bytes; a handoff of the largest size with escapes stays below. */
const rowBytes = 16 * 1024 * 1024
/** The longest key of a row, in bytes: two names of 512 characters with escapes stay below. */
const keyBytes = 16 * 1024
/** The longest name, such as that of a machine, and the longest id. */
const nameBytes = 1024
/** The most rows of one batch. */
const rowsMost = 10_000
/** All that one person may keep, in bytes: rows, keys of deleted ones too, and what is said of changes. */
const personBytes = 2 * 1024 * 1024 * 1024

/** SQL that is true for the rows of whoever has signed in. `session_user` stays the same in a function with its owner's rights. */
const own = 'person = session_user'

const tables = ['people', 'entries', 'batches'] as const

/** One that is there keeps its owner and who may call it. */
const writeFunction = `CREATE OR REPLACE FUNCTION mcp_twin.write(
  batch_id text, machine text, client text, session text, at bigint, changes text,
  kinds text[], keys text[], seen bigint[], bodies text[],
  OUT n bigint, OUT again boolean, OUT stale boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  me name := session_user;
  last bigint;
  held bigint;
  more bigint;
  forgotten bigint;
BEGIN
  again := false;
  stale := false;
  -- Who calls it may have written the call by hand.
  IF greatest(cardinality(kinds), cardinality(keys), cardinality(seen), cardinality(bodies)) > ${rowsMost}
    THEN RAISE EXCEPTION 'mcp_twin: too many rows'; END IF;
  IF (cardinality(kinds) = cardinality(keys) AND cardinality(kinds) = cardinality(seen) AND cardinality(kinds) = cardinality(bodies)) IS NOT TRUE
    THEN RAISE EXCEPTION 'mcp_twin: a part of a row is missing'; END IF;
  IF greatest(octet_length(batch_id), octet_length(machine), octet_length(client), octet_length(session)) > ${nameBytes}
    THEN RAISE EXCEPTION 'mcp_twin: a name is too large'; END IF;
  IF octet_length(changes) > ${rowBytes} THEN RAISE EXCEPTION 'mcp_twin: what is said of changes is too large'; END IF;
  IF EXISTS (SELECT FROM unnest(kinds, keys) AS u (kind, key) WHERE octet_length(u.kind) > ${nameBytes} OR octet_length(u.key) > ${keyBytes})
    THEN RAISE EXCEPTION 'mcp_twin: a key is too large'; END IF;
  IF EXISTS (SELECT FROM unnest(bodies) AS b (body) WHERE octet_length(b.body) > ${rowBytes})
    THEN RAISE EXCEPTION 'mcp_twin: a row is too large'; END IF;
  INSERT INTO mcp_twin.people AS p (person) VALUES (me) ON CONFLICT DO NOTHING;
  SELECT p.n, p.bytes INTO last, held FROM mcp_twin.people p WHERE p.person = me FOR UPDATE;
  SELECT b.n INTO n FROM mcp_twin.batches b WHERE b.person = me AND b.id = batch_id;
  IF FOUND THEN again := true; RETURN; END IF;
  SELECT true INTO stale FROM unnest(kinds, keys, seen) AS u (kind, key, seen)
    LEFT JOIN mcp_twin.entries e ON e.person = me AND e.kind = u.kind AND md5(e.key) = md5(u.key)
    WHERE coalesce(e.n, 0) <> u.seen LIMIT 1;
  stale := coalesce(stale, false);
  n := last;
  IF stale THEN RETURN; END IF;
  SELECT coalesce(sum(coalesce(octet_length(u.body), 0) - coalesce(octet_length(e.body), 0)
      + CASE WHEN e.key IS NULL THEN octet_length(u.key) ELSE 0 END), 0) + octet_length(changes) INTO more
    FROM unnest(kinds, keys, bodies) AS u (kind, key, body)
    LEFT JOIN mcp_twin.entries e ON e.person = me AND e.kind = u.kind AND md5(e.key) = md5(u.key);
  -- What makes room is always taken.
  IF more > octet_length(changes) AND held + more > ${personBytes} THEN RAISE EXCEPTION 'mcp_twin: full'; END IF;
  n := last + 1;
  INSERT INTO mcp_twin.entries AS e (person, kind, key, n, body)
    SELECT me, u.kind, u.key, last + 1, u.body FROM unnest(kinds, keys, bodies) AS u (kind, key, body)
    ON CONFLICT (person, kind, md5(key)) DO UPDATE SET n = excluded.n, body = excluded.body;
  INSERT INTO mcp_twin.batches (person, n, id, machine, client, session, at, changes)
    VALUES (me, last + 1, batch_id, machine, client, session, at, changes);
  WITH old AS (DELETE FROM mcp_twin.batches b WHERE b.person = me AND b.n <= last + 1 - ${batchesKept} RETURNING octet_length(b.changes) AS bytes)
    SELECT coalesce(sum(old.bytes), 0) INTO forgotten FROM old;
  UPDATE mcp_twin.people p SET n = last + 1, bytes = held + more - forgotten WHERE p.person = me;
  PERFORM pg_notify('mcp_twin_' || md5(me::text), (last + 1)::text);
END $$;
`

/**
 * The schema, for a database that lacks it. A row is a JSON text that the server never looks into, known by its person, its kind and
 * its key. Writing goes through `write` alone. It takes the person's row of `people` first and keeps it to the end of the
 * transaction, so that numbers are given in the order of commits and without gaps: who has read up to a number misses nothing below it.
 */
export const schemaSql = `
CREATE SCHEMA mcp_twin;
CREATE TABLE mcp_twin.about (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE mcp_twin.people (person name PRIMARY KEY, n bigint NOT NULL DEFAULT 0, bytes bigint NOT NULL DEFAULT 0);
CREATE TABLE mcp_twin.entries (
  person name NOT NULL, kind text NOT NULL, key text NOT NULL,
  n bigint NOT NULL, body text
);
-- A key may be longer than an index takes.
CREATE UNIQUE INDEX entries_by_key ON mcp_twin.entries (person, kind, md5(key));
CREATE INDEX entries_by_number ON mcp_twin.entries (person, n);
CREATE TABLE mcp_twin.batches (
  person name NOT NULL, n bigint NOT NULL, id text NOT NULL,
  machine text NOT NULL, client text NOT NULL, session text NOT NULL, at bigint NOT NULL, changes text NOT NULL,
  PRIMARY KEY (person, n), UNIQUE (person, id)
);
${tables
  .map(
    (table) => `ALTER TABLE mcp_twin.${table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE mcp_twin.${table} FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON mcp_twin.${table} USING (${own}) WITH CHECK (${own});`,
  )
  .join('\n')}

${writeFunction}REVOKE ALL ON FUNCTION mcp_twin.write FROM PUBLIC;

INSERT INTO mcp_twin.about (name, value) VALUES ('schema', '${serverSchema}'), ('id', md5(random()::text || clock_timestamp()::text));
`

/**
 * Brings a schema that an older program made to this one; run again it changes nothing. Policies hold for the owner of a table too, so
 * they give way to the sums and are back before anybody else can look. Older programs go on writing: the call is the same.
 */
export const upgradeSql = `
BEGIN;
SET LOCAL lock_timeout = '5s';
LOCK TABLE mcp_twin.people, mcp_twin.entries, mcp_twin.batches, mcp_twin.about IN ACCESS EXCLUSIVE MODE;
-- The first servers had an index that takes no long key.
ALTER TABLE mcp_twin.entries DROP CONSTRAINT IF EXISTS entries_pkey;
CREATE UNIQUE INDEX IF NOT EXISTS entries_by_key ON mcp_twin.entries (person, kind, md5(key));
${writeFunction}
-- They counted neither keys nor what is said of changes.
${tables.map((table) => `ALTER TABLE mcp_twin.${table} NO FORCE ROW LEVEL SECURITY;`).join('\n')}
UPDATE mcp_twin.people p SET bytes =
  (SELECT coalesce(sum(octet_length(e.key) + coalesce(octet_length(e.body), 0)), 0) FROM mcp_twin.entries e WHERE e.person = p.person)
  + (SELECT coalesce(sum(octet_length(b.changes)), 0) FROM mcp_twin.batches b WHERE b.person = p.person);
${tables.map((table) => `ALTER TABLE mcp_twin.${table} FORCE ROW LEVEL SECURITY;`).join('\n')}
UPDATE mcp_twin.about SET value = '${serverSchema}' WHERE name = 'schema' AND value::int < ${serverSchema};
COMMIT;
`

/** What a role needs to keep its own things in a database that has the schema. `role` is quoted by the caller. */
export const grantsSql = (role: string): string => `
GRANT USAGE ON SCHEMA mcp_twin TO ${role};
GRANT SELECT ON mcp_twin.about, ${tables.map((table) => `mcp_twin.${table}`).join(', ')} TO ${role};
GRANT EXECUTE ON FUNCTION mcp_twin.write TO ${role};
`

/** A name as SQL writes it. */
export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`
