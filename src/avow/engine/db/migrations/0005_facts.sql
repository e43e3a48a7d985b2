-- What avow knows about persons: identities, facts, holds, suppressions, and what was erased.

CREATE TABLE avow.identity (
    id         text        PRIMARY KEY,
    sphere     text        NOT NULL,
    subject    text        NOT NULL,
    key        text        NOT NULL,
    hash       bytea       NOT NULL CHECK (length(hash) = 32),
    hash_key   text        NOT NULL,
    normaliser text        NOT NULL,
    sealed     bytea,
    made_at    timestamptz NOT NULL,
    UNIQUE (sphere, subject, key, hash, hash_key, normaliser)
);
COMMENT ON TABLE avow.identity IS 'Personal data: a keyed hash of what names a person, and its value, sealed, while a fact about it is open.';
COMMENT ON COLUMN avow.identity.id IS 'Identifier `identity-…`.';
COMMENT ON COLUMN avow.identity.sphere IS '`controller`, or `processor:TENANT`; nothing crosses it.';
COMMENT ON COLUMN avow.identity.subject IS 'The kind of data subject.';
COMMENT ON COLUMN avow.identity.key IS 'The kind of identity, such as email.';
COMMENT ON COLUMN avow.identity.hash IS 'Keyed hash of the normalised value.';
COMMENT ON COLUMN avow.identity.hash_key IS 'Id of the key of the hash.';
COMMENT ON COLUMN avow.identity.normaliser IS 'Name and version of the normaliser, such as `email/1`.';
COMMENT ON COLUMN avow.identity.sealed IS 'The value, sealed by the key ring (associated data: the id); null when no fact is open.';
COMMENT ON COLUMN avow.identity.made_at IS 'When it was first met.';

CREATE TABLE avow.fact (
    id       text        PRIMARY KEY,
    identity text        NOT NULL REFERENCES avow.identity ON DELETE CASCADE,
    kind     text        NOT NULL,
    code     text        NOT NULL DEFAULT '',
    clause   text        NOT NULL,
    release  text        REFERENCES avow.release,
    case_id  text,
    since    timestamptz NOT NULL,
    until    timestamptz,
    made_at  timestamptz NOT NULL,
    CHECK (until IS NULL OR until >= since)
);
COMMENT ON TABLE avow.fact IS 'Personal data: what a person said or is owed. Consents, withdrawals, objections, restrictions, erasure asked, access open.';
COMMENT ON COLUMN avow.fact.id IS 'Identifier `fact-…`.';
COMMENT ON COLUMN avow.fact.identity IS 'Who it is about.';
COMMENT ON COLUMN avow.fact.kind IS 'consent, objection, restriction, deletion-asked, access-open, or an event of the declaration of kind fact.';
COMMENT ON COLUMN avow.fact.code IS 'What it is about: a purpose, a scope, a notice version; empty for everything.';
COMMENT ON COLUMN avow.fact.clause IS 'The clause it rests on.';
COMMENT ON COLUMN avow.fact.release IS 'The release that was in force.';
COMMENT ON COLUMN avow.fact.case_id IS 'The request it came with.';
COMMENT ON COLUMN avow.fact.since IS 'From when it holds: what the person said, not when we wrote it down.';
COMMENT ON COLUMN avow.fact.until IS 'Until when it held; null while it is open.';
COMMENT ON COLUMN avow.fact.made_at IS 'When it was written down.';
CREATE INDEX fact_of ON avow.fact (identity, kind, code);
CREATE INDEX fact_open ON avow.fact (kind, code) WHERE until IS NULL;

