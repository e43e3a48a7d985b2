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
-- since: 39
UPDATE avow.cell_change SET back_at = %(at)s, back_rows = %(rows)s WHERE plan = %(plan)s AND back_at IS NULL

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
WHERE request = %(request)s AND item = %(item)s AND system = %(system)s AND mode NOT IN ('none', 'gate')
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

-- name: restriction_caused
-- Why the restrictions of an item stand.
-- since: 31
UPDATE avow.restriction SET cause = %(cause)s
WHERE request = %(request)s AND item = %(item)s AND lifted_at IS NULL

-- name: use_asked_add
-- Somebody asked whether rows may be used.
-- since: 31
INSERT INTO avow.use_asked (at, by, system, dataset, purpose, rows, refused)
VALUES (%(at)s, %(by)s, %(system)s, %(dataset)s, %(purpose)s, %(rows)s, %(refused)s)

-- name: use_asked_last
-- When each program or person last asked about rows of a dataset.
-- since: 31
SELECT by, max(at) AS at FROM avow.use_asked
WHERE system = %(system)s AND dataset = %(dataset)s GROUP BY by ORDER BY by

-- name: corrected_add
-- Values were corrected away.
-- since: 31
INSERT INTO avow.corrected (id, request, item, plan, category, hashes, hash_key, at, until)
VALUES (%(id)s, %(request)s, %(item)s, %(plan)s, %(category)s, %(hashes)s, %(hash_key)s, %(at)s,
        %(until)s)
ON CONFLICT (plan, category) DO NOTHING

-- name: corrected_standing
-- Corrections whose copies are still looked at.
-- since: 31
SELECT id, request, item, plan, category, hashes, hash_key, at, until FROM avow.corrected
WHERE until >= %(day)s ORDER BY at, id

-- name: corrected_over
-- Forget hashes of values whose copies are looked at no more.
-- since: 31
DELETE FROM avow.corrected WHERE until < %(day)s

-- name: corrected_stays_add
-- A value rightly stays in a field, though it was corrected elsewhere.
-- since: 31
INSERT INTO avow.corrected_stays (request, item, place, reason, by, at)
VALUES (%(request)s, %(item)s, %(place)s, %(reason)s, %(by)s, %(at)s)
ON CONFLICT (request, item, place) DO NOTHING

-- name: corrected_stays
-- Fields where a value rightly stays.
-- since: 31
SELECT request, item, place, reason FROM avow.corrected_stays
WHERE request = ANY(%(requests)s) ORDER BY request, item, place

-- name: corrections_to_end
-- Living keys of corrections that were over before an instant and that nobody is putting back.
-- since: 22
SELECT c.bundle FROM avow.cell_change AS c
JOIN avow.plan AS p ON p.id = c.plan AND p.kind = 'correction' AND p.ended_at < %(before)s
JOIN avow.bundle_key AS k ON k.id = c.bundle AND k.destroyed_at IS NULL
WHERE NOT EXISTS (SELECT FROM avow.plan AS l
                  WHERE l.kind = 'lifting' AND l.case_id = p.id
                    AND l.status IN ('approved', 'running', 'paused'))
