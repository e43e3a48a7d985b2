-- Programs that speak to avow: tokens that let them in, and addresses that are told of what happens.

CREATE TABLE avow.api_token (
    id       text        PRIMARY KEY,
    hash     bytea       NOT NULL UNIQUE CHECK (length(hash) = 32),
    label    text        NOT NULL,
    scopes   text[]      NOT NULL,
    made_by  text        NOT NULL,
    made_at  timestamptz NOT NULL,
    ends_at  timestamptz NOT NULL,
    used_on  date,
    ended_at timestamptz
);
COMMENT ON TABLE avow.api_token IS 'Personal data: ids of declared people. Tokens of programs, by their hash.';
COMMENT ON COLUMN avow.api_token.id IS 'Identifier `token-…`.';
COMMENT ON COLUMN avow.api_token.hash IS 'SHA-256 of the token; the token itself is kept nowhere.';
COMMENT ON COLUMN avow.api_token.label IS 'What program has it, in a word.';
COMMENT ON COLUMN avow.api_token.scopes IS 'What it may do.';
COMMENT ON COLUMN avow.api_token.made_by IS 'Id of who made it.';
COMMENT ON COLUMN avow.api_token.made_at IS 'When it was made.';
COMMENT ON COLUMN avow.api_token.ends_at IS 'From when it lets nobody in.';
COMMENT ON COLUMN avow.api_token.used_on IS 'The last day on which it was used.';
COMMENT ON COLUMN avow.api_token.ended_at IS 'When somebody ended it; null while it lives.';

CREATE TABLE avow.api_written (
    token   text        NOT NULL REFERENCES avow.api_token,
    key     bytea       NOT NULL CHECK (length(key) = 32),
    request text        NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (token, key)
);
COMMENT ON TABLE avow.api_written IS 'No personal data. What a program wrote under which idempotency key, so that sending it again writes nothing.';
COMMENT ON COLUMN avow.api_written.token IS 'Whose key it is.';
COMMENT ON COLUMN avow.api_written.key IS 'SHA-256 of the key that the program chose.';
COMMENT ON COLUMN avow.api_written.request IS 'Id of the request that was opened.';
COMMENT ON COLUMN avow.api_written.at IS 'When it was written.';

CREATE TABLE avow.webhook (
    id         text        PRIMARY KEY,
    url        text        NOT NULL,
    kinds      text[]      NOT NULL,
    secret     bytea       NOT NULL,
    cursor     bigint      NOT NULL CHECK (cursor >= -1),
    failures   integer     NOT NULL DEFAULT 0 CHECK (failures >= 0),
    not_before timestamptz,
    made_by    text        NOT NULL,
    made_at    timestamptz NOT NULL,
    ended_at   timestamptz
);
COMMENT ON TABLE avow.webhook IS 'Personal data: ids of declared people. Addresses that are told, by ids and names of steps alone, of what happens.';
COMMENT ON COLUMN avow.webhook.id IS 'Identifier `webhook-…`.';
COMMENT ON COLUMN avow.webhook.url IS 'The address.';
COMMENT ON COLUMN avow.webhook.kinds IS 'The kinds of ledger entries that it is told of.';
COMMENT ON COLUMN avow.webhook.secret IS 'What its messages are signed with, sealed by the key ring (associated data: the id).';
COMMENT ON COLUMN avow.webhook.cursor IS 'The number of the last entry that it took.';
COMMENT ON COLUMN avow.webhook.failures IS 'How often it refused since it last took one.';
COMMENT ON COLUMN avow.webhook.not_before IS 'When it is tried next; null: at once.';
COMMENT ON COLUMN avow.webhook.made_by IS 'Id of who made it.';
COMMENT ON COLUMN avow.webhook.made_at IS 'When it was made.';
COMMENT ON COLUMN avow.webhook.ended_at IS 'When somebody ended it; null while it lives.';
