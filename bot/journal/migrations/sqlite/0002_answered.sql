-- The platform took the acknowledgement. Only written where the platform can be asked
-- for it.
ALTER TABLE entry ADD COLUMN answered BOOLEAN NOT NULL DEFAULT FALSE;
