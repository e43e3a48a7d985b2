"""In which order tables are asked about, and which are asked about together.

A question is one decision of a person. What needs no person is not asked; tables of programs and
things come in groups, what is owned in groups by its owner and evidence, all else one by one;
tables of the same columns and of names that differ in digits only count as one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from avow.duties.discovery.triage.choices import Choice, Proposal, Whose
from avow.duties.discovery.triage.signals import Signals, Sureness

LARGEST = 25
"""Tables of one group: what a person can still read before saying yes."""
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Question:
    """One decision: may these tables be declared as proposed? They share what is said in common."""

    proposals: tuple[Proposal, ...]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that it is about."""
        return tuple(p.table for p in self.proposals)

    @property
    def weight(self) -> int:
        """Persons × age of its heaviest table."""
        return max(p.weight for p in self.proposals)

    @property
    def rank(self) -> int:
        """Programs first, then persons, then what is owned, then things; who waits is last."""
        first = self.proposals[0]
        if first.waits:
            return 4
        match first.choice.whose:
            case Whose.NOBODY:
                return 0 if first.alike == "program" else 3
            case Whose.PERSONS:
                return 1
            case _:
                return 2


def questions(proposals: Mapping[str, Proposal], signals: Signals) -> list[Question]:
    """All questions in the order in which they are asked."""
    groups: defaultdict[tuple[object, ...], list[Proposal]] = defaultdict(list)
    for proposal in proposals.values():
        if proposal.choice.whose is not Whose.OUT:
            groups[_group(proposal, signals)].append(proposal)
    found = [q for together in groups.values() for q in _cut(together)]
    return sorted(found, key=lambda q: (q.rank, -q.weight, q.tables))


def _group(proposal: Proposal, signals: Signals) -> tuple[object, ...]:
    if proposal.alike and proposal.sureness is not Sureness.UNSURE:
        return proposal.choice.whose, proposal.alike
    columns = signals.looks[proposal.table].table.columns
    form = tuple((_DIGITS.sub("", c.name), c.native) for c in columns)
    to = tuple(hop.to for hop in proposal.choice.hops)
    return proposal.choice.whose, proposal.alike, _DIGITS.sub("#", proposal.table), form, to


def _cut(together: Iterable[Proposal]) -> Iterable[Question]:
    ordered = sorted(together, key=lambda p: (-p.weight, p.table))
    for at in range(0, len(ordered), LARGEST):
        yield Question(tuple(ordered[at : at + LARGEST]))


def single(proposal: Proposal, refused: Collection[Choice]) -> Question | None:
    """The question of one table after some choices were refused; None when none is left."""
    left = [c for c in (proposal.choice, *proposal.others) if c not in refused and c.is_written]
    if not left:
        return None
    if left[0] == proposal.choice:
        return Question((proposal,))
    return Question((_next_best(proposal, left, is_second=bool(refused)),))


def _next_best(proposal: Proposal, left: list[Choice], *, is_second: bool) -> Proposal:
    """The proposal with the next choice in front; the evidence spoke for the first."""
    added = ("what was proposed before was refused",) if is_second else ()
    return Proposal(
        proposal.table,
        left[0],
        Sureness.UNSURE,
        (*proposal.evidence, *added),
        others=tuple(left[1:]),
        rows=proposal.rows,
        persons=proposal.persons,
        days=proposal.days,
        holds=proposal.holds,
    )
