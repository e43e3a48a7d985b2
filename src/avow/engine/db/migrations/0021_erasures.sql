-- Erasures for requests: which plan does it in which system, and what stays there.

CREATE TABLE avow.request_erasure (
    request text        NOT NULL REFERENCES avow.request ON DELETE CASCADE,
    item    integer     NOT NULL,
    system  text        NOT NULL,
    plan    text        REFERENCES avow.plan,
    gap     text        NOT NULL DEFAULT '',
    at      timestamptz NOT NULL,
    PRIMARY KEY (request, item, system),
    CHECK ((plan IS NULL) = (gap <> ''))
);
COMMENT ON TABLE avow.request_erasure IS 'No personal data beyond the id of the request. Each system from which an item of a request is erased, by which plan, or why by none yet.';
COMMENT ON COLUMN avow.request_erasure.request IS 'The request.';
COMMENT ON COLUMN avow.request_erasure.item IS 'Number of the item in it.';
COMMENT ON COLUMN avow.request_erasure.system IS 'The system.';
COMMENT ON COLUMN avow.request_erasure.plan IS 'The plan; null while none could be made.';
COMMENT ON COLUMN avow.request_erasure.gap IS 'The code of why there is no plan; empty where there is one.';
COMMENT ON COLUMN avow.request_erasure.at IS 'When it was last tried.';

CREATE TABLE avow.request_stay (
    plan       text    NOT NULL REFERENCES avow.plan,
    number     integer NOT NULL CHECK (number > 0),
    dataset    text    NOT NULL,
    categories text[]  NOT NULL,
    why        text    NOT NULL,
    clauses    text[]  NOT NULL,
    rows       bigint  NOT NULL CHECK (rows >= 0),
    until      date,
    ends       text    NOT NULL,
    PRIMARY KEY (plan, number)
);
COMMENT ON TABLE avow.request_stay IS 'No personal data. What a plan of erasure leaves: kinds of data, why, until when.';
COMMENT ON COLUMN avow.request_stay.plan IS 'The plan.';
COMMENT ON COLUMN avow.request_stay.number IS 'Order of what stays.';
COMMENT ON COLUMN avow.request_stay.dataset IS 'The dataset.';
COMMENT ON COLUMN avow.request_stay.categories IS 'The kinds of data; empty where the row itself stays.';
COMMENT ON COLUMN avow.request_stay.why IS 'Why: legal minimum, hold, purpose, another row or person.';
COMMENT ON COLUMN avow.request_stay.clauses IS 'The clauses that say so.';
COMMENT ON COLUMN avow.request_stay.rows IS 'How many rows, when the plan was made.';
COMMENT ON COLUMN avow.request_stay.until IS 'The first day on which nothing of it stays; null where no date is known.';
COMMENT ON COLUMN avow.request_stay.ends IS 'What has to happen first, where no date is known.';
