-- The order of decisions on a group: a number that a change gets in the transaction in
-- which it settles. Clocks can be set back and differ between machines, numbers do not.
ALTER TABLE change ADD COLUMN decision BIGINT; -- NULL until it has settled
UPDATE change SET decision = o.nth FROM (
    SELECT id, row_number() OVER (PARTITION BY group_id ORDER BY settled_at, id) AS nth FROM change WHERE settled_at IS NOT NULL
) AS o WHERE change.id = o.id;
CREATE INDEX change_decision ON change (group_id, decision) WHERE decision IS NOT NULL;

-- The first row of each number: that of a delivery, or of several that were not answered.
CREATE INDEX audit_first ON audit (number) WHERE key IS NOT NULL OR what = 'capped';

-- An older instance would settle changes without a number. It renews its lease in a
-- table that it does not find any more, so it stops, and it cannot start again.
ALTER TABLE instance RENAME TO lease;
