-- name: round_lock
-- Whether this session alone may do a round now; the lock ends with the transaction.
-- since: 27
SELECT pg_try_advisory_xact_lock(1635151734, hashtext(%(round)s)) AS mine

-- name: round_known
-- When a round was last done.
-- since: 27
INSERT INTO avow.round AS known (name) VALUES (%(round)s)
ON CONFLICT (name) DO UPDATE SET name = known.name RETURNING *

-- name: round_began
-- A round begins.
-- since: 27
UPDATE avow.round SET started_at = %(at)s WHERE name = %(round)s

-- name: round_done
-- A round has succeeded.
-- since: 27
UPDATE avow.round SET ended_at = %(at)s, done_at = %(at)s, failures = 0, code = '', said = %(said)s
WHERE name = %(round)s

-- name: round_failed
-- A round has failed; it is tried again sooner than its period, and later each time.
-- since: 27
UPDATE avow.round SET ended_at = %(at)s, failures = failures + 1, code = %(code)s
WHERE name = %(round)s

-- name: rounds
-- Every round that was ever begun.
-- since: 27
SELECT * FROM avow.round ORDER BY name
