-- name: request_erasure_set
-- Which plan erases an item from a system, or why none does yet; a plan that is there stays.
-- since: 21
INSERT INTO avow.request_erasure AS known (request, item, system, plan, gap, at)
VALUES (%(request)s, %(item)s, %(system)s, %(plan)s, %(gap)s, %(at)s)
ON CONFLICT (request, item, system)
DO UPDATE SET plan = excluded.plan, gap = excluded.gap, at = excluded.at

-- name: request_erasures
-- The systems of an item, with how far each plan is.
-- since: 21
SELECT e.system, e.plan, e.gap, p.status, p.ended_at FROM avow.request_erasure AS e
LEFT JOIN avow.plan AS p ON p.id = e.plan
WHERE e.request = %(request)s AND e.item = %(item)s ORDER BY e.system

-- name: request_stay_add
-- Something that a plan leaves.
-- since: 21
INSERT INTO avow.request_stay (plan, number, dataset, categories, why, clauses, rows, until, ends)
VALUES (%(plan)s, %(number)s, %(dataset)s, %(categories)s, %(why)s, %(clauses)s, %(rows)s,
        %(until)s, %(ends)s)
ON CONFLICT DO NOTHING

-- name: request_stays
-- What stays of an item, system by system.
-- since: 21
SELECT e.system, s.* FROM avow.request_stay AS s
JOIN avow.request_erasure AS e ON e.plan = s.plan
WHERE e.request = %(request)s AND e.item = %(item)s ORDER BY e.system, s.number

-- name: suppressions_of
-- How many of these hashes are suppressed for a reason.
-- since: 21
SELECT count(DISTINCT hash) AS found FROM avow.suppression
WHERE hash = ANY(%(hashes)s::bytea[]) AND reason = %(reason)s

-- name: erasures_holding
-- Finished erasures of which something stays only until a hold ends, or until a day that is over.
-- since: 21
SELECT DISTINCT e.request, e.item, e.system, e.plan FROM avow.request_erasure AS e
JOIN avow.plan AS p ON p.id = e.plan AND p.status = 'done'
JOIN avow.request_item AS i ON i.request = e.request AND i.item = e.item AND i.state = 'done'
JOIN avow.request_stay AS s ON s.plan = e.plan AND (s.why = %(held)s OR s.until <= %(day)s)
ORDER BY e.request, e.item, e.system

-- name: stays_told_before
-- What stays by a newer plan as by an earlier one, or less of it, was told with that.
-- since: 29
INSERT INTO avow.outcome_stay (answer, plan, number)
SELECT t.answer, n.plan, n.number FROM avow.request_stay AS n
JOIN avow.request_stay AS b ON b.plan = %(before)s
     AND b.dataset = n.dataset AND (n.why = %(less)s OR (b.why, b.clauses) = (n.why, n.clauses))
JOIN avow.outcome_stay AS t ON t.plan = b.plan AND t.number = b.number
WHERE n.plan = %(plan)s ON CONFLICT DO NOTHING
