-- A telephone system with three customers and four recordings; all persons are made up.
CREATE TABLE customer (
    id   integer PRIMARY KEY,
    name text NOT NULL,
    left_at text
);

CREATE TABLE call (
    id          integer PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customer (id),
    at          text NOT NULL,
    audio       blob NOT NULL
);
CREATE INDEX call_customer ON call (customer_id);
CREATE INDEX call_at ON call (at);

INSERT INTO customer (id, name) VALUES (1, 'Aoife Example'), (2, 'Brian Example'), (3, 'Ciara Example');

INSERT INTO call (id, customer_id, at, audio) VALUES
    (1, 1, '2026-01-31 09:30:00', x'00'),
    (2, 1, '2026-02-20 14:00:00', x'00'),
    (3, 2, '2026-01-05 11:15:00', x'00'),
    (4, 3, '2026-02-27 16:45:00', x'00');
