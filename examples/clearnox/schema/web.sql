-- Web statistics and the web server's log, on SQLite. Times are UTC, as "YYYY-MM-DD HH:MM:SS".

CREATE TABLE visit (
    id            INTEGER PRIMARY KEY,
    visitor       TEXT NOT NULL,               -- the random id in the cookie, once it is accepted
    started_at    DATETIME NOT NULL,
    landing_page  TEXT NOT NULL,
    referrer      TEXT,
    device        TEXT NOT NULL
);
CREATE INDEX visit_visitor ON visit (visitor);
CREATE INDEX visit_started ON visit (started_at);

CREATE TABLE page_view (
    id        INTEGER PRIMARY KEY,
    visit_id  INTEGER NOT NULL REFERENCES visit (id),
    at        DATETIME NOT NULL,
    path      TEXT NOT NULL,
    seconds   INTEGER
);
CREATE INDEX page_view_visit ON page_view (visit_id);

CREATE TABLE web_log (
    id          INTEGER PRIMARY KEY,
    at          DATETIME NOT NULL,
    ip          TEXT NOT NULL,
    method      TEXT NOT NULL,
    path        TEXT NOT NULL,
    status      INTEGER NOT NULL,
    user_agent  TEXT
);
CREATE INDEX web_log_at ON web_log (at);
