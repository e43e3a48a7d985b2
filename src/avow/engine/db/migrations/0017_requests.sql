-- Requests of persons: their steps, who they are about, and files that lie sealed beside them.

CREATE TABLE avow.request (
    id         text        PRIMARY KEY,
    channel    text        NOT NULL,
    language   text        NOT NULL,
    arrived_at timestamptz NOT NULL,
    arrived_on date        NOT NULL,
    status     text        NOT NULL,
    due_on     date        NOT NULL,
    waits      boolean     NOT NULL DEFAULT false,
    steps      integer     NOT NULL CHECK (steps > 0),
    answered_on date,
    closed_on  date,
    key        text        NOT NULL REFERENCES avow.bundle_key,
    salt       bytea       NOT NULL CHECK (length(salt) = 32),
    is_canary  boolean     NOT NULL DEFAULT false,
    made_at    timestamptz NOT NULL
);
COMMENT ON TABLE avow.request IS 'Personal data: that somebody asked, by the id of the request; who it was lies sealed. What a request is follows from its steps; the columns are a copy for lists.';
COMMENT ON COLUMN avow.request.id IS 'Identifier `request-…`.';
COMMENT ON COLUMN avow.request.channel IS 'How it arrived.';
COMMENT ON COLUMN avow.request.language IS 'The language the person is answered in (ISO 639-1).';
COMMENT ON COLUMN avow.request.arrived_at IS 'When it arrived, on whatever channel; never changed.';
COMMENT ON COLUMN avow.request.arrived_on IS 'The local day of arrival, from which the term runs.';
COMMENT ON COLUMN avow.request.status IS 'Where it stands after its last step.';
COMMENT ON COLUMN avow.request.due_on IS 'The last day to answer, as of its last step.';
COMMENT ON COLUMN avow.request.waits IS 'Whether the term stands until the person answers.';
COMMENT ON COLUMN avow.request.steps IS 'How many steps it has; the next one is written only after this one.';
COMMENT ON COLUMN avow.request.answered_on IS 'The day on which the final answer left; null before.';
COMMENT ON COLUMN avow.request.closed_on IS 'The day on which it was closed; null before.';
COMMENT ON COLUMN avow.request.key IS 'The key of everything sealed of it; it is destroyed when the record may no longer be kept.';
COMMENT ON COLUMN avow.request.salt IS 'Salt of its commitments in the ledger.';
COMMENT ON COLUMN avow.request.is_canary IS 'True for a request of our own that shows that requests are seen.';
COMMENT ON COLUMN avow.request.made_at IS 'When it was entered.';
CREATE INDEX request_open ON avow.request (due_on, id) WHERE closed_on IS NULL;
CREATE INDEX request_closed ON avow.request (closed_on) WHERE closed_on IS NOT NULL;

CREATE TABLE avow.request_step (
    request text        NOT NULL REFERENCES avow.request ON DELETE CASCADE,
    number  integer     NOT NULL CHECK (number > 0),
    name    text        NOT NULL,
    at      timestamptz NOT NULL,
    day     date        NOT NULL,
    by      text        NOT NULL,
    step    bytea       NOT NULL,
    sealed  bytea,
    PRIMARY KEY (request, number)
);
COMMENT ON TABLE avow.request_step IS 'Personal data: words of persons, sealed; ids of declared people. The steps of a request; they are only added.';
COMMENT ON COLUMN avow.request_step.request IS 'The request.';
COMMENT ON COLUMN avow.request_step.number IS 'Order of the steps, from 1.';
COMMENT ON COLUMN avow.request_step.name IS 'What kind of step.';
COMMENT ON COLUMN avow.request_step.at IS 'When it was taken.';
COMMENT ON COLUMN avow.request_step.day IS 'The local day of it.';
COMMENT ON COLUMN avow.request_step.by IS 'Id of the declared person, `person` for who asks, `avow` for the program.';
COMMENT ON COLUMN avow.request_step.step IS 'The step as it was written, in JSON; its commitment is in the ledger.';
COMMENT ON COLUMN avow.request_step.sealed IS 'What people said with it, under the key of the request (associated data: id and number); null when nothing.';
CREATE INDEX request_step_named ON avow.request_step (name, at);

