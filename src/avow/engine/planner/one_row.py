"""One live row explained: its moments, and of each cell group the verdict and who may use it.

The moments are found by asking the system yes-or-no questions of the same predicates that plans
are made of, halving the days each time: what is explained is what a plan would see, and no value
of the row is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from avow.common.errors import AvowError
from avow.common.findings import Finding
from avow.declaration.cases import words
from avow.declaration.check.universe import cells_of
from avow.declaration.decision.decide import decide
from avow.declaration.decision.facts import Facts, Floor, Group
from avow.declaration.decision.may_use import may_use
from avow.declaration.explain import events_of
from avow.declaration.model import Declaration, InForce, Use
from avow.declaration.scope import CellPlace, purpose_uses
from avow.engine.facts.about import FLOOR_KINDS
from avow.engine.facts.standing import ENDED, RESTRICTION, Fact
from avow.engine.planner.known import Known, fact_events, set_names
from avow.estate.connectors.base import Access, Connection, Refused, Unreachable
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.moments import Moment, Unknown
from avow.estate.datamap.predicates import Equal, Predicate, all_of
from avow.estate.datamap.readings import Reader

FIRST, LAST = date(1900, 1, 1), date(2200, 1, 1)
"""Between these days a moment is looked for; one outside of them is told as its nearer end."""


Reads: TypeAlias = Callable[[], Sequence[Fact]]
"""Reads the facts that stand."""


class NotRead(AvowError):
    """A row cannot be read: its system does not answer, or there is no such row (AV502)."""

    code = "AV502"


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict on one cell group of a row, in the words of a test, with its clauses.

    `usable_for` are the purposes that may use the cells on that day; `refused` maps every other
    purpose of these cells to all the reasons why it may not.
    """

    category: str
    verdict: str
    clauses: tuple[str, ...]
    since: date | None
    until: date | None
    usable_for: tuple[str, ...]
    refused: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class RowView:
    """One row on one day: when its events happened, and what must happen to its cells."""

    name: str
    key: str
    day: date
    moments: dict[str, str]
    answers: tuple[Answer, ...]


def explain_row(
    declaration: Declaration,
    law: InForce,
    system: System,
    dataset: Dataset,
    key: str,
    day: date,
    facts: Reads | None = None,
) -> RowView:
    """Explain the row with this key (parts of a key are separated by commas).

    `facts` reads what avow knows of persons. Without it holds, restrictions and ended purposes are
    not looked up: cells may be retained longer, and used for less, than is said.

    Raises:
        NotRead: the system does not answer, refuses, or has no such row.
    """
    connector = connector_for(system)
    if isinstance(connector, Finding):
        raise NotRead(connector.message, because=connector.because, help=connector.help)
    try:
        connection = connector.connect(system, Access.READ)
    except Unreachable as unreachable:
        raise NotRead(f"`{system.name}` cannot be read", because=str(unreachable)) from unreachable
    try:
        parts = tuple(key.split(","))
        return explain_on(connection, declaration, law, dataset, parts, day, facts)
    finally:
        connection.close()


def explain_on(
    connection: Connection,
    declaration: Declaration,
    law: InForce,
    dataset: Dataset,
    key: tuple[str, ...],
    day: date,
    facts: Reads | None = None,
) -> RowView:
    """Explain the row with these parts of its key, on a connection that is open.

    Raises:
        NotRead: the system refuses, or has no such row.
    """
    system = connection.system
    try:
        question = _Question(connection, law, fact_events(declaration), dataset, key, facts)
        return _view(question, law, system, dataset, ",".join(key), day)
    except Refused as refused:
        raise NotRead(f"`{system.name}` refuses the question", because=str(refused)) from refused


