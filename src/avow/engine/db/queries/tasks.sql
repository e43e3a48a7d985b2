-- name: mailbox_set
-- Where somebody is written to; what was entered before is replaced.
-- since: 23
INSERT INTO avow.mailbox (who, language, sealed, may_instruct, by, made_at)
VALUES (%(who)s, %(language)s, %(sealed)s, %(may_instruct)s, %(by)s, %(at)s)
ON CONFLICT (who) DO UPDATE SET language = excluded.language, sealed = excluded.sealed,
    may_instruct = excluded.may_instruct, by = excluded.by, made_at = excluded.made_at

-- name: mailbox_of
-- Where somebody is written to.
-- since: 23
SELECT * FROM avow.mailbox WHERE who = %(who)s

-- name: mailboxes
-- Everybody who can be written to.
-- since: 23
SELECT * FROM avow.mailbox ORDER BY who

-- name: mailbox_end
-- Somebody is written to no more.
-- since: 23
DELETE FROM avow.mailbox WHERE who = %(who)s RETURNING who

-- name: task_add
-- Make a task; one that exists stays as it is, and no row is given.
-- since: 23
INSERT INTO avow.task (id, request, item, person, instruction, act, place, asks, basis, due_on,
                       state, steps, key, salt, is_canary, made_at)
VALUES (%(id)s, %(request)s, %(item)s, %(person)s, %(instruction)s, %(act)s, %(place)s, %(asks)s,
        %(basis)s, %(due_on)s, %(state)s, 1, %(key)s, %(salt)s, %(is_canary)s, %(at)s)
ON CONFLICT DO NOTHING RETURNING id

-- name: task_lock
-- One task, held until the transaction ends.
-- since: 23
SELECT * FROM avow.task WHERE id = %(id)s FOR UPDATE

-- name: task_known
-- One task.
-- since: 23
SELECT * FROM avow.task WHERE id = %(id)s

-- name: task_after
-- Where a task stands after its newest step.
-- since: 23
UPDATE avow.task SET state = %(state)s, is_answered = %(is_answered)s, steps = %(steps)s
WHERE id = %(id)s

-- name: task_step_add
-- One more step.
-- since: 23
INSERT INTO avow.task_step (task, number, at, day, by, step, sealed)
VALUES (%(task)s, %(number)s, %(at)s, %(day)s, %(by)s, %(step)s, %(sealed)s)

-- name: task_steps
-- The steps of tasks, in order.
-- since: 23
SELECT task, number, at, day, by, step, sealed FROM avow.task_step
WHERE task = ANY(%(ids)s) ORDER BY task, number

-- name: tasks_of_request
-- The tasks of a request.
-- since: 23
SELECT * FROM avow.task WHERE request = %(request)s ORDER BY item, made_at, id

-- name: tasks_of_instruction
-- The tasks of an instruction.
-- since: 23
SELECT * FROM avow.task WHERE instruction = %(instruction)s ORDER BY made_at, id

-- name: tasks_open
-- Tasks that nobody answered and nobody took back, the most urgent first.
-- since: 23
SELECT * FROM avow.task
WHERE (state IN ('open', 'asked', 'unreachable') OR state = 'cannot' AND act NOT LIKE 'tell-%%')
  AND NOT is_canary ORDER BY due_on, id

-- name: tasks_of_place
-- The tasks about a place that are not over, and the newest hundred.
-- since: 23
SELECT * FROM avow.task
WHERE place = %(place)s AND NOT is_canary
  AND (state IN ('open', 'asked', 'unreachable', 'cannot')
       OR id IN (SELECT id FROM avow.task WHERE place = %(place)s AND NOT is_canary
                 ORDER BY made_at DESC, id LIMIT 100))
ORDER BY due_on, id

-- name: tasks_seen
-- Every task made since an instant.
-- since: 23
SELECT * FROM avow.task WHERE made_at >= %(since)s AND NOT is_canary ORDER BY due_on, id

