-- name: request_add
-- A request arrived.
-- since: 17
INSERT INTO avow.request (id, channel, language, arrived_at, arrived_on, status, due_on, waits,
                          steps, key, salt, is_canary, made_at)
VALUES (%(id)s, %(channel)s, %(language)s, %(arrived_at)s, %(arrived_on)s, %(status)s, %(due_on)s,
        %(waits)s, %(steps)s, %(key)s, %(salt)s, %(is_canary)s, %(at)s)

-- name: request_lock
-- One request, held until the transaction ends, so that steps follow one another.
-- since: 17
SELECT * FROM avow.request WHERE id = %(id)s FOR UPDATE

-- name: request_known
-- One request.
-- since: 17
SELECT * FROM avow.request WHERE id = %(id)s

-- name: request_after
-- Where a request stands after its newest step.
-- since: 17
UPDATE avow.request SET status = %(status)s, due_on = %(due_on)s, waits = %(waits)s,
       steps = %(steps)s, answered_on = %(answered_on)s, closed_on = %(closed_on)s
WHERE id = %(id)s

-- name: request_step_add
-- One more step.
-- since: 17
INSERT INTO avow.request_step (request, number, name, at, day, by, step, sealed)
VALUES (%(request)s, %(number)s, %(what)s, %(at)s, %(day)s, %(by)s, %(step)s, %(sealed)s)

-- name: request_steps
-- The steps of requests, in order.
-- since: 17
SELECT request, number, name, at, day, by, step, sealed FROM avow.request_step
WHERE request = ANY(%(ids)s) ORDER BY request, number

-- name: request_words
-- What people said with steps of a request, and its wrapped key; without such steps, one empty row.
-- since: 17
SELECT s.number, s.sealed, r.key, k.wrapped FROM avow.request AS r
LEFT JOIN avow.request_step AS s ON s.request = r.id AND s.number = ANY(%(numbers)s)
LEFT JOIN avow.bundle_key AS k ON k.id = r.key
WHERE r.id = %(request)s ORDER BY s.number

-- name: request_person_add
-- Somebody a request is about; who was entered before is written anew.
-- since: 17
INSERT INTO avow.request_person (request, person, sealed)
VALUES (%(request)s, %(person)s, %(sealed)s)
ON CONFLICT (request, person) DO UPDATE SET sealed = excluded.sealed

-- name: request_persons
-- Who a request is about.
-- since: 17
SELECT person, sealed FROM avow.request_person WHERE request = %(request)s ORDER BY person

-- name: requests_people
-- Who some requests are about, with the wrapped key of each record that was not forgotten.
-- since: 17
SELECT p.request, p.person, p.sealed, r.key, k.wrapped FROM avow.request_person AS p
JOIN avow.request AS r ON r.id = p.request
JOIN avow.bundle_key AS k ON k.id = r.key AND k.wrapped IS NOT NULL
WHERE p.request = ANY(%(ids)s) ORDER BY p.request, p.person

-- name: requests_files
-- The files of one kind of some requests, with the wrapped key of each that was not destroyed.
-- since: 17
SELECT f.request, f.id, f.key, f.sealed, k.wrapped FROM avow.request_file AS f
JOIN avow.bundle_key AS k ON k.id = f.key AND k.wrapped IS NOT NULL
WHERE f.request = ANY(%(ids)s) AND f.what = %(what)s AND f.sealed IS NOT NULL
ORDER BY f.request, f.made_at, f.id

-- name: requests_noted
-- What was noted with some requests.
-- since: 17
SELECT request, step FROM avow.request_step
WHERE request = ANY(%(ids)s) AND name = 'noted'

-- name: request_identity_add
-- What names a person of a request, as a keyed hash.
-- since: 17
INSERT INTO avow.request_identity (request, person, kind, hash, hash_key)
VALUES (%(request)s, %(person)s, %(kind)s, %(hash)s, %(hash_key)s) ON CONFLICT DO NOTHING

-- name: requests_of_hashes
-- The requests that name a person by one of these hashes, the oldest first.
-- since: 17
SELECT DISTINCT r.id, r.arrived_at, r.closed_on, i.person FROM avow.request AS r
JOIN avow.request_identity AS i ON i.request = r.id
WHERE i.hash = ANY(%(hashes)s::bytea[]) ORDER BY r.arrived_at, r.id

