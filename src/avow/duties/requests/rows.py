"""Whose rows a request is about: what was found for its persons, and what somebody accepted.

A search proposes and nothing is merged silently; what was accepted lies sealed with the request and
is what access, erasure and every other act work on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from avow.common.masked import Masked
from avow.duties.requests import held
from avow.duties.requests.book import (
    Book,
    Person,
    Said,
    end_file,
    file_of,
    files_of,
    persons_of,
    put_file,
    take,
)
from avow.duties.requests.steps import Noted
from avow.engine.db.store import Runs
from avow.engine.facts.standing import row
from avow.engine.keys.ring import KeyRing
from avow.engine.planner.candidates_kept import kept, read_kept
from avow.engine.planner.identities import Asked, Candidate
from avow.engine.planner.making import Estate
from avow.engine.planner.requested import Looked, look

ACCEPTED = "accepted-rows"
"""What the file with the accepted rows is called."""
SHOWN = "rows-shown/1"
"""How rows that somebody looks at are hashed."""


def looked_for(book: Book, estate: Estate, request: str) -> Looked:
    """The rows that may be those of a request's persons, in every system that answers."""
    return look(estate, asked_of(persons_of(book, request)))


def mark_of(ring: KeyRing, candidates: Sequence[Candidate]) -> str:
    """What tells these very rows from others, so that whoever accepts accepts what they saw. A
    keyed hash: nothing of a key can be found by trying."""
    alike = [replace(each, keys=tuple(sorted(each.keys, key=str))) for each in candidates]
    rows = kept(sorted(alike, key=lambda c: (c.person, c.system, c.dataset, c.path)))
    return ring.keyed_hash(Masked(rows.hex()), SHOWN).hash.hex()


def asked_of(people: Mapping[int, Person]) -> list[Asked]:
    """Every value that names these persons, as systems are asked for it."""
    return [
        Asked(number, kind, Masked(value))
        for number, person in people.items()
        for kind, value in dict.fromkeys(person.naming())
    ]


def accept(
    book: Book, request: str, candidates: Sequence[Candidate], *, by: str, at: datetime
) -> None:
    """Say which candidates are the persons' rows; what was accepted before is replaced."""
    with book.runs.transaction() as tx:
        for file in tx.run("request_files", request=request):
            if file["what"] == ACCEPTED and file["gone_at"] is None:
                end_file(tx, file["id"], at)
        put_file(book, tx, request, ACCEPTED, "application/json", kept(candidates), at=at)
        _hold(book, tx, request, candidates, at)
        take(book, request, [Said(Noted(what=ACCEPTED))], by=by, at=at, runs=tx)


def _hold(
    book: Book, runs: Runs, request: str, candidates: Sequence[Candidate], at: datetime
) -> None:
    """Let an open request for a copy hold these rows too: they may be known by other values."""
    for person in sorted({c.person for c in candidates}):
        if held.is_held(runs, request, person):
            mine = [c for c in candidates if c.person == person]
            about = [row(c.system, c.dataset, key) for c in mine for key in c.keys]
            held.hold(runs, book.ring, request, person, about, at)


def accepted_of(book: Book, request: str) -> tuple[Candidate, ...] | None:
    """What was accepted; None when nobody has said yet, empty when nothing is theirs."""
    for file in book.runs.run("request_files", request=request):
        if file["what"] == ACCEPTED and file["gone_at"] is None:
            found = file_of(book, file["id"])
            return read_kept(found[1].reveal()) if found else None
    return None


def accepted_of_many(book: Book, requests: Iterable[str]) -> dict[str, tuple[Candidate, ...]]:
    """What was accepted for several requests, in one statement; without those nobody said of."""
    files = files_of(book, requests, ACCEPTED)
    return {name: tuple(read_kept(content.reveal())) for name, content in files.items()}
