-- name: plan_add
-- Keep a plan.
-- since: 3
INSERT INTO avow.plan (id, kind, system, sphere, rule, case_id, release, as_of, steps, counts,
                       bounds, findings, digest, status, level, simulated, valid_until, made_at)
VALUES (%(id)s, %(kind)s, %(system)s, %(sphere)s, %(rule)s, %(case_id)s, %(release)s, %(as_of)s,
        %(steps)s, %(counts)s, %(bounds)s, %(findings)s, %(digest)s, %(status)s, %(level)s,
        %(simulated)s, %(valid_until)s, %(at)s)

-- name: plan
-- One plan.
-- since: 3
SELECT * FROM avow.plan WHERE id = %(id)s

-- name: plan_content
-- Where one plan stands, with the hash of its content: who has read it once need not read it again.
-- since: 3
SELECT id, status, level, digest, made_at,
       sha256(convert_to(counts::text || steps::text, 'UTF8')) AS content
FROM avow.plan WHERE id = %(id)s

-- name: plans_content
-- Where the newest plans stand, newest first, each with the hash of its content.
-- since: 3
SELECT id, status, level, digest, made_at,
       sha256(convert_to(counts::text || steps::text, 'UTF8')) AS content
FROM avow.plan ORDER BY made_at DESC, id LIMIT %(most)s

-- name: plans_whole
-- Some plans whole.
-- since: 3
SELECT id, counts, steps FROM avow.plan WHERE id = ANY(%(plans)s::text[])

-- name: plan_lock
-- One plan, locked until the end of the transaction.
-- since: 3
SELECT * FROM avow.plan WHERE id = %(id)s FOR UPDATE

-- name: plans
-- Plans by status and system, newest first; null for either means all.
-- since: 3
SELECT * FROM avow.plan
WHERE (%(status)s::text IS NULL OR status = %(status)s)
  AND (%(system)s::text IS NULL OR system = %(system)s)
ORDER BY made_at DESC, id LIMIT %(most)s

-- name: plans_of_case
-- The plans made for a request.
-- since: 3
SELECT * FROM avow.plan WHERE case_id = %(case_id)s ORDER BY made_at, id

-- name: plans_unheard
-- The plans made for one of some requests that are not over, and that no item of it has.
-- since: 21
SELECT p.id, p.system, p.status, p.case_id FROM avow.plan AS p
WHERE p.case_id = ANY(%(requests)s::text[]) AND p.status <> ALL(%(over)s::text[])
  AND NOT EXISTS (SELECT 1 FROM avow.request_erasure AS e
                  WHERE e.request = p.case_id AND e.plan = p.id)
ORDER BY p.case_id, p.made_at, p.id

-- name: plan_status
-- Move a plan from one status to another; no row when it is not in `from`.
-- since: 3
UPDATE avow.plan SET status = %(status)s,
       ended_at = CASE WHEN %(ended)s THEN %(at)s::timestamptz END
WHERE id = %(id)s AND status = ANY(%(from)s) RETURNING id

-- name: plans_running_since_before
-- Plans that may still have a batch from before an instant: what a new hold waits for.
-- since: 3
SELECT DISTINCT plan FROM avow.journal_chunk
WHERE state = 'started' AND started_at <= %(at)s ORDER BY plan

-- name: approval_add
-- Keep a person's approval of a plan's digest; a second one of the same person changes nothing.
-- since: 3
INSERT INTO avow.plan_approval (plan, person, digest, key, signature, at)
VALUES (%(plan)s, %(person)s, %(digest)s, %(key)s, %(signature)s, %(at)s) ON CONFLICT DO NOTHING
RETURNING person

-- name: approvals
-- The approvals of a plan that are for its present digest.
-- since: 3
SELECT a.person, a.digest, a.key, a.signature, a.at FROM avow.plan_approval AS a
JOIN avow.plan AS p ON p.id = a.plan AND p.digest = a.digest
WHERE a.plan = %(plan)s ORDER BY a.at, a.person

-- name: approvals_of
-- The approvals of some plans that are for their present digests.
-- since: 3
SELECT a.plan, a.person, a.at FROM avow.plan_approval AS a
JOIN avow.plan AS p ON p.id = a.plan AND p.digest = a.digest
WHERE a.plan = ANY(%(plans)s::text[]) ORDER BY a.plan, a.at, a.person

