-- name: identities_add
-- Meet identities, each once; gives their ids, and the sealed values of those that are known.
-- since: 5
INSERT INTO avow.identity AS known
    (id, sphere, subject, key, hash, hash_key, normaliser, sealed, made_at)
SELECT id, sphere, subject, key, hash, hash_key, key || '/1', NULL, %(at)s
FROM unnest(%(ids)s::text[], %(spheres)s::text[], %(subjects)s::text[], %(keys)s::text[],
            %(hashes)s::bytea[], %(hash_keys)s::text[])
     AS met (id, sphere, subject, key, hash, hash_key)
ORDER BY sphere, subject, key, hash
ON CONFLICT (sphere, subject, key, hash, hash_key, normaliser) DO UPDATE SET hash = excluded.hash
RETURNING id, sphere, subject, key, hash, sealed

-- name: identity_seal
-- Keep the sealed value while a fact is open (associated data: the identity's id).
-- since: 5
UPDATE avow.identity SET sealed = %(sealed)s WHERE id = %(id)s

-- name: identities_find
-- Which identities of these are known, by keyed hash; nothing crosses a sphere.
-- since: 5
SELECT id, sphere, subject, key, hash FROM avow.identity
JOIN unnest(%(spheres)s::text[], %(subjects)s::text[], %(keys)s::text[], %(hashes)s::bytea[])
     AS asked (sphere, subject, key, hash) USING (sphere, subject, key, hash)

-- name: identity
-- One identity.
-- since: 5
SELECT * FROM avow.identity WHERE id = %(id)s

-- name: identities_forget
-- Empty the sealed values of these identities, where no fact is open and no hold stands.
-- since: 5
UPDATE avow.identity AS known SET sealed = NULL
WHERE sealed IS NOT NULL AND id = ANY(%(ids)s)
  AND NOT EXISTS (SELECT FROM avow.fact WHERE identity = known.id AND until IS NULL)
  AND NOT EXISTS (SELECT FROM avow.hold_identity AS about JOIN avow.hold ON hold.id = about.hold
                  WHERE about.identity = known.id AND hold.released_at IS NULL)
RETURNING id

-- name: fact_add
-- Write down a fact about an identity.
-- since: 5
INSERT INTO avow.fact (id, identity, kind, code, clause, release, case_id, since, made_at)
VALUES (%(id)s, %(identity)s, %(kind)s, %(code)s, %(clause)s, %(release)s, %(case_id)s,
        %(since)s, %(at)s)

-- name: facts_close
-- Facts have ended; a row for each that had not before.
-- since: 5
UPDATE avow.fact SET until = %(until)s WHERE id = ANY(%(ids)s) AND until IS NULL RETURNING identity

-- name: facts_about
-- The facts that stand about these identities at an instant, oldest first.
-- since: 5
SELECT id, identity, kind, code, since FROM avow.fact
WHERE identity = ANY(%(identities)s) AND since <= %(at)s AND (until IS NULL OR until > %(at)s)
ORDER BY since, made_at, id

-- name: facts_open
-- Open facts of some kinds on an instant, with the identity they are about.
-- since: 5
SELECT f.id, f.kind, f.code, f.clause, f.case_id, f.since, i.id AS identity, i.sphere, i.subject,
       i.key, i.hash, i.hash_key, i.normaliser, i.sealed
FROM avow.fact AS f JOIN avow.identity AS i ON i.id = f.identity
WHERE f.kind = ANY(%(kinds)s) AND i.sphere = %(sphere)s AND f.since <= %(at)s
  AND (f.until IS NULL OR f.until > %(at)s)
ORDER BY f.since, f.id

-- name: hold_add
-- Place a hold; it is effective when every older batch has ended.
-- since: 5
INSERT INTO avow.hold (id, reason, law, scope, placed_by, placed_at, review_on)
VALUES (%(id)s, %(reason)s, %(law)s, %(scope)s, %(person)s, %(at)s, %(review_on)s)

-- name: hold_identity_add
-- Name a person a hold is about.
-- since: 5
INSERT INTO avow.hold_identity (hold, identity) VALUES (%(hold)s, %(identity)s)
ON CONFLICT DO NOTHING

-- name: identities_of_hold
-- Whom a hold is about.
-- since: 5
SELECT identity FROM avow.hold_identity WHERE hold = %(hold)s

-- name: hold_effective
-- Every batch older than the hold has ended.
-- since: 5
UPDATE avow.hold SET effective_at = %(at)s WHERE id = %(id)s AND effective_at IS NULL RETURNING id

-- name: holds_effective
-- Every batch older than these holds has ended.
-- since: 5
UPDATE avow.hold SET effective_at = %(at)s
WHERE id = ANY(%(ids)s) AND effective_at IS NULL RETURNING id

-- name: hold_release
-- Release a hold; no row when it is unknown or released.
-- since: 5
UPDATE avow.hold SET released_by = %(person)s, released_at = %(at)s
WHERE id = %(id)s AND released_at IS NULL RETURNING id

-- name: holds_standing
-- The holds that stand, oldest first.
-- since: 5
SELECT * FROM avow.hold WHERE released_at IS NULL ORDER BY placed_at, id

-- name: hold_identities
-- The identities the standing holds are about.
-- since: 5
SELECT about.hold, i.* FROM avow.hold_identity AS about
JOIN avow.hold ON hold.id = about.hold AND hold.released_at IS NULL
JOIN avow.identity AS i ON i.id = about.identity ORDER BY about.hold, i.id

-- name: suppression_add
-- Keep a person from coming back; a longer term wins over a shorter one.
-- since: 5
INSERT INTO avow.suppression AS known (sphere, subject, key, hash, hash_key, normaliser, reason,
                                       purpose, clause, since, ends_on)
VALUES (%(sphere)s, %(subject)s, %(key)s, %(hash)s, %(hash_key)s, %(normaliser)s, %(reason)s,
        %(purpose)s, %(clause)s, %(since)s, %(ends_on)s)
ON CONFLICT (sphere, subject, key, hash, hash_key, normaliser, reason, purpose)
DO UPDATE SET ends_on = greatest(known.ends_on, excluded.ends_on)

-- name: suppressed
-- Which of these hashes are suppressed in a sphere on a day, and why.
-- since: 5
SELECT key, hash, hash_key, normaliser, reason, purpose, clause, ends_on FROM avow.suppression
WHERE hash = ANY(%(hashes)s::bytea[]) AND sphere = %(sphere)s AND ends_on >= %(day)s

-- name: suppression_keys
-- The keys and normalisers that the suppressions of a sphere were hashed with.
-- since: 5
SELECT DISTINCT key, hash_key, normaliser FROM avow.suppression
WHERE sphere = %(sphere)s AND ends_on >= %(day)s ORDER BY key, hash_key, normaliser

-- name: suppressions_end
-- Delete the suppressions whose last day is over; how many there were.
-- since: 5
WITH gone AS (DELETE FROM avow.suppression WHERE ends_on < %(day)s RETURNING 1)
SELECT count(*) AS ended FROM gone

-- name: erasure_add
-- Note the keyed hash of an identity or root key that was erased from a system.
-- since: 5
INSERT INTO avow.erasure_journal (system, dataset, kind, key, hash, hash_key, normaliser, action,
                                  plan, erased_at, keep_until)
VALUES (%(system)s, %(dataset)s, %(kind)s, %(key)s, %(hash)s, %(hash_key)s, %(normaliser)s,
        %(action)s, %(plan)s, %(at)s, %(keep_until)s)

-- name: erasures_since
-- What was erased from a system after the instant of a backup: what its restoration replays.
-- since: 5
SELECT * FROM avow.erasure_journal
WHERE system = %(system)s AND erased_at >= %(since)s AND number > %(after)s
ORDER BY number LIMIT %(most)s

-- name: erasures_among
-- Which of these hashes were erased from a system after an instant.
-- since: 5
SELECT dataset, kind, key, hash, hash_key, normaliser, action, plan, erased_at
FROM avow.erasure_journal
WHERE system = %(system)s AND dataset = %(dataset)s AND hash = ANY(%(hashes)s::bytea[])
  AND erased_at >= %(since)s

-- name: erasures_end
-- Delete what no backup can bring back any more; how many there were.
-- since: 5
WITH gone AS (DELETE FROM avow.erasure_journal WHERE keep_until < %(day)s RETURNING 1)
SELECT count(*) AS ended FROM gone

-- name: census_secret_add
-- Keep the encrypted values of a chunk until the next census.
-- since: 5
INSERT INTO avow.census_secret (id, system, plan, key, sealed, values, made_at)
VALUES (%(id)s, %(system)s, %(plan)s, %(key)s, %(sealed)s, %(values)s, %(at)s)

-- name: census_secrets
-- What the next census of a system looks for.
-- since: 5
SELECT id, plan, key, sealed, values, made_at FROM avow.census_secret
WHERE system = %(system)s AND made_at <= %(at)s ORDER BY made_at, id

-- name: census_secret_set
-- What the next census looks for, without those whose erasure was taken back.
-- since: 37
UPDATE avow.census_secret SET sealed = %(sealed)s, values = %(values)s WHERE id = %(id)s

-- name: erasures_drop
-- Forget that these were erased by a plan: it was taken back.
-- since: 37
DELETE FROM avow.erasure_journal
WHERE plan = %(plan)s AND hash = ANY(%(hashes)s::bytea[]) RETURNING hash

-- name: suppressions_lift
-- Keep persons from coming back no more: their erasure, asked since then, was taken back.
-- since: 37
DELETE FROM avow.suppression
WHERE sphere = %(sphere)s AND reason = %(reason)s AND hash = ANY(%(hashes)s::bytea[])
  AND since >= %(since)s

-- name: census_secrets_end
-- Delete the values a census has looked for; the keys they were encrypted with.
-- since: 5
DELETE FROM avow.census_secret WHERE id = ANY(%(ids)s) RETURNING key

-- name: census_add
-- A census begins.
-- since: 5
INSERT INTO avow.census (id, system, started_at) VALUES (%(id)s, %(system)s, %(at)s)

-- name: census_end
-- A census has ended with this result.
-- since: 5
UPDATE avow.census SET ended_at = %(at)s, columns = %(columns)s, rows = %(rows)s,
       sought = %(sought)s, found = %(found)s, canary_seen = %(canary_seen)s
WHERE id = %(id)s AND ended_at IS NULL RETURNING id

-- name: census_last
-- The last census of a system that ended.
-- since: 5
SELECT * FROM avow.census WHERE system = %(system)s AND ended_at IS NOT NULL
ORDER BY started_at DESC LIMIT 1
