CREATE TABLE avow.representation (
    request text        NOT NULL REFERENCES avow.request ON DELETE CASCADE,
    person  integer     NOT NULL CHECK (person > 0),
    kind    text        NOT NULL CHECK (kind IN ('mandate', 'lawyer', 'parent', 'guardian', 'heir', 'company')),
    file    text        NOT NULL,
    rights  text[]      NOT NULL,
    until   date,
    by      text        NOT NULL,
    made_at timestamptz NOT NULL,
    told_at timestamptz,
    PRIMARY KEY (request, person)
);
COMMENT ON TABLE avow.representation IS 'Personal data by its request; ids of declared people. Who speaks for a person of a request, and by which paper; gone with the request.';
COMMENT ON COLUMN avow.representation.request IS 'The request.';
COMMENT ON COLUMN avow.representation.person IS 'Number of the person who is spoken for.';
COMMENT ON COLUMN avow.representation.kind IS 'What makes them speak for the person.';
COMMENT ON COLUMN avow.representation.file IS 'The sealed file with the paper that shows it.';
COMMENT ON COLUMN avow.representation.rights IS 'The rights that it covers.';
COMMENT ON COLUMN avow.representation.until IS 'The last day on which it counts; null where it has none.';
COMMENT ON COLUMN avow.representation.by IS 'Id of the declared person who looked at it.';
COMMENT ON COLUMN avow.representation.made_at IS 'When it was looked at.';
COMMENT ON COLUMN avow.representation.told_at IS 'When the person was told that a company speaks for them; null before, and for other kinds.';
