-- name: purpose_end_add
-- An act of a person ended a purpose, or stands still until something is decided.
-- since: 19
INSERT INTO avow.purpose_end (id, request, item, act, purpose, clause, facts, since, made_at)
VALUES (%(id)s, %(request)s, %(item)s, %(act)s, %(purpose)s, %(clause)s, %(facts)s, %(since)s,
        %(at)s)

-- name: purpose_ends_of
-- What the items of a request ended, oldest first.
-- since: 19
SELECT * FROM avow.purpose_end WHERE request = %(request)s ORDER BY made_at, id

-- name: purpose_end_over
-- It stops to count; no row when it had.
-- since: 19
UPDATE avow.purpose_end SET ended_at = %(at)s WHERE id = %(id)s AND ended_at IS NULL RETURNING facts

-- name: purpose_ends_standing
-- Everything that counts, with how many of its facts are open.
-- since: 19
SELECT e.id, e.request, e.item, e.act, e.purpose, e.since, e.made_at,
       cardinality(e.facts) AS facts,
       (SELECT count(*) FROM avow.fact AS f WHERE f.id = ANY(e.facts) AND f.until IS NULL) AS open
FROM avow.purpose_end AS e WHERE e.ended_at IS NULL ORDER BY e.made_at, e.id

-- name: purpose_ends_recorded
-- The items of requests that ended something, whether or not it counts still.
-- since: 19
SELECT DISTINCT request, item FROM avow.purpose_end
WHERE request IS NOT NULL AND act = ANY(%(acts)s)

-- name: unsubscribe_link_add
-- Keep a link; one that is there is sealed anew and works as long as the new letter asks.
-- since: 19
INSERT INTO avow.unsubscribe_link AS known (id, token, purpose, key, sealed, made_at, forget_on)
VALUES (%(id)s, %(token)s, %(purpose)s, %(key)s, %(sealed)s, %(at)s, %(forget_on)s)
ON CONFLICT (token) DO UPDATE SET id = excluded.id, key = excluded.key, sealed = excluded.sealed,
       forget_on = excluded.forget_on
WHERE known.forget_on < excluded.forget_on

-- name: unsubscribe_link_found
-- The link of a secret that works on a day.
-- since: 19
SELECT id, purpose, key, sealed FROM avow.unsubscribe_link
WHERE token = %(token)s AND forget_on >= %(day)s

-- name: unsubscribe_links_forget
-- Delete the links whose last day is over, and give the keys that nothing needs any more.
-- since: 19
DELETE FROM avow.unsubscribe_link WHERE forget_on < %(day)s RETURNING key

-- name: proof_wish_add
-- A letter is to be written; the same statement whoever it is, and nothing where there is no request.
-- since: 19
INSERT INTO avow.proof_wish (request, person, at)
SELECT id, %(person)s, %(at)s FROM avow.request WHERE id = %(request)s
ON CONFLICT (request, person) DO NOTHING

-- name: proof_wish_take
-- The oldest wish, taken.
-- since: 19
DELETE FROM avow.proof_wish AS w USING (
    SELECT request, person FROM avow.proof_wish ORDER BY at, request, person
    FOR UPDATE SKIP LOCKED LIMIT 1) AS oldest
WHERE w.request = oldest.request AND w.person = oldest.person
RETURNING w.request, w.person, w.at

-- name: identity_proof_add
-- A letter was written.
-- since: 19
INSERT INTO avow.identity_proof (id, request, person, token, is_held, reader, reader_key, message,
                                 made_at, ends_at)
VALUES (%(id)s, %(request)s, %(person)s, %(token)s, %(is_held)s, %(reader)s, %(reader_key)s,
        %(message)s, %(at)s, %(ends_at)s)

-- name: identity_proof_newest
-- When a person of a request was last written to.
-- since: 19
SELECT made_at FROM avow.identity_proof WHERE request = %(request)s AND person = %(person)s
ORDER BY made_at DESC LIMIT 1

-- name: identity_proof_use
-- Use a link: once, and before its end; no row otherwise.
-- since: 19
UPDATE avow.identity_proof SET used_at = %(at)s
WHERE token = %(token)s AND used_at IS NULL AND ends_at > %(at)s
RETURNING request, person, is_held

