-- Times and lengths are microseconds, times in UTC. Groups of columns that are
-- only ever read together are JSON.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Of entries, and of commands that made none. A number is taken under the locks of
-- its groups, so that their order is that of the numbers.
CREATE SEQUENCE numbers;

-- The instances that live, by the database's clock.
CREATE TABLE instance (
    id      TEXT        PRIMARY KEY,
    expires TIMESTAMPTZ NOT NULL, -- when its lease runs out
    divisor BIGINT      NOT NULL  -- it uses at most this part of the rate limit; 0: nothing
);

CREATE TABLE entry (
    number      BIGINT  PRIMARY KEY,
    key         TEXT    NOT NULL,        -- SHA-256 of the delivery's key, in hex; unique in audit
    owner       TEXT,                    -- the instance that carries it; of a closed one, that did
    under       BIGINT  NOT NULL,        -- the entry in whose thread it speaks; 0: its own
    caller      TEXT    NOT NULL,        -- JSON
    place       TEXT    NOT NULL,        -- JSON
    verb        TEXT    NOT NULL,
    command     TEXT    NOT NULL,        -- JSON
    rule        TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    attempt     BIGINT  NOT NULL,
    answered    BOOLEAN NOT NULL DEFAULT FALSE,
    root        TEXT    NOT NULL,
    result      TEXT    NOT NULL,
    accepted_at BIGINT  NOT NULL,
    closed_at   BIGINT,                  -- NULL while there is something to do
    purged      BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX entry_unclosed ON entry (number) WHERE closed_at IS NULL;
CREATE INDEX entry_unpurged ON entry (closed_at) WHERE closed_at IS NOT NULL AND NOT purged;

-- Handles for answering, of entries that are not closed: they are secrets.
CREATE TABLE reply (
    entry  BIGINT PRIMARY KEY REFERENCES entry (number),
    handle TEXT   NOT NULL
);

-- What is done once, by the first entry that asks for it.
CREATE TABLE once (
    key    TEXT   PRIMARY KEY,           -- SHA-256, in hex
    number BIGINT NOT NULL
);

-- The order on a group is the order of id; that of an entry's changes, position.
CREATE TABLE change (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry      BIGINT NOT NULL REFERENCES entry (number),
    position   BIGINT NOT NULL,
    group_id   TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    plan       TEXT,                     -- JSON
    outcome    TEXT,                     -- JSON
    settled_at BIGINT,
    UNIQUE (entry, group_id)
);
CREATE INDEX change_open ON change (group_id, id) WHERE state IN ('waiting', 'planned');
CREATE INDEX change_settled ON change (group_id, settled_at);

-- Limited administrators. An id is never used again: it names one end.
CREATE TABLE grants (
    id       BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    group_id TEXT    NOT NULL,
    user_id  TEXT    NOT NULL,
    until    BIGINT  NOT NULL,
    length   BIGINT  NOT NULL,
    entry    BIGINT  NOT NULL,
    due      BIGINT  NOT NULL,           -- when its end is to run
    tries    BIGINT  NOT NULL,           -- of its end, failed
    ending   BIGINT  NOT NULL DEFAULT 0, -- the entry of the end that took it; 0: none
    reminded BOOLEAN NOT NULL DEFAULT FALSE,
    UNIQUE (group_id, user_id)
);
CREATE INDEX grants_entry ON grants (entry);
CREATE INDEX grants_over ON grants (due, id) WHERE ending = 0;
CREATE INDEX grants_near ON grants (until, id) WHERE ending = 0 AND NOT reminded AND due = until AND length >= 3600000000;

CREATE TABLE audit (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number   BIGINT NOT NULL,
    key      TEXT   UNIQUE,              -- of the first row of a delivery, as in entry
    at       BIGINT NOT NULL,
    what     TEXT   NOT NULL,
    caller   TEXT   NOT NULL,
    platform TEXT   NOT NULL,
    channel  TEXT   NOT NULL,
    thread   TEXT   NOT NULL,
    verb     TEXT   NOT NULL,
    group_id TEXT   NOT NULL,
    groups   TEXT   NOT NULL DEFAULT '', -- JSON; '' for none
    users    TEXT   NOT NULL,            -- JSON
    asked    TEXT   NOT NULL,
    outcome  TEXT   NOT NULL,
    detail   TEXT   NOT NULL
);
CREATE INDEX audit_number ON audit (number, at);

CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is never changed or deleted';
END $$;
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();

-- Which numbers of the audit trail are about a group, a user or a caller.
CREATE TABLE audit_about (
    about  TEXT   NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (about, number)
);
