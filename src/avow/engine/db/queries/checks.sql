-- name: check_run_add
-- A run of the checks begins.
-- since: 6
INSERT INTO avow.check_run (id, release, started_at) VALUES (%(id)s, %(release)s, %(at)s)

-- name: check_run_end
-- A run of the checks has ended.
-- since: 6
UPDATE avow.check_run SET ended_at = %(at)s WHERE id = %(id)s AND ended_at IS NULL RETURNING id

-- name: check_result_add
-- Keep what a check said about one item.
-- since: 6
INSERT INTO avow.check_result (run, check_id, clauses, kind, item, answer, count, detail,
                               canary_seen, enforced, at, fresh_until)
VALUES (%(run)s, %(check_id)s, %(clauses)s, %(kind)s, %(item)s, %(answer)s, %(count)s, %(detail)s,
        %(canary_seen)s, %(enforced)s, %(at)s, %(fresh_until)s)

-- name: check_results_last
-- The last answer of every check about every item, of one clause when it is given.
-- since: 6
SELECT DISTINCT ON (check_id, item) check_id, item, clauses, kind, answer, count, detail,
       canary_seen, enforced, at, fresh_until, run
FROM avow.check_result
WHERE %(clause)s::text IS NULL OR clauses @> ARRAY[%(clause)s::text]
ORDER BY check_id, item, number DESC

-- name: check_results_of
-- What one check said about one item, newest first.
-- since: 6
SELECT * FROM avow.check_result WHERE check_id = %(check_id)s AND item = %(item)s
ORDER BY number DESC LIMIT %(most)s

-- name: attestation_add
-- A person attests a clause with a document.
-- since: 6
INSERT INTO avow.attestation (id, clauses, item, person, document, at, lapses_on)
VALUES (%(id)s, %(clauses)s, %(item)s, %(person)s, %(document)s, %(at)s, %(lapses_on)s)

-- name: attestations
-- The attestations that hold on a day.
-- since: 6
SELECT * FROM avow.attestation WHERE withdrawn_at IS NULL AND lapses_on >= %(day)s ORDER BY at, id

-- name: remedy_add
-- Say what was done about a late case.
-- since: 6
INSERT INTO avow.remedy (id, check_id, item, person, reason, at)
VALUES (%(id)s, %(check_id)s, %(item)s, %(person)s, %(reason)s, %(at)s)

-- name: remedies
-- The remedies of a check.
-- since: 6
SELECT * FROM avow.remedy WHERE check_id = %(check_id)s ORDER BY at, id
