-- Freezes that come back, and freezes that two people ended.

ALTER TABLE avow.freeze
    ADD COLUMN every    text        CHECK (every IN ('month', 'year')),
    ADD COLUMN ended_by text[]      CHECK (cardinality(ended_by) >= 2),
    ADD COLUMN ended_at timestamptz,
    ADD CHECK ((ended_by IS NULL) = (ended_at IS NULL));
COMMENT ON COLUMN avow.freeze.every IS 'How often the days come back; null when they do not.';
COMMENT ON COLUMN avow.freeze.ended_by IS 'Ids of the two people who ended it before its time; null while it stands.';
COMMENT ON COLUMN avow.freeze.ended_at IS 'When they did.';
