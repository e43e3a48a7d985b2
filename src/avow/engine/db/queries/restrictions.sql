-- name: cell_change_add
-- A plan that changes cells of named rows was made.
-- since: 22
INSERT INTO avow.cell_change (plan, bundle, wanted) VALUES (%(plan)s, %(bundle)s, %(wanted)s)

-- name: cell_change
-- What a plan changes, sealed.
-- since: 22
SELECT * FROM avow.cell_change WHERE plan = %(plan)s

-- name: cell_change_begun
-- What stood there before is safe: the system may commit.
-- since: 22
UPDATE avow.cell_change SET before = %(before)s, rows = %(rows)s WHERE plan = %(plan)s

-- name: cell_change_done
-- The system committed.
-- since: 22
UPDATE avow.cell_change SET done_at = %(at)s WHERE plan = %(plan)s AND done_at IS NULL

-- name: cell_change_back
-- What was changed is put back.
-- since: 22
UPDATE avow.cell_change SET back_at = %(at)s WHERE plan = %(plan)s AND back_at IS NULL

-- name: restriction_add
-- Rows of a dataset are restricted.
-- since: 22
INSERT INTO avow.restriction (id, request, item, system, dataset, mode, rows, facts, since)
VALUES (%(id)s, %(request)s, %(item)s, %(system)s, %(dataset)s, %(mode)s, %(rows)s, %(facts)s,
        %(at)s)

-- name: restriction_planned
-- The plan that enforces the restrictions of an item in a system.
-- since: 22
UPDATE avow.restriction SET plan = %(plan)s
WHERE request = %(request)s AND item = %(item)s AND system = %(system)s AND mode <> 'none'
  AND lifted_at IS NULL

-- name: restrictions_of
-- The restrictions of an item, lifted ones too.
-- since: 22
SELECT * FROM avow.restriction WHERE request = %(request)s AND item = %(item)s
ORDER BY system, dataset

-- name: restrictions_standing
-- Every restriction that stands.
-- since: 22
SELECT * FROM avow.restriction WHERE lifted_at IS NULL ORDER BY system, dataset, id

-- name: restriction_told
-- The person was told that it will be lifted.
-- since: 22
UPDATE avow.restriction SET told_at = %(at)s
WHERE request = %(request)s AND item = %(item)s AND lifted_at IS NULL AND told_at IS NULL

-- name: restriction_lifted
-- A restriction was lifted.
-- since: 22
UPDATE avow.restriction SET lifted_at = %(at)s WHERE id = %(id)s AND lifted_at IS NULL
