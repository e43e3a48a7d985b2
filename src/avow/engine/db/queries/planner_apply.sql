-- name: planner_let_go_dead
-- Give back the lease of a worker that is known to be dead; no row when it has another owner.
-- since: 3
UPDATE avow.journal_step SET lease_owner = NULL, lease_until = NULL
WHERE plan = %(plan)s AND step = %(step)s AND lease_owner = %(owner)s RETURNING step

-- name: planner_chunk
-- One chunk of a step; no row when it was never started.
-- since: 3
SELECT state, counts FROM avow.journal_chunk
WHERE plan = %(plan)s AND step = %(step)s AND chunk = %(chunk)s

-- name: planner_open_chunks
-- The chunks that were started and have not ended, with who holds their step.
-- since: 3
SELECT c.plan, c.step, c.chunk, c.started_at, s.lease_owner, s.lease_until
FROM avow.journal_chunk AS c JOIN avow.journal_step AS s USING (plan, step)
WHERE c.state = 'started' ORDER BY c.plan, c.step, c.chunk

-- name: planner_plans_waiting
-- Plans that may be applied or taken up again, oldest first.
-- since: 12
SELECT id FROM avow.plan
WHERE status IN ('approved', 'running', 'paused') AND kind IN ('sweep', 'erasure') AND NOT simulated
  AND NOT EXISTS (SELECT 1 FROM avow.script AS s WHERE s.plan = plan.id)
ORDER BY made_at, id

-- name: planner_last_plan
-- The newest sweep of a system in this release for the same clause, to compare counts with.
-- since: 3
SELECT id FROM avow.plan
WHERE system = %(system)s AND kind = 'sweep' AND release = %(release)s AND NOT simulated
  AND counts ->> 'clause' IS NOT DISTINCT FROM %(clause)s::text
ORDER BY made_at DESC, id DESC LIMIT 1

-- name: planner_days_counted
-- On how many days, up to a day, plans of a release counted a system with nothing unknown.
-- since: 3
SELECT count(DISTINCT as_of) AS days FROM avow.plan
WHERE system = %(system)s AND release = %(release)s AND kind = 'sweep'
  AND as_of > %(day)s::date - %(most)s::int AND as_of <= %(day)s
  AND NOT findings @> '[{"code": "AV403"}]'

-- name: planner_chunks_not_checked
-- How many chunks of a release in a system were committed without a check inside them.
-- since: 3
SELECT count(*) AS chunks FROM avow.journal_chunk AS c JOIN avow.plan AS p ON p.id = c.plan
WHERE p.system = %(system)s AND p.release = %(release)s AND NOT p.simulated
  AND c.state = 'committed' AND c.counts <> '{}'
