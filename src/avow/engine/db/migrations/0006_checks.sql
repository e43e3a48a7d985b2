-- What the checks said: the history behind the status of every promise.

CREATE TABLE avow.check_run (
    id         text        PRIMARY KEY,
    release    text        REFERENCES avow.release,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz
);
COMMENT ON TABLE avow.check_run IS 'No personal data. One run of the checks.';
COMMENT ON COLUMN avow.check_run.id IS 'Identifier `run-…`.';
COMMENT ON COLUMN avow.check_run.release IS 'The release that was in force.';
COMMENT ON COLUMN avow.check_run.started_at IS 'When it began.';
COMMENT ON COLUMN avow.check_run.ended_at IS 'When it ended; null when it did not.';

CREATE TABLE avow.check_result (
    number      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run         text        NOT NULL REFERENCES avow.check_run,
    check_id    text        NOT NULL,
    clauses     text[]      NOT NULL,
    kind        text        NOT NULL CHECK (kind IN ('state', 'case')),
    item        text        NOT NULL,
    answer      text        NOT NULL CHECK (answer IN ('pass', 'fail', 'blind', 'unenforced', 'attested')),
    count       bigint      NOT NULL DEFAULT 0 CHECK (count >= 0),
    detail      jsonb       NOT NULL DEFAULT '{}',
    canary_seen boolean,
    enforced    boolean     NOT NULL DEFAULT false,
    at          timestamptz NOT NULL,
    fresh_until timestamptz NOT NULL
);
COMMENT ON TABLE avow.check_result IS 'No personal data. What one check said about one item of its scope.';
COMMENT ON COLUMN avow.check_result.number IS 'Order of the results.';
COMMENT ON COLUMN avow.check_result.run IS 'The run.';
COMMENT ON COLUMN avow.check_result.check_id IS 'The check''s id.';
COMMENT ON COLUMN avow.check_result.clauses IS 'The clauses it answers for.';
COMMENT ON COLUMN avow.check_result.kind IS 'state: true now; case: of one request, recording or send.';
COMMENT ON COLUMN avow.check_result.item IS 'What it looked at: `system/dataset`, or the id of a case.';
COMMENT ON COLUMN avow.check_result.answer IS 'What it said.';
COMMENT ON COLUMN avow.check_result.count IS 'n of pass(n) and fail(n).';
COMMENT ON COLUMN avow.check_result.detail IS 'Where it fails or why it is blind: places and codes, never values.';
COMMENT ON COLUMN avow.check_result.canary_seen IS 'Whether the planted violation was seen; null for a check without one.';
COMMENT ON COLUMN avow.check_result.enforced IS 'True when avow acts, false when it looks.';
COMMENT ON COLUMN avow.check_result.at IS 'When it was answered.';
COMMENT ON COLUMN avow.check_result.fresh_until IS 'After this it is stale and the clause unknown.';
CREATE INDEX check_result_last ON avow.check_result (check_id, item, number DESC);
CREATE INDEX check_result_clauses ON avow.check_result USING gin (clauses);
CREATE INDEX check_result_run ON avow.check_result (run);

CREATE TABLE avow.attestation (
    id           text        PRIMARY KEY,
    clauses      text[]      NOT NULL,
    item         text        NOT NULL DEFAULT '',
    person       text        NOT NULL,
    document     text        NOT NULL CHECK (document ~ '^[0-9a-f]{64}$'),
    at           timestamptz NOT NULL,
    lapses_on    date        NOT NULL,
    withdrawn_at timestamptz
);
COMMENT ON TABLE avow.attestation IS 'Personal data: ids of declared people. A person''s dated document that stands for a check.';
COMMENT ON COLUMN avow.attestation.id IS 'Identifier `attestation-…`.';
COMMENT ON COLUMN avow.attestation.clauses IS 'The clauses it is about.';
COMMENT ON COLUMN avow.attestation.item IS 'The item it is about; empty for the whole clause.';
COMMENT ON COLUMN avow.attestation.person IS 'Id of who attests.';
COMMENT ON COLUMN avow.attestation.document IS 'SHA-256 of the document.';
COMMENT ON COLUMN avow.attestation.at IS 'When it was given.';
COMMENT ON COLUMN avow.attestation.lapses_on IS 'The day it lapses.';
COMMENT ON COLUMN avow.attestation.withdrawn_at IS 'When it was withdrawn.';

CREATE TABLE avow.remedy (
    id       text        PRIMARY KEY,
    check_id text        NOT NULL,
    item     text        NOT NULL,
    person   text        NOT NULL,
    reason   text        NOT NULL,
    at       timestamptz NOT NULL
);
COMMENT ON TABLE avow.remedy IS 'Personal data: ids of declared people. What was done about a late case; it stays red without one.';
COMMENT ON COLUMN avow.remedy.id IS 'Identifier `remedy-…`.';
COMMENT ON COLUMN avow.remedy.check_id IS 'The check that was red.';
COMMENT ON COLUMN avow.remedy.item IS 'The case.';
COMMENT ON COLUMN avow.remedy.person IS 'Id of who answers for it.';
COMMENT ON COLUMN avow.remedy.reason IS 'What happened and what was done, without personal values.';
COMMENT ON COLUMN avow.remedy.at IS 'When it was written.';
CREATE INDEX remedy_of ON avow.remedy (check_id, item);
