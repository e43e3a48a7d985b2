-- Cells of named rows that a restriction (art. 18) or a correction (art. 16) changed, what they were
-- before, and which restrictions stand.

CREATE TABLE avow.cell_change (
    plan    text        PRIMARY KEY,
    bundle  text        NOT NULL,
    wanted  bytea       NOT NULL,
    before  bytea,
    rows    integer     NOT NULL DEFAULT 0,
    done_at timestamptz,
    back_at timestamptz
);
COMMENT ON TABLE avow.cell_change IS 'Personal data, sealed: what a plan changes in named rows, and what stood there before, under a key that is destroyed.';
COMMENT ON COLUMN avow.cell_change.plan IS 'The plan, `plan-…`.';
COMMENT ON COLUMN avow.cell_change.bundle IS 'Its key, among the keys of bundles.';
COMMENT ON COLUMN avow.cell_change.wanted IS 'Personal data, sealed: keys of rows, columns, and the values that they get.';
COMMENT ON COLUMN avow.cell_change.before IS 'Personal data, sealed: the cells before and after; null until the change begins.';
COMMENT ON COLUMN avow.cell_change.rows IS 'Rows that were changed.';
COMMENT ON COLUMN avow.cell_change.done_at IS 'When the system had committed it; null before.';
COMMENT ON COLUMN avow.cell_change.back_at IS 'When it was put back; null while it stands.';

CREATE TABLE avow.restriction (
    id         text        PRIMARY KEY,
    request    text        NOT NULL REFERENCES avow.request ON DELETE CASCADE,
    item       integer     NOT NULL CHECK (item > 0),
    system     text        NOT NULL,
    dataset    text        NOT NULL,
    mode       text        NOT NULL,
    rows       integer     NOT NULL,
    facts      text[]      NOT NULL,
    plan       text,
    since      timestamptz NOT NULL,
    told_at    timestamptz,
    lifted_at  timestamptz
);
CREATE INDEX restriction_request ON avow.restriction (request, item);
COMMENT ON TABLE avow.restriction IS 'No personal data: ids of records and counts. Rows of one dataset whose use is restricted for a request.';
COMMENT ON COLUMN avow.restriction.id IS 'Identifier `restriction-…`.';
COMMENT ON COLUMN avow.restriction.request IS 'The request.';
COMMENT ON COLUMN avow.restriction.item IS 'Number of the item in it.';
COMMENT ON COLUMN avow.restriction.system IS 'The system.';
COMMENT ON COLUMN avow.restriction.dataset IS 'The dataset.';
COMMENT ON COLUMN avow.restriction.mode IS 'flag, vault, or none: nothing is enforced there.';
COMMENT ON COLUMN avow.restriction.rows IS 'Rows that it is about.';
COMMENT ON COLUMN avow.restriction.facts IS 'Ids of the facts that keep these rows from being erased.';
COMMENT ON COLUMN avow.restriction.plan IS 'The plan that enforces it; null for none.';
COMMENT ON COLUMN avow.restriction.since IS 'Since when it stands.';
COMMENT ON COLUMN avow.restriction.told_at IS 'When the person was told that it will be lifted (art. 18(3)); null before.';
COMMENT ON COLUMN avow.restriction.lifted_at IS 'When it was lifted; null while it stands.';
