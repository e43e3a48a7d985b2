-- name: answer_add
-- An answer was begun.
-- since: 20
INSERT INTO avow.answer (id, request, person, items, language, copy, marks, partial, found,
                         undecided, hidden, made_at)
VALUES (%(id)s, %(request)s, %(person)s, %(items)s, %(language)s, %(copy)s, %(marks)s, %(partial)s,
        %(found)s, %(undecided)s, %(hidden)s, %(at)s)

-- name: answer_known
-- One answer.
-- since: 20
SELECT * FROM avow.answer WHERE id = %(id)s

-- name: answer_lock
-- One answer, for as long as its package is made or its places are decided.
-- since: 20
SELECT * FROM avow.answer WHERE id = %(id)s FOR UPDATE

-- name: answer_packed
-- An answer got its package with the PDF in it.
-- since: 20
UPDATE avow.answer SET package = %(package)s WHERE id = %(id)s

-- name: answers_of
-- The answers to a request, the oldest first.
-- since: 20
SELECT * FROM avow.answer WHERE request = %(request)s ORDER BY made_at, id

-- name: answers_since
-- Answers that were drafted since a moment, for checks.
-- since: 20
SELECT * FROM avow.answer WHERE drafted_at >= %(since)s ORDER BY drafted_at, id

-- name: answer_marked
-- What was decided of places that speak of others.
-- since: 20
UPDATE avow.answer SET marks = %(marks)s, undecided = %(undecided)s, hidden = %(hidden)s
WHERE id = %(id)s

-- name: answer_drafted
-- An answer was drafted, or drafted anew with other words.
-- since: 20
UPDATE avow.answer SET package = %(package)s, leaks = %(leaks)s, valid = %(valid)s,
       authority = %(authority)s, version = %(version)s,
       drafted_at = coalesce(drafted_at, %(at)s)
WHERE id = %(id)s

-- name: answer_letter_add
-- One more wording of an answer's letter.
-- since: 20
INSERT INTO avow.answer_letter (answer, number, letter, page, digest, by, at)
VALUES (%(answer)s, %(number)s, %(letter)s, %(page)s, %(digest)s, %(by)s, %(at)s)

-- name: answer_letters
-- Every wording of an answer's letter, in order.
-- since: 20
SELECT * FROM avow.answer_letter WHERE answer = %(answer)s ORDER BY number

-- name: access_held
-- What a request still holds: the facts that are open.
-- since: 20
SELECT h.person, h.fact FROM avow.access_hold AS h JOIN avow.fact AS f ON f.id = h.fact
WHERE h.request = %(request)s AND h.ended_at IS NULL AND f.until IS NULL
ORDER BY h.since, h.fact

-- name: access_hold_add
-- A request holds what a fact names.
-- since: 20
INSERT INTO avow.access_hold (request, person, fact, since)
VALUES (%(request)s, %(person)s, %(fact)s, %(at)s)

-- name: access_hold_end
-- A request holds nothing more of a person.
-- since: 20
UPDATE avow.access_hold SET ended_at = %(at)s
WHERE request = %(request)s AND person = %(person)s AND ended_at IS NULL

-- name: ledger_request_steps
-- The entries of a request's steps in the ledger, in order.
-- since: 20
SELECT number, bytes FROM avow.ledger_entry
WHERE kind = 'request-step'
  AND substring(bytes FROM position('"request":"'::bytea IN bytes) + 11 FOR 34) = %(request)s::bytea
ORDER BY number

-- name: request_named
-- The persons of a request who are named by some value.
-- since: 20
SELECT DISTINCT person FROM avow.request_identity WHERE request = %(request)s ORDER BY person
