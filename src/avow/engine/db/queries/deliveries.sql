-- name: request_link_add
-- A link was made.
-- since: 25
INSERT INTO avow.request_link (id, request, person, answer, token, code, code_key, made_at, ends_at)
VALUES (%(id)s, %(request)s, %(person)s, %(answer)s, %(token)s, %(code)s, %(code_key)s, %(at)s,
        %(ends_at)s)

-- name: request_link_end
-- The links of a person to the same thing work no more.
-- since: 25
UPDATE avow.request_link SET ended_at = %(at)s
WHERE request = %(request)s AND person = %(person)s AND answer IS NOT DISTINCT FROM %(answer)s
  AND ended_at IS NULL

-- name: request_link_found
-- The link of a secret; no row for one that ended, expired, was locked or never was.
-- since: 25
SELECT id, request, person, answer, code, code_key, wrong, made_at, ends_at FROM avow.request_link
WHERE token = %(token)s AND ended_at IS NULL AND ends_at > %(at)s AND wrong < %(most)s

-- name: request_link_newest
-- When the newest link that follows a request was made.
-- since: 25
SELECT max(made_at) AS made_at FROM avow.request_link WHERE request = %(request)s AND answer IS NULL

-- name: link_wish_add
-- Somebody asks for a new link; nothing happens where there is no such request.
-- since: 25
INSERT INTO avow.link_wish (request, at)
SELECT id, %(at)s FROM avow.request WHERE id = %(request)s
ON CONFLICT (request) DO NOTHING

-- name: link_wish_take
-- The oldest wish, which ends with the transaction that sends its letter.
-- since: 25
DELETE FROM avow.link_wish WHERE request = (
    SELECT request FROM avow.link_wish ORDER BY at, request LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING request

-- name: answer_link_lock
-- The link of a secret to an answer, kept as it is until the transaction ends.
-- since: 25
SELECT id, request, person, answer, code, code_key, wrong FROM avow.request_link
WHERE token = %(token)s AND answer IS NOT NULL AND ended_at IS NULL AND ends_at > %(at)s
  AND wrong < %(most)s
FOR UPDATE

-- name: answer_link_wrong
-- A wrong code was given.
-- since: 25
UPDATE avow.request_link SET wrong = wrong + 1 WHERE id = %(id)s

-- name: answer_links_end
-- No link to an answer works any more.
-- since: 25
UPDATE avow.request_link SET ended_at = %(at)s WHERE answer = %(answer)s AND ended_at IS NULL
