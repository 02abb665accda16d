CREATE SCHEMA mcp_twin;
CREATE TABLE mcp_twin.about (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE mcp_twin.people (person name PRIMARY KEY, n bigint NOT NULL DEFAULT 0, bytes bigint NOT NULL DEFAULT 0);
CREATE TABLE mcp_twin.entries (
  person name NOT NULL, kind text NOT NULL, key text NOT NULL,
  n bigint NOT NULL, body text,
  PRIMARY KEY (person, kind, key)
);
CREATE INDEX entries_by_number ON mcp_twin.entries (person, n);
CREATE TABLE mcp_twin.batches (
  person name NOT NULL, n bigint NOT NULL, id text NOT NULL,
  machine text NOT NULL, client text NOT NULL, session text NOT NULL, at bigint NOT NULL, changes text NOT NULL,
  PRIMARY KEY (person, n), UNIQUE (person, id)
);
ALTER TABLE mcp_twin.people ENABLE ROW LEVEL SECURITY;
ALTER TABLE mcp_twin.people FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON mcp_twin.people USING (person = session_user) WITH CHECK (person = session_user);
ALTER TABLE mcp_twin.entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE mcp_twin.entries FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON mcp_twin.entries USING (person = session_user) WITH CHECK (person = session_user);
ALTER TABLE mcp_twin.batches ENABLE ROW LEVEL SECURITY;
ALTER TABLE mcp_twin.batches FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON mcp_twin.batches USING (person = session_user) WITH CHECK (person = session_user);

CREATE FUNCTION mcp_twin.write(
  batch_id text, machine text, client text, session text, at bigint, changes text,
  kinds text[], keys text[], seen bigint[], bodies text[],
  OUT n bigint, OUT again boolean, OUT stale boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  me name := session_user;
  last bigint;
  held bigint;
  more bigint;
BEGIN
  again := false;
  stale := false;
  IF cardinality(kinds) > 10000 THEN RAISE EXCEPTION 'mcp_twin: too many rows'; END IF;
  INSERT INTO mcp_twin.people AS p (person) VALUES (me) ON CONFLICT DO NOTHING;
  SELECT p.n, p.bytes INTO last, held FROM mcp_twin.people p WHERE p.person = me FOR UPDATE;
  SELECT b.n INTO n FROM mcp_twin.batches b WHERE b.person = me AND b.id = batch_id;
  IF FOUND THEN again := true; RETURN; END IF;
  SELECT true INTO stale FROM unnest(kinds, keys, seen) AS u (kind, key, seen)
    LEFT JOIN mcp_twin.entries e ON e.person = me AND e.kind = u.kind AND e.key = u.key
    WHERE coalesce(e.n, 0) <> u.seen LIMIT 1;
  stale := coalesce(stale, false);
  n := last;
  IF stale THEN RETURN; END IF;
  SELECT coalesce(sum(coalesce(octet_length(u.body), 0) - coalesce(octet_length(e.body), 0)), 0) INTO more
    FROM unnest(kinds, keys, bodies) AS u (kind, key, body)
    LEFT JOIN mcp_twin.entries e ON e.person = me AND e.kind = u.kind AND e.key = u.key;
  IF more > 0 AND held + more > 2147483648 THEN RAISE EXCEPTION 'mcp_twin: full'; END IF;
  IF EXISTS (SELECT FROM unnest(bodies) AS b (body) WHERE octet_length(b.body) > 16777216)
    THEN RAISE EXCEPTION 'mcp_twin: a row is too large'; END IF;
  n := last + 1;
  UPDATE mcp_twin.people p SET n = last + 1, bytes = held + more WHERE p.person = me;
  INSERT INTO mcp_twin.entries AS e (person, kind, key, n, body)
    SELECT me, u.kind, u.key, last + 1, u.body FROM unnest(kinds, keys, bodies) AS u (kind, key, body)
    ON CONFLICT (person, kind, key) DO UPDATE SET n = excluded.n, body = excluded.body;
  INSERT INTO mcp_twin.batches (person, n, id, machine, client, session, at, changes)
    VALUES (me, last + 1, batch_id, machine, client, session, at, changes);
  DELETE FROM mcp_twin.batches b WHERE b.person = me AND b.n <= last + 1 - 100000;
  PERFORM pg_notify('mcp_twin_' || md5(me::text), (last + 1)::text);
END $$;
REVOKE ALL ON FUNCTION mcp_twin.write FROM PUBLIC;

INSERT INTO mcp_twin.about (name, value) VALUES ('schema', '1'), ('id', md5(random()::text || clock_timestamp()::text));
