-- name: plan_person_add
-- Keep a person of an erasure plan, sealed.
-- since: 7
INSERT INTO avow.plan_person (plan, number, dataset, sealed)
VALUES (%(plan)s, %(number)s, %(dataset)s, %(sealed)s)

-- name: plan_persons
-- The persons of an erasure plan in their order; none once the plan has ended.
-- since: 7
SELECT number, dataset, sealed FROM avow.plan_person WHERE plan = %(plan)s ORDER BY number
