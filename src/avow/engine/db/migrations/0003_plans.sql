-- What is to be done, what was approved, and how far it got: plans and the journal.

CREATE TABLE avow.plan (
    id          text        PRIMARY KEY,
    kind        text        NOT NULL,
    system      text        NOT NULL,
    sphere      text        NOT NULL,
    rule        text,
    case_id     text,
    release     text        NOT NULL REFERENCES avow.release,
    as_of       date        NOT NULL,
    steps       jsonb       NOT NULL,
    counts      jsonb       NOT NULL,
    bounds      jsonb       NOT NULL,
    findings    jsonb       NOT NULL DEFAULT '[]',
    digest      text        NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    status      text        NOT NULL CHECK (status IN ('made', 'refused', 'waiting', 'approved', 'running', 'paused', 'done', 'blocked', 'withdrawn')),
    level       text        NOT NULL CHECK (level IN ('observe', 'rehearse', 'approve', 'automatic')),
    simulated   boolean     NOT NULL DEFAULT false,
    valid_until date,
    made_at     timestamptz NOT NULL,
    ended_at    timestamptz
);
COMMENT ON TABLE avow.plan IS 'Personal data: `case_id` points at a person''s request. A plan: what to do, as a predicate and never as ids, with counts and bounds.';
COMMENT ON COLUMN avow.plan.id IS 'Identifier `plan-…`.';
COMMENT ON COLUMN avow.plan.kind IS 'retention, erasure, restriction, lifting, archive, replay, or another word of the planner.';
COMMENT ON COLUMN avow.plan.system IS 'The system it changes.';
COMMENT ON COLUMN avow.plan.sphere IS 'Whose data: `controller`, or `processor:TENANT`. A plan stays within one.';
COMMENT ON COLUMN avow.plan.rule IS 'The retention rule''s id; null for a plan made for a person''s request.';
COMMENT ON COLUMN avow.plan.case_id IS 'The request it serves; null for retention.';
COMMENT ON COLUMN avow.plan.release IS 'The release it was made from.';
COMMENT ON COLUMN avow.plan.as_of IS 'The day it decides for; apply evaluates again with the same day.';
COMMENT ON COLUMN avow.plan.steps IS 'Predicate and action of every step in the planner''s form: an array in the order of execution.';
COMMENT ON COLUMN avow.plan.counts IS 'Counts at planning: per step rows to delete, blank, unlink and keep, and the collateral.';
COMMENT ON COLUMN avow.plan.bounds IS 'What apply may not exceed: rows per step, share per dataset, ramp.';
COMMENT ON COLUMN avow.plan.findings IS 'Findings of the guard (AV4xx), without personal values.';
COMMENT ON COLUMN avow.plan.digest IS 'SHA-256 of the plan''s canonical bytes: what is approved.';
COMMENT ON COLUMN avow.plan.status IS 'made: shown; refused: by the guard; waiting: for approvals; blocked: done but for blocked persons.';
COMMENT ON COLUMN avow.plan.level IS 'The level it was made under; observe plans are never applied.';
COMMENT ON COLUMN avow.plan.simulated IS 'True for a rehearsal or a demonstration.';
COMMENT ON COLUMN avow.plan.valid_until IS 'Last day on which it may be started; null without a limit.';
COMMENT ON COLUMN avow.plan.made_at IS 'When it was made.';
COMMENT ON COLUMN avow.plan.ended_at IS 'When it came to its end, whichever.';
CREATE INDEX plan_open ON avow.plan (system, status) WHERE ended_at IS NULL;
CREATE INDEX plan_case ON avow.plan (case_id) WHERE case_id IS NOT NULL;

CREATE TABLE avow.plan_approval (
    plan      text        NOT NULL REFERENCES avow.plan,
    person    text        NOT NULL,
    digest    text        NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    key       text        NOT NULL,
    signature bytea       NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (plan, person)
);
COMMENT ON TABLE avow.plan_approval IS 'Personal data: ids of declared people. Who approved which digest of a plan. Never changed.';
COMMENT ON COLUMN avow.plan_approval.plan IS 'The plan.';
COMMENT ON COLUMN avow.plan_approval.person IS 'Id of the approver; never the author and never the data-protection officer.';
COMMENT ON COLUMN avow.plan_approval.digest IS 'The digest that was shown and signed; worth nothing when the plan''s is another.';
COMMENT ON COLUMN avow.plan_approval.key IS 'Id of the key of the signature.';
COMMENT ON COLUMN avow.plan_approval.signature IS 'Ed25519 over the digest.';
COMMENT ON COLUMN avow.plan_approval.at IS 'When it was approved.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON avow.plan_approval
    FOR EACH STATEMENT EXECUTE FUNCTION avow.refuse_change();

