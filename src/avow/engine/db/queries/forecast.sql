-- name: forecast_add
-- Keep a look at a system.
-- since: 8
INSERT INTO avow.forecast (id, system, release, day, why, gaps, schema, at)
VALUES (%(id)s, %(system)s, %(release)s, %(day)s, %(why)s, %(gaps)s, %(schema)s, %(at)s)

-- name: foreseen_add
-- Keep how many rows a sweep of one day would find.
-- since: 8
INSERT INTO avow.foreseen (forecast, dataset, clause, move, rules, day, rows)
VALUES (%(forecast)s, %(dataset)s, %(clause)s, %(move)s, %(rules)s, %(day)s, %(rows)s)

-- name: forecast_ever
-- Whether a system was ever seen.
-- since: 8
SELECT EXISTS (SELECT FROM avow.forecast WHERE system = %(system)s AND why = '') AS seen

-- name: forecasts_end
-- Drop the looks that are older than the last one that is needed; novelties keep their day.
-- since: 8
DELETE FROM avow.forecast AS old
WHERE old.day < %(before)s AND EXISTS (
    SELECT FROM avow.forecast AS newer
    WHERE newer.system = old.system AND newer.why = '' AND newer.at > old.at)

-- name: forecasts_last
-- The newest look at each system.
-- since: 8
SELECT DISTINCT ON (system) id, system, release, day, why, gaps, at
FROM avow.forecast ORDER BY system, at DESC, id

-- name: foreseen_of
-- What some looks foresee.
-- since: 8
SELECT forecast, dataset, clause, move, rules, day, rows FROM avow.foreseen
WHERE forecast = ANY(%(forecasts)s::text[]) ORDER BY forecast, dataset, clause, move, day

-- name: novelty_seen
-- A difference between map and system was seen; the first day stays.
-- since: 8
INSERT INTO avow.novelty (system, kind, name, since, at_first)
VALUES (%(system)s, %(kind)s, %(name)s, %(day)s, %(at_first)s) ON CONFLICT DO NOTHING

-- name: novelties_end
-- Forget the differences of a system that are there no longer.
-- since: 8
DELETE FROM avow.novelty AS known WHERE system = %(system)s AND NOT EXISTS (
    SELECT FROM unnest(%(kinds)s::text[], %(names)s::text[]) AS seen (kind, name)
    WHERE seen.kind = known.kind AND seen.name = known.name)

-- name: novelties
-- Every difference between the maps and the systems, the newest first.
-- since: 8
SELECT system, kind, name, since, at_first FROM avow.novelty
ORDER BY since DESC, system, kind, name

-- name: forecast_planned_schema
-- The digest of the schema that the last sweep of a release was made for; no row without one.
-- since: 3
SELECT steps -> -1 ->> 'catalogue' AS schema FROM avow.plan
WHERE system = %(system)s AND release = %(release)s AND kind = 'sweep' AND jsonb_array_length(steps) > 0
ORDER BY made_at DESC, id LIMIT 1

-- name: today_sweeps
-- The newest sweep of each of some systems that was not withdrawn, without its steps.
-- since: 3
SELECT newest.* FROM unnest(%(systems)s::text[]) AS asked (name), LATERAL (
SELECT id, system, release, as_of, status, level, digest, made_at,
       counts ->> 'clause' AS clause,
       ARRAY(SELECT DISTINCT each ->> 'code' FROM jsonb_array_elements(findings) AS each ORDER BY 1)
           AS codes
FROM avow.plan WHERE kind = 'sweep' AND status <> 'withdrawn' AND system = asked.name
ORDER BY made_at DESC, id LIMIT 1) AS newest
ORDER BY system

-- name: today_steps
-- What the last part of each plan counted, a row per step that moves anything; `left` is not done yet.
-- since: 3
SELECT whole.id AS plan, each ->> 'dataset' AS dataset, each ->> 'move' AS move, each -> 'clauses' AS clauses,
       each -> 'rules' AS rules, (beside -> 'measure' ->> 'rows')::bigint AS rows,
       greatest(0, (beside ->> 'bound')::bigint - coalesce(done.rows, 0)) AS left
FROM avow.plan AS whole
CROSS JOIN LATERAL (SELECT whole.steps -> -1 AS part) AS last
CROSS JOIN LATERAL jsonb_array_elements(part -> 'program' -> 'steps')
    WITH ORDINALITY AS s (each, place)
JOIN LATERAL jsonb_array_elements(part -> 'steps') WITH ORDINALITY AS b (beside, number)
    ON number = place
LEFT JOIN avow.journal_step AS done ON done.plan = whole.id AND done.step = place - 1
    AND jsonb_array_length(whole.steps) = 1
WHERE whole.id = ANY(%(plans)s::text[]) AND (beside -> 'measure' ->> 'rows')::bigint > 0
ORDER BY whole.id, place

-- name: today_plans
-- Plans of some statuses, of each the newest first and at most `most`, without their steps.
-- since: 3
SELECT newest.* FROM unnest(%(statuses)s::text[]) WITH ORDINALITY AS asked (said, place), LATERAL (
    SELECT id, status, system, as_of, counts ->> 'author' AS author, made_at FROM avow.plan
    WHERE status = asked.said ORDER BY made_at DESC, id LIMIT %(most)s) AS newest
ORDER BY place, made_at DESC, id
