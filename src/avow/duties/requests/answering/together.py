"""Copies for many requests in shared reads: every system is asked once for a group of persons.

What comes back is split person by person before anything is made of it, and is what each would have
got alone: persons are read together only where the same datasets name them, what one request found
says nothing of another, and where a limit cut rows off each is read again alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from avow.common.errors import AvowError
from avow.common.masked import Masked
from avow.duties.requests.answering.drafting import Draft, begin, begun, drafted, open_items
from avow.duties.requests.answering.gathering import Canaries, Drawn, Sources, copied
from avow.duties.requests.book import Book, Person, given, people_of, read_many
from avow.duties.requests.machine import Request
from avow.duties.requests.rows import accepted_of_many
from avow.duties.requests.words import ItemState
from avow.engine.planner.identities import Asked, Candidate, Found
from avow.engine.planner.making import Estate
from avow.engine.planner.reaching import Extract, Shown
from avow.engine.planner.requested import Disclosure, Looked, disclose, look
from avow.engine.planner.seeing import seen

GROUP = 50
"""Persons who are read together."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one person's answer: its id, or the code of why there is none. `undecided`
    places wait for somebody; without any it is drafted."""

    request: str
    person: int
    answer: str = ""
    undecided: int = 0
    is_drafted: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A person whose copy is to be drawn, and the rows that were accepted as theirs."""

    request: Request
    person: int
    who: Person = field(repr=False)
    rows: tuple[Candidate, ...] = field(repr=False)

    @property
    def place(self) -> frozenset[tuple[str, str]]:
        """The datasets that name the person: what cannot be read beside them depends on it."""
        return frozenset((c.system, c.dataset) for c in self.rows)


def answer_all(book: Book, sources: Sources, *, by: str, at: datetime) -> tuple[Answered, ...]:
    """Begin every answer whose items and rows are accepted, and draft those of which no place has
    to be decided. One that is refused stops no other. Called again it goes on where it ended: an
    answer is begun and drafted in one transaction.
    """
    open_ = [row["id"] for row in book.runs.run("requests_open")]
    wanted = sorted(_wanted(book, open_), key=lambda w: sorted(w.place))
    canaries = _remembering(sources.estate)
    return tuple(
        done
        for group in _groups(wanted)
        for one, drawn in _read(sources, group, canaries)
        for done in [_answered(book, sources, one, drawn, by=by, at=at)]
    )


def _wanted(book: Book, requests: Sequence[str]) -> Iterator[_Wanted]:
    fresh = {
        name: (state, persons)
        for name, state in read_many(book, requests).items()
        if (persons := _new_of(state))
    }
    rows, people = accepted_of_many(book, fresh), people_of(book, fresh)
    for name, (state, persons) in fresh.items():
        if name not in rows:
            continue
        for n in persons:
            mine = tuple(c for c in rows[name] if c.person == n)
            yield _Wanted(state, n, people[name][n], mine)


def _new_of(state: Request) -> tuple[int, ...]:
    """The persons of whom no answer was begun: one that was goes on by itself."""
    fresh = [i.person for i in state.items.values() if i.state is ItemState.ACCEPTED]
    return tuple(n for n in dict.fromkeys(fresh) if _is_new(state, n))


def _is_new(state: Request, person: int) -> bool:
    """Whether no answer of a person was begun: one that was goes on by itself."""
    items = open_items(state, person)
    return bool(items) and all(i.state is ItemState.ACCEPTED for i in items)


def _groups(wanted: Sequence[_Wanted]) -> Iterator[Sequence[_Wanted]]:
    by_place: dict[frozenset[tuple[str, str]], list[_Wanted]] = {}
    for each in wanted:
        by_place.setdefault(each.place, []).append(each)
    for same in by_place.values():
        yield from (same[n : n + GROUP] for n in range(0, len(same), GROUP))


def _read(
    sources: Sources, group: Sequence[_Wanted], canaries: Canaries
) -> Iterator[tuple[_Wanted, Drawn | None]]:
    """What the systems say of each of a group; None where a limit cut rows off."""
    numbered = dict(enumerate(group))
    asked = [
        Asked(n, kind, Masked(value))
        for n, each in numbered.items()
        for kind, value in given(each.who)
    ]
    looked = look(sources.estate, asked)
    rows = [replace(c, person=n) for n, each in numbered.items() for c in each.rows]
    found = disclose(sources.estate, rows, sources.most, looked.gaps)
    if any(extract.truncated for extract in found.extracts):
        yield from ((each, None) for each in group)
        return
    apart = [_apart(extract) for extract in found.extracts]
    for n, each in numbered.items():
        mine = tuple(_one(e, rows, n, each.person) for e, rows in apart if _has(e, rows, n))
        yield each, Drawn(each.who, _looked(looked, each), Disclosure(mine, found.gaps), canaries)


def _looked(looked: Looked, each: _Wanted) -> Looked:
    """What a copy says of the search: which kinds of value of the person no dataset is named by."""
    kinds = {kind for kind, _ in given(each.who)}
    unnamed = tuple((s, k) for s, k in looked.found.unnamed if k in kinds)
    return Looked(Found((), (), unnamed), looked.gaps)


def _apart(extract: Extract) -> tuple[Extract, Mapping[int, list[Shown]]]:
    found: dict[int, list[Shown]] = {}
    for row in extract.rows:
        found.setdefault(row.person, []).append(row)
    return extract, found


def _has(extract: Extract, rows: Mapping[int, list[Shown]], number: int) -> bool:
    return number in rows or number in extract.copies


def _one(extract: Extract, rows: Mapping[int, list[Shown]], number: int, person: int) -> Extract:
    """An extract as one person would have got it alone."""
    mine = tuple(row._replace(person=person) for row in rows.get(number, ()))
    copies = extract.copies.get(number, 0)
    return replace(
        extract, rows=mine, total=len(mine) + copies, copies={person: copies} if copies else {}
    )


def _remembering(estate: Estate) -> Canaries:
    """Canaries of a run: each system is asked once for the same kinds of value."""
    known: dict[tuple[str, tuple[str, ...]], bool | None] = {}

    def said(systems: Iterable[str], kinds: Iterable[str]) -> Mapping[str, bool | None]:
        of, names = tuple(kinds), tuple(systems)
        new = [name for name in names if (name, of) not in known]
        known.update({(name, of): saw for name, saw in seen(estate, new, of).items()})
        return {name: known[name, of] for name in names}

    return said


def _answered(
    book: Book, sources: Sources, one: _Wanted, drawn: Drawn | None, *, by: str, at: datetime
) -> Answered:
    """Begin an answer and draft it, both or neither kept when the process dies."""
    request, person = one.request.id, one.person
    with book.runs.transaction() as tx:
        inside = replace(book, runs=tx)
        try:
            made = _begun(inside, sources, one, drawn, by=by, at=at)
        except AvowError as error:
            return Answered(request, person, code=error.code)
        done = Answered(request, person, made.id, made.undecided)
        if made.undecided or not made.copy.is_whole:
            return done
        try:
            drafted(inside, made, by=by, at=at)
        except AvowError as error:
            return replace(done, code=error.code)
    return replace(done, is_drafted=True)


def _begun(
    book: Book, sources: Sources, one: _Wanted, drawn: Drawn | None, *, by: str, at: datetime
) -> Draft:
    if drawn is None:
        return begin(book, sources, one.request.id, one.person, by=by, at=at)
    copy = copied(book, sources, one.request, one.person, drawn, at=at)
    return begun(book, one.request, copy, by=by, at=at)