CREATE TABLE avow.journal_step (
    plan        text        NOT NULL REFERENCES avow.plan,
    step        integer     NOT NULL CHECK (step >= 0),
    dataset     text        NOT NULL,
    action      text        NOT NULL,
    state       text        NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'running', 'done', 'blocked', 'stopped')),
    cursor      jsonb,
    chunk       integer     NOT NULL DEFAULT 0 CHECK (chunk >= 0),
    rows        bigint      NOT NULL DEFAULT 0 CHECK (rows >= 0),
    at_least    boolean     NOT NULL DEFAULT false,
    lease_owner text,
    lease_until timestamptz,
    changed_at  timestamptz NOT NULL,
    PRIMARY KEY (plan, step)
);
COMMENT ON TABLE avow.journal_step IS 'Personal data: the cursor holds the key of one row while the step runs, and is emptied at its end. How far each step of a plan got.';
COMMENT ON COLUMN avow.journal_step.plan IS 'The plan.';
COMMENT ON COLUMN avow.journal_step.step IS 'Place of the step in the plan from 0.';
COMMENT ON COLUMN avow.journal_step.dataset IS 'The dataset the step changes.';
COMMENT ON COLUMN avow.journal_step.action IS 'What is done: delete, blank, unlink, archive, effect, or another word of the planner.';
COMMENT ON COLUMN avow.journal_step.state IS 'stopped: by a stop or a guard, may go on; blocked: only blocked persons are left.';
COMMENT ON COLUMN avow.journal_step.cursor IS 'Where the next chunk starts: the last key of the last committed chunk; null at the start and at the end.';
COMMENT ON COLUMN avow.journal_step.chunk IS 'Number of the next chunk; fixed before the chunk runs, so that a receipt can name it.';
COMMENT ON COLUMN avow.journal_step.rows IS 'Rows changed and committed so far.';
COMMENT ON COLUMN avow.journal_step.at_least IS 'True when a chunk died between the system''s commit and ours and no receipt tells its count.';
COMMENT ON COLUMN avow.journal_step.lease_owner IS 'Who works on it; null when nobody does.';
COMMENT ON COLUMN avow.journal_step.lease_until IS 'End of the lease. The owner moves it on with each heartbeat; after it another worker may take over, and nothing else happens by time.';
COMMENT ON COLUMN avow.journal_step.changed_at IS 'When the row was last changed.';

CREATE TABLE avow.journal_chunk (
    plan       text        NOT NULL,
    step       integer     NOT NULL,
    chunk      integer     NOT NULL CHECK (chunk >= 0),
    state      text        NOT NULL CHECK (state IN ('started', 'committed', 'checked', 'failed')),
    counts     jsonb       NOT NULL DEFAULT '{}',
    started_at timestamptz NOT NULL,
    ended_at   timestamptz,
    PRIMARY KEY (plan, step, chunk),
    FOREIGN KEY (plan, step) REFERENCES avow.journal_step (plan, step)
);
COMMENT ON TABLE avow.journal_chunk IS 'No personal data. One row per chunk that was started: the evidence of what was done.';
COMMENT ON COLUMN avow.journal_chunk.plan IS 'The plan.';
COMMENT ON COLUMN avow.journal_chunk.step IS 'The step.';
COMMENT ON COLUMN avow.journal_chunk.chunk IS 'The chunk''s number.';
COMMENT ON COLUMN avow.journal_chunk.state IS 'started: a commit in the system is possible but not known.';
COMMENT ON COLUMN avow.journal_chunk.counts IS 'Rows deleted, blanked and unlinked, by dataset.';
COMMENT ON COLUMN avow.journal_chunk.started_at IS 'When it was started.';
COMMENT ON COLUMN avow.journal_chunk.ended_at IS 'When it was committed, checked or failed.';

CREATE TABLE avow.receipt (
    plan   text        NOT NULL,
    step   integer     NOT NULL,
    chunk  integer     NOT NULL,
    system text        NOT NULL,
    rows   bigint      NOT NULL CHECK (rows >= 0),
    at     timestamptz NOT NULL,
    PRIMARY KEY (plan, step, chunk, system)
);
COMMENT ON TABLE avow.receipt IS 'No personal data. Receipts read from the systems: proof that a chunk was committed there.';
COMMENT ON COLUMN avow.receipt.plan IS 'The plan.';
COMMENT ON COLUMN avow.receipt.step IS 'The step.';
COMMENT ON COLUMN avow.receipt.chunk IS 'The chunk.';
COMMENT ON COLUMN avow.receipt.system IS 'The system that gave the receipt.';
COMMENT ON COLUMN avow.receipt.rows IS 'Rows the system says it changed.';
COMMENT ON COLUMN avow.receipt.at IS 'When it was committed there.';

CREATE TABLE avow.blocked (
    id         text        PRIMARY KEY,
    plan       text        NOT NULL,
    step       integer     NOT NULL,
    dataset    text        NOT NULL,
    reason     text        NOT NULL,
    sealed_key bytea       NOT NULL,
    at         timestamptz NOT NULL,
    solved_at  timestamptz,
    FOREIGN KEY (plan, step) REFERENCES avow.journal_step (plan, step)
);
COMMENT ON TABLE avow.blocked IS 'Personal data: the key of a row, sealed. Persons whose erasure failed alone, with the constraint that forbade it.';
COMMENT ON COLUMN avow.blocked.id IS 'Identifier `blocked-…`.';
COMMENT ON COLUMN avow.blocked.plan IS 'The plan.';
COMMENT ON COLUMN avow.blocked.step IS 'The step.';
COMMENT ON COLUMN avow.blocked.dataset IS 'The table that refused.';
COMMENT ON COLUMN avow.blocked.reason IS 'The constraint''s name or the error''s class; never its detail.';
COMMENT ON COLUMN avow.blocked.sealed_key IS 'The row''s key, sealed by the key ring (associated data: the id).';
COMMENT ON COLUMN avow.blocked.at IS 'When it was found.';
COMMENT ON COLUMN avow.blocked.solved_at IS 'When a later plan erased it or a person decided; the sealed key is emptied then.';
CREATE INDEX blocked_open ON avow.blocked (plan) WHERE solved_at IS NULL;
