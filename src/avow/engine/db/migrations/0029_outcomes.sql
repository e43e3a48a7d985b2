-- What persons are told of what was done: letters, and which of what stays was in them.

CREATE TABLE avow.outcome_letter (
    answer  text        NOT NULL,
    number  integer     NOT NULL CHECK (number > 0),
    request text        NOT NULL REFERENCES avow.request ON DELETE CASCADE,
    person  integer     NOT NULL CHECK (person > 0),
    items   integer[]   NOT NULL,
    letter  text        NOT NULL,
    digest  text        NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    by      text        NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (answer, number)
);
CREATE INDEX outcome_letter_of ON avow.outcome_letter (request);
COMMENT ON TABLE avow.outcome_letter IS 'No personal data beyond the id of the request: ids, a digest. Each wording of a letter that says what was done; none is overwritten.';
COMMENT ON COLUMN avow.outcome_letter.answer IS 'Identifier `answer-…`, as the steps of the request name it.';
COMMENT ON COLUMN avow.outcome_letter.number IS 'Order of the wordings, from 1.';
COMMENT ON COLUMN avow.outcome_letter.request IS 'The request.';
COMMENT ON COLUMN avow.outcome_letter.person IS 'Number of the person in it.';
COMMENT ON COLUMN avow.outcome_letter.items IS 'Numbers of the items that it tells of.';
COMMENT ON COLUMN avow.outcome_letter.letter IS 'The sealed file with the words.';
COMMENT ON COLUMN avow.outcome_letter.digest IS 'SHA-256 of them, as the steps of the request and the ledger have it.';
COMMENT ON COLUMN avow.outcome_letter.by IS 'Who wrote it.';
COMMENT ON COLUMN avow.outcome_letter.at IS 'When.';

CREATE TABLE avow.outcome_stay (
    answer text    NOT NULL,
    plan   text    NOT NULL,
    number integer NOT NULL,
    PRIMARY KEY (answer, plan, number),
    FOREIGN KEY (plan, number) REFERENCES avow.request_stay ON DELETE CASCADE
);
COMMENT ON TABLE avow.outcome_stay IS 'No personal data. What a letter said that it stays: the groups of data of a plan of erasure.';
COMMENT ON COLUMN avow.outcome_stay.answer IS 'The letter.';
COMMENT ON COLUMN avow.outcome_stay.plan IS 'The plan that leaves it.';
COMMENT ON COLUMN avow.outcome_stay.number IS 'Its number in the plan.';