CREATE TABLE avow.request_person (
    request text    NOT NULL REFERENCES avow.request ON DELETE CASCADE,
    person  integer NOT NULL CHECK (person > 0),
    sealed  bytea   NOT NULL,
    PRIMARY KEY (request, person)
);
COMMENT ON TABLE avow.request_person IS 'Personal data: name, addresses and what names the person, sealed. Who a request is about.';
COMMENT ON COLUMN avow.request_person.request IS 'The request.';
COMMENT ON COLUMN avow.request_person.person IS 'Number of the person in it.';
COMMENT ON COLUMN avow.request_person.sealed IS 'Who it is, under the key of the request (associated data: id and number).';

CREATE TABLE avow.request_identity (
    request  text    NOT NULL,
    person   integer NOT NULL,
    kind     text    NOT NULL,
    hash     bytea   NOT NULL CHECK (length(hash) = 32),
    hash_key text    NOT NULL,
    PRIMARY KEY (request, person, kind, hash),
    FOREIGN KEY (request, person) REFERENCES avow.request_person ON DELETE CASCADE
);
COMMENT ON TABLE avow.request_identity IS 'Personal data: keyed hashes of what names a person, to find the other requests of the same person.';
COMMENT ON COLUMN avow.request_identity.request IS 'The request.';
COMMENT ON COLUMN avow.request_identity.person IS 'Number of the person in it.';
COMMENT ON COLUMN avow.request_identity.kind IS 'The kind of value, such as email.';
COMMENT ON COLUMN avow.request_identity.hash IS 'Keyed hash of the normalised value.';
COMMENT ON COLUMN avow.request_identity.hash_key IS 'Id of the key of the hash.';
CREATE INDEX request_identity_hash ON avow.request_identity (hash);

CREATE TABLE avow.request_item (
    request text    NOT NULL REFERENCES avow.request ON DELETE CASCADE,
    item    integer NOT NULL CHECK (item > 0),
    person  integer NOT NULL,
    asked   text    NOT NULL,
    state   text    NOT NULL,
    gaps    integer NOT NULL DEFAULT 0,
    PRIMARY KEY (request, item)
);
COMMENT ON TABLE avow.request_item IS 'No personal data. The rights asked in a request and what became of each, a copy of its steps for lists.';
COMMENT ON COLUMN avow.request_item.request IS 'The request.';
COMMENT ON COLUMN avow.request_item.item IS 'Number of the item in it.';
COMMENT ON COLUMN avow.request_item.person IS 'Number of the person.';
COMMENT ON COLUMN avow.request_item.asked IS 'The right that is asked.';
COMMENT ON COLUMN avow.request_item.state IS 'Where it stands.';
COMMENT ON COLUMN avow.request_item.gaps IS 'Places that could not be reached when it was carried out.';
CREATE INDEX request_item_state ON avow.request_item (asked, state);

CREATE TABLE avow.request_file (
    id         text        PRIMARY KEY,
    request    text        NOT NULL REFERENCES avow.request ON DELETE CASCADE,
    what       text        NOT NULL CHECK (what ~ '^[a-z][a-z0-9-]{0,39}$'),
    media_type text        NOT NULL,
    size       bigint      NOT NULL CHECK (size >= 0),
    key        text        NOT NULL REFERENCES avow.bundle_key,
    sealed     bytea,
    made_at    timestamptz NOT NULL,
    forget_on  date,
    gone_at    timestamptz,
    CHECK ((sealed IS NULL) = (gone_at IS NOT NULL))
);
COMMENT ON TABLE avow.request_file IS 'Personal data: messages, scans, documents and answers, sealed.';
COMMENT ON COLUMN avow.request_file.id IS 'Identifier `file-…`.';
COMMENT ON COLUMN avow.request_file.request IS 'The request it belongs to.';
COMMENT ON COLUMN avow.request_file.what IS 'What it is: message, scan, attachment, identity-document, answer, package, evidence.';
COMMENT ON COLUMN avow.request_file.media_type IS 'Its type (RFC 6838).';
COMMENT ON COLUMN avow.request_file.size IS 'Bytes before it was sealed.';
COMMENT ON COLUMN avow.request_file.key IS 'The key that opens it: that of the request, or one of its own with an earlier last day.';
COMMENT ON COLUMN avow.request_file.sealed IS 'The content (associated data: the id); null once it is erased.';
COMMENT ON COLUMN avow.request_file.made_at IS 'When it was put here.';
COMMENT ON COLUMN avow.request_file.forget_on IS 'The last day it is kept; null: as long as the request.';
COMMENT ON COLUMN avow.request_file.gone_at IS 'When it was erased; null while it is here.';
CREATE INDEX request_file_of ON avow.request_file (request);
CREATE INDEX request_file_end ON avow.request_file (forget_on) WHERE sealed IS NOT NULL;
