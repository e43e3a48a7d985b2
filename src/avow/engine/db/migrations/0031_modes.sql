-- Readers who ask before they use a row, why a restriction stands, and values that were corrected
-- away, by their hashes.

CREATE TABLE avow.use_asked (
    id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL,
    by      text        NOT NULL,
    system  text        NOT NULL,
    dataset text        NOT NULL,
    purpose text        NOT NULL,
    rows    integer     NOT NULL CHECK (rows >= 0),
    refused integer     NOT NULL CHECK (refused >= 0)
);
CREATE INDEX use_asked_by ON avow.use_asked (system, dataset, by, at);
COMMENT ON TABLE avow.use_asked IS 'No personal data: who asked before using rows of a dataset, for which purpose, and how many were refused. No key of a row.';
COMMENT ON COLUMN avow.use_asked.id IS 'Number of the question.';
COMMENT ON COLUMN avow.use_asked.at IS 'When it was asked.';
COMMENT ON COLUMN avow.use_asked.by IS 'Label of the program, or id of the declared person, that asked.';
COMMENT ON COLUMN avow.use_asked.system IS 'The system of the rows.';
COMMENT ON COLUMN avow.use_asked.dataset IS 'Their dataset.';
COMMENT ON COLUMN avow.use_asked.purpose IS 'For which purpose they were to be used.';
COMMENT ON COLUMN avow.use_asked.rows IS 'Rows that were asked about.';
COMMENT ON COLUMN avow.use_asked.refused IS 'Rows that may not be used so.';

ALTER TABLE avow.restriction ADD COLUMN cause text NOT NULL DEFAULT 'asked';
COMMENT ON COLUMN avow.restriction.cause IS 'Why it stands: asked for by the person, or contested (art. 18(1)(a)): a correction of the rows is not decided.';
COMMENT ON COLUMN avow.restriction.mode IS 'flag, policy, vault, gate, or none: nothing is enforced there.';

CREATE TABLE avow.corrected (
    id       text        PRIMARY KEY,
    request  text        NOT NULL REFERENCES avow.request ON DELETE CASCADE,
    item     integer     NOT NULL CHECK (item > 0),
    plan     text        NOT NULL,
    category text        NOT NULL,
    hashes   bytea[]     NOT NULL,
    hash_key text        NOT NULL,
    at       timestamptz NOT NULL,
    until    date        NOT NULL,
    UNIQUE (plan, category)
);
CREATE INDEX corrected_request ON avow.corrected (request, item);
COMMENT ON TABLE avow.corrected IS 'Personal data, as keyed hashes: values of a person that were corrected away, so that a copy which still holds one is found. Deleted after the day `until`, and with the request.';
COMMENT ON COLUMN avow.corrected.id IS 'Identifier `corrected-…`.';
COMMENT ON COLUMN avow.corrected.request IS 'The request.';
COMMENT ON COLUMN avow.corrected.item IS 'Number of the item in it.';
COMMENT ON COLUMN avow.corrected.plan IS 'The plan that corrected them.';
COMMENT ON COLUMN avow.corrected.category IS 'What the values are.';
COMMENT ON COLUMN avow.corrected.hashes IS 'Personal data: keyed hashes of the values that were wrong.';
COMMENT ON COLUMN avow.corrected.hash_key IS 'The key of the hashes.';
COMMENT ON COLUMN avow.corrected.at IS 'When they were corrected.';
COMMENT ON COLUMN avow.corrected.until IS 'The last day on which copies are looked at for them.';

CREATE TABLE avow.corrected_stays (
    request text        NOT NULL REFERENCES avow.request ON DELETE CASCADE,
    item    integer     NOT NULL CHECK (item > 0),
    place   text        NOT NULL,
    reason  text        NOT NULL,
    by      text        NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (request, item, place)
);
COMMENT ON TABLE avow.corrected_stays IS 'No personal data: fields where a value that was corrected elsewhere rightly stays, by whose decision.';
COMMENT ON COLUMN avow.corrected_stays.request IS 'The request.';
COMMENT ON COLUMN avow.corrected_stays.item IS 'Number of the item in it.';
COMMENT ON COLUMN avow.corrected_stays.place IS 'The field, `system.dataset.field`.';
COMMENT ON COLUMN avow.corrected_stays.reason IS 'A word of a closed list: historic, or another.';
COMMENT ON COLUMN avow.corrected_stays.by IS 'Id of the declared person who decided.';
COMMENT ON COLUMN avow.corrected_stays.at IS 'When.';
