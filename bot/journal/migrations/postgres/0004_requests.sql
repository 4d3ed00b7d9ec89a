-- A request for the approval of a second person is an entry whose state is 'asked'. Its
-- changes are inserted when it is approved.
ALTER TABLE entry ADD COLUMN request TEXT;      -- JSON: who could approve it; NULL: it needed no approval
ALTER TABLE entry ADD COLUMN request_post TEXT NOT NULL DEFAULT ''; -- where its message is; '': it cannot be decided yet
ALTER TABLE entry ADD COLUMN expires_at BIGINT; -- when it closes without an answer
ALTER TABLE entry ADD COLUMN remind_at BIGINT;  -- NULL: there is no reminder to come
ALTER TABLE entry ADD COLUMN decision TEXT;     -- JSON; NULL: it is open
ALTER TABLE entry ADD COLUMN begun_at BIGINT;   -- when it was decided; NULL: its age counts from accepted_at
ALTER TABLE entry ADD COLUMN turn BIGINT;       -- of an approved one: the number in whose place it is on its groups
CREATE INDEX entry_asked ON entry (expires_at) WHERE state = 'asked';

-- An older instance would take a request for an entry without work. It renews its lease in a
-- table that it does not find any more, so it stops, and it cannot start again.
ALTER TABLE lease RENAME TO holder;
