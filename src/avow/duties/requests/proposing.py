"""What a search proposes to whoever says whose rows a request is about.

Of a client company's users only rows that point to its own are proposed, and none before somebody
looked at its authority: what the same persons are to us otherwise is not the company's to ask for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from avow.duties.requests.book import Book, persons_of, read
from avow.duties.requests.rows import looked_for
from avow.duties.requests.words import Voice
from avow.engine.planner.identities import Candidate
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
    if not companies:
        return Proposed(looked)
    kept = [c for c in looked.found.candidates if c.person not in companies]
    gaps = list(looked.gaps)
    for number in companies:
        mine = [c for c in looked.found.candidates if c.person == number]
        try:
            kept += _theirs(estate, mine, people[number].tenant)
        except PlannerError as away:
            gaps.append(away.what)
    kept.sort(key=lambda each: each.person)
    found = replace(looked.found, candidates=tuple(kept))
    unheard = tuple(n for n in companies if not people[n].tenant)
    return Proposed(Looked(found, tuple(dict.fromkeys(gaps))), unheard)


def _theirs(estate: Estate, mine: Sequence[Candidate], tenant: str) -> Iterable[Candidate]:
    """The rows of the company `tenant`; none where nobody said which one it is."""
    return within(estate, mine, company_of(estate, tenant)) if tenant else ()
