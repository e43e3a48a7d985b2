-- name: plan_person_add
-- Keep a person of an erasure plan, sealed.
-- since: 32
INSERT INTO avow.plan_person (plan, number, dataset, sealed, case_id)
VALUES (%(plan)s, %(number)s, %(dataset)s, %(sealed)s, %(case_id)s)

-- name: plan_persons
-- The persons of an erasure plan in their order; none once the plan has ended.
-- since: 7
SELECT number, dataset, sealed FROM avow.plan_person WHERE plan = %(plan)s ORDER BY number

-- name: plan_cases
-- For which request each person of a plan of many requests is erased.
-- since: 32
SELECT number, case_id FROM avow.plan_person WHERE plan = %(plan)s AND case_id IS NOT NULL

-- name: plan_spared
-- The persons of a plan who are not to be erased any more.
-- since: 32
SELECT number FROM avow.plan_person WHERE plan = %(plan)s AND spared_at IS NOT NULL

-- name: plan_persons_spare
-- Spare the persons for whom some plans erase by these cases: all of a plan with one request.
-- since: 32
UPDATE avow.plan_person SET spared_at = %(at)s
WHERE plan = ANY(%(plans)s) AND (case_id IS NULL OR case_id = ANY(%(cases)s))
  AND spared_at IS NULL

-- name: plans_without_persons
-- Withdraw those of some plans that no worker has, and of which everybody is spared.
-- since: 32
UPDATE avow.plan AS p SET status = 'withdrawn', ended_at = %(at)s
WHERE p.id = ANY(%(plans)s) AND p.status IN ('waiting', 'approved', 'paused')
  AND EXISTS (SELECT 1 FROM avow.plan_person AS o WHERE o.plan = p.id)
  AND NOT EXISTS (SELECT 1 FROM avow.plan_person AS o
                  WHERE o.plan = p.id AND o.spared_at IS NULL)
RETURNING p.id
