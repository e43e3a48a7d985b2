-- name: worker_code_end
-- End every code of a system that was not used.
-- since: 13
UPDATE avow.worker_code SET used_at = made_at, sealed_proof = '', sealed_key = ''
WHERE system = %(system)s AND used_at IS NULL

-- name: worker_code_add
-- A code was made.
-- since: 13
INSERT INTO avow.worker_code
    (id, system, made_by, made_at, ends_at, lookup, sealed_proof, sealed_key)
VALUES (%(id)s, %(system)s, %(by)s, %(at)s, %(ends_at)s, %(lookup)s, %(sealed_proof)s, %(sealed_key)s)

-- name: worker_code_use
-- Use a code, once and in time; no row when that cannot be.
-- since: 13
UPDATE avow.worker_code SET used_at = %(at)s
WHERE lookup = %(lookup)s AND system = %(system)s AND used_at IS NULL AND ends_at > %(at)s
RETURNING id, made_by, sealed_proof, sealed_key

-- name: worker_code_empty
-- Nothing secret stays of a code that was used.
-- since: 13
UPDATE avow.worker_code SET sealed_proof = '', sealed_key = '' WHERE id = %(id)s

-- name: worker_retire
-- The worker of a system may not speak any more; gives its id.
-- since: 13
UPDATE avow.worker SET revoked_by = %(by)s, revoked_at = %(at)s, sealed_key = ''
WHERE system = %(system)s AND revoked_at IS NULL RETURNING id

-- name: worker_add
-- A worker registered its key.
-- since: 13
INSERT INTO avow.worker (id, system, public_key, sealed_key, enrolled_by, enrolled_at)
VALUES (%(id)s, %(system)s, %(public_key)s, %(sealed_key)s, %(by)s, %(at)s)

-- name: worker_of
-- The worker that speaks for a system, and for how many seconds it has been silent, in conversations too.
-- since: 13
SELECT w.id, w.public_key, w.sealed_key, h.heard_at,
       extract(epoch FROM clock_timestamp() - h.heard_at)::float8 AS silent
FROM avow.worker AS w CROSS JOIN LATERAL (
    SELECT greatest(w.heard_at, max(c.heard_at)) AS heard_at
    FROM avow.worker_call AS c WHERE c.worker = w.id AND c.is_taken
) AS h
WHERE w.system = %(system)s AND w.revoked_at IS NULL

-- name: workers
-- Every worker that may speak, and when it was last heard, in conversations too.
-- since: 13
SELECT w.id, w.system, w.enrolled_by, w.enrolled_at, h.heard_at, w.kind, w.access,
       extract(epoch FROM clock_timestamp() - h.heard_at)::float8 AS silent
FROM avow.worker AS w CROSS JOIN LATERAL (
    SELECT greatest(w.heard_at, max(c.heard_at)) AS heard_at
    FROM avow.worker_call AS c WHERE c.worker = w.id AND c.is_taken
) AS h
WHERE w.revoked_at IS NULL ORDER BY w.system

-- name: worker_key
-- The public key of a worker that may speak; no row when it may not.
-- since: 13
SELECT public_key FROM avow.worker WHERE id = %(id)s AND revoked_at IS NULL

-- name: worker_asks
-- A worker asks for work; no row when the question was sent before.
-- since: 13
UPDATE avow.worker
SET number = %(number)s, heard_at = clock_timestamp(), kind = %(kind)s, access = %(access)s
WHERE id = %(id)s AND revoked_at IS NULL AND number < %(number)s RETURNING id

-- name: worker_call_add
-- Open a conversation, and wake who waits for it.
-- since: 13
WITH made AS (
    INSERT INTO avow.worker_call (id, worker, hello, opened_at, heard_at)
    VALUES (%(id)s, %(worker)s, %(hello)s, %(at)s, clock_timestamp()) RETURNING worker
)
SELECT pg_notify('avow_worker', worker) FROM made

-- name: worker_call_take
-- The next conversation for the worker whose newest question is still this one. Those whose opener is gone are passed by.
-- since: 13
UPDATE avow.worker_call SET is_taken = true, heard_at = clock_timestamp()
WHERE id = (
    SELECT c.id FROM avow.worker_call AS c JOIN avow.worker AS w ON w.id = c.worker
    WHERE w.id = %(worker)s AND w.number = %(number)s AND w.revoked_at IS NULL AND NOT c.is_taken
    ORDER BY c.opened_at, c.id LIMIT 1 FOR UPDATE OF c SKIP LOCKED
)
RETURNING id, hello

-- name: worker_call_asks
-- A worker speaks in a conversation; no row when it is over, not its own, or the question was sent before.
-- since: 13
UPDATE avow.worker_call AS c SET number = %(number)s, heard_at = clock_timestamp()
FROM avow.worker AS w
WHERE c.id = %(id)s AND c.worker = %(worker)s AND w.id = c.worker AND w.revoked_at IS NULL
  AND c.is_taken AND c.number < %(number)s RETURNING c.id

-- name: worker_call_stands
-- Whether a conversation still stands, that is, whether its worker may speak.
-- since: 13
SELECT extract(epoch FROM clock_timestamp() - c.heard_at)::float8 AS silent
FROM avow.worker_call AS c JOIN avow.worker AS w ON w.id = c.worker
WHERE c.id = %(id)s AND w.revoked_at IS NULL

-- name: worker_call_forsaken
-- End a conversation whose opener holds it no longer; a row when that was so.
-- since: 13
DELETE FROM avow.worker_call
WHERE id = %(id)s AND pg_try_advisory_xact_lock(hashtextextended(%(id)s, 0)) RETURNING id

-- name: worker_calls_forsaken
-- End every conversation of a worker whose opener holds it no longer.
-- since: 13
DELETE FROM avow.worker_call
WHERE worker = %(worker)s AND pg_try_advisory_xact_lock(hashtextextended(id, 0)) RETURNING id

-- name: worker_call_end
-- A conversation is over, with all that was not taken of it; wakes its worker.
-- since: 13
WITH gone AS (DELETE FROM avow.worker_call WHERE id = %(id)s RETURNING id)
SELECT pg_notify('avow_worker', id || ' >') FROM gone

-- name: worker_call_leave
-- A worker ends a conversation of its own; wakes who opened it.
-- since: 13
WITH gone AS (
    DELETE FROM avow.worker_call WHERE id = %(id)s AND worker = %(worker)s RETURNING id
)
SELECT pg_notify('avow_worker', id || ' <') FROM gone

-- name: worker_message_put
-- Send a message, and wake who waits for it; no row when the conversation is over.
-- since: 13
WITH sent AS (
    INSERT INTO avow.worker_message (conversation, to_worker, number, box)
    SELECT id, %(to_worker)s, %(number)s, %(box)s FROM avow.worker_call WHERE id = %(conversation)s
    RETURNING conversation
)
SELECT pg_notify('avow_worker', conversation || CASE WHEN %(to_worker)s THEN ' >' ELSE ' <' END)
FROM sent

-- name: worker_message_take
-- Take the next message of one direction; it is gone with that.
-- since: 13
DELETE FROM avow.worker_message
WHERE (conversation, to_worker, number) = (
    SELECT conversation, to_worker, number FROM avow.worker_message
    WHERE conversation = %(conversation)s AND to_worker = %(to_worker)s ORDER BY number LIMIT 1
)
RETURNING box
