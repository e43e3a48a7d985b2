-- name: ledger_write_lock
-- One writer at a time, until the end of the transaction.
SELECT pg_advisory_xact_lock(1635151732)

-- name: ledger_head
-- The last entry and the last checkpoint; no row in an empty ledger.
SELECT entry.number, entry.bytes, checkpoint.size, checkpoint.edge
FROM (SELECT number, bytes FROM avow.ledger_entry ORDER BY number DESC LIMIT 1) AS entry
FULL JOIN (SELECT size, edge FROM avow.ledger_checkpoint ORDER BY size DESC LIMIT 1) AS checkpoint
ON true

-- name: ledger_log
-- The identity of the ledger; no row before it is opened.
SELECT origin, opened_at FROM avow.ledger_log

-- name: ledger_open
-- Give the ledger its identity; nothing happens when it has one.
INSERT INTO avow.ledger_log (origin, opened_at) VALUES (%(origin)s, %(at)s) ON CONFLICT DO NOTHING

-- name: ledger_group_add
-- Keep entries, the tiles that they fill and the signed tree head over them: all or nothing.
WITH entries AS (
    INSERT INTO avow.ledger_entry (number, kind, bytes)
    SELECT * FROM unnest(%(numbers)s::bigint[], %(kinds)s::text[], %(lines)s::bytea[])
), tiles AS (
    INSERT INTO avow.ledger_tile (level, number, hashes)
    SELECT * FROM unnest(%(levels)s::smallint[], %(places)s::bigint[], %(hashes)s::bytea[])
    ON CONFLICT DO NOTHING
)
INSERT INTO avow.ledger_checkpoint (size, root, edge, note, at)
VALUES (%(size)s, %(root)s, %(edge)s, %(note)s, %(at)s)

-- name: ledger_checkpoint_last
-- The newest signed tree head; no row before the first group.
SELECT size, root, note, at FROM avow.ledger_checkpoint ORDER BY size DESC LIMIT 1

-- name: ledger_checkpoint_of
-- The smallest checkpoint that covers the entry with this number.
SELECT size, root, note, at FROM avow.ledger_checkpoint
WHERE size > %(number)s ORDER BY size LIMIT 1

-- name: ledger_checkpoints
-- Signed tree heads after a size, oldest first.
SELECT size, root, note, at FROM avow.ledger_checkpoint
WHERE size > %(after)s ORDER BY size LIMIT %(most)s

-- name: ledger_entries
-- Entries by number: from `first`, at most `most`.
SELECT number, kind, bytes FROM avow.ledger_entry
WHERE number >= %(first)s ORDER BY number LIMIT %(most)s

-- name: ledger_entries_of
-- Single entries by their numbers.
SELECT number, bytes FROM avow.ledger_entry WHERE number = ANY(%(numbers)s)

-- name: ledger_latest
-- The newest entries, of one kind when `kind` is given.
SELECT number, kind, bytes FROM avow.ledger_entry
WHERE %(kind)s::text IS NULL OR kind = %(kind)s::text
ORDER BY number DESC LIMIT %(most)s

-- name: ledger_tiles
-- Neighbouring full tiles of one height of the Merkle tree, in order.
SELECT number, hashes FROM avow.ledger_tile
WHERE level = %(level)s AND number >= %(first)s AND number < %(last)s
ORDER BY number
