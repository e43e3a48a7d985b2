-- name: key_reference_add
-- Note a key of the key ring by its id.
-- since: 4
INSERT INTO avow.key_reference (id, use, public_key, seen_at)
VALUES (%(id)s, %(use)s, %(public_key)s, %(at)s) ON CONFLICT DO NOTHING

-- name: key_reference_retire
-- A newer key has taken the place of the others of its use.
-- since: 4
UPDATE avow.key_reference SET retired_at = %(at)s
WHERE use = %(use)s AND id <> %(id)s AND retired_at IS NULL

-- name: key_references
-- The keys this database has met.
-- since: 4
SELECT id, use, public_key, seen_at, retired_at FROM avow.key_reference ORDER BY seen_at, id

-- name: bundle_key_add
-- Keep a wrapped key.
-- since: 4
INSERT INTO avow.bundle_key (id, purpose, wrapped, made_at, destroy_by)
VALUES (%(id)s, %(purpose)s, %(wrapped)s, %(at)s, %(destroy_by)s)

-- name: bundle_key
-- A wrapped key; `wrapped` is null once it is destroyed.
-- since: 4
SELECT id, purpose, wrapped, made_at, destroy_by, destroyed_at
FROM avow.bundle_key WHERE id = %(id)s

-- name: bundle_key_destroy
-- Empty wrapped keys; the ids of those that were alive.
-- since: 4
UPDATE avow.bundle_key SET wrapped = NULL, destroyed_at = %(at)s
WHERE id = ANY(%(ids)s) AND destroyed_at IS NULL RETURNING id

-- name: bundle_keys_due
-- The living keys whose last day is over.
-- since: 4
SELECT id, purpose, destroy_by FROM avow.bundle_key
WHERE destroyed_at IS NULL AND destroy_by < %(day)s ORDER BY destroy_by, id

-- name: undo_bundle_add
-- Note a file with rows that can be brought back.
-- since: 4
INSERT INTO avow.undo_bundle (id, plan, system, dataset, key, path, rows, digest, destroy_by, made_at)
VALUES (%(id)s, %(plan)s, %(system)s, %(dataset)s, %(key)s, %(path)s, %(rows)s, %(digest)s,
        %(destroy_by)s, %(at)s)

-- name: undo_bundles
-- The bundles of a plan, or all that are not destroyed when it is null.
-- since: 4
SELECT * FROM avow.undo_bundle
WHERE CASE WHEN %(plan)s::text IS NULL THEN destroyed_at IS NULL ELSE plan = %(plan)s END
ORDER BY destroy_by, id

-- name: undo_bundle_end
-- Note that a bundle was restored or destroyed.
-- since: 4
UPDATE avow.undo_bundle
SET restored_at = CASE WHEN %(restored)s THEN %(at)s::timestamptz ELSE restored_at END,
    destroyed_at = CASE WHEN %(restored)s THEN destroyed_at ELSE %(at)s::timestamptz END
WHERE id = %(id)s AND destroyed_at IS NULL RETURNING id
