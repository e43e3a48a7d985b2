-- name: token_add
-- A token for a program.
-- since: 28
INSERT INTO avow.api_token (id, hash, label, scopes, made_by, made_at, ends_at)
VALUES (%(id)s, %(hash)s, %(label)s, %(scopes)s, %(by)s, %(at)s, %(ends_at)s)

-- name: token_of
-- The living token of a hash; the day of its use is noted once a day.
-- since: 28
WITH found AS (
    SELECT id, label, scopes, used_on FROM avow.api_token
    WHERE hash = %(hash)s AND ended_at IS NULL AND ends_at > %(at)s
), noted AS (
    UPDATE avow.api_token SET used_on = %(day)s
    WHERE id = (SELECT id FROM found) AND used_on IS DISTINCT FROM %(day)s
)
SELECT id, label, scopes FROM found

-- name: token_end
-- A token lets nobody in any more; no row when it did not.
-- since: 28
UPDATE avow.api_token SET ended_at = %(at)s WHERE id = %(id)s AND ended_at IS NULL RETURNING id

-- name: tokens
-- Every token, the newest first.
-- since: 28
SELECT id, label, scopes, made_by, made_at, ends_at, used_on, ended_at FROM avow.api_token
ORDER BY made_at DESC, id

-- name: api_written
-- What a program wrote under a key before.
-- since: 28
SELECT request FROM avow.api_written WHERE token = %(token)s AND key = %(key)s

-- name: api_write
-- A program writes under a key; no row when it did before.
-- since: 28
INSERT INTO avow.api_written (token, key, request, at)
VALUES (%(token)s, %(key)s, %(request)s, %(at)s) ON CONFLICT DO NOTHING RETURNING request

-- name: webhook_add
-- An address that is told of what happens from now on.
-- since: 28
INSERT INTO avow.webhook (id, url, kinds, secret, cursor, made_by, made_at)
VALUES (%(id)s, %(url)s, %(kinds)s, %(secret)s,
        (SELECT coalesce(max(number), -1) FROM avow.ledger_entry), %(by)s, %(at)s)

-- name: webhooks
-- Every address, ended ones too.
-- since: 28
SELECT * FROM avow.webhook ORDER BY made_at, id

-- name: webhook_took
-- An address took everything up to an entry.
-- since: 28
UPDATE avow.webhook SET cursor = %(cursor)s, failures = 0, not_before = NULL WHERE id = %(id)s

-- name: webhook_refused
-- An address did not take an entry.
-- since: 28
UPDATE avow.webhook SET failures = failures + 1, not_before = %(not_before)s WHERE id = %(id)s

-- name: webhook_end
-- An address is told nothing any more; no row when it was not.
-- since: 28
UPDATE avow.webhook SET ended_at = %(at)s WHERE id = %(id)s AND ended_at IS NULL RETURNING id
