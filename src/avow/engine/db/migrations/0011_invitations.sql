-- One-time pages: questions put to a named person, and judgements of samples that were corrected.

CREATE TABLE avow.invitation (
    id        text        PRIMARY KEY,
    kind      text        NOT NULL CHECK (kind IN ('map', 'sample')),
    subject   text        NOT NULL,
    person    text        NOT NULL,
    token     bytea       NOT NULL UNIQUE CHECK (length(token) = 32),
    content   bytea       NOT NULL,
    salt      bytea       NOT NULL CHECK (length(salt) = 32),
    key       text        NOT NULL,
    signature bytea       NOT NULL,
    made_at   timestamptz NOT NULL,
    ends_at   timestamptz NOT NULL,
    ended     text        CHECK (ended IN ('sent', 'withdrawn')),
    ended_at  timestamptz,
    taken_at  timestamptz,
    CHECK ((ended IS NULL) = (ended_at IS NULL)),
    CHECK (taken_at IS NULL OR ended = 'sent')
);
COMMENT ON TABLE avow.invitation IS 'Personal data: ids of declared people; moments of drawn rows, sealed. Questions put to a named person on a one-time page.';
COMMENT ON COLUMN avow.invitation.id IS 'Identifier `invitation-…`.';
COMMENT ON COLUMN avow.invitation.kind IS 'map: whose the rows of tables are; sample: rows drawn from a plan.';
COMMENT ON COLUMN avow.invitation.subject IS 'The system, or the sample.';
COMMENT ON COLUMN avow.invitation.person IS 'Id of who is asked.';
COMMENT ON COLUMN avow.invitation.token IS 'SHA-256 of the secret in the address; the secret itself is kept nowhere.';
COMMENT ON COLUMN avow.invitation.content IS 'The questions, sealed by the key ring (associated data: the id).';
COMMENT ON COLUMN avow.invitation.salt IS 'Salt of the commitments in the ledger.';
COMMENT ON COLUMN avow.invitation.key IS 'Id of the key of the signature.';
COMMENT ON COLUMN avow.invitation.signature IS 'Ed25519 over who is asked what, by which secret, until when.';
COMMENT ON COLUMN avow.invitation.made_at IS 'When it was made.';
COMMENT ON COLUMN avow.invitation.ends_at IS 'From when the address no longer works.';
COMMENT ON COLUMN avow.invitation.ended IS 'sent: the person sent the answers; withdrawn: another took its place; null while it is open.';
COMMENT ON COLUMN avow.invitation.ended_at IS 'When it ended before its term.';
COMMENT ON COLUMN avow.invitation.taken_at IS 'When the answers were taken up.';
CREATE INDEX invitation_of ON avow.invitation (kind, subject, person);

CREATE TABLE avow.invitation_answer (
    invitation text        NOT NULL REFERENCES avow.invitation ON DELETE CASCADE,
    question   integer     NOT NULL CHECK (question > 0),
    sealed     bytea       NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (invitation, question)
);
COMMENT ON TABLE avow.invitation_answer IS 'Personal data: what a person answered, sealed. One answer on a one-time page; it can be changed until all are sent.';
COMMENT ON COLUMN avow.invitation_answer.invitation IS 'The invitation.';
COMMENT ON COLUMN avow.invitation_answer.question IS 'Number of the question from 1.';
COMMENT ON COLUMN avow.invitation_answer.sealed IS 'The answer, sealed by the key ring (associated data: the invitation and the number).';
COMMENT ON COLUMN avow.invitation_answer.at IS 'When it was last changed.';

CREATE TABLE avow.sample_correction (
    sample    text        NOT NULL,
    number    integer     NOT NULL,
    place     integer     NOT NULL CHECK (place > 0),
    before    text        NOT NULL CHECK (before IN ('right', 'wrong', 'unsure')),
    person    text        NOT NULL,
    judged_at timestamptz NOT NULL,
    judgement text        NOT NULL CHECK (judgement IN ('right', 'unsure')),
    by        text[]      NOT NULL,
    sealed    bytea       NOT NULL,
    salt      bytea       NOT NULL CHECK (length(salt) = 32),
    at        timestamptz NOT NULL,
    PRIMARY KEY (sample, number, place),
    FOREIGN KEY (sample, number) REFERENCES avow.sample_row
);
COMMENT ON TABLE avow.sample_correction IS 'Personal data: ids of declared people. A judgement that was corrected, as it was before, and why.';
COMMENT ON COLUMN avow.sample_correction.sample IS 'The sample.';
COMMENT ON COLUMN avow.sample_correction.number IS 'Number of the row in the sample.';
COMMENT ON COLUMN avow.sample_correction.place IS 'How often the row was corrected, from 1.';
COMMENT ON COLUMN avow.sample_correction.before IS 'What was said of the row before.';
COMMENT ON COLUMN avow.sample_correction.person IS 'Id of who said it.';
COMMENT ON COLUMN avow.sample_correction.judged_at IS 'When that was said.';
COMMENT ON COLUMN avow.sample_correction.judgement IS 'What is said of it now.';
COMMENT ON COLUMN avow.sample_correction.by IS 'Ids of who corrected it.';
COMMENT ON COLUMN avow.sample_correction.sealed IS 'The reason, sealed by the key ring (associated data: the sample, the number and the place).';
COMMENT ON COLUMN avow.sample_correction.salt IS 'Salt of the commitment to the reason in the ledger.';
COMMENT ON COLUMN avow.sample_correction.at IS 'When it was corrected.';
