-- Acts of persons that end purposes, and links by which a letter is stopped with one click.

CREATE TABLE avow.purpose_end (
    id       text        PRIMARY KEY,
    request  text        REFERENCES avow.request ON DELETE SET NULL,
    item     integer     CHECK (item > 0),
    act      text        NOT NULL CHECK (act IN ('objection', 'marketing', 'withdrawal', 'unsubscribed', 'restricted')),
    purpose  text        NOT NULL,
    clause   text        NOT NULL,
    facts    text[]      NOT NULL,
    since    timestamptz NOT NULL,
    made_at  timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK ((request IS NULL) OR (item IS NOT NULL))
);
COMMENT ON TABLE avow.purpose_end IS 'Personal data by its facts: which act of a person ended which purpose, and from when. It outlives the record of the request.';
COMMENT ON COLUMN avow.purpose_end.id IS 'Identifier `end-…`.';
COMMENT ON COLUMN avow.purpose_end.request IS 'The request that it came with; null for a click, and once the record of the request is forgotten.';
COMMENT ON COLUMN avow.purpose_end.item IS 'Number of the item of the request; null for a click.';
COMMENT ON COLUMN avow.purpose_end.act IS 'What the person did; restricted: the use stands still until an objection is decided (art. 18(1)(d)).';
COMMENT ON COLUMN avow.purpose_end.purpose IS 'The purpose that ended; empty for restricted, which is about all.';
COMMENT ON COLUMN avow.purpose_end.clause IS 'The clause it rests on.';
COMMENT ON COLUMN avow.purpose_end.facts IS 'Ids of the facts that planner and usage check obey.';
COMMENT ON COLUMN avow.purpose_end.since IS 'From when it counts: when the person said it.';
COMMENT ON COLUMN avow.purpose_end.made_at IS 'When it was written down.';
COMMENT ON COLUMN avow.purpose_end.ended_at IS 'When it stopped to count, by another act of the person or a decision; null while it stands.';
CREATE INDEX purpose_end_of ON avow.purpose_end (request, item);
CREATE INDEX purpose_end_standing ON avow.purpose_end (made_at) WHERE ended_at IS NULL;

CREATE TABLE avow.unsubscribe_link (
    id        text        PRIMARY KEY,
    token     bytea       NOT NULL UNIQUE CHECK (length(token) = 32),
    purpose   text        NOT NULL,
    key       text        NOT NULL REFERENCES avow.bundle_key,
    sealed    bytea       NOT NULL,
    made_at   timestamptz NOT NULL,
    forget_on date        NOT NULL
);
COMMENT ON TABLE avow.unsubscribe_link IS 'Personal data: links by which one person stops one purpose; whom they name is sealed.';
COMMENT ON COLUMN avow.unsubscribe_link.id IS 'Identifier `stop-…`.';
COMMENT ON COLUMN avow.unsubscribe_link.token IS 'SHA-256 of the 256 bits in the link; they are derived from the person by a key and kept nowhere.';
COMMENT ON COLUMN avow.unsubscribe_link.purpose IS 'The purpose that it stops.';
COMMENT ON COLUMN avow.unsubscribe_link.key IS 'The key of what is sealed; it is destroyed after the last day.';
COMMENT ON COLUMN avow.unsubscribe_link.sealed IS 'What names the person: a kind, a value and a language (associated data: the id).';
COMMENT ON COLUMN avow.unsubscribe_link.made_at IS 'When it was first made.';
COMMENT ON COLUMN avow.unsubscribe_link.forget_on IS 'The last day on which it works; every further letter moves it.';
CREATE INDEX unsubscribe_link_end ON avow.unsubscribe_link (forget_on);

CREATE TABLE avow.proof_wish (
    request text        NOT NULL REFERENCES avow.request ON DELETE CASCADE,
    person  integer     NOT NULL CHECK (person > 0),
    at      timestamptz NOT NULL,
    PRIMARY KEY (request, person)
);
COMMENT ON TABLE avow.proof_wish IS 'Personal data by its request. Persons who are to get a letter by which they show who they are; gone when it is written.';
COMMENT ON COLUMN avow.proof_wish.request IS 'The request.';
COMMENT ON COLUMN avow.proof_wish.person IS 'Number of the person in it.';
COMMENT ON COLUMN avow.proof_wish.at IS 'When it was asked for.';

CREATE TABLE avow.identity_proof (
    id         text        PRIMARY KEY,
    request    text        NOT NULL REFERENCES avow.request ON DELETE CASCADE,
    person     integer     NOT NULL CHECK (person > 0),
    token      bytea       NOT NULL UNIQUE CHECK (length(token) = 32),
    is_held    boolean     NOT NULL,
    reader     bytea       NOT NULL CHECK (length(reader) = 32),
    reader_key text        NOT NULL,
    message    text        NOT NULL,
    made_at    timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    used_at    timestamptz
);
COMMENT ON TABLE avow.identity_proof IS 'Personal data by its request. Letters by which somebody shows who they are: by the link in it, or by a reply; gone with the request.';
COMMENT ON COLUMN avow.identity_proof.id IS 'Identifier `proof-…`.';
COMMENT ON COLUMN avow.identity_proof.request IS 'The request.';
COMMENT ON COLUMN avow.identity_proof.person IS 'Number of the person in it.';
COMMENT ON COLUMN avow.identity_proof.token IS 'SHA-256 of the 256 random bits in the link, which are kept nowhere.';
COMMENT ON COLUMN avow.identity_proof.is_held IS 'Whether the letter went to an address that a system holds for the person; another one proves nothing of who they are.';
COMMENT ON COLUMN avow.identity_proof.reader IS 'Keyed hash of the address it went to, to know a reply by.';
COMMENT ON COLUMN avow.identity_proof.reader_key IS 'Id of the key of that hash.';
COMMENT ON COLUMN avow.identity_proof.message IS 'Its Message-ID, which only its reader knows.';
COMMENT ON COLUMN avow.identity_proof.made_at IS 'When it was written.';
COMMENT ON COLUMN avow.identity_proof.ends_at IS 'Until when the link works.';
COMMENT ON COLUMN avow.identity_proof.used_at IS 'When the link was used, which it is once; null before.';
CREATE INDEX identity_proof_of ON avow.identity_proof (request, person, made_at);
