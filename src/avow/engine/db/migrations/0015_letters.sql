-- Letters to persons, what became of them, who was told of a change, and lists that came from others.

CREATE TABLE avow.letter (
    id         text        PRIMARY KEY,
    kind       text        NOT NULL CHECK (kind ~ '^[a-z][a-z0-9-]{0,39}$'),
    about      text        NOT NULL,
    language   text        NOT NULL CHECK (language ~ '^[a-z]{2}$'),
    channel    text        NOT NULL CHECK (channel IN ('mail', 'paper', 'none')),
    person     bytea       NOT NULL CHECK (length(person) = 32),
    person_key text        NOT NULL,
    message_id text        NOT NULL UNIQUE,
    key        text        NOT NULL REFERENCES avow.bundle_key,
    sealed     bytea       NOT NULL,
    salt       bytea       NOT NULL CHECK (length(salt) = 32),
    is_canary  boolean     NOT NULL DEFAULT false,
    state      text        NOT NULL CHECK (state IN ('waiting', 'sending', 'printed', 'sent', 'bounced', 'failed', 'given-up', 'unreachable')),
    reason     text        NOT NULL DEFAULT '',
    code       integer     CHECK (code BETWEEN 200 AND 599),
    attempts   integer     NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    not_before timestamptz NOT NULL,
    give_up_at timestamptz,
    lease      text,
    made_at    timestamptz NOT NULL,
    tried_at   timestamptz,
    sent_at    timestamptz,
    ended_at   timestamptz,
    entered    boolean     NOT NULL DEFAULT false,
    CHECK ((state = 'sending') = (lease IS NOT NULL)),
    CHECK ((state IN ('waiting', 'sending', 'printed')) = (ended_at IS NULL))
);
COMMENT ON TABLE avow.letter IS 'Personal data: recipient and text, sealed; keyed hashes of the recipient. Letters to persons; a row goes with the key of its content.';
COMMENT ON COLUMN avow.letter.id IS 'Identifier `letter-…`: derived with a key from kind, about and person, so that nobody gets the same letter twice.';
COMMENT ON COLUMN avow.letter.kind IS 'What kind of letter: a word of the duty that wrote it.';
COMMENT ON COLUMN avow.letter.about IS 'Id of the record it is about.';
COMMENT ON COLUMN avow.letter.language IS 'Its language (ISO 639-1).';
COMMENT ON COLUMN avow.letter.channel IS 'mail, paper, or none where there is no address.';
COMMENT ON COLUMN avow.letter.person IS 'Keyed hash of the address, or of the reference of a person without one.';
COMMENT ON COLUMN avow.letter.person_key IS 'Id of the key of the hash.';
COMMENT ON COLUMN avow.letter.message_id IS 'Message-ID (RFC 5322), the same however often it is sent.';
COMMENT ON COLUMN avow.letter.key IS 'The key that opens the content; it is destroyed on its last day.';
COMMENT ON COLUMN avow.letter.sealed IS 'Recipient, subject and text (associated data: the id).';
COMMENT ON COLUMN avow.letter.salt IS 'Salt of the commitment in the ledger.';
COMMENT ON COLUMN avow.letter.is_canary IS 'True for the letter to the organisation itself that shows that letters go out.';
COMMENT ON COLUMN avow.letter.state IS 'waiting, sending (leased), printed, sent (accepted by the server, or posted), bounced, failed (refused for good), given-up, unreachable.';
COMMENT ON COLUMN avow.letter.reason IS 'Why it was not delivered, a word of a closed list; empty otherwise.';
COMMENT ON COLUMN avow.letter.code IS 'The last reply code of the server (RFC 5321).';
COMMENT ON COLUMN avow.letter.attempts IS 'How often the server answered about it.';
COMMENT ON COLUMN avow.letter.not_before IS 'When it may be tried next.';
COMMENT ON COLUMN avow.letter.give_up_at IS 'When it is no longer tried; null until a server first put it off.';
COMMENT ON COLUMN avow.letter.lease IS 'The sender that has it; its lock in the database is gone when it died.';
COMMENT ON COLUMN avow.letter.made_at IS 'When it was written; the date in its head.';
COMMENT ON COLUMN avow.letter.tried_at IS 'When the server last answered about it.';
COMMENT ON COLUMN avow.letter.sent_at IS 'When the server accepted it, or when it was posted.';
COMMENT ON COLUMN avow.letter.ended_at IS 'When it came to its end, whichever.';
COMMENT ON COLUMN avow.letter.entered IS 'Whether the ledger was told of its end.';
CREATE INDEX letter_waiting ON avow.letter (not_before, id) WHERE state = 'waiting';
CREATE INDEX letter_sending ON avow.letter (lease) WHERE state = 'sending';
CREATE INDEX letter_untold ON avow.letter (kind, about) WHERE ended_at IS NOT NULL AND NOT entered;
CREATE INDEX letter_about ON avow.letter (about);
CREATE INDEX letter_person ON avow.letter (person);
CREATE INDEX letter_key ON avow.letter (key);

