-- name: dossier_first_answers
-- When each check first answered, up to an instant.
-- since: 6
SELECT check_id AS check, min(at) AS first FROM avow.check_result WHERE at <= %(at)s GROUP BY check_id
