-- Secret links to a request or to an answer, and wishes for one.

CREATE TABLE avow.request_link (
    id       text        PRIMARY KEY,
    request  text        NOT NULL REFERENCES avow.request ON DELETE CASCADE,
    person   integer     NOT NULL CHECK (person > 0),
    answer   text        REFERENCES avow.answer ON DELETE CASCADE,
    token    bytea       NOT NULL UNIQUE CHECK (length(token) = 32),
    code     bytea       CHECK (length(code) = 32),
    code_key text,
    wrong    integer     NOT NULL DEFAULT 0 CHECK (wrong >= 0),
    made_at  timestamptz NOT NULL,
    ends_at  timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK ((answer IS NULL) = (code IS NULL) AND (code IS NULL) = (code_key IS NULL))
);
COMMENT ON TABLE avow.request_link IS 'Personal data by its request. Links by which one person follows a request or fetches an answer; gone with the request.';
COMMENT ON COLUMN avow.request_link.id IS 'Identifier `link-…`.';
COMMENT ON COLUMN avow.request_link.request IS 'The request that it leads to.';
COMMENT ON COLUMN avow.request_link.person IS 'Number of the person of the request whose link it is.';
COMMENT ON COLUMN avow.request_link.answer IS 'The answer that it leads to; null for a link that follows the request.';
COMMENT ON COLUMN avow.request_link.token IS 'SHA-256 of the 256 random bits in the link, which are kept nowhere.';
COMMENT ON COLUMN avow.request_link.code IS 'Keyed hash of the code without which an answer is not handed out; null for a link that follows.';
COMMENT ON COLUMN avow.request_link.code_key IS 'Id of the key of that hash.';
COMMENT ON COLUMN avow.request_link.wrong IS 'How many wrong codes were given; five lock the link.';
COMMENT ON COLUMN avow.request_link.made_at IS 'When it was made.';
COMMENT ON COLUMN avow.request_link.ends_at IS 'Until when it works.';
COMMENT ON COLUMN avow.request_link.ended_at IS 'When another took its place or somebody closed it; null while it works.';
CREATE INDEX request_link_of ON avow.request_link (request, made_at);
CREATE INDEX request_link_answer ON avow.request_link (answer);

CREATE TABLE avow.link_wish (
    request text        PRIMARY KEY REFERENCES avow.request ON DELETE CASCADE,
    at      timestamptz NOT NULL
);
COMMENT ON TABLE avow.link_wish IS 'Personal data by its request. Requests for which somebody asked for a new link; gone when it was sent.';
COMMENT ON COLUMN avow.link_wish.request IS 'The request.';
COMMENT ON COLUMN avow.link_wish.at IS 'When it was asked for.';
