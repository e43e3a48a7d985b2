"""What an answer means, and what is asked next. Pure: each answer gives a new memory.

`y` settles what was proposed; `n` to a group takes tables out of it, and to one table puts the
next best choice; `ask` leaves it to a named person. Answers may also be stated in words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase

from avow.common.errors import AvowError
from avow.duties.discovery.triage.asking import Question, questions, single
from avow.duties.discovery.triage.choices import Choice, Hop, Proposal, Whose
from avow.duties.discovery.triage.memory import Memory, Remembered, State, current, form_of
from avow.duties.discovery.triage.proposing import proposals
from avow.duties.discovery.triage.signals import Signals
from avow.estate.datamap.model import Dataset, LinkWord

_HELP = "write y, n, ask, ask PERSON, persons, nobody: WHY, or TABLE by COLUMN"
_LINK = re.compile(r"(?P<to>.+) by (?P<fields>.+)")


class UnknownAnswer(AvowError):
    """An answer cannot be understood, or speaks of a table that is not there (AV542)."""

    code = "AV542"


@dataclass(frozen=True, slots=True)
class Standpoint:
    """All that the next question depends on."""

    signals: Signals
    declared: Mapping[str, Dataset]
    memory: Memory
    today: date
    language: str = "en"
    """Of the pages for those who are asked from now on."""

    @property
    def known(self) -> dict[str, Remembered]:
        """What is remembered of tables that are as they were and not declared meanwhile."""
        found = current(self.memory, self.signals)
        return {n: r for n, r in found.items() if n not in self.declared}

    @property
    def settled(self) -> dict[str, Choice]:
        """What was answered, and is not declared yet."""
        return {n: r.choice for n, r in self.known.items() if r.choice}

    def proposals(self) -> dict[str, Proposal]:
        """A proposal for each table that is neither declared nor answered."""
        said = {n: declared_choice(d) for n, d in self.declared.items()}
        return proposals(self.signals, {**self.settled, **said}, self.today)

    def told(self, memory: Memory) -> Standpoint:
        """The same with more answers."""
        return replace(self, memory=memory)


def declared_choice(dataset: Dataset) -> Choice:
    """What the declaration says of a table, in the words of the triage."""
    if dataset.subject:
        return Choice(Whose.PERSONS)
    owned = [link for link in dataset.links if link.word is LinkWord.OWNED_BY]
    hops = tuple(Hop(link.to, link.fields, link.parent_fields) for link in owned)
    return Choice(Whose.OWNED, hops) if hops else Choice(Whose.NOBODY)


def open_questions(standpoint: Standpoint) -> list[Question]:
    """What has to be asked, best first. Who was asked is not asked again, and tables that wait for
    such a one come last, as they may have to be answered anew."""
    known = standpoint.known
    asked = {n for n, r in known.items() if r.state in (State.OPEN, State.ASKED)}
    apart = {n for n, r in known.items() if r.state in (State.APART, State.REFUSED)}
    proposed = {n: p for n, p in standpoint.proposals().items() if n not in asked}
    together = questions({n: p for n, p in proposed.items() if n not in apart}, standpoint.signals)
    asked_again = (single(proposed[n], known[n].refused) for n in apart & proposed.keys())
    alone = (q if len(q.proposals) > 1 else single(q.proposals[0], ()) for q in together)
    found = [question for question in (*alone, *asked_again) if question]
    return sorted(found, key=lambda q: (q.rank, -q.weight, q.tables))


# --- answers -----------------------------------------------------------------------------------


def yes(standpoint: Standpoint, question: Question) -> Standpoint:
    """The tables are as proposed."""
    for proposal in question.proposals:
        standpoint = settle(standpoint, proposal.table, proposal.choice)
    return standpoint


def no(
    standpoint: Standpoint, question: Question, wrong: Collection[str] | None = None
) -> Standpoint:
    """They are not: a table gets its next best choice. Of a group the `wrong` ones are asked alone
    and the others are as proposed; all are asked alone where none is named."""
    known = standpoint.known
    for proposal in question.proposals:
        if wrong is not None and proposal.table not in wrong:
            standpoint = settle(standpoint, proposal.table, proposal.choice)
            continue
        before = known.get(proposal.table)
        refused = before.refused if before else ()
        if len(question.proposals) > 1:
            state = State.APART
        else:
            refused = (*refused, proposal.choice)
            more = any(c.is_written for c in proposal.others)
            state = State.REFUSED if more else State.OPEN
        standpoint = _with(standpoint, proposal, state, refused=refused)
    return standpoint


def ask(standpoint: Standpoint, question: Question, person: str) -> Standpoint:
    """A named person is to say; each table becomes an open question of its own."""
    for proposal in question.proposals:
        standpoint = _with(standpoint, proposal, State.ASKED, person=person)
    return standpoint


def settle(standpoint: Standpoint, table: str, choice: Choice) -> Standpoint:
    """The answer for one table."""
    look = standpoint.signals.looks[table]
    form = form_of(look.table)
    before = standpoint.memory.of(table, form)
    person = before.person if before else None
    entry = Remembered(State.SETTLED, form, standpoint.today, choice, person=person, rows=look.rows)
    return standpoint.told(standpoint.memory.with_table(table, entry))


def leave_open(standpoint: Standpoint, table: str) -> Standpoint:
    """Nobody knows yet: it is not asked again, and stays unmapped."""
    proposal = standpoint.proposals()[table]
    return _with(standpoint, proposal, State.OPEN)


def _with(
    standpoint: Standpoint,
    proposal: Proposal,
    state: State,
    refused: tuple[Choice, ...] = (),
    person: str | None = None,
) -> Standpoint:
    offered = tuple(c for c in (proposal.choice, *proposal.others) if c.is_written)
    entry = Remembered(
        state,
        form_of(standpoint.signals.looks[proposal.table].table),
        standpoint.today,
        refused=refused,
        offered=offered if person else (),
        person=person,
        language=standpoint.language,
        holds=proposal.holds,
        rows=proposal.rows,
    )
    return standpoint.told(standpoint.memory.with_table(proposal.table, entry))


# --- answers from a file -------------------------------------------------------------------------


def told(standpoint: Standpoint, answers: Mapping[str, str], person: str | None) -> Standpoint:
    """The standpoint after answers by table or pattern of tables (`public.catalogue_*`).

    What was stated in words comes first, because proposals follow from it; a `y` agrees with the
    proposal as it is then. Answers go before earlier ones. `person` is asked where `ask` names
    nobody.

    Raises:
        UnknownAnswer: an answer is none, names no table, or agrees with no proposal (AV542).
    """
    by_table = _by_table(standpoint, answers)
    for table, word in by_table.items():
        if choice := _stated(word, standpoint.signals):
            standpoint = settle(standpoint, table, choice)
    settled = standpoint.settled
    rest = {
        t: w
        for t, w in by_table.items()
        if not _stated(w, standpoint.signals) and (w != "y" or t not in settled)
    }
    standpoint = standpoint.told(standpoint.memory.without(rest))
    while rest:
        ready = [p for q in open_questions(standpoint) for p in q.proposals if p.table in rest]
        if not ready:
            return standpoint
        proposal = ready[0]
        standpoint = _one(standpoint, proposal, rest.pop(proposal.table), person)
    return standpoint


def _one(standpoint: Standpoint, proposal: Proposal, word: str, person: str | None) -> Standpoint:
    match word.split():
        case ["y"]:
            first = standpoint.proposals()[proposal.table]
            if not first.choice.is_written:
                what = f"nothing is proposed for `{proposal.table}`, so `y` agrees with nothing"
                raise UnknownAnswer(what, because="; ".join(first.evidence), help=_HELP)
            return settle(standpoint, proposal.table, first.choice)
        case ["n"]:
            return leave_open(standpoint, proposal.table)
        case ["ask", *named]:
            whom = named[0] if named else person
            if whom is None:
                raise nobody_to_ask(standpoint.signals.system)
            return ask(standpoint, Question((standpoint.proposals()[proposal.table],)), whom)
    raise UnknownAnswer(f"the answer for `{proposal.table}` is none", help=_HELP)


def nobody_to_ask(system: str) -> AvowError:
    """The error where nobody is named who could be asked (AV543)."""
    return AvowError(
        f"nobody is named who could be asked about `{system}`",
        help="name one of `people` as the system's `owner`, or say `ask PERSON`",
        code="AV543",
    )


def _by_table(standpoint: Standpoint, answers: Mapping[str, str]) -> dict[str, str]:
    """The answer of each table; one by its whole name goes before one by a pattern."""
    found: dict[str, str] = {}
    for pattern, word in sorted(answers.items(), key=lambda a: ("*" not in a[0], a[0])):
        tables = [n for n in standpoint.signals.looks if fnmatchcase(n, pattern)]
        if not tables:
            raise UnknownAnswer(
                f"`{pattern}` names no table of `{standpoint.signals.system}`",
                help="names are those that `avow map` shows, with `*` for any letters",
            )
        found |= dict.fromkeys(tables, word)
    declared = standpoint.declared
    return {table: word for table, word in found.items() if table not in declared}


def _stated(word: str, signals: Signals) -> Choice | None:
    """An answer in words; None for y, n and ask."""
    if word == "persons":
        return Choice(Whose.PERSONS)
    if word.startswith("nobody"):
        because = word.partition(":")[2].strip()
        if not because:
            raise UnknownAnswer("rows are nobody's for a reason", help="write `nobody: WHY`")
        return Choice(Whose.NOBODY, because=because)
    if " by " not in word:
        return None
    hops = tuple(_hop(part.strip(), signals) for part in word.split(" and "))
    return Choice(Whose.SHARED if len(hops) > 1 else Whose.OWNED, hops)


def _hop(said: str, signals: Signals) -> Hop:
    found = _LINK.fullmatch(said)
    if found is None or found["to"] not in signals.looks:
        raise UnknownAnswer(f"`{said}` names no table that is there", help=_HELP)
    return Hop(found["to"], tuple(f.strip() for f in found["fields"].split(",")))


def letters(count: int) -> Sequence[str]:
    """The letters of so many choices: a, b, c …"""
    return [chr(ord("a") + n) for n in range(count)]
