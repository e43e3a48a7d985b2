-- Who signs in, with what proof, and who looked at whose data.

CREATE TABLE avow.account (
    person        text        PRIMARY KEY,
    password      text,
    seed          bytea       NOT NULL,
    last_step     bigint      NOT NULL DEFAULT 0,
    failures      integer     NOT NULL DEFAULT 0 CHECK (failures >= 0),
    blocked_until timestamptz,
    enrol_hash    bytea       CHECK (length(enrol_hash) = 32),
    enrol_until   timestamptz,
    made_at       timestamptz NOT NULL,
    made_by       text        NOT NULL,
    enrolled_at   timestamptz,
    ended_at      timestamptz,
    CHECK ((password IS NULL) = (enrolled_at IS NULL)),
    CHECK ((enrol_hash IS NULL) = (enrol_until IS NULL))
);
COMMENT ON TABLE avow.account IS 'Personal data: ids of declared people who sign in, and what proves who they are.';
COMMENT ON COLUMN avow.account.person IS 'Id of the declared person.';
COMMENT ON COLUMN avow.account.password IS 'Argon2id hash of the password with its parameters (RFC 9106); null until it was chosen.';
COMMENT ON COLUMN avow.account.seed IS 'Secret of the one-time codes (RFC 6238), sealed; associated data: the id.';
COMMENT ON COLUMN avow.account.last_step IS 'Time step of the newest code that was taken: none is taken twice.';
COMMENT ON COLUMN avow.account.failures IS 'Attempts since the last one that was right.';
COMMENT ON COLUMN avow.account.blocked_until IS 'Until when no attempt counts; null when none is held back.';
COMMENT ON COLUMN avow.account.enrol_hash IS 'SHA-256 of the one-time secret of the enrolment; null once it was used.';
COMMENT ON COLUMN avow.account.enrol_until IS 'Until when that secret works.';
COMMENT ON COLUMN avow.account.made_at IS 'When the account was made, or made anew.';
COMMENT ON COLUMN avow.account.made_by IS 'Who made it.';
COMMENT ON COLUMN avow.account.enrolled_at IS 'When the person chose a password and showed a code; null before.';
COMMENT ON COLUMN avow.account.ended_at IS 'When it was ended; null while it works.';

CREATE TABLE avow.account_recovery (
    person  text        NOT NULL REFERENCES avow.account ON DELETE CASCADE,
    hash    bytea       NOT NULL CHECK (length(hash) = 32),
    used_at timestamptz,
    PRIMARY KEY (person, hash)
);
COMMENT ON TABLE avow.account_recovery IS 'No personal data beside the id. Codes for when the device is lost, each works once.';
COMMENT ON COLUMN avow.account_recovery.person IS 'Whose it is.';
COMMENT ON COLUMN avow.account_recovery.hash IS 'SHA-256 of the code, which has 80 random bits.';
COMMENT ON COLUMN avow.account_recovery.used_at IS 'When it was used; null while it works.';

CREATE TABLE avow.account_session (
    hash    bytea       PRIMARY KEY CHECK (length(hash) = 32),
    person  text        NOT NULL REFERENCES avow.account ON DELETE CASCADE,
    made_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL
);
COMMENT ON TABLE avow.account_session IS 'Personal data: when a declared person is signed in. A row goes when the session ends.';
COMMENT ON COLUMN avow.account_session.hash IS 'SHA-256 of the session''s id, which only the browser has.';
COMMENT ON COLUMN avow.account_session.person IS 'Who is signed in.';
COMMENT ON COLUMN avow.account_session.made_at IS 'When they signed in.';
COMMENT ON COLUMN avow.account_session.seen_at IS 'When they were last there, to the minute.';
CREATE INDEX account_session_of ON avow.account_session (person);

CREATE TABLE avow.sign_in_address (
    hash          bytea       PRIMARY KEY CHECK (length(hash) = 32),
    failures      integer     NOT NULL CHECK (failures >= 0),
    blocked_until timestamptz,
    last_at       timestamptz NOT NULL
);
COMMENT ON TABLE avow.sign_in_address IS 'Personal data: keyed hashes of network addresses from which signing in failed; gone after a day.';
COMMENT ON COLUMN avow.sign_in_address.hash IS 'Keyed hash of the address.';
COMMENT ON COLUMN avow.sign_in_address.failures IS 'Attempts of the day that were not right.';
COMMENT ON COLUMN avow.sign_in_address.blocked_until IS 'Until when no attempt from there counts.';
COMMENT ON COLUMN avow.sign_in_address.last_at IS 'When the newest one was.';

CREATE TABLE avow.release_asked (
    stop   text        NOT NULL REFERENCES avow.stop ON DELETE CASCADE,
    person text        NOT NULL,
    at     timestamptz NOT NULL,
    PRIMARY KEY (stop, person)
);
COMMENT ON TABLE avow.release_asked IS 'Personal data: ids of declared people. Who asked for the release of a stop, with a code; the second person ends it.';
COMMENT ON COLUMN avow.release_asked.stop IS 'The stop.';
COMMENT ON COLUMN avow.release_asked.person IS 'Who asked.';
COMMENT ON COLUMN avow.release_asked.at IS 'When.';

CREATE TABLE avow.view_log (
    id      text        PRIMARY KEY,
    at      timestamptz NOT NULL,
    by      text        NOT NULL,
    request text        NOT NULL REFERENCES avow.request ON DELETE CASCADE,
    person  integer,
    what    text        NOT NULL,
    why     text        NOT NULL,
    salt    bytea       NOT NULL CHECK (length(salt) = 32)
);
COMMENT ON TABLE avow.view_log IS 'Personal data: ids of declared people, and of which request they opened data. Gone with the record of the request.';
COMMENT ON COLUMN avow.view_log.id IS 'Identifier `view-…`.';
COMMENT ON COLUMN avow.view_log.at IS 'When it was opened.';
COMMENT ON COLUMN avow.view_log.by IS 'Who opened it: id of the declared person.';
COMMENT ON COLUMN avow.view_log.request IS 'Of which request.';
COMMENT ON COLUMN avow.view_log.person IS 'Number of the person in it; null for all.';
COMMENT ON COLUMN avow.view_log.what IS 'Which kind of data, never the data.';
COMMENT ON COLUMN avow.view_log.why IS 'For which task, as a word of a closed list.';
COMMENT ON COLUMN avow.view_log.salt IS 'Salt of its commitment in the ledger.';
CREATE INDEX view_log_newest ON avow.view_log (at DESC, id);
CREATE INDEX view_log_of ON avow.view_log (request, at);
