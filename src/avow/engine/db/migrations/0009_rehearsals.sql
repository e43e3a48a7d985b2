-- What speaks for raising a level: rehearsals on copies, and samples that persons judged.

CREATE TABLE avow.rehearsal (
    id          text        PRIMARY KEY,
    plan        text        NOT NULL REFERENCES avow.plan,
    plan_digest text        NOT NULL CHECK (plan_digest ~ '^[0-9a-f]{64}$'),
    system      text        NOT NULL,
    release     text        NOT NULL,
    clause      text,
    rules       text[]      NOT NULL,
    schema      text        NOT NULL,
    copy_schema text        NOT NULL,
    differences jsonb       NOT NULL DEFAULT '[]',
    state       text        NOT NULL CHECK (state IN ('running', 'passed', 'failed')),
    findings    jsonb       NOT NULL DEFAULT '[]',
    longest_ms  integer     NOT NULL DEFAULT 0 CHECK (longest_ms >= 0),
    began_at    timestamptz NOT NULL,
    ended_at    timestamptz,
    CHECK ((state = 'running') = (ended_at IS NULL))
);
COMMENT ON TABLE avow.rehearsal IS 'No personal data. A plan carried out on a copy of its system, and how that went.';
COMMENT ON COLUMN avow.rehearsal.id IS 'Identifier `rehearsal-…`.';
COMMENT ON COLUMN avow.rehearsal.plan IS 'The plan.';
COMMENT ON COLUMN avow.rehearsal.plan_digest IS 'SHA-256 of the plan that was rehearsed.';
COMMENT ON COLUMN avow.rehearsal.system IS 'The system whose copy it was.';
COMMENT ON COLUMN avow.rehearsal.release IS 'The release of the plan.';
COMMENT ON COLUMN avow.rehearsal.clause IS 'The clause the plan was made for; null when it was made for all.';
COMMENT ON COLUMN avow.rehearsal.rules IS 'The rules whose steps were carried out.';
COMMENT ON COLUMN avow.rehearsal.schema IS 'Digest of the system''s own catalogue at that time.';
COMMENT ON COLUMN avow.rehearsal.copy_schema IS 'Digest of the copy''s catalogue.';
COMMENT ON COLUMN avow.rehearsal.differences IS 'How the two differ, in words: names of tables and columns.';
COMMENT ON COLUMN avow.rehearsal.state IS 'running: begun and not ended, also when its process died. Only passed speaks for a level.';
COMMENT ON COLUMN avow.rehearsal.findings IS 'Why it failed: codes and places, never values.';
COMMENT ON COLUMN avow.rehearsal.longest_ms IS 'The longest batch in milliseconds.';
COMMENT ON COLUMN avow.rehearsal.began_at IS 'When it was begun.';
COMMENT ON COLUMN avow.rehearsal.ended_at IS 'When it ended; null when it did not.';
CREATE INDEX rehearsal_last ON avow.rehearsal (system, release, began_at DESC);
CREATE INDEX rehearsal_plan ON avow.rehearsal (plan);

CREATE TABLE avow.rehearsal_step (
    rehearsal text    NOT NULL REFERENCES avow.rehearsal,
    step      integer NOT NULL CHECK (step >= 0),
    dataset   text    NOT NULL,
    action    text    NOT NULL,
    planned   bigint  NOT NULL CHECK (planned >= 0),
    counted   bigint  NOT NULL CHECK (counted >= 0),
    moved     bigint  NOT NULL CHECK (moved >= 0),
    remaining bigint  NOT NULL CHECK (remaining >= 0),
    held      bigint  NOT NULL CHECK (held >= 0),
    PRIMARY KEY (rehearsal, step)
);
COMMENT ON TABLE avow.rehearsal_step IS 'No personal data. What each step of a rehearsed plan did on the copy.';
COMMENT ON COLUMN avow.rehearsal_step.rehearsal IS 'The rehearsal.';
COMMENT ON COLUMN avow.rehearsal_step.step IS 'Place of the step in the plan from 0.';
COMMENT ON COLUMN avow.rehearsal_step.dataset IS 'The dataset.';
COMMENT ON COLUMN avow.rehearsal_step.action IS 'delete, blank or unlink.';
COMMENT ON COLUMN avow.rehearsal_step.planned IS 'Rows the plan counted in the system.';
COMMENT ON COLUMN avow.rehearsal_step.counted IS 'Rows counted on the copy before the first batch.';
COMMENT ON COLUMN avow.rehearsal_step.moved IS 'Rows that were moved on the copy.';
COMMENT ON COLUMN avow.rehearsal_step.remaining IS 'Rows still due there afterwards, which no hold keeps.';
COMMENT ON COLUMN avow.rehearsal_step.held IS 'Rows due there afterwards that a hold keeps.';

