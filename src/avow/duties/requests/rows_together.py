"""Whose rows many requests are about, in one search for a group of them.

Each gets what its search alone would have found: a request of several persons, or in the name of a
company, is searched for alone, and that another request is about the same rows is no question.
Nothing is accepted of which somebody would have to be asked, nothing where nothing was found,
nothing while a system is away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from avow.duties.requests.book import Book, Person, people_of, read_many
from avow.duties.requests.machine import Request
from avow.duties.requests.proposing import proposed
from avow.duties.requests.rows import accept, accepted_of_many, asked_of
from avow.duties.requests.words import Voice
from avow.engine.planner.identities import Candidate, Found, Question
from avow.engine.planner.making import Estate
from avow.engine.planner.requested import Looked, look

GROUP = 200
"""Requests that are searched for together."""


@dataclass(frozen=True, slots=True)
class Matched:
    """What became of one request: how many rows were accepted, or why a person has to look:
    `questions`, `nothing-found` or `unreachable`."""

    request: str
    rows: int = 0
    why: str = ""


def accept_all(book: Book, estate: Estate, *, by: str, at: datetime) -> tuple[Matched, ...]:
    """Search for every open request of which nobody has said whose rows it is about, and accept
    what needs no question. Called again it goes on with those that are left."""
    open_ = [row["id"] for row in book.runs.run("requests_open")]
    known = accepted_of_many(book, open_)
    new = [name for name in open_ if name not in known]
    return tuple(
        _accepted(book, name, looked, by=by, at=at)
        for name, looked in looked_for_all(book, estate, new).items()
    )


def looked_for_all(book: Book, estate: Estate, requests: Sequence[str]) -> dict[str, Looked]:
    """The rows that may be those of the persons of several requests, request by request."""
    people = people_of(book, requests)
    apart = {name for name, state in read_many(book, requests).items() if _is_apart(state)}
    single = [(n, one) for n in requests if n not in apart for one in people.get(n, {}).values()]
    found: dict[str, Looked] = {}
    for start in range(0, len(single), GROUP):
        found |= _searched(estate, single[start : start + GROUP])
    return found | {n: proposed(book, estate, n).looked for n in requests if n in apart}


def _is_apart(request: Request) -> bool:
    """Whether it is searched for alone: several persons, or a company that speaks for its users."""
    spoken = any(person.voice is Voice.COMPANY for person in request.persons.values())
    return spoken or len(request.persons) > 1


def _searched(estate: Estate, group: Sequence[tuple[str, Person]]) -> Mapping[str, Looked]:
    looked = look(estate, asked_of({n: person for n, (_, person) in enumerate(group)}))
    return {name: _of_one(looked, n, person) for n, (name, person) in enumerate(group)}


def _of_one(looked: Looked, number: int, person: Person) -> Looked:
    """What the search found for one of them, as if nobody else had been looked for."""
    kinds = {kind for kind, _ in person.naming()}
    found = Found(
        tuple(_alone(looked.found.candidates, number)),
        tuple((1, question) for n, question in looked.found.asks if n == number),
        tuple((system, kind) for system, kind in looked.found.unnamed if kind in kinds),
    )
    return Looked(found, looked.gaps)


def _alone(candidates: Sequence[Candidate], number: int) -> Iterator[Candidate]:
    for each in candidates:
        if each.person == number:
            asks = tuple(q for q in each.asks if q is not Question.OVERLAP)
            yield replace(each, person=1, asks=asks)


def _accepted(book: Book, request: str, looked: Looked, *, by: str, at: datetime) -> Matched:
    found = looked.found
    if looked.gaps:
        return Matched(request, why="unreachable")
    if any(found.questions(c.person) for c in found.candidates) or found.asks:
        return Matched(request, why="questions")
    if not found.candidates:
        return Matched(request, why="nothing-found")
    accept(book, request, found.candidates, by=by, at=at)
    return Matched(request, sum(len(c.keys) for c in found.candidates))
