-- name: rehearsal_begin
-- A rehearsal is begun: it claims nothing until it has ended.
-- since: 9
INSERT INTO avow.rehearsal
    (id, plan, plan_digest, system, release, clause, rules, schema, copy_schema, differences, state, began_at)
VALUES
    (%(id)s, %(plan)s, %(plan_digest)s, %(system)s, %(release)s, %(clause)s::text, %(rules)s::text[],
     %(schema)s, %(copy_schema)s, %(differences)s::jsonb, 'running', %(at)s)

-- name: rehearsal_end
-- A rehearsal has ended; no row when it had ended before.
-- since: 9
UPDATE avow.rehearsal
SET state = %(state)s, findings = %(findings)s::jsonb, longest_ms = %(longest_ms)s, ended_at = %(at)s
WHERE id = %(id)s AND state = 'running' RETURNING id

-- name: rehearsal_step_add
-- What one step of a rehearsal did.
-- since: 9
INSERT INTO avow.rehearsal_step
    (rehearsal, step, dataset, action, planned, counted, moved, remaining, held)
VALUES
    (%(rehearsal)s, %(step)s, %(dataset)s, %(action)s, %(planned)s, %(counted)s, %(moved)s,
     %(remaining)s, %(held)s)

-- name: rehearsal_block_add
-- Rows that the copy refused to let go, by what refused.
-- since: 9
INSERT INTO avow.rehearsal_block (rehearsal, dataset, reason, rows)
VALUES (%(rehearsal)s, %(dataset)s, %(reason)s, %(rows)s)

-- name: rehearsal_newest
-- The newest rehearsal of a rule in a system under a release, however it went.
-- since: 9
SELECT id, plan, state, findings, schema, copy_schema, began_at FROM avow.rehearsal
WHERE system = %(system)s AND release = %(release)s
  AND (clause IS NULL OR %(rule)s::text = ANY (rules))
ORDER BY began_at DESC, id DESC LIMIT 1

-- name: rehearsal_itself
-- Which database this is, as its server says.
-- since: 9
SELECT (SELECT system_identifier::text FROM pg_control_system()) AS system_identifier,
       (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS database,
       extract(epoch FROM pg_postmaster_start_time())::text AS started,
       pg_is_in_recovery() AS follows

-- name: sample_add
-- A sample was drawn.
-- since: 9
INSERT INTO avow.sample (id, plan, plan_digest, system, release, clause, rules, schema, seed, at)
VALUES (%(id)s, %(plan)s, %(plan_digest)s, %(system)s, %(release)s, %(clause)s::text,
        %(rules)s::text[], %(schema)s, %(seed)s, %(at)s)

-- name: sample_row_add
-- A row was drawn.
-- since: 9
INSERT INTO avow.sample_row (sample, number, dataset, action, stratum, agrees, sealed)
VALUES (%(sample)s, %(number)s, %(dataset)s, %(action)s, %(stratum)s, %(agrees)s, %(sealed)s)

-- name: sample_forget
-- Empty the keys of all older samples of a system.
-- since: 9
UPDATE avow.sample_row AS r SET sealed = '' FROM avow.sample AS s
WHERE s.id = r.sample AND s.system = %(system)s AND s.id <> %(id)s AND r.sealed <> ''

-- name: sample_of_plan
-- The newest sample of a plan; no row when none was drawn.
-- since: 9
SELECT id, plan, plan_digest, system, release, clause, rules, schema, seed FROM avow.sample
WHERE plan = %(plan)s ORDER BY at DESC, id DESC LIMIT 1

-- name: sample_of_id
-- One sample.
-- since: 9
SELECT id, plan, plan_digest, system, release, clause, rules, schema, seed FROM avow.sample
WHERE id = %(id)s

-- name: sample_rows
-- The rows of a sample in their order.
-- since: 9
SELECT number, dataset, action, stratum, agrees, sealed, judgement, person FROM avow.sample_row
WHERE sample = %(sample)s ORDER BY number

-- name: sample_judge
-- Write down what somebody said of a row; a right row's key is not needed, a wrong row stays wrong.
-- since: 9
UPDATE avow.sample_row
SET judgement = %(judgement)s, person = %(person)s, judged_at = %(at)s,
    sealed = CASE WHEN %(judgement)s = 'right' THEN ''::bytea ELSE sealed END
WHERE sample = %(sample)s AND number = %(number)s
  AND (judgement IS DISTINCT FROM 'wrong' OR %(judgement)s = 'wrong')
RETURNING number

-- name: sample_correct
-- Put another judgement in the place of a wrong one; what was said before is given back.
-- since: 11
WITH before AS (
    SELECT judgement, person, judged_at FROM avow.sample_row
    WHERE sample = %(sample)s AND number = %(number)s AND judgement = 'wrong' FOR UPDATE
)
UPDATE avow.sample_row AS r
SET judgement = %(judgement)s, person = %(person)s, judged_at = %(at)s,
    sealed = CASE WHEN %(judgement)s = 'right' THEN ''::bytea ELSE sealed END
FROM before
WHERE r.sample = %(sample)s AND r.number = %(number)s
RETURNING before.judgement, before.person, before.judged_at

-- name: sample_corrected
-- How often a row was corrected.
-- since: 11
SELECT count(*) AS times FROM avow.sample_correction
WHERE sample = %(sample)s AND number = %(number)s

-- name: sample_correction_add
-- A judgement as it was before it was corrected, and why it was.
-- since: 11
INSERT INTO avow.sample_correction
    (sample, number, place, before, person, judged_at, judgement, by, sealed, salt, at)
VALUES
    (%(sample)s, %(number)s, %(place)s, %(before)s, %(person)s, %(judged_at)s, %(judgement)s,
     %(by)s::text[], %(sealed)s, %(salt)s, %(at)s)

-- name: sample_corrections
-- Every judgement of a sample that was corrected, oldest first.
-- since: 11
SELECT number, place, before, person, judged_at, judgement, by, sealed, at
FROM avow.sample_correction WHERE sample = %(sample)s ORDER BY at, number, place

-- name: sample_newest
-- The newest sample of a rule in a system under a release, with how it was judged.
-- since: 9
SELECT s.id, s.plan, s.schema, s.at, count(r.number) AS rows,
       count(r.number) FILTER (WHERE r.judgement IS NULL) AS open,
       count(*) FILTER (WHERE r.judgement = 'right') AS "right"
FROM avow.sample AS s LEFT JOIN avow.sample_row AS r ON r.sample = s.id
WHERE s.system = %(system)s AND s.release = %(release)s
  AND (s.clause IS NULL OR %(rule)s::text = ANY (s.rules))
GROUP BY s.id ORDER BY s.at DESC, s.id DESC LIMIT 1

-- name: sample_wrong
-- How many rows were judged wrong in all samples of a rule in a system under a release.
-- since: 9
SELECT count(*) AS wrong FROM avow.sample AS s JOIN avow.sample_row AS r ON r.sample = s.id
WHERE s.system = %(system)s AND s.release = %(release)s AND r.judgement = 'wrong'
  AND (s.clause IS NULL OR %(rule)s::text = ANY (s.rules))