CREATE TABLE avow.telling (
    id          text        PRIMARY KEY,
    publication text        NOT NULL UNIQUE,
    clause      text        NOT NULL,
    kind        text        NOT NULL,
    effective   date        NOT NULL,
    last_day    date        NOT NULL,
    person_key  text        NOT NULL,
    made_at     timestamptz NOT NULL,
    complete_at timestamptz,
    final       jsonb
);
COMMENT ON TABLE avow.telling IS 'No personal data. A change of the notice of which persons are told.';
COMMENT ON COLUMN avow.telling.id IS 'Identifier `telling-…`.';
COMMENT ON COLUMN avow.telling.publication IS 'Id of the publication that changes.';
COMMENT ON COLUMN avow.telling.clause IS 'The clause that promises to tell.';
COMMENT ON COLUMN avow.telling.kind IS 'The kind of letter.';
COMMENT ON COLUMN avow.telling.effective IS 'The day on which the change takes effect.';
COMMENT ON COLUMN avow.telling.last_day IS 'The last day on which a letter is in time.';
COMMENT ON COLUMN avow.telling.person_key IS 'Id of the key of all its hashes, so that who is told again is recognised.';
COMMENT ON COLUMN avow.telling.made_at IS 'When it was begun.';
COMMENT ON COLUMN avow.telling.complete_at IS 'When every person of the list had a letter or a reason; null before.';
COMMENT ON COLUMN avow.telling.final IS 'Counts per dataset when the persons were forgotten; null before.';

CREATE TABLE avow.told (
    telling text  NOT NULL REFERENCES avow.telling,
    person  bytea NOT NULL CHECK (length(person) = 32),
    system  text  NOT NULL,
    dataset text  NOT NULL,
    letter  text,
    reason  text  NOT NULL DEFAULT '',
    PRIMARY KEY (telling, person),
    CHECK ((letter IS NULL) = (reason <> ''))
);
COMMENT ON TABLE avow.told IS 'Personal data: keyed hashes of references of persons. Who is told by which letter, or why not; rows go with the letters.';
COMMENT ON COLUMN avow.told.telling IS 'The change.';
COMMENT ON COLUMN avow.told.person IS 'Keyed hash of system, dataset and reference.';
COMMENT ON COLUMN avow.told.system IS 'The system that knows the person.';
COMMENT ON COLUMN avow.told.dataset IS 'The dataset there.';
COMMENT ON COLUMN avow.told.letter IS 'The letter; several persons with one address share it.';
COMMENT ON COLUMN avow.told.reason IS 'Why there is no letter, a word of a closed list.';
CREATE INDEX told_letter ON avow.told (letter);

CREATE TABLE avow.foreign_list (
    id          text        PRIMARY KEY,
    source      text        NOT NULL,
    system      text        NOT NULL,
    came_on     date        NOT NULL,
    persons     bigint      NOT NULL CHECK (persons >= 0),
    proof       text        CHECK (proof ~ '^[0-9a-f]{64}$'),
    entered_by  text        NOT NULL,
    contact_on  date,
    disclosed_on date,
    told_on     date,
    made_at     timestamptz NOT NULL
);
COMMENT ON TABLE avow.foreign_list IS 'Personal data: ids of declared people. Lists of persons that came from another organisation (art. 14 GDPR); none of the persons is in here.';
COMMENT ON COLUMN avow.foreign_list.id IS 'Identifier `list-…`.';
COMMENT ON COLUMN avow.foreign_list.source IS 'Id of the organisation it came from.';
COMMENT ON COLUMN avow.foreign_list.system IS 'The system that took it in.';
COMMENT ON COLUMN avow.foreign_list.came_on IS 'The day on which it was obtained.';
COMMENT ON COLUMN avow.foreign_list.persons IS 'How many persons it names.';
COMMENT ON COLUMN avow.foreign_list.proof IS 'SHA-256 of the document that shows that they agreed; null without one.';
COMMENT ON COLUMN avow.foreign_list.entered_by IS 'Id of who entered it.';
COMMENT ON COLUMN avow.foreign_list.contact_on IS 'The day of the first communication with one of them; null before.';
COMMENT ON COLUMN avow.foreign_list.disclosed_on IS 'The day of the first disclosure to another recipient; null before.';
COMMENT ON COLUMN avow.foreign_list.told_on IS 'The day on which all of them had been informed; null before.';
COMMENT ON COLUMN avow.foreign_list.made_at IS 'When it was entered.';
