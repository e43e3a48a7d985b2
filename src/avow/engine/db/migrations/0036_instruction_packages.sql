-- What a controller asked to be given of its data: sealed under a key of its own, for a few days.

CREATE TABLE avow.instruction_package (
    instruction text        PRIMARY KEY REFERENCES avow.instruction ON DELETE CASCADE,
    key         text        NOT NULL REFERENCES avow.bundle_key,
    sealed      bytea,
    rows        integer     NOT NULL CHECK (rows >= 0),
    code        bytea       NOT NULL CHECK (length(code) = 32),
    code_key    text        NOT NULL,
    wrong       integer     NOT NULL DEFAULT 0,
    ends_on     date        NOT NULL,
    made_at     timestamptz NOT NULL,
    by          text        NOT NULL,
    fetched_at  timestamptz
);
COMMENT ON TABLE avow.instruction_package IS 'Personal data: rows that we hold for a controller, packed for it and sealed. Of an instruction there is one, the newest.';
COMMENT ON COLUMN avow.instruction_package.instruction IS 'The instruction that asks for it.';
COMMENT ON COLUMN avow.instruction_package.key IS 'The key of the package, destroyed after its last day or once the controller has it.';
COMMENT ON COLUMN avow.instruction_package.sealed IS 'The package, under that key (associated data: the instruction and `package`); null once the controller has it.';
COMMENT ON COLUMN avow.instruction_package.rows IS 'How many rows are in it.';
COMMENT ON COLUMN avow.instruction_package.code IS 'Keyed hash of the code that opens it.';
COMMENT ON COLUMN avow.instruction_package.code_key IS 'Which key of the ring hashed the code.';
COMMENT ON COLUMN avow.instruction_package.wrong IS 'Wrong codes; five lock it.';
COMMENT ON COLUMN avow.instruction_package.ends_on IS 'The last day on which it can be fetched.';
COMMENT ON COLUMN avow.instruction_package.made_at IS 'When it was drawn.';
COMMENT ON COLUMN avow.instruction_package.by IS 'Id of the declared person who drew it.';
COMMENT ON COLUMN avow.instruction_package.fetched_at IS 'When it was fetched first; null: not yet.';
