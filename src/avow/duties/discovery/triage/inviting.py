"""Open questions on a one-time page: what the page is told, and what its answers mean.

The page is told names of tables and columns, numbers, days and what columns seem to hold. No
value of a row is among it; what values look like is said by made-up marks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import msgspec

from avow.common.errors import AvowError
from avow.duties.discovery.triage.answering import (
    Standpoint,
    ask,
    declared_choice,
    leave_open,
    open_questions,
    settle,
)
from avow.duties.discovery.triage.asking import Question
from avow.duties.discovery.triage.choices import Choice, Hop, Whose
from avow.duties.discovery.triage.memory import State, form_of
from avow.duties.discovery.triage.signals import Look

LATE = "AV548"
"""The code of an answer that is not taken up."""
MOST_COLUMNS = 12
"""Columns of a table that a page shows; those that seem to hold something of a person first."""
MOST_NAMES = 60
"""Columns, and tables to which rows may belong, that a page offers by name."""
MOST_WORDS = 200
"""Letters of a reason: a sentence."""


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """A column: its kind (`text`, `date` …), and the category that it seems to hold, or nothing."""

    name: str
    kind: str
    holds: str = ""


@dataclass(frozen=True, slots=True)
class AskedTable:
    """A table that is asked about. `form` is the digest of its columns, `more` how many columns are
    not shown, `own` the names of its columns, `offered` whose its rows may be, but for nobody."""

    table: str
    form: str
    rows: int
    oldest: date | None
    newest: date | None
    columns: tuple[AskedColumn, ...]
    more: int
    own: tuple[str, ...]
    offered: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class MapQuestions:
    """Everything that a page asks one person about one system. `targets` are tables to which rows
    may belong, `people` the others who could be asked: name by id."""

    system: str
    person: str
    name: str
    asker: str
    tables: tuple[AskedTable, ...]
    targets: tuple[str, ...]
    people: Mapping[str, str]


class Said(StrEnum):
    """The kinds of answers."""

    OFFERED = "offered"
    LINK = "link"
    NOBODY = "nobody"
    UNKNOWN = "unknown"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class MapAnswer:
    """One answer as it was given, whole or not: `choice` counts the offered ones from 0, `to` and
    `by` are a table and an own column, `because` a reason, `person` who would know."""

    said: Said
    choice: int = 0
    to: str = ""
    by: str = ""
    because: str = ""
    person: str = ""


class NothingToAsk(AvowError):
    """There is nothing that the person could be asked (AV546)."""

    code = "AV546"


# --- what is asked -------------------------------------------------------------------------------


def left_to(standpoint: Standpoint, person: str) -> Standpoint:
    """The standpoint in which a person is asked: about the tables that were left to them, and where
    none were, about all that is open and waits for nothing.

    Raises:
        NothingToAsk: nothing is open (AV546).
    """
    if _asked(standpoint, person):
        return standpoint
    for question in open_questions(standpoint):
        if question.rank and not question.proposals[0].waits:  # rank 0 is of programs
            standpoint = ask(standpoint, question, person)
    if not _asked(standpoint, person):
        raise NothingToAsk(
            f"there is nothing to ask `{person}` about `{standpoint.signals.system}`",
            because="every table is declared, answered, or asked of somebody else",
        )
    return standpoint


def _asked(standpoint: Standpoint, person: str) -> list[str]:
    known = standpoint.known
    return [n for n, r in known.items() if r.state is State.ASKED and r.person == person]


def questions_for(
    standpoint: Standpoint, person: str, asker: str, people: Mapping[str, str]
) -> MapQuestions:
    """What a page asks a person, the tables on which most depends first."""
    weights = {n: p.weight for n, p in standpoint.proposals().items()}
    tables = sorted(_asked(standpoint, person), key=lambda n: (-weights.get(n, 0), n))
    return MapQuestions(
        standpoint.signals.system,
        person,
        people.get(person, person),
        asker,
        tuple(_table(standpoint, name) for name in tables),
        tuple(sorted(_targets(standpoint)[:MOST_NAMES])),
        {i: name for i, name in people.items() if i != person},
    )


def _table(standpoint: Standpoint, name: str) -> AskedTable:
    look, known = standpoint.signals.looks[name], standpoint.known[name]
    columns = _columns(look)
    offered = [c for c in known.offered if c.whose is not Whose.NOBODY]
    persons = Choice(Whose.PERSONS)
    return AskedTable(
        name,
        known.form,
        look.rows,
        look.oldest,
        look.newest,
        columns[:MOST_COLUMNS],
        max(0, len(columns) - MOST_COLUMNS),
        tuple(column.name for column in columns[:MOST_NAMES]),
        tuple(offered if persons in offered else [*offered, persons]),
    )


def _columns(look: Look) -> tuple[AskedColumn, ...]:
    holds = {guess.field: guess.category for guess in look.guesses}
    holds |= {name: "name" for name in look.names if name not in holds}
    made = [AskedColumn(c.name, c.kind.value, holds.get(c.name, "")) for c in look.table.columns]
    return tuple(sorted(made, key=lambda c: not c.holds))


def _targets(standpoint: Standpoint) -> list[str]:
    """Tables whose rows are persons, as declared, answered or proposed; then owners of others."""
    said = {n: declared_choice(d) for n, d in standpoint.declared.items()}
    proposed = {n: p.choice for n, p in standpoint.proposals().items()}
    choices = {**proposed, **standpoint.settled, **said}
    owners = {hop.to for choice in choices.values() for hop in choice.hops}
    persons = {name for name, choice in choices.items() if choice.whose is Whose.PERSONS}
    single = (n for n, look in standpoint.signals.looks.items() if len(look.table.key) == 1)
    found = sorted(name for name in single if name in persons | owners)
    return sorted(found, key=lambda name: name not in persons)


def noted(standpoint: Standpoint, questions: MapQuestions, invitation: str) -> Standpoint:
    """The standpoint that remembers on which page its questions stand."""
    memory = standpoint.memory
    for each in questions.tables:
        entry = replace(standpoint.known[each.table], invitation=invitation)
        memory = memory.with_table(each.table, entry)
    return standpoint.told(memory)


# --- what is answered ----------------------------------------------------------------------------


def is_whole(answer: MapAnswer | None, table: AskedTable, questions: MapQuestions) -> bool:
    """Whether an answer says all that it must, in words that were on the page."""
    if answer is None:
        return False
    match answer.said:
        case Said.OFFERED:
            return 0 <= answer.choice < len(table.offered)
        case Said.LINK:
            return answer.to in questions.targets and answer.by in table.own
        case Said.NOBODY:
            return bool(answer.because)
        case Said.OTHER:
            return answer.person in questions.people
        case Said.UNKNOWN:
            return True


def content_of(questions: MapQuestions) -> bytes:
    """The questions as they are sealed."""
    return msgspec.json.encode(questions)


def read_questions(content: bytes) -> MapQuestions:
    """The questions of `content_of`."""
    return msgspec.json.decode(content, type=MapQuestions)


def answer_bytes(answer: MapAnswer) -> bytes:
    """An answer as it is sealed."""
    return msgspec.json.encode(answer)


def read_answer(sealed: bytes) -> MapAnswer:
    """The answer of `answer_bytes`."""
    return msgspec.json.decode(sealed, type=MapAnswer)


@dataclass(frozen=True, slots=True)
class TakenUp:
    """What came of the answers of one page, in words, one line each. `refused` were not taken."""

    standpoint: Standpoint
    lines: tuple[str, ...]
    refused: tuple[str, ...] = ()


def taken_up(
    standpoint: Standpoint, questions: MapQuestions, answers: Mapping[int, MapAnswer], on: date
) -> TakenUp:
    """The standpoint after the answers of a page, by the number of their table from 1. `on` is the
    day on which they were sent. A table that was answered meanwhile, or has other columns now, is
    left as it is (AV548)."""
    today, lines, refused = standpoint.today, list[str](), list[str]()
    standpoint = replace(standpoint, today=on)
    for number, table in enumerate(questions.tables, 1):
        answer = answers.get(number)
        if answer is None or not is_whole(answer, table, questions):
            continue
        if table.table not in _asked(standpoint, questions.person) or _is_other(standpoint, table):
            refused.append(f"{LATE}: {table.table}: answered meanwhile, or its columns changed")
            continue
        standpoint = _one(standpoint, table, answer)
        lines.append(f"{questions.person} on {on}: {table.table}: {_words(table, answer)}")
    return TakenUp(replace(standpoint, today=today), tuple(lines), tuple(refused))


def _is_other(standpoint: Standpoint, table: AskedTable) -> bool:
    return form_of(standpoint.signals.looks[table.table].table) != table.form


def _one(standpoint: Standpoint, table: AskedTable, answer: MapAnswer) -> Standpoint:
    match answer.said:
        case Said.OFFERED:
            return settle(standpoint, table.table, table.offered[answer.choice])
        case Said.LINK:
            hop = Hop(answer.to, (answer.by,))
            return settle(standpoint, table.table, Choice(Whose.OWNED, (hop,)))
        case Said.NOBODY:
            return settle(standpoint, table.table, Choice(Whose.NOBODY, because=answer.because))
        case Said.OTHER:
            proposal = standpoint.proposals()[table.table]
            return ask(standpoint, Question((proposal,)), answer.person)
        case Said.UNKNOWN:
            return leave_open(standpoint, table.table)


def _words(table: AskedTable, answer: MapAnswer) -> str:
    """The answer in a few words, for who asked."""
    match answer.said:
        case Said.NOBODY:
            return f"nobody's: {answer.because}"
        case Said.OTHER:
            return f"ask {answer.person}"
        case Said.UNKNOWN:
            return "does not know"
        case Said.LINK:
            return f"belongs to {answer.to} by {answer.by}"
        case Said.OFFERED:
            return _choice_words(table.offered[answer.choice])


def _choice_words(choice: Choice) -> str:
    links = (f"{hop.to} by {', '.join(hop.fields)}" for hop in choice.hops)
    return f"belongs to {' and '.join(links)}" if choice.hops else "each row is a person"
