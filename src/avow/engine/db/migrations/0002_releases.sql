-- What is in force and how far it is trusted: releases, activations, levels, stops.

CREATE TABLE avow.release (
    digest      text        PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
    declaration text        NOT NULL,
    language    text        NOT NULL,
    made_at     timestamptz NOT NULL
);
COMMENT ON TABLE avow.release IS 'Personal data: the declaration names the people who may approve. One whole declaration that may be activated; never changed.';
COMMENT ON COLUMN avow.release.digest IS 'SHA-256 over the declaration: the identity of the release.';
COMMENT ON COLUMN avow.release.declaration IS 'The declaration''s id.';
COMMENT ON COLUMN avow.release.language IS 'Version of the declaration''s language.';
COMMENT ON COLUMN avow.release.made_at IS 'When it was taken in.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON avow.release
    FOR EACH STATEMENT EXECUTE FUNCTION avow.refuse_change();

CREATE TABLE avow.release_file (
    release text  NOT NULL REFERENCES avow.release,
    path    text  NOT NULL,
    bytes   bytea NOT NULL,
    PRIMARY KEY (release, path)
);
COMMENT ON TABLE avow.release_file IS 'Personal data: a declaration names the people who may approve. The files of a release, so that what runs does not depend on a folder.';
COMMENT ON COLUMN avow.release_file.release IS 'The release.';
COMMENT ON COLUMN avow.release_file.path IS 'Path below the declaration''s folder.';
COMMENT ON COLUMN avow.release_file.bytes IS 'The file exactly as it was digested.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON avow.release_file
    FOR EACH STATEMENT EXECUTE FUNCTION avow.refuse_change();

CREATE TABLE avow.release_signature (
    release   text        NOT NULL REFERENCES avow.release,
    person    text        NOT NULL,
    role      text        NOT NULL,
    key       text        NOT NULL,
    signature bytea       NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (release, person)
);
COMMENT ON TABLE avow.release_signature IS 'Personal data: ids of declared people. Who signed a release.';
COMMENT ON COLUMN avow.release_signature.release IS 'The release signed.';
COMMENT ON COLUMN avow.release_signature.person IS 'Id of the person in the declaration.';
COMMENT ON COLUMN avow.release_signature.role IS 'Role under which the person signed: author or approver.';
COMMENT ON COLUMN avow.release_signature.key IS 'Id of the key of the signature.';
COMMENT ON COLUMN avow.release_signature.signature IS 'Ed25519 over the digest of the release.';
COMMENT ON COLUMN avow.release_signature.at IS 'When it was signed.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON avow.release_signature
    FOR EACH STATEMENT EXECUTE FUNCTION avow.refuse_change();

CREATE TABLE avow.activation (
    number       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    release      text        NOT NULL REFERENCES avow.release,
    previous     text        REFERENCES avow.release,
    consequences jsonb       NOT NULL DEFAULT '{}',
    people       text[]      NOT NULL,
    at           timestamptz NOT NULL
);
COMMENT ON TABLE avow.activation IS 'Personal data: ids of declared people. Which release was in force from when; the last row is in force. Never changed.';
COMMENT ON COLUMN avow.activation.number IS 'Order of the activations.';
COMMENT ON COLUMN avow.activation.release IS 'The release put in force.';
COMMENT ON COLUMN avow.activation.previous IS 'The release that was in force before; null at the first.';
COMMENT ON COLUMN avow.activation.consequences IS 'What changes, counted on the live systems: per rule and system the rows that become due.';
COMMENT ON COLUMN avow.activation.people IS 'Ids of the people who activated it.';
COMMENT ON COLUMN avow.activation.at IS 'When it came in force.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON avow.activation
    FOR EACH STATEMENT EXECUTE FUNCTION avow.refuse_change();

