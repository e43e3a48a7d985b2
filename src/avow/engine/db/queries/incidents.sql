-- name: incident_add
-- An incident was reported.
-- since: 26
INSERT INTO avow.incident (id, stage, known_at, due_at, steps, key, salt, made_at)
VALUES (%(id)s, %(stage)s, %(known_at)s, %(due_at)s, %(steps)s, %(key)s, %(salt)s, %(at)s)

-- name: incident_lock
-- One incident, held until the transaction ends.
-- since: 26
SELECT * FROM avow.incident WHERE id = %(id)s FOR UPDATE

-- name: incident_after
-- Where an incident stands after its newest step.
-- since: 26
UPDATE avow.incident SET stage = %(stage)s, known_at = %(known_at)s, due_at = %(due_at)s,
       steps = %(steps)s
WHERE id = %(id)s

-- name: incident_step_add
-- One more step of an incident.
-- since: 26
INSERT INTO avow.incident_step (incident, number, at, by, step, sealed)
VALUES (%(incident)s, %(number)s, %(at)s, %(by)s, %(step)s, %(sealed)s)

-- name: incident_steps
-- The steps of every incident, or of one, in order.
-- since: 26
SELECT s.incident, s.number, s.at, s.by, s.step, s.sealed, i.key
FROM avow.incident_step AS s JOIN avow.incident AS i ON i.id = s.incident
WHERE %(id)s::text IS NULL OR s.incident = %(id)s ORDER BY i.made_at, s.incident, s.number

-- name: incidents_open
-- Incidents that are not over, those whose hours end first before the others.
-- since: 26
SELECT id, stage, due_at, made_at FROM avow.incident
WHERE stage IN ('reported', 'known', 'decided') ORDER BY due_at NULLS FIRST, id
