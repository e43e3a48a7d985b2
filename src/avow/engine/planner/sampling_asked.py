"""A sample on a one-time page: what the page is told of its rows, and what its answers lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from avow.common.errors import AvowError
from avow.declaration.model import Declaration
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import Body
from avow.engine.evidence.invitations import Invitation, Note, answered, send, take
from avow.engine.keys.ring import KeyRing
from avow.engine.planner.plan import Plan
from avow.engine.planner.sampling import Drawn, Judgement, Sample
from avow.engine.planner.sampling_kept import judge, of_id

SURE = frozenset({Judgement.RIGHT, Judgement.WRONG})
"""What needs no second look."""


@dataclass(frozen=True, slots=True)
class AskedVerdict:
    """The verdict on one cell group of a row, in the words of a test, with its clauses."""

    category: str
    verdict: str
    clauses: tuple[str, ...]
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A row that is asked about, by its number in the sample. `moments` are days by event."""

    number: int
    dataset: str
    action: str
    stratum: str
    agrees: bool
    moments: Mapping[str, str]
    verdicts: tuple[AskedVerdict, ...]
    is_read: bool = True


@dataclass(frozen=True, slots=True)
class SampleQuestions:
    """Everything that a page asks one person about one sample. `shows_values`: the page may read
    the values of a row from the system for their eyes."""

    sample: str
    plan: str
    system: str
    name: str
    asker: str
    day: date
    rows: tuple[AskedRow, ...]
    shows_values: bool = False


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """What was said of one row."""

    judgement: Judgement


def sample_questions(
    sample: Sample, plan: Plan, declaration: Declaration, person: str, *, shows_values: bool
) -> SampleQuestions:
    """What a page asks a person: every row that nobody is sure of yet, explained as it is now.

    Raises:
        AvowError: AV546, somebody was sure of every row; AV582, nobody knows this person.
    """
    member = declaration.people.get(person)
    if member is None:
        raise AvowError(
            f"the declaration names no person `{person}`",
            because="who judges rows answers for it by name",
            help="name a person of the declaration with `--ask`",
            code="AV582",
        )
    rows = tuple(_row(row) for row in sample.rows if row.judgement not in SURE)
    if not rows:
        raise AvowError(
            f"there is nothing to ask `{person}` about `{sample.id}`",
            because="every row of it is judged",
            help="draw another one with `--again`",
            code="AV546",
        )
    asker = declaration.controller.name or declaration.id
    return SampleQuestions(
        sample.id, sample.plan, sample.system, member.name or person, asker, plan.day, rows,
        shows_values,
    )  # fmt: skip


def _row(row: Drawn) -> AskedRow:
    view = row.view
    return AskedRow(
        row.number,
        row.dataset,
        row.action,
        str(row.stratum),
        row.agrees,
        view.moments if view else {},
        tuple(
            AskedVerdict(a.category, a.verdict, a.clauses, a.since, a.until)
            for a in (view.answers if view else ())
        ),
        is_read=view is not None,
    )


def sample_content(questions: SampleQuestions) -> bytes:
    """The questions as they are sealed."""
    return msgspec.json.encode(questions)


def read_sample(content: bytes) -> SampleQuestions:
    """The questions of `sample_content`."""
    return msgspec.json.decode(content, type=SampleQuestions)


def row_answer(sealed: bytes) -> RowAnswer:
    """An answer as it was sealed."""
    return msgspec.json.decode(sealed, type=RowAnswer)


def hand_in(
    runs: Runs,
    ring: KeyRing,
    declaration: Declaration,
    invitation: Invitation,
    *,
    at: datetime,
    note: Note,
) -> bool:
    """Send the answers and judge the rows by them, both or neither. False when the invitation had
    ended. A row that somebody judged wrong meanwhile stays wrong."""
    questions = read_sample(invitation.content)
    entries: list[tuple[Body, datetime]] = []
    with runs.transaction() as tx:

        def later(body: Body, when: datetime) -> None:
            entries.append((body, when))

        if not send(tx, ring, invitation, of=len(questions.rows), at=at, note=later):
            return False
        sample = of_id(tx, ring, questions.sample)
        wrong = {row.number for row in sample.rows if row.judgement is Judgement.WRONG}
        said = {
            questions.rows[number - 1].number: row_answer(each).judgement
            for number, each in answered(tx, ring, invitation).items()
        }
        left = {number: each for number, each in said.items() if number not in wrong}
        judge(
            tx, ring, declaration, sample, left, person=invitation.person, at=at, note=later
        )  # fmt: skip
        take(tx, invitation, at)
    for body, when in entries:
        note(body, when)
    return True
