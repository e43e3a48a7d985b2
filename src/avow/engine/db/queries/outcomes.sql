-- name: outcome_letter_add
-- One wording of a letter that says what was done.
-- since: 29
INSERT INTO avow.outcome_letter (answer, number, request, person, items, letter, digest, by, at)
VALUES (%(answer)s, %(number)s, %(request)s, %(person)s, %(items)s, %(letter)s, %(digest)s, %(by)s,
        %(at)s)

-- name: outcome_letters
-- The wordings of a letter, oldest first.
-- since: 29
SELECT * FROM avow.outcome_letter WHERE answer = %(answer)s ORDER BY number

-- name: outcomes_of
-- The newest wording of each letter of a request.
-- since: 29
SELECT DISTINCT ON (answer) * FROM avow.outcome_letter
WHERE request = %(request)s ORDER BY answer, number DESC

-- name: outcome_stays_add
-- What a letter says that it stays of some items of a request.
-- since: 32
INSERT INTO avow.outcome_stay (answer, plan, number)
SELECT %(answer)s, s.plan, s.number FROM avow.request_stay AS s
JOIN avow.request_erasure AS e ON e.plan = s.plan
     AND (s.request IS NULL OR (s.request, s.item) = (e.request, e.item))
WHERE e.request = %(request)s AND e.item = ANY(%(items)s)
ON CONFLICT DO NOTHING

-- name: stays_of_requests
-- What stays of the erasures of some requests, and the letters that told it.
-- since: 32
SELECT e.request, e.item, e.system, s.plan, s.number, s.dataset, s.categories, s.why, s.clauses,
       s.rows, s.until, s.ends, array_remove(array_agg(t.answer), NULL) AS told
FROM avow.request_stay AS s
JOIN avow.request_erasure AS e ON e.plan = s.plan
     AND (s.request IS NULL OR (s.request, s.item) = (e.request, e.item))
LEFT JOIN avow.outcome_stay AS t ON t.plan = s.plan AND t.number = s.number
WHERE e.request = ANY(%(ids)s)
GROUP BY e.request, e.item, e.system, s.plan, s.number ORDER BY e.request, e.item, s.plan, s.number
