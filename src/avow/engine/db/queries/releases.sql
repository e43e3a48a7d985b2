-- name: release_add
-- Take in a release; nothing happens when it is known.
-- since: 2
INSERT INTO avow.release (digest, declaration, language, made_at)
VALUES (%(digest)s, %(declaration)s, %(language)s, %(at)s) ON CONFLICT DO NOTHING

-- name: release_file_add
-- Keep one file of a release.
-- since: 2
INSERT INTO avow.release_file (release, path, bytes)
VALUES (%(release)s, %(path)s, %(bytes)s) ON CONFLICT DO NOTHING

-- name: release_files
-- The files of a release by path.
-- since: 2
SELECT path, bytes FROM avow.release_file WHERE release = %(release)s ORDER BY path

-- name: release_digests
-- Every release that was taken in, newest first.
-- since: 2
SELECT digest FROM avow.release ORDER BY made_at DESC, digest

-- name: release_sign
-- Keep a person's signature under a release.
-- since: 2
INSERT INTO avow.release_signature (release, person, role, key, signature, at)
VALUES (%(release)s, %(person)s, %(role)s, %(key)s, %(signature)s, %(at)s) ON CONFLICT DO NOTHING

-- name: release_signatures
-- Who signed a release, in order.
-- since: 2
SELECT person, role, key, signature, at FROM avow.release_signature
WHERE release = %(release)s ORDER BY at, person

-- name: activation_lock
-- Activations and level changes one at a time, until the end of the transaction.
-- since: 2
SELECT pg_advisory_xact_lock(1635151733)

-- name: activation_add
-- Put a release in force; the one in force before is noted by the database.
-- since: 2
INSERT INTO avow.activation (release, previous, consequences, people, at)
VALUES (%(release)s, (SELECT release FROM avow.activation ORDER BY number DESC LIMIT 1),
        %(consequences)s, %(people)s, %(at)s)
RETURNING number, previous

-- name: activation_last
-- What is in force; no row before the first activation.
-- since: 2
SELECT number, release, previous, consequences, people, at
FROM avow.activation ORDER BY number DESC LIMIT 1

-- name: activations
-- Every activation, newest first.
-- since: 2
SELECT number, release, previous, consequences, people, at FROM avow.activation ORDER BY number DESC

-- name: level_change_add
-- Change what avow may do for a rule in a system.
-- since: 2
INSERT INTO avow.level_change (rule, system, level, release, people, reason, evidence, at)
VALUES (%(rule)s, %(system)s, %(level)s, %(release)s, %(people)s, %(reason)s, %(evidence)s, %(at)s)
RETURNING number

-- name: levels
-- The level of every rule in every system that has one; observe where there is no row.
-- since: 2
SELECT DISTINCT ON (rule, system) rule, system, level, release, people, reason, at
FROM avow.level_change ORDER BY rule, system, number DESC

-- name: level_of
-- The level of one rule in one system; no row means observe.
-- since: 2
SELECT level, release, people, reason, at FROM avow.level_change
WHERE rule = %(rule)s AND system = %(system)s ORDER BY number DESC LIMIT 1

-- name: level_history
-- How the level of one rule in one system changed, newest first.
-- since: 2
SELECT level, release, people, reason, evidence, at FROM avow.level_change
WHERE rule = %(rule)s AND system = %(system)s ORDER BY number DESC

-- name: stop_add
-- Stop one system, or everything when `system` is null.
-- since: 2
INSERT INTO avow.stop (id, system, placed_by, placed_at)
VALUES (%(id)s, %(system)s, %(person)s, %(at)s)

-- name: stop_release
-- Release a stop by two people; no row when it is unknown or released.
-- since: 2
UPDATE avow.stop SET released_by = %(people)s, released_at = %(at)s
WHERE id = %(id)s AND released_at IS NULL RETURNING system

-- name: stops_standing
-- The stops that hold for a system, those for everything among them.
-- since: 2
SELECT id, system, placed_by, placed_at FROM avow.stop
WHERE released_at IS NULL AND (system IS NULL OR %(system)s::text IS NULL OR system = %(system)s)
ORDER BY placed_at

-- name: freeze_add
-- Freeze one system, or everything when `system` is null, for some days.
-- since: 10
INSERT INTO avow.freeze (id, system, first_day, last_day, every, reason, person)
VALUES (%(id)s, %(system)s, %(first_day)s, %(last_day)s, %(every)s, %(reason)s, %(person)s)

-- name: freeze_end
-- End a freeze by two people; no row when it is unknown or was ended.
-- since: 10
UPDATE avow.freeze SET ended_by = %(people)s, ended_at = %(at)s
WHERE id = %(id)s AND ended_at IS NULL RETURNING id

-- name: budget_take
-- Use up rows of the day's budget; no row when fewer than `rows` are left of `most`.
-- since: 2
INSERT INTO avow.budget_use AS used (system, day, rows)
SELECT %(system)s, %(day)s, %(rows)s::bigint WHERE %(rows)s::bigint <= %(most)s::bigint
ON CONFLICT (system, day) DO UPDATE SET rows = used.rows + excluded.rows
WHERE used.rows + excluded.rows <= %(most)s::bigint RETURNING rows

-- name: budget_used
-- Rows changed in a system on a day; no row when none.
-- since: 2
SELECT rows FROM avow.budget_use WHERE system = %(system)s AND day = %(day)s

-- name: budget_give_back
-- Give back rows that were reserved and did not move.
-- since: 2
UPDATE avow.budget_use SET rows = rows - %(rows)s
WHERE system = %(system)s AND day = %(day)s AND rows >= %(rows)s
