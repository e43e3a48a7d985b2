-- name: undo_bundle_kept
-- How far a bundle counts: its rows, and the digest of its file until there.
-- since: 4
UPDATE avow.undo_bundle SET rows = %(rows)s, digest = %(digest)s
WHERE id = %(id)s AND destroyed_at IS NULL

-- name: undo_bundles_lying
-- Rows that lie in bundles, by plan and dataset, and the last day on which they can come back.
-- since: 4
SELECT plan, system, dataset, destroy_by, sum(rows)::bigint AS rows FROM avow.undo_bundle
WHERE destroyed_at IS NULL AND rows > 0 AND system = coalesce(%(system)s::text, system)
GROUP BY plan, system, dataset, destroy_by ORDER BY system, destroy_by, dataset, plan

-- name: undo_plan_open
-- The undo of a plan that was begun and has not ended.
-- since: 4
SELECT id FROM avow.plan
WHERE kind = 'undo' AND case_id = %(plan)s AND ended_at IS NULL ORDER BY made_at LIMIT 1