CREATE TABLE avow.hold (
    id           text        PRIMARY KEY,
    reason       text        NOT NULL,
    law          text        NOT NULL,
    scope        jsonb       NOT NULL,
    placed_by    text        NOT NULL,
    placed_at    timestamptz NOT NULL,
    effective_at timestamptz,
    review_on    date        NOT NULL,
    released_by  text,
    released_at  timestamptz
);
COMMENT ON TABLE avow.hold IS 'Personal data: ids of declared people. A legal reason that forbids erasing named rows until it is released.';
COMMENT ON COLUMN avow.hold.id IS 'Identifier `hold-…`.';
COMMENT ON COLUMN avow.hold.reason IS 'Short word for the reason: litigation, audit, authority-request.';
COMMENT ON COLUMN avow.hold.law IS 'The law or decision it rests on.';
COMMENT ON COLUMN avow.hold.scope IS 'What it covers: systems, datasets, categories, and a predicate; the persons are in hold_identity.';
COMMENT ON COLUMN avow.hold.placed_by IS 'Id of who placed it.';
COMMENT ON COLUMN avow.hold.placed_at IS 'When it was placed; new batches obey from here.';
COMMENT ON COLUMN avow.hold.effective_at IS 'When every batch older than it had ended; null until then.';
COMMENT ON COLUMN avow.hold.review_on IS 'Day on which it is looked at again; a hold without end does not exist.';
COMMENT ON COLUMN avow.hold.released_by IS 'Id of who released it.';
COMMENT ON COLUMN avow.hold.released_at IS 'When it was released; null while it stands.';
CREATE INDEX hold_standing ON avow.hold (placed_at) WHERE released_at IS NULL;

CREATE TABLE avow.hold_identity (
    hold     text NOT NULL REFERENCES avow.hold,
    identity text NOT NULL REFERENCES avow.identity,
    PRIMARY KEY (hold, identity)
);
COMMENT ON TABLE avow.hold_identity IS 'Personal data: who a hold is about.';
COMMENT ON COLUMN avow.hold_identity.hold IS 'The hold.';
COMMENT ON COLUMN avow.hold_identity.identity IS 'The person''s identity; kept sealed while the hold stands.';

CREATE TABLE avow.suppression (
    sphere     text  NOT NULL,
    subject    text  NOT NULL,
    key        text  NOT NULL,
    hash       bytea NOT NULL CHECK (length(hash) = 32),
    hash_key   text  NOT NULL,
    normaliser text  NOT NULL,
    reason     text  NOT NULL CHECK (reason IN ('erased', 'objected', 'unsubscribed')),
    purpose    text  NOT NULL DEFAULT '',
    clause     text  NOT NULL,
    since      timestamptz NOT NULL,
    ends_on    date  NOT NULL,
    PRIMARY KEY (sphere, subject, key, hash, hash_key, normaliser, reason, purpose)
);
COMMENT ON TABLE avow.suppression IS 'Personal data: the keyed hash that keeps an erased or objecting person from coming back.';
COMMENT ON COLUMN avow.suppression.sphere IS '`controller`, or `processor:TENANT`.';
COMMENT ON COLUMN avow.suppression.subject IS 'The kind of data subject.';
COMMENT ON COLUMN avow.suppression.key IS 'The kind of identity.';
COMMENT ON COLUMN avow.suppression.hash IS 'Keyed hash of the normalised value.';
COMMENT ON COLUMN avow.suppression.hash_key IS 'Id of the key of the hash.';
COMMENT ON COLUMN avow.suppression.normaliser IS 'Name and version of the normaliser.';
COMMENT ON COLUMN avow.suppression.reason IS 'Why the person must not come back.';
COMMENT ON COLUMN avow.suppression.purpose IS 'The purpose it is limited to; empty for everything.';
COMMENT ON COLUMN avow.suppression.clause IS 'The clause it rests on.';
COMMENT ON COLUMN avow.suppression.since IS 'From when it holds.';
COMMENT ON COLUMN avow.suppression.ends_on IS 'The day it ends: a suppression has a term.';
CREATE INDEX suppression_by_hash ON avow.suppression (hash);
CREATE INDEX suppression_end ON avow.suppression (ends_on);

