"""What a search proposes to whoever says whose rows a request is about.

Of a client company's users only rows that point to its own are proposed, and none before somebody
looked at its authority: what the same persons are to us otherwise is not the company's to ask for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from avow.duties.requests.book import Book, persons_of, read
from avow.duties.requests.rows import looked_for
from avow.duties.requests.words import Voice
from avow.engine.planner.making import Estate
from avow.engine.planner.of_company import company_of, within
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.requested import Looked


@dataclass(frozen=True, slots=True)
class Proposed:
    """What was found, without what nobody may accept. `unheard`: persons for whom a company speaks
    that nobody has heard yet."""

    looked: Looked
    unheard: tuple[int, ...] = ()


def proposed(book: Book, estate: Estate, request: str) -> Proposed:
    """Search every system that answers. A system of a company that goes away meanwhile is a gap.
    Raises UnknownRequest AV610."""
    state, people = read(book, request), persons_of(book, request)
    companies = [n for n, each in state.persons.items() if each.voice is Voice.COMPANY]
    looked = looked_for(book, estate, request)
    spoken = {number: people[number].tenant for number in companies}
    unheard = tuple(number for number, company in spoken.items() if not company)
    return Proposed(companies_own(estate, looked, spoken), unheard)


def companies_own(estate: Estate, looked: Looked, spoken: Mapping[int, str]) -> Looked:
    """What was found, but of persons for whom a company speaks only the rows that point to its own.

    `spoken` is the company of each of them (`SYSTEM:DATASET:KEY`; empty where nobody heard it yet:
    then nothing is its own). What cannot be looked at is left out, and is a gap.
    """
    if not spoken:
        return looked
    kept = [c for c in looked.found.candidates if c.person not in spoken]
    gaps = list(looked.gaps)
    for company in sorted(filter(None, set(spoken.values()))):
        mine = [c for c in looked.found.candidates if spoken.get(c.person) == company]
        try:
            kept += within(estate, mine, company_of(estate, company))
        except PlannerError as away:
            gaps.append(away.what)
    kept.sort(key=lambda each: each.person)
    found = replace(looked.found, candidates=tuple(kept))
    return Looked(found, tuple(dict.fromkeys(gaps)))