-- name: task_letters
-- What became of the letters about tasks.
-- since: 23
SELECT about, state, reason FROM avow.letter WHERE about = ANY(%(abouts)s)

-- name: instruction_add
-- A controller instructs us.
-- since: 23
INSERT INTO avow.instruction (id, tenant, what, arrived_at, due_on, key, salt, sealed, by)
VALUES (%(id)s, %(tenant)s, %(what)s, %(arrived_at)s, %(due_on)s, %(key)s, %(salt)s, %(sealed)s,
        %(by)s)

-- name: instruction_known
-- One instruction.
-- since: 23
SELECT * FROM avow.instruction WHERE id = %(id)s

-- name: instruction_confirm
-- The registered contact confirmed it.
-- since: 23
UPDATE avow.instruction SET confirmed_at = %(at)s
WHERE id = %(id)s AND confirmed_at IS NULL RETURNING id

-- name: instruction_lock
-- One instruction, held until the transaction ends.
-- since: 23
SELECT * FROM avow.instruction WHERE id = %(id)s FOR UPDATE

-- name: instruction_planned
-- A plan carries it out.
-- since: 34
UPDATE avow.instruction SET plan = %(plan)s WHERE id = %(id)s

-- name: instruction_ended
-- The controller is told what was done; no row when it was told before.
-- since: 34
UPDATE avow.instruction SET ended_at = %(at)s WHERE id = %(id)s AND ended_at IS NULL RETURNING id

-- name: instruction_contested
-- The controller is told that we hold it to be unlawful; no row when it was told before.
-- since: 34
UPDATE avow.instruction SET contested_at = %(at)s, contested = %(sealed)s
WHERE id = %(id)s AND contested_at IS NULL RETURNING id

-- name: instructions_restored
-- A backup of a system was restored: what removed rows there since an instant is done again.
-- since: 38
UPDATE avow.instruction AS i
SET ended_at = NULL, restored_at = %(at)s, restored_by = %(by)s
FROM avow.plan AS p
WHERE p.id = i.plan AND p.kind = 'instruction' AND p.system = %(system)s
  AND p.status IN ('done', 'blocked') AND p.ended_at >= %(since)s
RETURNING i.id

-- name: instructions_listed
-- The log of instructions, the newest first.
-- since: 38
SELECT id, tenant, what, arrived_at, due_on, confirmed_at, by, plan, ended_at, contested_at,
       restored_at
FROM avow.instruction
ORDER BY arrived_at DESC, id

-- name: instructions_standing
-- Every instruction, or one, with where its plan and its tasks stand; the newest first.
-- since: 38
SELECT i.id, i.tenant, i.what, i.arrived_at, i.due_on, i.confirmed_at, i.by, i.plan, i.ended_at,
       i.contested_at, i.restored_at, p.status AS plan_status, c.state AS confirming, d.state AS doing,
       f.state AS fetching, g.ends_on AS fetch_until,
       EXISTS (SELECT FROM avow.letter AS l
               WHERE l.about = i.plan AND l.kind = 'instruction-done') AS is_told
FROM avow.instruction AS i
LEFT JOIN avow.plan AS p ON p.id = i.plan
LEFT JOIN avow.task AS c ON c.instruction = i.id AND c.act = 'confirm'
LEFT JOIN avow.task AS d ON d.instruction = i.id AND d.act = 'instructed'
LEFT JOIN avow.task AS f ON f.instruction = i.id AND f.act = 'fetch'
LEFT JOIN avow.instruction_package AS g ON g.instruction = i.id
WHERE %(id)s::text IS NULL OR i.id = %(id)s
ORDER BY i.arrived_at DESC, i.id

-- name: instructions_restricting
-- Instructions whose plan kept rows of a controller from use, the oldest first.
-- since: 39
SELECT i.id, i.tenant, i.plan FROM avow.instruction AS i
JOIN avow.cell_change AS c ON c.plan = i.plan AND c.done_at IS NOT NULL AND c.back_at IS NULL
WHERE i.what = 'restrict' ORDER BY i.arrived_at, i.id

