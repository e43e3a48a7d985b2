"""Somebody who knows the truth of a made schema, answers every question, and counts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from avow.duties.discovery.triage import answering
from avow.duties.discovery.triage.answering import Standpoint, open_questions
from avow.duties.discovery.triage.choices import Choice, Hop, Proposal, Whose
from avow.duties.discovery.triage.signals import Sureness
from tests.schemas.made import Made

OWNED = (Whose.OWNED, Whose.SHARED)


@dataclass(slots=True)
class Oracle:
    """Answers truthfully. `bare` is a table's name without its schema; `before` the part with it.
    `decisions` counts answers; `stated` those that had to be put in words."""

    truth: Mapping[str, Made]
    before: str = ""
    decisions: int = 0
    stated: int = 0
    asked: list[str] = field(default_factory=list)

    def of(self, table: str) -> Made:
        """The truth of a table."""
        return self.truth[table.removeprefix(self.before)]

    def agrees(self, table: str, choice: Choice) -> bool:
        """Whether the choice is true."""
        made = self.of(table)
        match made.truth:
            case "person":
                return choice.whose is Whose.PERSONS
            case "nobody" | "program":
                return choice.whose is Whose.NOBODY
            case "ask":
                return choice.whose is Whose.UNKNOWN
            case "empty":
                return choice.whose is Whose.OUT
        to = {hop.to.removeprefix(self.before) for hop in choice.hops}
        return choice.whose in OWNED and to <= made.owners

    def answer_all(self, standpoint: Standpoint) -> Standpoint:
        """Answer until nothing is asked any more."""
        while left := open_questions(standpoint):
            question = left[0]
            self.decisions += 1
            wrong = [p for p in question.proposals if not self.agrees(p.table, p.choice)]
            if not wrong:
                standpoint = answering.yes(standpoint, question)
            elif len(question.proposals) > 1:
                standpoint = answering.no(standpoint, question, [p.table for p in wrong])
            else:
                standpoint = self._refuse(standpoint, question.proposals[0])
        return standpoint

    def _refuse(self, standpoint: Standpoint, proposal: Proposal) -> Standpoint:
        if self.of(proposal.table).truth == "ask":
            self.asked.append(proposal.table)
            question = next(q for q in open_questions(standpoint) if q.tables == (proposal.table,))
            return answering.ask(standpoint, question, "marc")
        if any(self.agrees(proposal.table, other) for other in proposal.others):
            question = next(q for q in open_questions(standpoint) if q.tables == (proposal.table,))
            return answering.no(standpoint, question)
        self.stated += 1
        return answering.settle(standpoint, proposal.table, self._said(proposal.table))

    def _said(self, table: str) -> Choice:
        """The truth in words."""
        made = self.of(table)
        if made.truth == "person":
            return Choice(Whose.PERSONS)
        if not made.truth.startswith("of:"):
            return Choice(Whose.NOBODY, because="things")
        link = next((p for p in made.pointers if p.to in made.owners), None)
        fields = link.fields if link else (made.columns[1].name,)
        owner = link.to if link else min(made.owners)
        parent = () if link else (self.truth[owner].columns[0].name,)
        return Choice(Whose.OWNED, (Hop(self.before + owner, fields, parent),))


@dataclass(frozen=True, slots=True)
class Score:
    """How good first proposals are, by truth.

    `personal` tables hold persons' rows in truth; of them `found` were proposed so, `missed` were
    proposed as nobody's inside a group or surely, `doubted` were put as a question of their own.
    Of the `proposed` ones `right` are personal in truth. Of the owned ones found, `owner` name a
    true owner.
    """

    tables: int
    personal: int
    found: int
    doubted: int
    missed: tuple[str, ...]
    proposed: int
    right: int
    owned: int
    owner: int


def score(oracle: Oracle, proposals: Mapping[str, Proposal]) -> Score:
    """Judge first proposals. Tables of which nobody can tell count on neither side."""
    personal = [n for n in proposals if _is_personal(oracle.of(n))]
    found = [n for n in personal if _says_personal(proposals[n])]
    missed = [n for n in personal if _is_missed(proposals[n])]
    told = [n for n in proposals if oracle.of(n).truth != "ask" and _says_personal(proposals[n])]
    owned = [n for n in found if oracle.of(n).truth.startswith("of:")]
    return Score(
        len(proposals),
        len(personal),
        len(found),
        len(personal) - len(found) - len(missed),
        tuple(missed),
        len(told),
        len([n for n in told if n in personal]),
        len(owned),
        len([n for n in owned if oracle.agrees(n, proposals[n].choice)]),
    )


def _is_personal(made: Made) -> bool:
    return made.truth == "person" or made.truth.startswith("of:")


def _says_personal(proposal: Proposal) -> bool:
    return proposal.choice.whose in (Whose.PERSONS, *OWNED)


def _is_missed(proposal: Proposal) -> bool:
    is_out = proposal.choice.whose is Whose.OUT
    return is_out or (
        proposal.choice.whose is Whose.NOBODY and proposal.sureness is not Sureness.UNSURE
    )
