-- Answers to requests for access and portability: what was written, edited and hidden, and what an
-- open request keeps from being erased.

CREATE TABLE avow.answer (
    id         text        PRIMARY KEY,
    request    text        NOT NULL REFERENCES avow.request ON DELETE CASCADE,
    person     integer     NOT NULL CHECK (person > 0),
    items      integer[]   NOT NULL,
    language   text        NOT NULL,
    copy       text        NOT NULL,
    marks      text        NOT NULL,
    package    text,
    partial    boolean     NOT NULL,
    found      integer     NOT NULL,
    undecided  integer     NOT NULL,
    hidden     integer     NOT NULL DEFAULT 0,
    leaks      integer,
    valid      boolean,
    authority  boolean,
    version    integer     NOT NULL DEFAULT 0,
    made_at    timestamptz NOT NULL,
    drafted_at timestamptz
);
COMMENT ON TABLE avow.answer IS 'No personal data: ids of records and counts. An answer with a copy of a person''s data; its contents lie sealed in request_file.';
COMMENT ON COLUMN avow.answer.id IS 'Identifier `answer-…`.';
COMMENT ON COLUMN avow.answer.request IS 'The request.';
COMMENT ON COLUMN avow.answer.person IS 'Number of the person in it.';
COMMENT ON COLUMN avow.answer.items IS 'Numbers of the items that it answers.';
COMMENT ON COLUMN avow.answer.language IS 'Its one language (ISO 639-1).';
COMMENT ON COLUMN avow.answer.copy IS 'The sealed file with everything that was found.';
COMMENT ON COLUMN avow.answer.marks IS 'The sealed file with the places that speak of others and what was decided of each.';
COMMENT ON COLUMN avow.answer.package IS 'The sealed file with everything that the person gets; null before the draft.';
COMMENT ON COLUMN avow.answer.partial IS 'Whether something could not be looked into.';
COMMENT ON COLUMN avow.answer.found IS 'Rows that were found.';
COMMENT ON COLUMN avow.answer.undecided IS 'Places that nobody has decided yet.';
COMMENT ON COLUMN avow.answer.hidden IS 'Places that are hidden from the person.';
COMMENT ON COLUMN avow.answer.leaks IS 'Values of others that were still found in the finished answer; null before the draft.';
COMMENT ON COLUMN avow.answer.valid IS 'Whether the portable part is as its schema says; null before the draft.';
COMMENT ON COLUMN avow.answer.authority IS 'Whether the finished answer names where to complain; null before the draft.';
COMMENT ON COLUMN avow.answer.version IS 'Number of its newest letter; 0 before the draft.';
COMMENT ON COLUMN avow.answer.made_at IS 'When it was begun.';
COMMENT ON COLUMN avow.answer.drafted_at IS 'When it was first drafted; null before.';
CREATE INDEX answer_of ON avow.answer (request);

CREATE TABLE avow.answer_letter (
    answer text        NOT NULL REFERENCES avow.answer ON DELETE CASCADE,
    number integer     NOT NULL CHECK (number > 0),
    letter text        NOT NULL,
    page   text        NOT NULL,
    digest text        NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    by     text        NOT NULL,
    at     timestamptz NOT NULL,
    PRIMARY KEY (answer, number)
);
COMMENT ON TABLE avow.answer_letter IS 'No personal data: ids, a digest, the id of a declared person. Each wording of an answer''s letter; none is overwritten.';
COMMENT ON COLUMN avow.answer_letter.answer IS 'The answer.';
COMMENT ON COLUMN avow.answer_letter.number IS 'Order of the wordings, from 1.';
COMMENT ON COLUMN avow.answer_letter.letter IS 'The sealed file with the words.';
COMMENT ON COLUMN avow.answer_letter.page IS 'The sealed file with the page made of them.';
COMMENT ON COLUMN avow.answer_letter.digest IS 'SHA-256 of that page, as the steps of the request and the ledger have it.';
COMMENT ON COLUMN avow.answer_letter.by IS 'Who wrote it.';
COMMENT ON COLUMN avow.answer_letter.at IS 'When.';

CREATE TABLE avow.access_hold (
    request  text        NOT NULL REFERENCES avow.request ON DELETE CASCADE,
    person   integer     NOT NULL CHECK (person > 0),
    fact     text        NOT NULL,
    since    timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (request, fact)
);
COMMENT ON TABLE avow.access_hold IS 'No personal data: ids. What an open request for a copy keeps from being erased, as facts.';
COMMENT ON COLUMN avow.access_hold.request IS 'The request.';
COMMENT ON COLUMN avow.access_hold.person IS 'Number of the person in it.';
COMMENT ON COLUMN avow.access_hold.fact IS 'Id of the fact that planner and verifier obey.';
COMMENT ON COLUMN avow.access_hold.since IS 'Since when it holds.';
COMMENT ON COLUMN avow.access_hold.ended_at IS 'When it ended; null while it holds.';

-- Finds the entry of a step without reading the ledger: the id stands in the bytes of the entry.
CREATE INDEX ledger_entry_of_request ON avow.ledger_entry
    (substring(bytes FROM position('"request":"'::bytea IN bytes) + 11 FOR 34))
    WHERE kind = 'request-step';
