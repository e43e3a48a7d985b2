-- name: letter_add
-- Write a letter; one that was written before stays as it is.
-- since: 15
INSERT INTO avow.letter
    (id, kind, about, language, channel, person, person_key, message_id, key, sealed, salt,
     is_canary, state, reason, not_before, made_at, ended_at)
VALUES
    (%(id)s, %(kind)s, %(about)s, %(language)s, %(channel)s, %(person)s, %(person_key)s,
     %(message_id)s, %(key)s, %(sealed)s, %(salt)s, %(is_canary)s, %(state)s, %(reason)s, %(at)s,
     %(at)s, %(ended_at)s)
ON CONFLICT (id) DO NOTHING

-- name: letter_take
-- Lease the letters that may be tried now, the oldest first; no two senders get the same.
-- since: 15
UPDATE avow.letter SET state = 'sending', lease = %(lease)s
WHERE id IN (SELECT id FROM avow.letter
             WHERE state = 'waiting' AND channel = 'mail' AND not_before <= %(at)s
             ORDER BY not_before, id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id, kind, about, language, message_id, key, sealed, attempts, give_up_at, made_at

-- name: letter_answered
-- What the server said about a letter; no row when the lease was lost.
-- since: 15
UPDATE avow.letter
SET state = %(state)s, reason = %(reason)s, code = %(code)s, attempts = attempts + 1,
    not_before = %(not_before)s, give_up_at = coalesce(give_up_at, %(give_up_at)s::timestamptz),
    lease = NULL, tried_at = %(at)s,
    sent_at = CASE WHEN %(state)s = 'sent' THEN %(at)s::timestamptz END,
    ended_at = CASE WHEN %(state)s <> 'waiting' THEN %(at)s::timestamptz END
WHERE id = %(id)s AND state = 'sending' AND lease = %(lease)s RETURNING id

-- name: letter_put_back
-- Give back what a sender leased and did not send.
-- since: 15
UPDATE avow.letter SET state = 'waiting', lease = NULL
WHERE state = 'sending' AND lease = %(lease)s RETURNING id

-- name: letter_leases
-- The senders that have letters.
-- since: 15
SELECT DISTINCT lease FROM avow.letter WHERE state = 'sending' ORDER BY lease

-- name: letter_untold
-- Letters whose end the ledger was not told, kept as they are until the transaction ends.
-- since: 15
SELECT id, kind, about, state, salt, message_id FROM avow.letter
WHERE ended_at IS NOT NULL AND NOT entered
ORDER BY kind, about, id LIMIT %(most)s FOR UPDATE SKIP LOCKED

-- name: letter_entered
-- The ledger was told.
-- since: 15
UPDATE avow.letter SET entered = true WHERE id = ANY(%(ids)s)

-- name: letter_returned
-- A letter came back; no row when it was never accepted, or came back before.
-- since: 15
UPDATE avow.letter SET state = 'bounced', reason = %(reason)s, ended_at = %(at)s
WHERE id = %(id)s AND state = 'sent' RETURNING id, kind, about

-- name: letter_by_message
-- The id of a letter by its Message-ID.
-- since: 15
SELECT id FROM avow.letter WHERE message_id = %(message_id)s

-- name: letter_known
-- Whether there is such a letter.
-- since: 15
SELECT id FROM avow.letter WHERE id = %(id)s

-- name: letters_counted
-- Letters by kind, language, channel and what became of them.
-- since: 15
SELECT kind, language, channel, state, reason, count(*) AS letters
FROM avow.letter WHERE NOT is_canary
GROUP BY kind, language, channel, state, reason ORDER BY kind, state, reason, language, channel

-- name: letters_on_paper
-- Letters that are to be printed, kept as they are until the transaction ends.
-- since: 15
SELECT id, language, key, sealed, made_at FROM avow.letter
WHERE state = 'waiting' AND channel = 'paper' ORDER BY made_at, id LIMIT %(most)s
FOR UPDATE SKIP LOCKED

-- name: letters_printed
-- They were printed.
-- since: 15
UPDATE avow.letter SET state = 'printed', tried_at = %(at)s
WHERE id = ANY(%(ids)s) AND state = 'waiting' RETURNING id

-- name: letters_posted
-- What was printed was posted; a person says so.
-- since: 15
UPDATE avow.letter SET state = 'sent', sent_at = %(at)s, ended_at = %(at)s
WHERE state = 'printed' RETURNING id, kind, about

-- name: letters_of_person
-- The letters to a person, by the keyed hash of the address.
-- since: 15
SELECT id, kind, about, language, key, sealed, made_at FROM avow.letter
WHERE person = ANY(%(persons)s) ORDER BY made_at, id

-- name: letters_forget_person
-- Delete a person's letters of before an instant; one that is being sent goes when called again.
-- since: 15
DELETE FROM avow.letter
WHERE person = ANY(%(persons)s) AND made_at < %(before)s AND state <> 'sending' RETURNING id

-- name: letter_keys_due
-- The living keys of letters whose last day is over.
-- since: 15
SELECT id FROM avow.bundle_key
WHERE purpose = 'letters' AND destroyed_at IS NULL AND destroy_by < %(day)s ORDER BY destroy_by, id

-- name: letters_of_keys
-- What the letters of these keys are about.
-- since: 15
SELECT DISTINCT about FROM avow.letter WHERE key = ANY(%(keys)s)

-- name: letters_forget
-- Delete the letters of these keys.
-- since: 15
DELETE FROM avow.letter WHERE key = ANY(%(keys)s) RETURNING id

-- name: letters_lost
-- Letters that did not arrive, the newest first, and how many there are in all. No address, no text.
-- since: 15
SELECT kind, about, channel, state, reason, ended_at, count(*) OVER () AS letters FROM avow.letter
WHERE state IN ('bounced', 'failed', 'given-up', 'unreachable') AND NOT is_canary
ORDER BY ended_at DESC, id LIMIT %(most)s

-- name: letters_lost_since
-- How many letters came to their end since an instant without having arrived.
-- since: 15
SELECT count(*) AS letters FROM avow.letter
WHERE state IN ('bounced', 'failed', 'given-up', 'unreachable') AND NOT is_canary
  AND ended_at >= %(since)s

-- name: letters_under_way
-- Letters that have not come to their end, by kind, channel and state, with the oldest of each.
-- since: 15
SELECT kind, channel, state, count(*) AS letters, min(made_at) AS since FROM avow.letter
WHERE state IN ('waiting', 'sending', 'printed') AND NOT is_canary
GROUP BY kind, channel, state ORDER BY min(made_at), kind
