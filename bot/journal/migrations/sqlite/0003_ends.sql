-- Which instance carries an entry; of a closed one, which did. NULL: nobody does.
ALTER TABLE entry ADD COLUMN owner TEXT;
-- The entry in whose thread this one speaks; 0: its own.
ALTER TABLE entry ADD COLUMN under BIGINT NOT NULL DEFAULT 0;
-- Closed long ago: command, posts, plans and outcomes are forgotten.
ALTER TABLE entry ADD COLUMN purged BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX entry_unpurged ON entry (closed_at) WHERE closed_at IS NOT NULL AND NOT purged;

-- What is done once, by the first entry that asks for it.
CREATE TABLE once (
    key    TEXT   PRIMARY KEY, -- SHA-256, in hex
    number BIGINT NOT NULL
) WITHOUT ROWID;

-- The order of an entry's changes; the order on a group is still that of id, of
-- which a change that has rested gets a new one.
ALTER TABLE change ADD COLUMN position BIGINT NOT NULL DEFAULT 0;
UPDATE change SET position = id;

ALTER TABLE grants ADD COLUMN due BIGINT NOT NULL DEFAULT 0;     -- when its end is to run
ALTER TABLE grants ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;   -- of its end, failed
ALTER TABLE grants ADD COLUMN ending BIGINT NOT NULL DEFAULT 0;  -- the entry of the end that took it; 0: none
ALTER TABLE grants ADD COLUMN reminded BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE grants SET due = until;
CREATE INDEX grants_entry ON grants (entry);
CREATE INDEX grants_over ON grants (due, id) WHERE ending = 0;
CREATE INDEX grants_near ON grants (until, id) WHERE ending = 0 AND NOT reminded AND due = until AND length >= 3600000000;

ALTER TABLE audit ADD COLUMN groups TEXT NOT NULL DEFAULT '';    -- JSON; '' for none