class _Question:
    """Yes-or-no questions about one row."""

    def __init__(
        self,
        connection: Connection,
        law: InForce,
        events: frozenset[str],
        dataset: Dataset,
        parts: tuple[str, ...],
        facts: Reads | None,
    ) -> None:
        if len(parts) != len(dataset.key):
            named = ", ".join(dataset.key) or "none is declared"
            raise NotRead(f"the key of `{dataset.name}` has {len(dataset.key)} parts: {named}")
        self.connection, self.dataset = connection, dataset
        self.row = all_of(Equal(f, v) for f, v in zip(dataset.key, parts, strict=True))
        known = _put(connection, law, events, facts) if facts is not None else frozenset()
        self.reader = Reader(connection.system, law.zone, events, known)

    def holds(self, predicate: Predicate) -> bool:
        """Whether the row satisfies it."""
        return self.connection.count(self.dataset.name, all_of([self.row, predicate])) > 0

    def exists(self) -> bool:
        """Whether there is such a row."""
        return self.connection.count(self.dataset.name, self.row) > 0

    def moment(self, event: str) -> Moment:
        """The day of an event, found by halving; or that its state lives, or that it is missing."""
        if not self._by(event, LAST):
            missing = self.holds(self.reader.missing(self.dataset.name, event))
            return Unknown.MISSING if missing else Unknown.LIVING
        low, high = FIRST, LAST
        while low < high:
            middle = low + timedelta(days=(high - low).days // 2)
            if self._by(event, middle):
                high = middle
            else:
                low = middle + timedelta(days=1)
        return low

    def facts(self, law: InForce) -> Facts:
        """What is known of the row and of whom it belongs to; nothing where nobody looked."""
        name = self.dataset.name

        def held(fact: str) -> bool:
            return self.holds(self.reader.held(name, fact))

        floors = tuple(Floor(kind, word) for word, kind in FLOOR_KINDS.items() if held(word))
        ended = frozenset(p.id for p in law.purposes if held(f"{ENDED}:{p.id}"))
        return Facts(ended=ended, floors=floors, restricted=held(RESTRICTION))

    def _by(self, event: str, day: date) -> bool:
        return self.holds(self.reader.reached(self.dataset.name, event, day))


def _put(
    connection: Connection, law: InForce, events: frozenset[str], facts: Reads
) -> frozenset[str]:
    """Put what is known on the connection, each floor by its own name; gives the names."""
    system = connection.system
    mine = [d.name for d in system.datasets.values() if d.is_personal and d.is_ours and d.key]
    names = set_names(system, law, events) | {f"fact.{f}.{d}" for f in FLOOR_KINDS for d in mine}
    for each in Known(connection, facts).key_sets(system.name, names):
        connection.put_keys(each.name, each.dataset, each.rows)
    return names


def _view(
    question: _Question, law: InForce, system: System, dataset: Dataset, key: str, day: date
) -> RowView:
    if not question.exists():
        raise NotRead(f"`{system.name}.{dataset.name}` has no row with this key")
    cells = cells_of(system, dataset)
    wanted = dict.fromkeys(event for cell in cells for event in events_of(law, cell))
    moments = {event: question.moment(event) for event in wanted}
    facts = question.facts(law)
    return RowView(
        f"{system.name}.{dataset.name}",
        key,
        day,
        {event: str(moment) for event, moment in moments.items()},
        tuple(_answer(cell, moments, facts, law, day) for cell in cells),
    )


def _answer(
    cell: CellPlace, moments: dict[str, Moment], facts: Facts, law: InForce, day: date
) -> Answer:
    group = Group(
        cell.category,
        cell.collected_at,
        cell.subject,
        cell.system,
        cell.dataset,
        moments,
        facts,
        cell.originals,
    )
    verdict = decide(group, law, day)
    uses = _uses(group, law, day)
    return Answer(
        cell.category,
        words(verdict),
        verdict.clauses,
        verdict.since,
        verdict.until,
        tuple(purpose for purpose, reasons in uses.items() if not reasons),
        {purpose: reasons for purpose, reasons in uses.items() if reasons},
    )


def _uses(group: Group, law: InForce, day: date) -> dict[str, tuple[str, ...]]:
    """Each purpose of these cells with the reasons that forbid it to use them on `day`."""
    return {
        purpose.id: tuple(str(refusal) for refusal in may_use(group, Use(purpose.id), law, day))
        for purpose in law.purposes
        if purpose_uses(purpose, group)
    }
