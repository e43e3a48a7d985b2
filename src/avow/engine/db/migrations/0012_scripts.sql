-- Scripts that an owner runs where avow may not connect: what was made, and what came back.

CREATE TABLE avow.script (
    id           text        PRIMARY KEY,
    system       text        NOT NULL,
    release      text        NOT NULL REFERENCES avow.release,
    as_of        date        NOT NULL,
    clause       text,
    accepted     jsonb       NOT NULL,
    catalogue    jsonb       NOT NULL,
    tokens       jsonb       NOT NULL,
    files        jsonb       NOT NULL,
    made_at      timestamptz NOT NULL,
    structure    text,
    counted_by   text,
    counted_at   timestamptz,
    plan         text        UNIQUE REFERENCES avow.plan,
    facts        text        CHECK (facts ~ '^[0-9a-f]{64}$'),
    valid_until  date,
    issued_at    timestamptz,
    result       text        CHECK (result ~ '^[0-9a-f]{64}$'),
    attested_by  text,
    attested_at  timestamptz
);
COMMENT ON TABLE avow.script IS 'Personal data: ids of declared people. Scripts made for the owner of a system, and what came back.';
COMMENT ON COLUMN avow.script.id IS 'Identifier `script-…`.';
COMMENT ON COLUMN avow.script.system IS 'The system.';
COMMENT ON COLUMN avow.script.release IS 'The release they were made from.';
COMMENT ON COLUMN avow.script.as_of IS 'The day they decide for.';
COMMENT ON COLUMN avow.script.clause IS 'The clause they are about; null for all.';
COMMENT ON COLUMN avow.script.accepted IS 'Numbers of rows that somebody accepted, by rule.';
COMMENT ON COLUMN avow.script.catalogue IS 'The accepted schema that they were worked out from; structure only.';
COMMENT ON COLUMN avow.script.tokens IS 'The word that each script prints, by kind.';
COMMENT ON COLUMN avow.script.files IS 'SHA-256 of every file, by name.';
COMMENT ON COLUMN avow.script.made_at IS 'When the first of them was made.';
COMMENT ON COLUMN avow.script.structure IS 'The structure that the owner''s client told with the counts, in hexadecimal digits.';
COMMENT ON COLUMN avow.script.counted_by IS 'Id of who gave the counts.';
COMMENT ON COLUMN avow.script.counted_at IS 'When.';
COMMENT ON COLUMN avow.script.plan IS 'The plan that was made of the counts.';
COMMENT ON COLUMN avow.script.facts IS 'SHA-256 of what had to stay when the script of changes was issued.';
COMMENT ON COLUMN avow.script.valid_until IS 'The last day on which the script of changes runs.';
COMMENT ON COLUMN avow.script.issued_at IS 'When the script of changes was issued.';
COMMENT ON COLUMN avow.script.result IS 'SHA-256 of the result that was attested.';
COMMENT ON COLUMN avow.script.attested_by IS 'Id of the owner who attested it.';
COMMENT ON COLUMN avow.script.attested_at IS 'When.';
