-- name: script_add
-- Keep scripts that were made for an owner.
-- since: 12
INSERT INTO avow.script (id, system, release, as_of, clause, accepted, catalogue, tokens, files,
                         made_at)
VALUES (%(id)s, %(system)s, %(release)s, %(as_of)s, %(clause)s, %(accepted)s, %(catalogue)s,
        %(tokens)s, %(files)s, %(at)s)

-- name: script
-- Scripts by their id, or by that of their plan.
-- since: 12
SELECT * FROM avow.script WHERE id = %(id)s OR plan = %(id)s

-- name: script_counted
-- The owner gave the counts, and a plan was made of them; no row when that was done before.
-- since: 12
UPDATE avow.script SET structure = %(structure)s, counted_by = %(by)s, counted_at = %(at)s,
                       plan = %(plan)s
WHERE id = %(id)s AND plan IS NULL RETURNING id

-- name: script_issued
-- The script of changes was issued, for the first time or anew; no row after a result.
-- since: 12
UPDATE avow.script SET facts = %(facts)s, valid_until = %(until)s, issued_at = %(at)s,
                       files = %(files)s, tokens = %(tokens)s
WHERE id = %(id)s AND attested_at IS NULL RETURNING id

-- name: script_attested
-- The owner attested a result; no row when that was done before.
-- since: 12
UPDATE avow.script SET result = %(result)s, attested_by = %(by)s, attested_at = %(at)s
WHERE id = %(id)s AND attested_at IS NULL RETURNING id

-- name: scripts_out
-- Scripts of changes that owners may still run on a day.
-- since: 12
SELECT id, system, plan, valid_until, issued_at FROM avow.script
WHERE valid_until >= %(day)s AND attested_at IS NULL ORDER BY issued_at, id
