-- name: invitation_add
-- A person is asked.
-- since: 11
INSERT INTO avow.invitation
    (id, kind, subject, person, token, content, salt, key, signature, made_at, ends_at)
VALUES
    (%(id)s, %(kind)s, %(subject)s, %(person)s, %(token)s, %(content)s, %(salt)s, %(key)s,
     %(signature)s, %(at)s, %(ends_at)s)

-- name: invitation_withdraw
-- What the person was asked about the same before gives way to what is asked now.
-- since: 11
UPDATE avow.invitation SET ended = 'withdrawn', ended_at = %(at)s, content = ''
WHERE kind = %(kind)s AND subject = %(subject)s AND person = %(person)s AND ended IS NULL

-- name: invitation_forget
-- Delete what ended so long ago that nobody needs it; answers that were not taken up stay.
-- since: 11
DELETE FROM avow.invitation
WHERE coalesce(taken_at, ended_at, ends_at) < %(before)s AND (ended IS DISTINCT FROM 'sent' OR taken_at IS NOT NULL)

-- name: invitation_by_token
-- The open invitation of a secret; none when it has ended, by sending or by its term.
-- since: 11
SELECT id, kind, subject, person, token, content, salt, key, signature, made_at, ends_at, ended_at
FROM avow.invitation
WHERE token = %(token)s AND ended IS NULL AND ends_at > %(at)s

-- name: invitation_lock
-- An open invitation, kept as it is until the transaction ends; no row when it has ended.
-- since: 11
SELECT id FROM avow.invitation
WHERE id = %(id)s AND ended IS NULL AND ends_at > %(at)s FOR UPDATE

-- name: invitation_send
-- The answers were sent.
-- since: 11
UPDATE avow.invitation SET ended = 'sent', ended_at = %(at)s
WHERE id = %(id)s AND ended IS NULL AND ends_at > %(at)s RETURNING id

-- name: invitation_arrived
-- What was sent about something, and not taken up yet, in the order of sending.
-- since: 11
SELECT id, kind, subject, person, token, content, salt, key, signature, made_at, ends_at, ended_at
FROM avow.invitation
WHERE kind = %(kind)s AND subject = %(subject)s AND ended = 'sent' AND taken_at IS NULL
ORDER BY ended_at, id

-- name: invitation_take
-- Answers were taken up; their texts are not needed here any more.
-- since: 11
WITH gone AS (DELETE FROM avow.invitation_answer WHERE invitation = %(id)s)
UPDATE avow.invitation SET taken_at = %(at)s, content = '' WHERE id = %(id)s AND ended = 'sent'

-- name: invitation_answer
-- An answer, or another one in its place.
-- since: 11
INSERT INTO avow.invitation_answer (invitation, question, sealed, at)
VALUES (%(invitation)s, %(question)s, %(sealed)s, %(at)s)
ON CONFLICT (invitation, question) DO UPDATE SET sealed = excluded.sealed, at = excluded.at

-- name: invitation_answers
-- The answers given so far.
-- since: 11
SELECT question, sealed, at FROM avow.invitation_answer WHERE invitation = %(invitation)s ORDER BY question