CREATE TABLE avow.level_change (
    number   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule     text        NOT NULL,
    system   text        NOT NULL,
    level    text        NOT NULL CHECK (level IN ('observe', 'rehearse', 'approve', 'automatic')),
    release  text        NOT NULL REFERENCES avow.release,
    people   text[]      NOT NULL,
    reason   text        NOT NULL,
    evidence jsonb       NOT NULL DEFAULT '{}',
    at       timestamptz NOT NULL
);
COMMENT ON TABLE avow.level_change IS 'Personal data: ids of declared people. History of what avow may do for a rule in a system; the last row counts, none means observe. Never changed.';
COMMENT ON COLUMN avow.level_change.number IS 'Order of the changes.';
COMMENT ON COLUMN avow.level_change.rule IS 'The rule''s id.';
COMMENT ON COLUMN avow.level_change.system IS 'The system''s id.';
COMMENT ON COLUMN avow.level_change.level IS 'The level from now on.';
COMMENT ON COLUMN avow.level_change.release IS 'The release for which it was given.';
COMMENT ON COLUMN avow.level_change.people IS 'Ids of the people who changed it; empty when an activation lowered it.';
COMMENT ON COLUMN avow.level_change.reason IS 'Why, as a short word: raised, lowered, reaches-more, new-system, beyond-budget.';
COMMENT ON COLUMN avow.level_change.evidence IS 'What it rests on: days of counts, digest of the rehearsal, judgements of the sample.';
COMMENT ON COLUMN avow.level_change.at IS 'When it changed.';
CREATE INDEX level_change_of ON avow.level_change (rule, system, number DESC);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON avow.level_change
    FOR EACH STATEMENT EXECUTE FUNCTION avow.refuse_change();

CREATE TABLE avow.stop (
    id          text        PRIMARY KEY,
    system      text,
    placed_by   text        NOT NULL,
    placed_at   timestamptz NOT NULL,
    released_by text[]      CHECK (cardinality(released_by) >= 2),
    released_at timestamptz,
    CHECK ((released_by IS NULL) = (released_at IS NULL))
);
COMMENT ON TABLE avow.stop IS 'Personal data: ids of declared people. Stops: while a row is not released, no new batch starts.';
COMMENT ON COLUMN avow.stop.id IS 'Identifier `stop-…`.';
COMMENT ON COLUMN avow.stop.system IS 'The system stopped; null stops everything.';
COMMENT ON COLUMN avow.stop.placed_by IS 'Id of who stopped; anybody may.';
COMMENT ON COLUMN avow.stop.placed_at IS 'When it was stopped.';
COMMENT ON COLUMN avow.stop.released_by IS 'Ids of the two people who released it; null while it stands.';
COMMENT ON COLUMN avow.stop.released_at IS 'When it was released.';

CREATE TABLE avow.freeze (
    id        text PRIMARY KEY,
    system    text,
    first_day date NOT NULL,
    last_day  date NOT NULL,
    reason    text NOT NULL,
    person    text NOT NULL,
    CHECK (first_day <= last_day)
);
COMMENT ON TABLE avow.freeze IS 'Personal data: ids of declared people. Days on which no batch starts, such as the end of a fiscal year.';
COMMENT ON COLUMN avow.freeze.id IS 'Identifier `freeze-…`.';
COMMENT ON COLUMN avow.freeze.system IS 'The system frozen; null freezes everything.';
COMMENT ON COLUMN avow.freeze.first_day IS 'First frozen day, in the controller''s zone.';
COMMENT ON COLUMN avow.freeze.last_day IS 'Last frozen day.';
COMMENT ON COLUMN avow.freeze.reason IS 'Why, in the words of the one who set it.';
COMMENT ON COLUMN avow.freeze.person IS 'Id of who set it.';

CREATE TABLE avow.budget_use (
    system text   NOT NULL,
    day    date   NOT NULL,
    rows   bigint NOT NULL CHECK (rows >= 0),
    PRIMARY KEY (system, day)
);
COMMENT ON TABLE avow.budget_use IS 'No personal data. Rows changed per system and day, against the daily budget of automatic plans.';
COMMENT ON COLUMN avow.budget_use.system IS 'The system.';
COMMENT ON COLUMN avow.budget_use.day IS 'The day in the controller''s zone.';
COMMENT ON COLUMN avow.budget_use.rows IS 'Rows changed so far.';
