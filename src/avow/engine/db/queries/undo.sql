-- name: undo_bundle_kept
-- How far a bundle counts: its rows, and the digest of its file until there.
-- since: 4
UPDATE avow.undo_bundle SET rows = %(rows)s, digest = %(digest)s
WHERE id = %(id)s AND destroyed_at IS NULL

-- name: undo_bundles_lying
-- Rows that lie in bundles, by plan and dataset, and the last day on which they can come back.
-- since: 37
SELECT plan, system, dataset, destroy_by, sum(rows)::bigint AS rows FROM avow.undo_bundle
WHERE destroyed_at IS NULL AND rows > 0 AND case_id IS NULL AND system = coalesce(%(system)s::text, system)
GROUP BY plan, system, dataset, destroy_by ORDER BY system, destroy_by, dataset, plan

-- name: undo_plan_open
-- The undo of a plan that was begun and has not ended.
-- since: 4
SELECT id FROM avow.plan
WHERE kind = 'undo' AND case_id = %(plan)s AND ended_at IS NULL ORDER BY made_at LIMIT 1

-- name: undo_bundles_of_cases
-- The bundles of some cases in plans of erasure, with their keys and how many frames they have.
-- since: 37
SELECT b.*, k.wrapped,
       (SELECT count(*) FROM avow.undo_frame AS f WHERE f.bundle = b.id) AS frames
FROM avow.undo_bundle AS b JOIN avow.bundle_key AS k ON k.id = b.key
WHERE b.plan = ANY(%(plans)s::text[]) AND b.case_id = ANY(%(cases)s::text[])
ORDER BY b.plan, b.case_id

-- name: erasures_half_back
-- Erasures of which something lies, and of which somebody said since they began that they come back.
-- since: 37
WITH lying AS (
    SELECT split_part(case_id, '/', 1) AS request, min(ends_at) AS ends_at FROM avow.undo_bundle
    WHERE case_id IS NOT NULL AND destroyed_at IS NULL AND ends_at > %(at)s GROUP BY 1
), said AS (
    SELECT l.request, l.ends_at, s.number,
           split_part(convert_from(s.step, 'UTF8')::jsonb ->> 'what', '.', 2) AS item
    FROM lying AS l JOIN avow.request_step AS s ON s.request = l.request AND s.name = 'noted'
    WHERE starts_with(convert_from(s.step, 'UTF8')::jsonb ->> 'what', 'bring-back.')
)
SELECT DISTINCT request, item, ends_at FROM said
WHERE NOT EXISTS (SELECT FROM avow.request_step AS later
                  WHERE later.request = said.request AND later.number > said.number
                    AND later.name IN ('begun', 'brought-back')
                    AND convert_from(later.step, 'UTF8')::jsonb ->> 'item' = said.item)
ORDER BY ends_at, request, item

-- name: undo_bundle_of_case_add
-- Begin the bundle of a case in a plan of erasure.
-- since: 37
INSERT INTO avow.undo_bundle (id, plan, system, key, rows, destroy_by, made_at, case_id, ends_at)
VALUES (%(id)s, %(plan)s, %(system)s, %(key)s, 0, %(destroy_by)s, %(at)s, %(case)s, %(ends_at)s)

-- name: undo_frame_add
-- Rows that a batch of an erasure takes out, sealed.
-- since: 37
INSERT INTO avow.undo_frame (bundle, number, chunk, rows, sealed)
VALUES (%(bundle)s, %(number)s, %(chunk)s, %(rows)s, %(sealed)s)

-- name: undo_bundle_shared_add
-- Rows that went for a case and lie nowhere, since they were somebody else's too who went.
-- since: 37
UPDATE avow.undo_bundle SET shared = shared + %(rows)s WHERE id = %(id)s

-- name: undo_frames_drop
-- Forget the frames of a batch of a plan that was surely undone.
-- since: 37
DELETE FROM avow.undo_frame AS f USING avow.undo_bundle AS b
WHERE b.id = f.bundle AND b.plan = %(plan)s AND f.chunk = %(chunk)s AND b.destroyed_at IS NULL

-- name: undo_bundles_recount
-- How many rows lie in the bundles of cases of a plan.
-- since: 37
UPDATE avow.undo_bundle AS b
SET rows = coalesce((SELECT sum(f.rows) FROM avow.undo_frame AS f WHERE f.bundle = b.id), 0)
WHERE b.plan = %(plan)s AND b.case_id = ANY(%(cases)s::text[]) AND b.destroyed_at IS NULL

-- name: undo_frames
-- The frames of a bundle in the order in which they were written.
-- since: 37
SELECT number, rows, sealed FROM avow.undo_frame WHERE bundle = %(bundle)s ORDER BY number

-- name: undo_frames_end
-- Delete the frames of bundles that are destroyed.
-- since: 37
DELETE FROM avow.undo_frame WHERE bundle = ANY(%(ids)s::text[])

-- name: undo_cases_lying
-- Erasures that can be taken back: by plan how many cases, their rows, and when the first ends.
-- since: 37
SELECT plan, system, count(*) AS cases, sum(rows)::bigint AS rows, min(ends_at) AS ends_at
FROM avow.undo_bundle
WHERE destroyed_at IS NULL AND rows > 0 AND case_id IS NOT NULL
GROUP BY plan, system ORDER BY min(ends_at), plan

-- name: undo_cases_over
-- How many bundles of erasures lie, and how many of them longer than until a moment.
-- since: 37
SELECT count(*) AS lying, count(*) FILTER (WHERE ends_at < %(before)s) AS over
FROM avow.undo_bundle WHERE destroyed_at IS NULL AND case_id IS NOT NULL