-- name: identity_proof_found
-- A link that can still be used.
-- since: 19
SELECT request, person FROM avow.identity_proof
WHERE token = %(token)s AND used_at IS NULL AND ends_at > %(at)s

-- name: identity_proofs_answered
-- The letters about a request with one of these Message-IDs.
-- since: 19
SELECT person, is_held, reader, reader_key FROM avow.identity_proof
WHERE request = %(request)s AND message = ANY(%(messages)s) ORDER BY made_at

-- name: identity_proofs_of
-- The letters with a link that persons of a request got.
-- since: 19
SELECT person, is_held, made_at, ends_at, used_at FROM avow.identity_proof
WHERE request = %(request)s ORDER BY made_at, id

-- name: identity_documents
-- The documents that are there, and the questions with their right answers.
-- since: 19
SELECT id, request, what, forget_on FROM avow.request_file
WHERE what IN ('identity-document', 'known-facts') AND sealed IS NOT NULL ORDER BY made_at, id

-- name: representation_add
-- Somebody was shown to speak for a person; a later paper takes the place of an earlier one.
-- since: 30
INSERT INTO avow.representation (request, person, kind, file, rights, until, by, made_at, told_at)
VALUES (%(request)s, %(person)s, %(kind)s, %(file)s, %(rights)s, %(until)s, %(by)s, %(at)s,
        %(told_at)s)
ON CONFLICT (request, person) DO UPDATE SET kind = excluded.kind, file = excluded.file,
       rights = excluded.rights, until = excluded.until, by = excluded.by,
       made_at = excluded.made_at, told_at = excluded.told_at

-- name: representations
-- Who speaks for whom, in every request that is kept.
-- since: 30
SELECT request, person, kind, file, rights, until, by, made_at, told_at
FROM avow.representation ORDER BY made_at, request, person

-- name: representations_told
-- Which persons of a request were told, and when, that a company speaks for them.
-- since: 30
SELECT person, told_at FROM avow.representation
WHERE request = %(request)s AND told_at IS NOT NULL ORDER BY person

-- name: fact_check_add
-- Questions were made for a person.
-- since: 33
INSERT INTO avow.fact_check (id, request, person, token, file, asked, wanted, answerable, chance,
                             made_at, ends_at)
VALUES (%(id)s, %(request)s, %(person)s, %(token)s, %(file)s, %(asked)s, %(wanted)s, %(answerable)s,
        %(chance)s, %(at)s, %(ends_at)s)

-- name: fact_check_found
-- Questions that can still be answered.
-- since: 33
SELECT id, request, person, file FROM avow.fact_check
WHERE token = %(token)s AND answered_at IS NULL AND judged_at IS NULL AND ends_at > %(at)s

-- name: fact_check_lock
-- The same, kept from others until the transaction ends: of two answers at once one counts.
-- since: 33
SELECT id, request, person, file FROM avow.fact_check
WHERE token = %(token)s AND answered_at IS NULL AND judged_at IS NULL AND ends_at > %(at)s
FOR UPDATE

-- name: fact_check_answer
-- They were answered: how many rightly.
-- since: 33
UPDATE avow.fact_check SET answered_at = %(at)s, correct = %(correct)s WHERE id = %(id)s

-- name: fact_checks_waiting
-- What was answered or ended, or may not be needed any more, and is no step of its request yet.
-- since: 33
SELECT id, request, person, file, answered_at, ends_at <= %(at)s AS is_over
FROM avow.fact_check WHERE judged_at IS NULL ORDER BY made_at, id

-- name: fact_check_judge
-- The outcome is a step of the request now; no row when it was.
-- since: 33
UPDATE avow.fact_check SET judged_at = %(at)s WHERE id = %(id)s AND judged_at IS NULL
RETURNING answered_at, correct, wanted

-- name: fact_checks_of
-- The questions that persons of a request got, oldest first.
-- since: 33
SELECT id, person, file, asked, wanted, answerable, chance, made_at, ends_at, answered_at, correct,
       judged_at
FROM avow.fact_check WHERE request = %(request)s ORDER BY made_at, id
