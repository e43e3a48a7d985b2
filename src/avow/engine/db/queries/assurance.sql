-- name: assurance_results
-- Per check, place, leg and case the newest answer and the newest that could look; all failed cases.
-- since: 14
-- The series are walked along their index, from one to the next: answers of other days are not read.
WITH RECURSIVE series AS (
    (SELECT check_id, item, avow.clauses_digest(clauses) AS promised,
            coalesce(detail ->> 'leg', '') AS leg, coalesce(detail ->> 'case', '') AS of_case,
            answer = 'blind' AS is_blind
     FROM avow.check_result
     ORDER BY check_id, item, avow.clauses_digest(clauses), coalesce(detail ->> 'leg', ''),
              coalesce(detail ->> 'case', ''), (answer = 'blind'), at DESC, number DESC
     LIMIT 1)
    UNION ALL
    SELECT next.* FROM series, LATERAL (
        SELECT r.check_id, r.item, avow.clauses_digest(r.clauses),
               coalesce(r.detail ->> 'leg', ''), coalesce(r.detail ->> 'case', ''),
               r.answer = 'blind'
        FROM avow.check_result AS r
        WHERE (r.check_id, r.item, avow.clauses_digest(r.clauses), coalesce(r.detail ->> 'leg', ''),
               coalesce(r.detail ->> 'case', ''), (r.answer = 'blind'))
            > (series.check_id, series.item, series.promised, series.leg, series.of_case,
               series.is_blind)
        ORDER BY r.check_id, r.item, avow.clauses_digest(r.clauses),
                 coalesce(r.detail ->> 'leg', ''), coalesce(r.detail ->> 'case', ''),
                 (r.answer = 'blind'), r.at DESC, r.number DESC
        LIMIT 1) AS next
)
SELECT newest.* FROM series, LATERAL (
    SELECT number, check_id, clauses, kind, item, answer, count, detail, canary_seen, enforced, at,
           fresh_until
    FROM avow.check_result AS r
    WHERE r.check_id = series.check_id AND r.item = series.item
      AND avow.clauses_digest(r.clauses) = series.promised
      AND coalesce(r.detail ->> 'leg', '') = series.leg
      AND coalesce(r.detail ->> 'case', '') = series.of_case
      AND (r.answer = 'blind') = series.is_blind AND r.at <= %(at)s
    ORDER BY r.at DESC, r.number DESC
    LIMIT 1) AS newest
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
-- The first instant at which any check answered.
-- since: 6
SELECT min(at) AS first FROM avow.check_result