-- name: journal_step_add
-- Enter a step of a plan; nothing happens when it is there.
-- since: 3
INSERT INTO avow.journal_step (plan, step, dataset, action, changed_at)
VALUES (%(plan)s, %(step)s, %(dataset)s, %(action)s, %(at)s) ON CONFLICT DO NOTHING

-- name: journal_steps
-- The steps of a plan in order.
-- since: 3
SELECT * FROM avow.journal_step WHERE plan = %(plan)s ORDER BY step

-- name: journal_lease
-- Take or keep the lease of a step; no row when another owner's has not ended.
-- since: 3
UPDATE avow.journal_step
SET lease_owner = %(owner)s, lease_until = %(until)s, state = 'running', changed_at = %(at)s
WHERE plan = %(plan)s AND step = %(step)s AND state IN ('ready', 'running', 'stopped')
  AND (lease_owner IS NULL OR lease_owner = %(owner)s OR lease_until <= %(at)s)
RETURNING *

-- name: journal_heartbeat
-- Move the lease on; no row when it was lost, and then the owner must not commit.
-- since: 3
UPDATE avow.journal_step SET lease_until = %(until)s, changed_at = %(at)s
WHERE plan = %(plan)s AND step = %(step)s AND lease_owner = %(owner)s RETURNING lease_until

-- name: journal_chunk_start
-- Say that a chunk is about to run, before anything is changed in the system.
-- since: 3
INSERT INTO avow.journal_chunk (plan, step, chunk, state, started_at)
VALUES (%(plan)s, %(step)s, %(chunk)s, 'started', %(at)s)
ON CONFLICT (plan, step, chunk) DO UPDATE SET state = 'started', started_at = excluded.started_at,
    ended_at = NULL

-- name: journal_chunk_end
-- Say how a chunk ended and what it changed.
-- since: 3
UPDATE avow.journal_chunk SET state = %(state)s, counts = %(counts)s, ended_at = %(at)s
WHERE plan = %(plan)s AND step = %(step)s AND chunk = %(chunk)s RETURNING chunk

-- name: journal_chunks
-- The chunks of a plan in order.
-- since: 3
SELECT * FROM avow.journal_chunk WHERE plan = %(plan)s ORDER BY step, chunk

-- name: journal_advance
-- Move a step past a committed chunk; no row when the lease was lost.
-- since: 3
UPDATE avow.journal_step
SET cursor = %(cursor)s, chunk = %(chunk)s + 1, rows = rows + %(rows)s,
    at_least = at_least OR %(at_least)s, changed_at = %(at)s
WHERE plan = %(plan)s AND step = %(step)s AND chunk = %(chunk)s AND lease_owner = %(owner)s
RETURNING chunk, rows

-- name: journal_step_end
-- End a step or let it go: the lease is given back, and the cursor emptied when it is over.
-- since: 3
UPDATE avow.journal_step
SET state = %(state)s, lease_owner = NULL, lease_until = NULL, changed_at = %(at)s,
    cursor = CASE WHEN %(state)s IN ('done', 'blocked') THEN NULL ELSE cursor END
WHERE plan = %(plan)s AND step = %(step)s AND lease_owner = %(owner)s RETURNING state

-- name: receipt_add
-- Keep a system's receipt for a chunk; nothing happens when it is there.
-- since: 3
INSERT INTO avow.receipt (plan, step, chunk, system, rows, at)
VALUES (%(plan)s, %(step)s, %(chunk)s, %(system)s, %(rows)s, %(at)s) ON CONFLICT DO NOTHING

-- name: receipts
-- The receipts of a plan.
-- since: 3
SELECT * FROM avow.receipt WHERE plan = %(plan)s ORDER BY step, chunk, system

-- name: blocked_add
-- Note a person whose erasure failed alone.
-- since: 32
INSERT INTO avow.blocked (id, plan, step, dataset, reason, sealed_key, case_id, at)
VALUES (%(id)s, %(plan)s, %(step)s, %(dataset)s, %(reason)s, %(sealed_key)s, %(case_id)s, %(at)s)

-- name: blocked_open
-- The blocked of a plan, or of all plans when it is null.
-- since: 3
SELECT * FROM avow.blocked
WHERE solved_at IS NULL AND (%(plan)s::text IS NULL OR plan = %(plan)s) ORDER BY at, id

-- name: blocked_solve
-- A blocked person is solved: the sealed key is emptied.
-- since: 3
UPDATE avow.blocked SET solved_at = %(at)s, sealed_key = ''
WHERE id = %(id)s AND solved_at IS NULL RETURNING id