CREATE TABLE avow.rehearsal_block (
    rehearsal text   NOT NULL REFERENCES avow.rehearsal,
    dataset   text   NOT NULL,
    reason    text   NOT NULL,
    rows      bigint NOT NULL CHECK (rows > 0),
    PRIMARY KEY (rehearsal, dataset, reason)
);
COMMENT ON TABLE avow.rehearsal_block IS 'No personal data. Rows that the copy refused to let go, by what refused.';
COMMENT ON COLUMN avow.rehearsal_block.rehearsal IS 'The rehearsal.';
COMMENT ON COLUMN avow.rehearsal_block.dataset IS 'The table that refused.';
COMMENT ON COLUMN avow.rehearsal_block.reason IS 'The constraint''s name, or the kind of the refusal.';
COMMENT ON COLUMN avow.rehearsal_block.rows IS 'How many rows or persons.';

CREATE TABLE avow.sample (
    id          text        PRIMARY KEY,
    plan        text        NOT NULL REFERENCES avow.plan,
    plan_digest text        NOT NULL CHECK (plan_digest ~ '^[0-9a-f]{64}$'),
    system      text        NOT NULL,
    release     text        NOT NULL,
    clause      text,
    rules       text[]      NOT NULL,
    schema      text        NOT NULL,
    seed        bigint      NOT NULL,
    at          timestamptz NOT NULL
);
COMMENT ON TABLE avow.sample IS 'No personal data. Rows drawn from what a plan would move and from what it would keep.';
COMMENT ON COLUMN avow.sample.id IS 'Identifier `sample-…`.';
COMMENT ON COLUMN avow.sample.plan IS 'The plan.';
COMMENT ON COLUMN avow.sample.plan_digest IS 'SHA-256 of the plan that it was drawn from.';
COMMENT ON COLUMN avow.sample.system IS 'The system it was drawn in.';
COMMENT ON COLUMN avow.sample.release IS 'The release of the plan.';
COMMENT ON COLUMN avow.sample.clause IS 'The clause the plan was made for; null when it was made for all.';
COMMENT ON COLUMN avow.sample.rules IS 'The rules whose steps it was drawn from.';
COMMENT ON COLUMN avow.sample.schema IS 'Digest of the system''s catalogue when it was drawn.';
COMMENT ON COLUMN avow.sample.seed IS 'Where the random rows come from: the same seed on the same rows draws the same.';
COMMENT ON COLUMN avow.sample.at IS 'When it was drawn.';
CREATE INDEX sample_last ON avow.sample (system, release, at DESC);

CREATE TABLE avow.sample_row (
    sample    text    NOT NULL REFERENCES avow.sample,
    number    integer NOT NULL CHECK (number > 0),
    dataset   text    NOT NULL,
    action    text    NOT NULL CHECK (action IN ('delete', 'blank', 'unlink', 'keep')),
    stratum   text    NOT NULL CHECK (stratum IN ('oldest', 'edge', 'near a hold', 'held', 'random')),
    agrees    boolean NOT NULL,
    sealed    bytea   NOT NULL,
    judgement text    CHECK (judgement IN ('right', 'wrong', 'unsure')),
    person    text,
    judged_at timestamptz,
    PRIMARY KEY (sample, number)
);
COMMENT ON TABLE avow.sample_row IS 'Personal data: the key of a row, sealed; ids of declared people. One drawn row and what somebody said of it.';
COMMENT ON COLUMN avow.sample_row.sample IS 'The sample.';
COMMENT ON COLUMN avow.sample_row.number IS 'Number of the row in the sample from 1.';
COMMENT ON COLUMN avow.sample_row.dataset IS 'The dataset of the row.';
COMMENT ON COLUMN avow.sample_row.action IS 'What the plan would do to it.';
COMMENT ON COLUMN avow.sample_row.stratum IS 'Why it was drawn.';
COMMENT ON COLUMN avow.sample_row.agrees IS 'Whether its verdict, worked out apart from the plan, says the same.';
COMMENT ON COLUMN avow.sample_row.sealed IS 'The row''s key, sealed by the key ring; emptied once it is judged right, or a newer sample of the system is drawn.';
COMMENT ON COLUMN avow.sample_row.judgement IS 'What was said of it; null until then.';
COMMENT ON COLUMN avow.sample_row.person IS 'Id of who said it.';
COMMENT ON COLUMN avow.sample_row.judged_at IS 'When.';
