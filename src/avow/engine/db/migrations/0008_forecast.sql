-- What the days to come will make due, and what is new in the systems: counted once a day.

CREATE TABLE avow.forecast (
    id      text        PRIMARY KEY,
    system  text        NOT NULL,
    release text        REFERENCES avow.release,
    day     date        NOT NULL,
    why     text        NOT NULL DEFAULT '',
    gaps    jsonb       NOT NULL DEFAULT '[]',
    schema  text        NOT NULL DEFAULT '',
    at      timestamptz NOT NULL
);
COMMENT ON TABLE avow.forecast IS 'No personal data. One look at one system: what is due, what will be, and what the map does not know.';
COMMENT ON COLUMN avow.forecast.id IS 'Identifier `forecast-…`.';
COMMENT ON COLUMN avow.forecast.system IS 'The system.';
COMMENT ON COLUMN avow.forecast.release IS 'The release that was in force; null when the declaration was not in force.';
COMMENT ON COLUMN avow.forecast.day IS 'The local day on whose morning it was counted.';
COMMENT ON COLUMN avow.forecast.why IS 'Why the system was not seen; empty when it was.';
COMMENT ON COLUMN avow.forecast.gaps IS 'Datasets that could not be counted, each with why: places and codes, never values.';
COMMENT ON COLUMN avow.forecast.schema IS 'Digest of the live catalogue.';
COMMENT ON COLUMN avow.forecast.at IS 'When it was counted.';
CREATE INDEX forecast_last ON avow.forecast (system, at DESC);

CREATE TABLE avow.foreseen (
    forecast text   NOT NULL REFERENCES avow.forecast ON DELETE CASCADE,
    dataset  text   NOT NULL,
    clause   text   NOT NULL,
    move     text   NOT NULL CHECK (move IN ('delete', 'blank')),
    rules    text[] NOT NULL,
    day      date   NOT NULL,
    rows     bigint NOT NULL CHECK (rows >= 0),
    PRIMARY KEY (forecast, dataset, clause, move, day)
);
COMMENT ON TABLE avow.foreseen IS 'No personal data. How many rows a sweep of a day would find if nothing were done before it.';
COMMENT ON COLUMN avow.foreseen.forecast IS 'The look it was counted in.';
COMMENT ON COLUMN avow.foreseen.dataset IS 'The dataset.';
COMMENT ON COLUMN avow.foreseen.clause IS 'The clause that demands it; empty where only the end of every purpose does.';
COMMENT ON COLUMN avow.foreseen.move IS 'delete: rows go; blank: cells of rows are emptied.';
COMMENT ON COLUMN avow.foreseen.rules IS 'The rules whose levels govern it.';
COMMENT ON COLUMN avow.foreseen.day IS 'The day it is counted for: yesterday, today, or one to come.';
COMMENT ON COLUMN avow.foreseen.rows IS 'All rows or cells due on that day, those of earlier days among them.';

CREATE TABLE avow.novelty (
    system   text    NOT NULL,
    kind     text    NOT NULL,
    name     text    NOT NULL,
    since    date    NOT NULL,
    at_first boolean NOT NULL,
    PRIMARY KEY (system, kind, name)
);
COMMENT ON TABLE avow.novelty IS 'No personal data. What a system has and its map does not name, or the other way round; gone when they agree.';
COMMENT ON COLUMN avow.novelty.system IS 'The system.';
COMMENT ON COLUMN avow.novelty.kind IS 'table, column, undecided-column, no-table, no-column, schema.';
COMMENT ON COLUMN avow.novelty.name IS 'The table or table.column; empty for the schema as a whole.';
COMMENT ON COLUMN avow.novelty.since IS 'The day on which it was first seen.';
COMMENT ON COLUMN avow.novelty.at_first IS 'True when it was there at the first look at the system, so that nobody knows since when.';
