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
