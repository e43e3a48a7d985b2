-- name: publication_lock
-- Proposals, approvals and withdrawals one at a time, until the end of the transaction.
-- since: 16
SELECT pg_advisory_xact_lock(1635151750)

-- name: publication_add
-- Keep a proposal of an edition.
-- since: 16
INSERT INTO avow.publication (id, version, release, digest, status, changed, effective, findings,
                              reason, proposed_by, proposed_at)
VALUES (%(id)s, %(version)s, %(release)s, %(digest)s, 'proposed', %(changed)s, %(effective)s,
        %(findings)s, %(reason)s, %(person)s, %(at)s)

-- name: publication_drop
-- Drop the proposals of a version that nobody published.
-- since: 16
UPDATE avow.publication SET status = 'dropped'
WHERE version = %(version)s AND status IN ('proposed', 'approved') RETURNING id

-- name: publication_page_add
-- Keep one page of an edition.
-- since: 16
INSERT INTO avow.publication_page (publication, language, kind, digest, bytes, is_draft)
VALUES (%(publication)s, %(language)s, %(kind)s, %(digest)s, %(bytes)s, %(is_draft)s)

-- name: publication
-- One edition.
-- since: 16
SELECT * FROM avow.publication WHERE id = %(id)s

-- name: publications
-- Every edition and proposal, newest first.
-- since: 16
SELECT * FROM avow.publication ORDER BY published_at DESC NULLS FIRST, in_effect DESC, proposed_at DESC, id

-- name: publication_pages
-- The pages of editions without their bytes.
-- since: 16
SELECT publication, language, kind, digest, is_draft, length(bytes) AS size
FROM avow.publication_page WHERE publication = ANY(%(publications)s::text[])
ORDER BY publication, language, kind

-- name: publication_bytes
-- One page of an edition that was published, by its version.
-- since: 16
SELECT page.digest, page.bytes, page.is_draft, publication.id, publication.status
FROM avow.publication_page AS page JOIN avow.publication ON publication.id = page.publication
WHERE publication.version = %(version)s AND publication.published_at IS NOT NULL
  AND page.language = %(language)s AND page.kind = %(kind)s

-- name: publication_bytes_of
-- One page of an edition or a proposal.
-- since: 16
SELECT digest, bytes, is_draft FROM avow.publication_page
WHERE publication = %(publication)s AND language = %(language)s AND kind = %(kind)s

-- name: publication_by_digest
-- A published page by the digest of its bytes.
-- since: 16
SELECT page.bytes, page.kind, page.language
FROM avow.publication_page AS page JOIN avow.publication ON publication.id = page.publication
WHERE page.digest = %(digest)s AND publication.published_at IS NOT NULL LIMIT 1

-- name: publication_approval_add
-- Keep a person's signature under an edition; no row when they gave it before.
-- since: 16
INSERT INTO avow.publication_approval (publication, person, what, digest, key, signature, at)
VALUES (%(publication)s, %(person)s, %(what)s, %(digest)s, %(key)s, %(signature)s, %(at)s)
ON CONFLICT DO NOTHING RETURNING person

-- name: publication_approvals
-- Who approved or withdrew editions, in order.
-- since: 16
SELECT publication, person, what, digest, key, signature, at FROM avow.publication_approval
WHERE publication = ANY(%(publications)s::text[]) ORDER BY at, person

-- name: publication_approved
-- A proposal was approved; no row when it waits for no approval.
-- since: 16
UPDATE avow.publication SET status = 'approved', approved_at = %(at)s
WHERE id = %(id)s AND status = 'proposed' RETURNING id

-- name: publication_published
-- An approved proposal is published; no row when it is not approved.
-- since: 16
UPDATE avow.publication SET status = 'published', published_at = %(at)s, in_effect = %(day)s
WHERE id = %(id)s AND status = 'approved' RETURNING id

-- name: publication_withdrawal_ask
-- A person asks to withdraw an edition; no row when it is not published.
-- since: 16
UPDATE avow.publication SET withdraw_by = %(person)s, withdraw_reason = %(reason)s,
       withdraw_at = %(at)s
WHERE id = %(id)s AND status = 'published' RETURNING id

-- name: publication_withdrawn
-- A second person withdraws an edition; no row when nobody asked for it.
-- since: 16
UPDATE avow.publication SET status = 'withdrawn', withdrawn_at = %(at)s
WHERE id = %(id)s AND status = 'published' AND withdraw_by IS NOT NULL RETURNING id

-- name: publication_advice_add
-- Keep the officer's written advice; no row when it is there already.
-- since: 16
INSERT INTO avow.publication_advice (publication, digest, person, bytes, at)
VALUES (%(publication)s, %(digest)s, %(person)s, %(bytes)s, %(at)s)
ON CONFLICT DO NOTHING RETURNING digest

-- name: publication_advices
-- What the officer advised on editions.
-- since: 16
SELECT publication, digest, person, at, length(bytes) AS size FROM avow.publication_advice
WHERE publication = ANY(%(publications)s::text[]) ORDER BY at, digest

-- name: publication_advice
-- The documents of the officer's advice on an edition.
-- since: 16
SELECT digest, bytes FROM avow.publication_advice WHERE publication = %(publication)s ORDER BY digest
