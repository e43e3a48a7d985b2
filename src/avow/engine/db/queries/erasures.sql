-- name: request_erasure_set
-- Which plan erases an item from a system, or why none does yet; a plan that is there stays.
-- since: 21
INSERT INTO avow.request_erasure AS known (request, item, system, plan, gap, at)
VALUES (%(request)s, %(item)s, %(system)s, %(plan)s, %(gap)s, %(at)s)
ON CONFLICT (request, item, system)
DO UPDATE SET plan = excluded.plan, gap = excluded.gap, at = excluded.at

-- name: request_erasures
-- The systems of items, with how far each plan is; blocked or left out only for whom it is so.
-- since: 32
SELECT e.request, e.item, e.system, e.plan, e.gap, p.ended_at,
       CASE WHEN p.status NOT IN ('done', 'blocked') THEN p.status
            WHEN b.reason = 'AV417' THEN 'left out'
            WHEN b.reason IS NOT NULL THEN 'blocked'
            WHEN p.status IS NOT NULL THEN 'done' END AS status
FROM avow.request_erasure AS e LEFT JOIN avow.plan AS p ON p.id = e.plan
LEFT JOIN LATERAL (
    SELECT o.reason FROM avow.blocked AS o WHERE o.plan = p.id
      AND coalesce(o.case_id, e.request || '/' || e.item) = e.request || '/' || e.item
    ORDER BY o.at, o.id LIMIT 1
) AS b ON true
WHERE e.request = ANY(%(requests)s::text[]) AND (%(item)s::int IS NULL OR e.item = %(item)s)
ORDER BY e.request, e.item, e.system

-- name: request_stay_add
-- Something that a plan leaves of the person of an item.
-- since: 32
INSERT INTO avow.request_stay (plan, number, dataset, categories, why, clauses, rows, until, ends,
                               request, item)
VALUES (%(plan)s, %(number)s, %(dataset)s, %(categories)s, %(why)s, %(clauses)s, %(rows)s,
        %(until)s, %(ends)s, %(request)s, %(item)s)
ON CONFLICT DO NOTHING

-- name: request_stays
-- What stays of items, system by system.
-- since: 32
SELECT e.request AS of_request, e.item AS of_item, e.system, s.* FROM avow.request_stay AS s
JOIN avow.request_erasure AS e ON e.plan = s.plan
     AND (s.request IS NULL OR (s.request, s.item) = (e.request, e.item))
WHERE e.request = ANY(%(requests)s::text[]) AND (%(item)s::int IS NULL OR e.item = %(item)s)
ORDER BY e.request, e.item, e.system, s.number

-- name: suppressions_of
-- How many of these hashes are suppressed for a reason.
-- since: 21
SELECT count(DISTINCT hash) AS found FROM avow.suppression
WHERE hash = ANY(%(hashes)s::bytea[]) AND reason = %(reason)s

-- name: erasures_holding
-- Finished erasures of which something stays only until a hold ends, or until a day that is over.
-- since: 32
SELECT DISTINCT e.request, e.item, e.system, e.plan FROM avow.request_erasure AS e
JOIN avow.plan AS p ON p.id = e.plan AND p.status IN ('done', 'blocked')
JOIN avow.request_item AS i ON i.request = e.request AND i.item = e.item AND i.state = 'done'
JOIN avow.request_stay AS s ON s.plan = e.plan AND (s.why = %(held)s OR s.until <= %(day)s)
     AND (s.request IS NULL OR (s.request, s.item) = (e.request, e.item))
WHERE NOT EXISTS (SELECT 1 FROM avow.blocked AS b WHERE b.plan = p.id
                  AND coalesce(b.case_id, e.request || '/' || e.item) = e.request || '/' || e.item)
ORDER BY e.request, e.item, e.system

-- name: stays_told_before
-- What stays by a newer plan as by an earlier one, or less of it, was told with that.
-- since: 32
INSERT INTO avow.outcome_stay (answer, plan, number)
SELECT t.answer, n.plan, n.number FROM avow.request_stay AS n
JOIN avow.request_stay AS b ON b.plan = %(before)s
     AND (b.request IS NULL OR (b.request, b.item) = (n.request, n.item))
     AND b.dataset = n.dataset AND (n.why = %(less)s OR (b.why, b.clauses) = (n.why, n.clauses))
JOIN avow.outcome_stay AS t ON t.plan = b.plan AND t.number = b.number
WHERE n.plan = %(plan)s AND (n.request, n.item) = (%(request)s, %(item)s)
ON CONFLICT DO NOTHING

-- name: erasures_held
-- Which persons of some requests are held by a copy that they asked for.
-- since: 20
SELECT DISTINCT h.request, h.person FROM avow.access_hold AS h JOIN avow.fact AS f ON f.id = h.fact
WHERE h.request = ANY(%(requests)s::text[]) AND h.ended_at IS NULL AND f.until IS NULL
ORDER BY h.request, h.person

-- name: requests_lock
-- Some requests, each locked until the end of the transaction, in one order for everybody.
-- since: 17
SELECT id FROM avow.request WHERE id = ANY(%(requests)s::text[]) ORDER BY id FOR UPDATE

-- name: request_erasures_drop
-- An erasure that was taken back has no plan in any system any more.
-- since: 37
DELETE FROM avow.request_erasure WHERE request = %(request)s AND item = %(item)s