-- name: request_item_set
-- Where an item of a request stands.
-- since: 17
INSERT INTO avow.request_item (request, item, person, asked, state, gaps)
VALUES (%(request)s, %(item)s, %(person)s, %(asked)s, %(state)s, %(gaps)s)
ON CONFLICT (request, item) DO UPDATE SET state = excluded.state, gaps = excluded.gaps

-- name: requests_open
-- The requests that are not closed, the most urgent first.
-- since: 17
SELECT * FROM avow.request WHERE closed_on IS NULL AND NOT is_canary ORDER BY due_on, id

-- name: requests_with_tasks
-- The requests that are not closed, and those that are and have a task that is not over.
-- since: 23
SELECT id FROM avow.request
WHERE NOT is_canary
  AND (closed_on IS NULL
       OR id IN (SELECT request FROM avow.task
                 WHERE state IN ('open', 'asked', 'unreachable', 'cannot')))
ORDER BY due_on, id

-- name: requests_heard
-- The open requests whose newest step is the person's own, and not their arrival.
-- since: 17
SELECT r.id FROM avow.request AS r
JOIN avow.request_step AS f ON f.request = r.id AND f.number = 1
CROSS JOIN LATERAL (SELECT s.by, s.at FROM avow.request_step AS s WHERE s.request = r.id
                    ORDER BY s.number DESC LIMIT 1) AS newest
WHERE r.closed_on IS NULL AND NOT r.is_canary AND newest.by = 'person' AND newest.at > f.at

-- name: requests_silent
-- The requests whose term stands and in which nothing has happened since, the longest first.
-- since: 17
SELECT r.id, newest.day AS since FROM avow.request AS r
CROSS JOIN LATERAL (SELECT s.day FROM avow.request_step AS s WHERE s.request = r.id
                    ORDER BY s.number DESC LIMIT 1) AS newest
WHERE r.closed_on IS NULL AND NOT r.is_canary AND r.waits AND newest.day <= %(until)s
ORDER BY newest.day, r.id

-- name: requests_listed
-- Requests by their arrival, the newest first.
-- since: 17
SELECT * FROM avow.request WHERE arrived_on >= %(since)s AND NOT is_canary
ORDER BY arrived_at DESC, id LIMIT %(most)s

-- name: request_items_of
-- The items of requests.
-- since: 17
SELECT * FROM avow.request_item WHERE request = ANY(%(ids)s) ORDER BY request, item

-- name: request_file_add
-- Keep a file of a request, sealed.
-- since: 17
INSERT INTO avow.request_file (id, request, what, media_type, size, key, sealed, made_at, forget_on)
VALUES (%(id)s, %(request)s, %(what)s, %(media_type)s, %(size)s, %(key)s, %(sealed)s, %(at)s,
        %(forget_on)s)

-- name: request_files
-- The files of a request, without their content.
-- since: 17
SELECT id, request, what, media_type, size, key, made_at, forget_on, gone_at FROM avow.request_file
WHERE request = %(request)s ORDER BY made_at, id

-- name: request_key
-- The wrapped key of a request; `wrapped` is null once it is destroyed.
-- since: 17
SELECT r.key, k.wrapped FROM avow.request AS r
LEFT JOIN avow.bundle_key AS k ON k.id = r.key WHERE r.id = %(id)s

-- name: request_file_kept
-- One file of a request with its content and its wrapped key.
-- since: 17
SELECT f.media_type, f.key, f.sealed, k.wrapped FROM avow.request_file AS f
LEFT JOIN avow.bundle_key AS k ON k.id = f.key WHERE f.id = %(id)s

-- name: request_file
-- One file of a request with its content.
-- since: 17
SELECT * FROM avow.request_file WHERE id = %(id)s

-- name: request_file_end
-- Erase the content of a file.
-- since: 17
UPDATE avow.request_file SET sealed = NULL, gone_at = %(at)s
WHERE id = %(id)s AND sealed IS NOT NULL RETURNING key

-- name: request_files_due
-- Files whose last day is over.
-- since: 17
SELECT id, request, key FROM avow.request_file
WHERE sealed IS NOT NULL AND forget_on < %(day)s ORDER BY forget_on, id

-- name: requests_to_forget
-- Requests that were closed up to a day: their records are proof no longer.
-- since: 17
SELECT id, key FROM avow.request WHERE closed_on <= %(day)s ORDER BY closed_on, id

-- name: request_forget
-- A request and all that hangs on it go.
-- since: 17
DELETE FROM avow.request WHERE id = %(id)s RETURNING key
