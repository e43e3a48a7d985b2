-- name: planner_standings
-- Level, place on the ramp and daily budget of every rule in every system that has one.
-- since: 2
SELECT DISTINCT ON (rule, system) rule, system, level, release, people, evidence
FROM avow.level_change ORDER BY rule, system, number DESC

-- name: planner_freezes
-- Every freeze that is not over on a day; those that come back never are until somebody ends them.
-- since: 10
SELECT id, system, first_day, last_day, every FROM avow.freeze
WHERE (last_day >= %(day)s OR every IS NOT NULL) AND ended_at IS NULL ORDER BY first_day, id

-- name: planner_release
-- A release that was taken in; no row when it is unknown.
-- since: 2
SELECT digest, declaration, language, made_at FROM avow.release WHERE digest = %(digest)s
