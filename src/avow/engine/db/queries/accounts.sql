-- name: accounts_exist
-- Whether anybody ever got an account: from then on nobody comes in without one.
-- since: 24
SELECT EXISTS (SELECT FROM avow.account) AS found

-- name: accounts_listed
-- Every account without what proves anything.
-- since: 24
SELECT person, made_at, made_by, enrolled_at, ended_at, blocked_until, enrol_until,
       (SELECT count(*) FROM avow.account_session AS s WHERE s.person = a.person) AS sessions,
       (SELECT count(*) FROM avow.account_recovery AS r
        WHERE r.person = a.person AND r.used_at IS NULL) AS recovery
FROM avow.account AS a ORDER BY person

-- name: account_put
-- An account, new or made anew: a fresh secret, no password, nothing that worked before.
-- since: 24
INSERT INTO avow.account (person, seed, enrol_hash, enrol_until, made_at, made_by)
VALUES (%(person)s, %(seed)s, %(enrol_hash)s, %(enrol_until)s, %(at)s, %(by)s)
ON CONFLICT (person) DO UPDATE
SET seed = excluded.seed, enrol_hash = excluded.enrol_hash, enrol_until = excluded.enrol_until,
    made_at = excluded.made_at, made_by = excluded.made_by, password = NULL, enrolled_at = NULL,
    ended_at = NULL, last_step = 0, failures = 0, blocked_until = NULL

-- name: account_lock
-- One account, held until the transaction ends, so that attempts count one after the other.
-- since: 24
SELECT * FROM avow.account WHERE person = %(person)s FOR UPDATE

-- name: account_tried
-- An attempt counts before it is known whether it is right.
-- since: 24
UPDATE avow.account SET failures = %(failures)s, blocked_until = %(blocked_until)s
WHERE person = %(person)s

-- name: account_step
-- A code is used: false when this one, or a later one, was used before.
-- since: 24
UPDATE avow.account SET last_step = %(step)s, failures = 0, blocked_until = NULL
WHERE person = %(person)s AND last_step < %(step)s RETURNING person

-- name: account_cleared
-- An attempt was right.
-- since: 24
UPDATE avow.account SET failures = 0, blocked_until = NULL WHERE person = %(person)s

-- name: account_enrolled
-- The person chose a password; the one-time secret works no more.
-- since: 24
UPDATE avow.account SET password = %(password)s, enrolled_at = %(at)s, enrol_hash = NULL,
       enrol_until = NULL
WHERE person = %(person)s AND enrol_hash = %(enrol_hash)s RETURNING person

-- name: account_rehashed
-- The same password under the parameters of today.
-- since: 24
UPDATE avow.account SET password = %(password)s WHERE person = %(person)s

-- name: account_end
-- An account works no more.
-- since: 24
UPDATE avow.account SET ended_at = %(at)s, enrol_hash = NULL, enrol_until = NULL
WHERE person = %(person)s AND ended_at IS NULL RETURNING person

-- name: recovery_add
-- A code for when the device is lost.
-- since: 24
INSERT INTO avow.account_recovery (person, hash) VALUES (%(person)s, %(hash)s)

-- name: recovery_clear
-- The codes of before work no more.
-- since: 24
DELETE FROM avow.account_recovery WHERE person = %(person)s

-- name: recovery_use
-- Use a code once.
-- since: 24
UPDATE avow.account_recovery SET used_at = %(at)s
WHERE person = %(person)s AND hash = %(hash)s AND used_at IS NULL RETURNING person

-- name: session_add
-- Somebody signed in.
-- since: 24
INSERT INTO avow.account_session (hash, person, made_at, seen_at)
VALUES (%(hash)s, %(person)s, %(at)s, %(at)s)

-- name: session_of
-- Who is signed in under an id.
-- since: 24
SELECT s.person, s.made_at, s.seen_at FROM avow.account_session AS s
JOIN avow.account AS a ON a.person = s.person
WHERE s.hash = %(hash)s AND a.ended_at IS NULL AND a.enrolled_at IS NOT NULL

-- name: session_seen
-- They are still there.
-- since: 24
UPDATE avow.account_session SET seen_at = %(at)s WHERE hash = %(hash)s

-- name: session_end
-- One session ends.
-- since: 24
DELETE FROM avow.account_session WHERE hash = %(hash)s

-- name: sessions_end
-- Every session of a person ends.
-- since: 24
DELETE FROM avow.account_session WHERE person = %(person)s

-- name: sessions_over
-- Sessions that nobody used, or that lasted long enough, go.
-- since: 24
DELETE FROM avow.account_session WHERE seen_at < %(idle)s OR made_at < %(absolute)s

-- name: address_tried
-- One more attempt from an address.
-- since: 24
INSERT INTO avow.sign_in_address (hash, failures, last_at) VALUES (%(hash)s, 1, %(at)s)
ON CONFLICT (hash) DO UPDATE
SET failures = avow.sign_in_address.failures + 1, last_at = excluded.last_at
RETURNING failures, blocked_until

-- name: address_blocked
-- No attempt from an address counts for a while.
-- since: 24
UPDATE avow.sign_in_address SET blocked_until = %(until)s WHERE hash = %(hash)s

-- name: address_cleared
-- Somebody signed in from there.
-- since: 24
DELETE FROM avow.sign_in_address WHERE hash = %(hash)s

-- name: addresses_over
-- Addresses of yesterday go.
-- since: 24
DELETE FROM avow.sign_in_address WHERE last_at < %(before)s

-- name: release_asked_add
-- Somebody asks for the release of a stop.
-- since: 24
INSERT INTO avow.release_asked (stop, person, at) VALUES (%(stop)s, %(person)s, %(at)s)
ON CONFLICT DO NOTHING RETURNING person

-- name: releases_asked
-- Who asked for the release of stops, in order.
-- since: 24
SELECT stop, person, at FROM avow.release_asked WHERE stop = ANY(%(stops)s) ORDER BY at, person

-- name: view_add
-- Somebody opened data of a person.
-- since: 35
INSERT INTO avow.view_log (id, at, by, request, instruction, person, what, why, salt)
VALUES (%(id)s, %(at)s, %(by)s, nullif(%(request)s, ''), nullif(%(instruction)s, ''), %(person)s,
        %(what)s, %(why)s, %(salt)s)

-- name: views_newest
-- What was opened last.
-- since: 35
SELECT id, at, by, coalesce(request, '') AS request, coalesce(instruction, '') AS instruction,
       person, what, why
FROM avow.view_log
ORDER BY at DESC, id LIMIT %(most)s

-- name: views_of
-- What of a request was opened.
-- since: 35
SELECT id, at, by, request, '' AS instruction, person, what, why FROM avow.view_log
WHERE request = %(request)s ORDER BY at DESC, id
