-- What came in by mail, so that nothing is entered twice and replies find their request.

CREATE TABLE avow.intake_message (
    hash       bytea       PRIMARY KEY CHECK (length(hash) = 32),
    hash_key   text        NOT NULL,
    thread     bytea       CHECK (length(thread) = 32),
    sender     bytea       CHECK (length(sender) = 32),
    words      bytea       CHECK (length(words) = 32),
    what       text        NOT NULL CHECK (what ~ '^[a-z][a-z-]{0,39}$'),
    request    text        REFERENCES avow.request ON DELETE CASCADE,
    in_mailbox boolean     NOT NULL DEFAULT false,
    arrived_at timestamptz NOT NULL,
    read_at    timestamptz NOT NULL
);
COMMENT ON TABLE avow.intake_message IS 'Personal data: keyed hashes of messages, their senders and words. Which messages were read, and what became of each; a row goes with its request, one without a request after 400 days.';
COMMENT ON COLUMN avow.intake_message.hash IS 'Keyed hash of what makes a message itself: Message-ID, sender and words, or all of its bytes.';
COMMENT ON COLUMN avow.intake_message.hash_key IS 'Id of the key of the hashes.';
COMMENT ON COLUMN avow.intake_message.thread IS 'Keyed hash of its Message-ID, by which replies find it; null when it has none.';
COMMENT ON COLUMN avow.intake_message.sender IS 'Keyed hash of the address that it names as its sender; null when it names none.';
COMMENT ON COLUMN avow.intake_message.words IS 'Keyed hash of its sender and own words, to find the same one sent again at once; null when it is empty.';
COMMENT ON COLUMN avow.intake_message.what IS 'What it was: request, joined, or why it is none (bounce, delay, machine, loop, repeated, probe); ours for a letter of ours.';
COMMENT ON COLUMN avow.intake_message.request IS 'The request that it opened or joined; null when none.';
COMMENT ON COLUMN avow.intake_message.in_mailbox IS 'Whether it lay in the mailbox that persons write to.';
COMMENT ON COLUMN avow.intake_message.arrived_at IS 'When it arrived at the mailbox.';
COMMENT ON COLUMN avow.intake_message.read_at IS 'When it was read.';
CREATE INDEX intake_message_thread ON avow.intake_message (thread);
CREATE INDEX intake_message_sender ON avow.intake_message (sender, arrived_at);
CREATE INDEX intake_message_request ON avow.intake_message (request);
CREATE INDEX intake_message_read ON avow.intake_message (read_at);

CREATE TABLE avow.intake_reading (
    at         timestamptz PRIMARY KEY,
    messages   integer     NOT NULL CHECK (messages >= 0),
    fresh      integer     NOT NULL CHECK (fresh >= 0),
    unread     integer     NOT NULL CHECK (unread >= 0),
    oldest     timestamptz,
    box        bytea       CHECK (length(box) = 32),
    validity   bigint,
    next_uid   bigint
);
COMMENT ON TABLE avow.intake_reading IS 'No personal data. When the privacy mailbox was read, and what stayed unread.';
COMMENT ON COLUMN avow.intake_reading.at IS 'When it was read.';
COMMENT ON COLUMN avow.intake_reading.messages IS 'Messages that were fetched from it.';
COMMENT ON COLUMN avow.intake_reading.fresh IS 'Messages that were read for the first time.';
COMMENT ON COLUMN avow.intake_reading.unread IS 'Messages that could not be entered and are tried again.';
COMMENT ON COLUMN avow.intake_reading.oldest IS 'The arrival of the oldest of those; null when there is none.';
COMMENT ON COLUMN avow.intake_reading.box IS 'Keyed hash of where the mailbox is; null when it has no numbers.';
COMMENT ON COLUMN avow.intake_reading.validity IS 'UIDVALIDITY of the folder (RFC 3501, 2.3.1.1): as long as it stays, numbers stay.';
COMMENT ON COLUMN avow.intake_reading.next_uid IS 'The first number that the next reading fetches.';

CREATE TABLE avow.intake_probe (
    id       text        PRIMARY KEY,
    sent_at  timestamptz NOT NULL,
    found_at timestamptz,
    request  text        REFERENCES avow.request ON DELETE SET NULL
);
COMMENT ON TABLE avow.intake_probe IS 'No personal data. Messages of our own to the privacy mailbox, and when each was found in it.';
COMMENT ON COLUMN avow.intake_probe.id IS 'Identifier `probe-…`, which the message carries; nobody can guess it.';
COMMENT ON COLUMN avow.intake_probe.sent_at IS 'When it was given to the outbox.';
COMMENT ON COLUMN avow.intake_probe.found_at IS 'When it was read in the mailbox; null while it was not.';
COMMENT ON COLUMN avow.intake_probe.request IS 'The request of our own that it became; null before, and when that is forgotten.';
CREATE INDEX intake_probe_sent ON avow.intake_probe (sent_at);
CREATE INDEX intake_probe_request ON avow.intake_probe (request);
