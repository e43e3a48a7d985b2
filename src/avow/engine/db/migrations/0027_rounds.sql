-- Rounds: work that is done again and again, on whichever machine comes first.

CREATE TABLE avow.round (
    name       text        PRIMARY KEY CHECK (name ~ '^[a-z][a-z-]{0,39}$'),
    started_at timestamptz,
    ended_at   timestamptz,
    done_at    timestamptz,
    failures   integer     NOT NULL DEFAULT 0 CHECK (failures >= 0),
    code       text        NOT NULL DEFAULT '',
    said       text        NOT NULL DEFAULT ''
);
COMMENT ON TABLE avow.round IS 'No personal data. When each round last began, ended and succeeded; its lock in the database is gone when its process died.';
COMMENT ON COLUMN avow.round.name IS 'What the round does.';
COMMENT ON COLUMN avow.round.started_at IS 'When it last began.';
COMMENT ON COLUMN avow.round.ended_at IS 'When it last ended, well or not.';
COMMENT ON COLUMN avow.round.done_at IS 'When it last succeeded; it is due again one period later.';
COMMENT ON COLUMN avow.round.failures IS 'How often it failed since it last succeeded.';
COMMENT ON COLUMN avow.round.code IS 'The code of its last failure; empty after a success.';
COMMENT ON COLUMN avow.round.said IS 'Counts of what it did, in a few words.';
