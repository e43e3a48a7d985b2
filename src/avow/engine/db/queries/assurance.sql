-- name: assurance_results
-- Per check, place, leg and case the newest answer and the newest that could look; all failed cases.
-- since: 6
(SELECT DISTINCT ON (check_id, item, clauses, detail->>'leg', detail->>'case', answer = 'blind')
        number, check_id, clauses, kind, item, answer, count, detail, canary_seen, enforced, at,
        fresh_until
 FROM avow.check_result
 WHERE at <= %(at)s
 ORDER BY check_id, item, clauses, detail->>'leg', detail->>'case', answer = 'blind',
          at DESC, number DESC)
UNION
SELECT number, check_id, clauses, kind, item, answer, count, detail, canary_seen, enforced, at,
       fresh_until
FROM avow.check_result
WHERE kind = 'case' AND answer = 'fail' AND at <= %(at)s
ORDER BY number

-- name: assurance_documents
-- Every attestation that was not withdrawn, lapsed ones too: they say since when one is missing.
-- since: 6
SELECT clauses, person, document, at, lapses_on FROM avow.attestation
WHERE withdrawn_at IS NULL AND at <= %(at)s ORDER BY at, id

-- name: assurance_remedies
-- What was done about late cases.
-- since: 6
SELECT check_id, item, at FROM avow.remedy WHERE at <= %(at)s ORDER BY at, id

-- name: assurance_days
-- The first and the last instant at which any check answered.
-- since: 6
SELECT min(at) AS first, max(at) AS last FROM avow.check_result
