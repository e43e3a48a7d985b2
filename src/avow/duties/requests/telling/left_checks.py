"""Is what was erased still gone, and is what stays what the person was told, no longer than that?

Whoever was erased is looked for again on the live systems, all in one search. What is found has to
be something that stays with a reason whose end has not come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from avow.common.masked import Masked
from avow.duties.requests.book import Book, given, noted, people_of, read_many, words_of
from avow.duties.requests.book import entries_of as steps_of
from avow.duties.requests.in_time import FRESH, PLACE, SEEN, clauses_of
from avow.duties.requests.machine import Answer, Item, Request
from avow.duties.requests.proposing import companies_own
from avow.duties.requests.rows import accepted_of_many
from avow.duties.requests.steps import Decided, Refusal
from avow.duties.requests.words import Ground, ItemState, Right, Way
from avow.engine.db.store import Row
from avow.engine.evidence.checks import Check, CheckResult, Outcome, blind, failed, passed
from avow.engine.planner.identities import Asked
from avow.engine.planner.making import Estate
from avow.engine.planner.requested import look
from avow.engine.planner.staying import Why

LEGAL, COMPELLING = "limit-legal-duty", "limit-compelling-interest"
"""The limits of the statement that are answered here, as `rights` of the declaration name them."""
CAME_BACK = "came-back"
"""What is noted when somebody who was erased became known to us again by an act of their own."""
_ENDLESS = frozenset({str(Why.HELD), str(Why.SHARED), str(Why.SHELL)})
"""Reasons whose end is no date: a release, another person, another row."""
_LAWFUL = frozenset({str(Why.MINIMUM), str(Why.PURPOSE), str(Why.NEEDED)})
"""Reasons that a clause has to give."""

Spot = tuple[str, int, str, str]
"""Request, person, system, dataset."""
Keys = frozenset[tuple[str, ...]]
"""Keys of rows, as texts."""


@dataclass(frozen=True, slots=True)
class Erased:
    """An erasure that was carried out: its item, and the answers of its request."""

    request: Request
    item: Item

    @property
    def person(self) -> tuple[str, int]:
        """The request and the number of the person in it."""
        return self.request.id, self.item.person


def gone(clause: str) -> Check:
    """Is nobody who was erased found again, but for what stays with a reason?"""
    return _check(f"requests.gone.{clause}", clause)


def reasoned(clause: str) -> Check:
    """Has everything that stays its law, its end, and was it told to the person?"""
    return _check(f"requests.stays.{clause}", clause)


def weighed(clause: str) -> Check:
    """Is a compelling interest held against objections alone, and each time weighed in writing?"""
    return _check(f"requests.weighed.{clause}", clause)


def _check(name: str, clause: str) -> Check:
    return Check(name, frozenset({clause}), freshness=FRESH, everywhere=False)


def answers(
    book: Book, estate: Estate, *, day: date, at: datetime
) -> Iterator[tuple[Check, CheckResult]]:
    """What the checks answer on a day, each with its canary."""
    rows = book.runs.run("requests_listed", since=day - SEEN, most=100_000)
    states = tuple(read_many(book, [row["id"] for row in rows]).values())
    erased = [e for state in states for e in erased_of(state)]
    stays = book.runs.run("stays_of_requests", ids=sorted({e.request.id for e in erased}))
    if clause := clauses_of(book).get(Right.ERASURE, ""):
        check = gone(clause)
        said = _found(book, estate, erased, stays, day)
        yield check, check.answered(PLACE, said, at, canary_seen=_finds(day))
    for clause in _limits(book, LEGAL):
        bad = unreasoned(stays, {e.request.id: e.request for e in erased})
        said = failed(len(bad), "what stays lacks its reason or was not told", count=len(stays))
        said = said if bad else passed(len(stays))
        check = reasoned(clause)
        yield check, check.answered(PLACE, said, at, canary_seen=_finds_untold())
    for clause in _limits(book, COMPELLING):
        held = [(s, i, r) for s in states for i in s.items.values() for r in _compelling(i)]
        wrong = [s.id for s, i, _ in held if not _is_weighed(book, s, i)]
        said = failed(len(wrong), "nobody weighed it in writing", count=len(held))
        said = said if wrong else passed(len(held))
        check = weighed(clause)
        yield check, check.answered(PLACE, said, at, canary_seen=_finds_unweighed())


def _limits(book: Book, name: str) -> tuple[str, ...]:
    return tuple(r["clause"] for r in book.declaration.rights if r["right"] == name)


def erased_of(state: Request) -> Iterator[Erased]:
    """The erasures of a request that were carried out."""
    for item in state.items.values():
        if item.right is Right.ERASURE and item.state is ItemState.DONE:
            yield Erased(state, item)


def _found(
    book: Book, estate: Estate, erased: Sequence[Erased], stays: Sequence[Row], day: date
) -> Outcome:
    """Persons who are found where nothing may stay, and erasures that ended with gaps."""
    came_back = noted(book, sorted({e.request.id for e in erased}), CAME_BACK)
    sought = [e for e in erased if e.request.id not in came_back]
    people = people_of(book, sorted({e.request.id for e in sought}))
    numbered = dict(enumerate(dict.fromkeys(e.person for e in sought), 1))
    known = {
        number: who
        for number, (request, person) in numbered.items()
        if (who := people.get(request, {}).get(person)) is not None
    }
    asked = [Asked(n, kind, Masked(text)) for n, who in known.items() for kind, text in given(who)]
    spoken = {number: who.tenant for number, who in known.items() if who.tenant}
    looked = companies_own(estate, look(estate, asked), spoken) if asked else None
    found = [
        ((*numbered[c.person], c.system, c.dataset), _texts(c.keys))
        for c in (looked.found.candidates if looked else ())
    ]
    persons = {e.person: (e.request.id, e.item.item) for e in sought}
    before = _keys_before(book, sorted({spot[0] for spot, _ in found}))
    back = unexplained(found, before, _explained(stays, persons, day))
    gaps = [e for e in erased if e.item.gaps]
    if back or gaps:
        return failed(len({s[:2] for s in back} | {e.person for e in gaps}),
                      "persons are found again, or places were not reached",
                      count=len(erased))  # fmt: skip
    if looked is not None and looked.gaps:
        return blind("not every system could be searched")
    return passed(len(erased))


def _explained(
    stays: Iterable[Row], persons: Mapping[tuple[str, int], tuple[str, int]], day: date
) -> frozenset[Spot]:
    """Where something of a person stays with a reason whose end has not come. A shell explains
    nobody: what names the person is taken out of it."""
    by_item = {item: person for person, item in persons.items()}
    return frozenset(
        (*by_item[row["request"], row["item"]], row["system"], row["dataset"])
        for row in stays
        if (row["request"], row["item"]) in by_item
        and row["why"] != Why.SHELL
        and (row["until"] is None or row["until"] > day)
    )


def _keys_before(book: Book, requests: Sequence[str]) -> dict[Spot, Keys]:
    """The rows that were theirs when they asked: only these may still be there."""
    keys: dict[Spot, Keys] = {}
    for request, candidates in accepted_of_many(book, requests).items():
        for each in candidates:
            spot = (request, each.person, each.system, each.dataset)
            keys[spot] = keys.get(spot, frozenset()) | _texts(each.keys)
    return keys


def _texts(keys: Iterable[tuple[object, ...]]) -> Keys:
    return frozenset(tuple(map(str, key)) for key in keys)


def unexplained(
    found: Iterable[tuple[Spot, Keys]], before: Mapping[Spot, Keys], explained: frozenset[Spot]
) -> tuple[Spot, ...]:
    """Where persons are found though nothing of them may be there, or in rows that were not theirs
    when they asked. Pure."""
    return tuple(
        spot
        for spot, keys in found
        if spot not in explained or not keys <= before.get(spot, frozenset())
    )


def unreasoned(stays: Iterable[Row], states: Mapping[str, Request]) -> tuple[Row, ...]:
    """What stays without a clause or an end, or was not told by an answer that left although the
    request is answered. Pure."""
    return tuple(row for row in stays if _lacks(row) or _is_untold(row, states[row["request"]]))


def _lacks(row: Row) -> bool:
    if row["why"] in _LAWFUL and not row["clauses"]:
        return True
    return row["why"] not in _ENDLESS and row["until"] is None and not row["ends"]


def _is_untold(row: Row, state: Request) -> bool:
    if state.answered_on is None:
        return False
    sent = {name for name, answer in state.answers.items() if answer.sent is not None}
    return not sent.intersection(row["told"])


def _compelling(item: Item) -> list[Refusal]:
    return [r for r in item.refusals if r.ground is Ground.COMPELLING]


def _is_weighed(book: Book, state: Request, item: Item) -> bool:
    """Whether it stands against an objection, and the decision has its balancing with it."""
    if item.right is not Right.OBJECTION:
        return False
    decided = [
        e.number
        for e in steps_of(book, state.id)
        if isinstance(e.step, Decided) and e.step.item == item.item
    ]
    return bool(decided) and bool(words_of(book, state.id, decided[-1]).reveal().strip())


def _finds(day: date) -> bool:
    """Whether somebody found where what stayed has ended is seen, and where it stays is not."""
    row = {"request": "r", "item": 1, "system": "s", "dataset": "d", "until": day,
           "why": str(Why.MINIMUM)}  # fmt: skip
    spot: Spot = ("r", 1, "s", "d")
    persons = {("r", 1): ("r", 1)}
    there, before = [(spot, _texts([(1,)]))], {spot: _texts([(1,)])}
    ended = _explained([row], persons, day)
    stays = _explained([row | {"until": None}], persons, day)
    shell = row | {"until": None, "why": str(Why.SHELL)}
    return (
        unexplained(there, before, ended) == (spot,)
        and unexplained([(spot, _texts([(2,)]))], before, stays) == (spot,)
        and unexplained(there, before, _explained([shell], persons, day)) == (spot,)
        and not unexplained(there, before, stays)
    )


def _finds_untold() -> bool:
    """Whether a group without its law, and one that no letter told, are seen."""
    sent = Answer("a", "0" * 64, final=True, is_reviewed=True, sent=Way.MAIL)
    state = Request("r", answers={"a": sent}, answered_on=date(2000, 1, 1))
    told = {"request": "r", "why": str(Why.MINIMUM), "clauses": ["1"], "until": date(2000, 1, 1),
            "ends": "", "told": ["a"]}  # fmt: skip
    bad = [told | {"clauses": []}, told | {"told": []}, told | {"until": None}]
    return len(unreasoned([told, *bad], {"r": state})) == len(bad)


def _finds_unweighed() -> bool:
    """Whether an erasure that was refused on an interest of ours is seen."""
    refusal = Refusal(ground=Ground.COMPELLING, law="")
    item = Item(1, 1, Right.ERASURE, refusals=(refusal,))
    return bool(_compelling(item)) and not _compelling(replace(item, refusals=()))
