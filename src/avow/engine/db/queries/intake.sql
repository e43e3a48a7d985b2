-- name: intake_lock
-- One reader of messages at a time: which request a message joins depends on those before it.
-- since: 18
SELECT pg_advisory_xact_lock(hashtextextended('avow intake', 0))

-- name: intake_message_add
-- A message was read.
-- since: 18
INSERT INTO avow.intake_message (hash, hash_key, thread, sender, words, what, request,
                                 in_mailbox, arrived_at, read_at)
VALUES (%(hash)s, %(hash_key)s, %(thread)s, %(sender)s, %(words)s, %(what)s, %(request)s,
        %(in_mailbox)s, %(arrived)s, %(at)s)
ON CONFLICT (hash) DO NOTHING

-- name: intake_message_known
-- Whether a message was read before, under whichever key.
-- since: 18
SELECT hash FROM avow.intake_message WHERE hash = ANY(%(hashes)s::bytea[]) LIMIT 1

-- name: intake_threads
-- The requests that messages with these Message-IDs belong to, the newest first.
-- since: 18
SELECT m.request FROM avow.intake_message AS m
WHERE m.thread = ANY(%(threads)s::bytea[]) AND m.request IS NOT NULL
ORDER BY m.read_at DESC, m.request

-- name: intake_letter_about
-- The record that a letter of ours is about, by its Message-ID.
-- since: 18
SELECT about FROM avow.letter WHERE message_id = ANY(%(messages)s)

-- name: intake_repeated
-- The newest message of the same sender with the same words since an instant.
-- since: 18
SELECT request, what FROM avow.intake_message
WHERE words = ANY(%(words)s::bytea[]) AND arrived_at BETWEEN %(since)s AND %(until)s
ORDER BY arrived_at DESC LIMIT 1

-- name: intake_of_sender
-- How many requests a sender has opened by mail between two instants.
-- since: 18
SELECT count(*) AS requests FROM avow.intake_message
WHERE sender = ANY(%(senders)s::bytea[]) AND what = 'request'
  AND arrived_at BETWEEN %(since)s AND %(until)s

-- name: intake_forget
-- Messages that belong to no request, readings and probes, once nobody needs them.
-- since: 18
WITH gone AS (DELETE FROM avow.intake_message WHERE request IS NULL AND read_at < %(before)s),
     read AS (DELETE FROM avow.intake_reading WHERE at < %(before)s)
DELETE FROM avow.intake_probe WHERE sent_at < %(before)s

-- name: intake_reading_add
-- The privacy mailbox was read.
-- since: 18
INSERT INTO avow.intake_reading (at, messages, fresh, unread, oldest, box, validity, next_uid)
VALUES (%(at)s, %(messages)s, %(fresh)s, %(unread)s, %(oldest)s, %(box)s, %(validity)s,
        %(next_uid)s)
ON CONFLICT (at) DO UPDATE SET messages = excluded.messages, fresh = excluded.fresh,
       unread = excluded.unread, oldest = excluded.oldest, box = excluded.box,
       validity = excluded.validity, next_uid = excluded.next_uid

-- name: intake_reading_last
-- The newest reading of the privacy mailbox.
-- since: 18
SELECT * FROM avow.intake_reading ORDER BY at DESC LIMIT 1

-- name: intake_read_up_to
-- The first number in a folder that was not read yet.
-- since: 18
SELECT next_uid FROM avow.intake_reading
WHERE box = ANY(%(boxes)s::bytea[]) AND validity = %(validity)s ORDER BY at DESC LIMIT 1

-- name: intake_read_late
-- Messages in the mailbox that opened or joined a request, with when they came and were read.
-- since: 18
SELECT request, arrived_at, read_at FROM avow.intake_message
WHERE in_mailbox AND what IN ('request', 'joined') AND read_at >= %(since)s

-- name: intake_probe_add
-- A message of our own is on its way to the privacy mailbox.
-- since: 18
INSERT INTO avow.intake_probe (id, sent_at) VALUES (%(id)s, %(at)s)

-- name: intake_probe_found
-- It was found there; null when there is no such one, or it was found before.
-- since: 18
UPDATE avow.intake_probe SET found_at = %(at)s, request = %(request)s
WHERE id = %(id)s AND found_at IS NULL RETURNING sent_at

-- name: intake_probe_waiting
-- Whether a message of our own is on its way.
-- since: 18
SELECT id FROM avow.intake_probe WHERE id = %(id)s AND found_at IS NULL

-- name: intake_probes
-- The messages of our own since an instant, the newest first.
-- since: 18
SELECT id, sent_at, found_at FROM avow.intake_probe WHERE sent_at >= %(since)s ORDER BY sent_at DESC

-- name: intake_arrived
-- Requests since a day with when they were acknowledged, and what became of the letter.
-- since: 18
SELECT r.id, r.channel, r.arrived_at, r.arrived_on, r.made_at, r.closed_on,
       (SELECT min(s.at) FROM avow.request_step AS s
        WHERE s.request = r.id AND s.name = 'noted'
          AND convert_from(s.step, 'UTF8')::jsonb ->> 'what' = 'acknowledged') AS acknowledged_at,
       l.state AS letter, l.ended_at AS letter_ended,
       EXISTS (SELECT FROM avow.request_item AS i WHERE i.request = r.id) AS is_sorted
FROM avow.request AS r
LEFT JOIN LATERAL (
    SELECT state, ended_at FROM avow.letter
    WHERE about = r.id AND kind = 'request-received' ORDER BY made_at DESC LIMIT 1
) AS l ON true
WHERE r.arrived_on >= %(since)s AND NOT r.is_canary AND r.channel <> 'portal'
ORDER BY r.arrived_at, r.id

-- name: intake_unname
-- What named a person of a request no longer does.
-- since: 18
DELETE FROM avow.request_identity WHERE request = %(request)s AND person = %(person)s
