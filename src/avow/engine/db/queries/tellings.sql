-- name: telling_add
-- Begin to tell of a change; one that was begun before stays as it is.
-- since: 15
INSERT INTO avow.telling (id, publication, clause, kind, effective, last_day, person_key, made_at)
VALUES (%(id)s, %(publication)s, %(clause)s, %(kind)s, %(effective)s, %(last_day)s, %(person_key)s, %(at)s)
ON CONFLICT (publication) DO NOTHING

-- name: telling_of
-- The telling of a publication.
-- since: 15
SELECT id, publication, clause, kind, effective, last_day, person_key, made_at, complete_at, final
FROM avow.telling WHERE publication = %(publication)s

-- name: tellings
-- Every telling, the newest change first.
-- since: 15
SELECT id, publication, clause, kind, effective, last_day, person_key, made_at, complete_at, final
FROM avow.telling ORDER BY effective DESC, id

-- name: telling_complete
-- Every person of a whole list has a letter or a reason; once so, it stays so.
-- since: 15
UPDATE avow.telling SET complete_at = %(at)s WHERE id = %(id)s AND complete_at IS NULL RETURNING id

-- name: told_add
-- A person has a letter, or a reason why not; the first word stands.
-- since: 15
INSERT INTO avow.told (telling, person, system, dataset, letter, reason)
VALUES (%(telling)s, %(person)s, %(system)s, %(dataset)s, %(letter)s, %(reason)s)
ON CONFLICT (telling, person) DO NOTHING

-- name: told_counted
-- Persons of a telling by dataset, what became of their letter, and whether it left in time.
-- since: 15
SELECT told.system, told.dataset,
       CASE WHEN told.letter IS NULL THEN 'none' ELSE coalesce(letter.state, 'forgotten') END AS state,
       coalesce(nullif(told.reason, ''), letter.reason, '') AS reason,
       coalesce(letter.sent_at < %(end)s, false) AS in_time, count(*) AS persons
FROM avow.told LEFT JOIN avow.letter ON letter.id = told.letter
WHERE told.telling = %(telling)s
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5

-- name: telling_canary
-- What became of the letter of a telling to the organisation itself.
-- since: 15
SELECT state FROM avow.letter WHERE about = %(telling)s AND is_canary ORDER BY id LIMIT 1

-- name: telling_forgotten
-- The persons of a telling are forgotten; their counts stay.
-- since: 15
WITH gone AS (DELETE FROM avow.told WHERE telling = %(id)s)
UPDATE avow.telling SET final = %(final)s WHERE id = %(id)s AND final IS NULL

-- name: foreign_list_add
-- A list came from another organisation.
-- since: 15
INSERT INTO avow.foreign_list
    (id, source, system, came_on, persons, proof, entered_by, contact_on, disclosed_on, told_on, made_at)
VALUES
    (%(id)s, %(source)s, %(system)s, %(came_on)s, %(persons)s, %(proof)s, %(by)s, NULL, NULL, NULL, %(at)s)

-- name: foreign_list_happened
-- Something happened to a list; a day that is known stays when an earlier one is not given.
-- since: 15
UPDATE avow.foreign_list
SET contact_on = least(contact_on, %(contact_on)s::date),
    disclosed_on = least(disclosed_on, %(disclosed_on)s::date),
    told_on = coalesce(told_on, %(told_on)s::date),
    proof = coalesce(proof, %(proof)s::text)
WHERE id = %(id)s RETURNING id

-- name: foreign_lists
-- Every list that came from another organisation.
-- since: 15
SELECT id, source, system, came_on, persons, proof, contact_on, disclosed_on, told_on
FROM avow.foreign_list ORDER BY came_on, id