-- name: instruction_package_put
-- What a controller asked for is drawn; an earlier package of the same instruction is gone with it.
-- since: 36
INSERT INTO avow.instruction_package
    (instruction, key, sealed, rows, code, code_key, ends_on, made_at, by)
VALUES (%(instruction)s, %(key)s, %(sealed)s, %(rows)s, %(code)s, %(code_key)s, %(ends_on)s,
        %(at)s, %(by)s)
ON CONFLICT (instruction) DO UPDATE
SET key = excluded.key, sealed = excluded.sealed, rows = excluded.rows, code = excluded.code,
    code_key = excluded.code_key, wrong = 0, ends_on = excluded.ends_on,
    made_at = excluded.made_at, by = excluded.by, fetched_at = NULL

-- name: instruction_package_lock
-- The package of an instruction, held until the transaction ends.
-- since: 36
SELECT * FROM avow.instruction_package WHERE instruction = %(instruction)s FOR UPDATE

-- name: instruction_package
-- The package of an instruction, without what is in it.
-- since: 36
SELECT instruction, rows, ends_on, made_at, by, fetched_at FROM avow.instruction_package
WHERE instruction = %(instruction)s

-- name: instruction_package_wrong
-- A wrong code was given.
-- since: 36
UPDATE avow.instruction_package SET wrong = wrong + 1 WHERE instruction = %(instruction)s

-- name: instruction_package_fetched
-- The package was fetched; the first time counts.
-- since: 36
UPDATE avow.instruction_package SET fetched_at = coalesce(fetched_at, %(at)s)
WHERE instruction = %(instruction)s

-- name: instruction_package_end
-- The controller has it: nothing is kept of it here, but that it was.
-- since: 36
UPDATE avow.instruction_package SET sealed = NULL WHERE instruction = %(instruction)s

-- name: mailboxes_instructing
-- The tenants of which a contact is registered that may instruct us.
-- since: 23
SELECT who FROM avow.mailbox WHERE may_instruct AND who LIKE 'tenant:%%' ORDER BY who

-- name: disclosure_add
-- Data were disclosed to a recipient.
-- since: 23
INSERT INTO avow.disclosure (id, recipient, system, purpose, categories, disclosed_on, forget_on, by)
VALUES (%(id)s, %(recipient)s, %(system)s, %(purpose)s, %(categories)s, %(day)s, %(forget_on)s,
        %(by)s)

-- name: disclosed_person_add
-- A person whose data they were.
-- since: 23
INSERT INTO avow.disclosed_person (disclosure, hash, hash_key)
VALUES (%(disclosure)s, %(hash)s, %(hash_key)s) ON CONFLICT DO NOTHING

-- name: disclosures_of
-- What was disclosed of a person, by recipient.
-- since: 23
SELECT DISTINCT d.id, d.recipient, d.system, d.purpose, d.categories, d.disclosed_on
FROM avow.disclosure AS d JOIN avow.disclosed_person AS p ON p.disclosure = d.id
WHERE p.hash = ANY(%(hashes)s::bytea[]) ORDER BY d.disclosed_on, d.id

-- name: disclosures_logged
-- The recipients of which a log is kept, with its first day.
-- since: 23
SELECT recipient, min(disclosed_on) AS first FROM avow.disclosure GROUP BY recipient

-- name: disclosures_forget
-- What was disclosed so long ago that it is kept no longer.
-- since: 23
DELETE FROM avow.disclosure WHERE forget_on < %(day)s RETURNING id

-- name: datasets_worked_on
-- The datasets in which plans ran that no controller instructed and confirmed for its own sphere.
-- since: 34
SELECT DISTINCT p.system, j.dataset FROM avow.journal_step AS j
JOIN avow.plan AS p ON p.id = j.plan
LEFT JOIN avow.instruction AS i
  ON i.plan = p.id AND i.tenant = p.sphere AND i.confirmed_at <= p.made_at
WHERE i.id IS NULL ORDER BY p.system, j.dataset