CREATE TABLE avow.erasure_journal (
    number     bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    system     text    NOT NULL,
    dataset    text    NOT NULL,
    kind       text    NOT NULL CHECK (kind IN ('identity', 'root-key')),
    key        text    NOT NULL,
    hash       bytea   NOT NULL CHECK (length(hash) = 32),
    hash_key   text    NOT NULL,
    normaliser text    NOT NULL,
    action     text    NOT NULL,
    plan       text    REFERENCES avow.plan,
    erased_at  timestamptz NOT NULL,
    keep_until date    NOT NULL
);
COMMENT ON TABLE avow.erasure_journal IS 'Personal data: keyed hashes of what was erased, per system, so that a restored backup can be replayed.';
COMMENT ON COLUMN avow.erasure_journal.number IS 'Order of the erasures.';
COMMENT ON COLUMN avow.erasure_journal.system IS 'The system it was erased from.';
COMMENT ON COLUMN avow.erasure_journal.dataset IS 'The dataset of the row.';
COMMENT ON COLUMN avow.erasure_journal.kind IS 'identity: a value that named the person; root-key: the surrogate key of the root row.';
COMMENT ON COLUMN avow.erasure_journal.key IS 'The kind of identity, or the key''s columns.';
COMMENT ON COLUMN avow.erasure_journal.hash IS 'Keyed hash of the value.';
COMMENT ON COLUMN avow.erasure_journal.hash_key IS 'Id of the key of the hash.';
COMMENT ON COLUMN avow.erasure_journal.normaliser IS 'Name and version of the normaliser.';
COMMENT ON COLUMN avow.erasure_journal.action IS 'What was done: delete, blank, unlink, archive.';
COMMENT ON COLUMN avow.erasure_journal.plan IS 'The plan that erased it.';
COMMENT ON COLUMN avow.erasure_journal.erased_at IS 'When it was erased.';
COMMENT ON COLUMN avow.erasure_journal.keep_until IS 'Last day it is needed: the longest backup''s expiry.';
CREATE INDEX erasure_journal_of ON avow.erasure_journal (system, dataset, hash);
CREATE INDEX erasure_journal_since ON avow.erasure_journal (system, erased_at);
CREATE INDEX erasure_journal_end ON avow.erasure_journal (keep_until);

CREATE TABLE avow.census_secret (
    id      text    PRIMARY KEY,
    system  text    NOT NULL,
    plan    text    NOT NULL REFERENCES avow.plan,
    key     text    NOT NULL REFERENCES avow.bundle_key,
    sealed  bytea   NOT NULL,
    values  integer NOT NULL CHECK (values >= 0),
    made_at timestamptz NOT NULL
);
COMMENT ON TABLE avow.census_secret IS 'Personal data: erased values, encrypted until the next census has looked for them, then gone.';
COMMENT ON COLUMN avow.census_secret.id IS 'Identifier `secret-…`.';
COMMENT ON COLUMN avow.census_secret.system IS 'The system they were erased from.';
COMMENT ON COLUMN avow.census_secret.plan IS 'The plan that erased them.';
COMMENT ON COLUMN avow.census_secret.key IS 'The key they are encrypted with; destroying it ends them all.';
COMMENT ON COLUMN avow.census_secret.sealed IS 'The values of one chunk, encrypted (associated data: the id).';
COMMENT ON COLUMN avow.census_secret.values IS 'How many values are inside.';
COMMENT ON COLUMN avow.census_secret.made_at IS 'When they were erased.';
CREATE INDEX census_secret_of ON avow.census_secret (system, made_at);

CREATE TABLE avow.census (
    id          text        PRIMARY KEY,
    system      text        NOT NULL,
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    columns     integer     NOT NULL DEFAULT 0,
    rows        bigint      NOT NULL DEFAULT 0,
    sought      bigint      NOT NULL DEFAULT 0,
    found       jsonb       NOT NULL DEFAULT '[]',
    canary_seen boolean     NOT NULL DEFAULT false
);
COMMENT ON TABLE avow.census IS 'No personal data. Every census: what was streamed, what was looked for, what was found.';
COMMENT ON COLUMN avow.census.id IS 'Identifier `census-…`.';
COMMENT ON COLUMN avow.census.system IS 'The system streamed.';
COMMENT ON COLUMN avow.census.started_at IS 'When it began; values erased before are in it.';
COMMENT ON COLUMN avow.census.ended_at IS 'When it ended; null when it did not.';
COMMENT ON COLUMN avow.census.columns IS 'Columns of the live catalogue that were read.';
COMMENT ON COLUMN avow.census.rows IS 'Rows that were read.';
COMMENT ON COLUMN avow.census.sought IS 'Values looked for.';
COMMENT ON COLUMN avow.census.found IS 'Places where one was found: dataset, field and count, never a value.';
COMMENT ON COLUMN avow.census.canary_seen IS 'Whether the planted value was found: a census that cannot see proves nothing.';
