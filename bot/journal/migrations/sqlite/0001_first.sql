-- Times and lengths are microseconds, times in UTC. Groups of columns that are
-- only ever read together are JSON.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- The last number taken, by an entry or by a command that made none.
CREATE TABLE counter (number BIGINT NOT NULL);
INSERT INTO counter (number) VALUES (0);

CREATE TABLE entry (
    number      INTEGER PRIMARY KEY,
    key         TEXT    NOT NULL UNIQUE, -- SHA-256 of the delivery's key, in hex
    caller      TEXT    NOT NULL,        -- JSON
    place       TEXT    NOT NULL,        -- JSON
    verb        TEXT    NOT NULL,
    command     TEXT    NOT NULL,        -- JSON
    rule        TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    attempt     BIGINT  NOT NULL,
    reply       TEXT,                    -- NULL once closed: it is a secret
    root        TEXT    NOT NULL,
    result      TEXT    NOT NULL,
    accepted_at BIGINT  NOT NULL,
    closed_at   BIGINT                   -- NULL while there is something to do
);
CREATE INDEX entry_unclosed ON entry (number) WHERE closed_at IS NULL;

-- The order on a group is the order of id.
CREATE TABLE change (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    entry      BIGINT NOT NULL REFERENCES entry (number),
    group_id   TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    plan       TEXT,                     -- JSON
    outcome    TEXT,                     -- JSON
    settled_at BIGINT,
    UNIQUE (entry, group_id)
);
CREATE INDEX change_settled ON change (group_id, settled_at);

-- Limited administrators. An id is never used again: it names one end.
CREATE TABLE grants (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    group_id TEXT   NOT NULL,
    user_id  TEXT   NOT NULL,
    until    BIGINT NOT NULL,
    length   BIGINT NOT NULL,
    entry    BIGINT NOT NULL,
    UNIQUE (group_id, user_id)
);

CREATE TABLE audit (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    number   BIGINT NOT NULL,
    key      TEXT UNIQUE,                -- of the first row of a delivery, as in entry
    at       BIGINT NOT NULL,
    what     TEXT   NOT NULL,
    caller   TEXT   NOT NULL,
    platform TEXT   NOT NULL,
    channel  TEXT   NOT NULL,
    thread   TEXT   NOT NULL,
    verb     TEXT   NOT NULL,
    group_id TEXT   NOT NULL,
    users    TEXT   NOT NULL,            -- JSON
    asked    TEXT   NOT NULL,
    outcome  TEXT   NOT NULL,
    detail   TEXT   NOT NULL
);
CREATE INDEX audit_number ON audit (number, at);

CREATE TRIGGER audit_update BEFORE UPDATE ON audit BEGIN
    SELECT RAISE (ABORT, 'the audit trail is never changed');
END;
CREATE TRIGGER audit_delete BEFORE DELETE ON audit BEGIN
    SELECT RAISE (ABORT, 'the audit trail is never deleted');
END;

-- Which numbers of the audit trail are about a group, a user or a caller.
CREATE TABLE audit_about (
    about  TEXT   NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (about, number)
) WITHOUT ROWID;
