"""May these rows be used for that? Asked before each use, over live rows and what avow knows.

The answer is `decision.may_use` for many rows at once: verdicts, restrictions and ended purposes
are the predicates that plans are made of, so that a row is refused by what would keep or erase it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date

from avow.common.errors import AvowError
from avow.declaration.check.universe import cells_of
from avow.declaration.decision.decide import Kind
from avow.declaration.decision.may_use import RESTRICTED, UNDECLARED, Refusal, of_the_way
from avow.declaration.interpretation import in_force
from avow.declaration.model import InForce, Purpose, Use
from avow.declaration.scope import CellPlace, purpose_uses
from avow.engine.facts.standing import ENDED, RESTRICTION
from avow.engine.planner.judge import Cells, Judge
from avow.engine.planner.known import fact_events, set_names
from avow.engine.planner.making import Estate, Memory
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.predicates import TRUE, InKeys, Predicate, all_of, any_of
from avow.estate.datamap.reach import Key

MOST = 1_000
"""Rows of one question."""
ASKED = "asked"
UNUSED = Refusal("the purpose does not use what is kept there")
GONE = Refusal("there is no such row")


class NotAsked(AvowError):
    """A question about a use that cannot be answered (AV953)."""

    code = "AV953"


@dataclass(frozen=True, slots=True)
class Question:
    """Rows of one dataset, by their keys, and what somebody wants to do with them."""

    system: str
    dataset: str
    keys: tuple[tuple[str, ...], ...]
    use: Use


@dataclass(frozen=True, slots=True)
class Told:
    """The answer for one row: every reason why it may not be used so; none: it may."""

    key: tuple[str, ...]
    reasons: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        """Whether the row may be used."""
        return not self.reasons


def may_use_rows(estate: Estate, memory: Memory, question: Question) -> tuple[Told, ...]:
    """The answer for each row that is asked about, in the order asked.

    Raises:
        NotAsked: AV953, no such dataset of ours, keys of another form, or too many of them; the
            system refuses to be read. Who asks may not use the rows then.
        Away: the system does not answer.
    """
    system, dataset = _place(estate, question)
    law, _ = in_force(memory.declaration, memory.day)
    purpose = next((p for p in law.purposes if p.id == question.use.purpose), None)
    if purpose is None:
        return _all(question, [UNDECLARED])
    cells = [c for c in cells_of(system, dataset) if purpose_uses(purpose, c)]
    found: list[tuple[Refusal, frozenset[tuple[str, ...]]]] = []
    with closing(estate.open(question.system, Access.READ)) as connection:
        try:
            asked = _Rows(connection, memory, law, dataset, question.keys)
            there = asked.of(TRUE)
            found = [*asked.refused(question.use, purpose, cells)]
        except Refused as refused:
            raise NotAsked(
                f"`{question.system}.{question.dataset}` refuses the question", because=str(refused)
            ) from None
    way = [*of_the_way(purpose, question.use), *([] if cells else [UNUSED])]
    return tuple(
        Told(
            key,
            tuple(
                str(r)
                for r in ([GONE] if key not in there else [*way, *_mine(key, found)])
            ),
        )
        for key in question.keys
    )  # fmt: skip


def _mine(
    key: tuple[str, ...], found: Sequence[tuple[Refusal, frozenset[tuple[str, ...]]]]
) -> list[Refusal]:
    return list(dict.fromkeys(refusal for refusal, keys in found if key in keys))


def _all(question: Question, refusals: Sequence[Refusal]) -> tuple[Told, ...]:
    return tuple(Told(key, tuple(map(str, refusals))) for key in question.keys)


def _place(estate: Estate, question: Question) -> tuple[System, Dataset]:
    system = estate.declaration.datamap.systems.get(question.system)
    dataset = system.datasets.get(question.dataset) if system else None
    if system is None or dataset is None or not (dataset.is_personal and dataset.is_ours):
        raise NotAsked(f"no dataset `{question.system}.{question.dataset}` of ours is declared")
    wanted = len(dataset.key)
    if not wanted or any(len(key) != wanted for key in question.keys):
        parts = ", ".join(dataset.key) or "none is declared"
        raise NotAsked(f"the key of `{dataset.name}` has {wanted} parts: {parts}")
    if not 0 < len(question.keys) <= MOST:
        raise NotAsked(f"a question is about 1 to {MOST} rows")
    return system, dataset


class _Rows:
    """The rows asked about, beside everything that is known, on one connection."""

    def __init__(
        self,
        connection: Connection,
        memory: Memory,
        law: InForce,
        dataset: Dataset,
        keys: Sequence[Key],
    ) -> None:
        system, events = connection.system, fact_events(memory.declaration)
        mine = (d.name for d in system.datasets.values() if d.is_personal and d.is_ours and d.key)
        names = set_names(system, law, events) | {f"fact.{RESTRICTION}.{name}" for name in mine}
        for each in memory.on(connection).key_sets(system.name, names):
            connection.put_keys(each.name, each.dataset, each.rows)
        connection.put_keys(ASKED, dataset.name, [(n, key, None) for n, key in enumerate(keys)])
        self.connection, self.dataset, self.day = connection, dataset, memory.day
        self.judge = Judge(system, law, memory.day, events, names)

    def of(self, where: Predicate) -> frozenset[tuple[str, ...]]:
        """The keys of those that satisfy it."""
        mine, name = InKeys(self.dataset.key, ASKED), self.dataset.name
        found = self.connection.fetch(name, all_of([mine, where]), self.dataset.key)
        return frozenset(tuple(map(str, key)) for key in found)

    def refused(
        self, use: Use, purpose: Purpose, cells: Sequence[CellPlace]
    ) -> Iterator[tuple[Refusal, frozenset[tuple[str, ...]]]]:
        """Every reason of the rows themselves, with the rows that have it."""
        reader, name = self.judge.reader, self.dataset.name
        if use.despite is None:
            yield RESTRICTED, self.of(reader.held(name, RESTRICTION))
        spent = [reader.held(name, f"{ENDED}:{purpose.id}")]
        if purpose.ends is not None:
            spent.append(reader.reached(name, purpose.ends, self.day))
        yield Refusal("the purpose has ended", purpose.clause), self.of(any_of(spent))
        for place in cells:
            yield from self._verdicts(self.judge.verdicts(Cells(place, ())))

    def _verdicts(
        self, verdicts: Mapping[Kind, Predicate]
    ) -> Iterator[tuple[Refusal, frozenset[tuple[str, ...]]]]:
        for kind, where in verdicts.items():
            if kind is not Kind.LIVE:
                yield Refusal(f"the data are {kind}"), self.of(where)


def restricted_rows(estate: Estate, memory: Memory, system: str) -> dict[str, dict[Key, date]]:
    """The rows of a system whose use is restricted, by dataset, with the day since when: named by
    their key or found by what names the person. Rows that belong to these are not among them.

    Raises:
        NotAsked: AV953, the system refuses to be read.
        Away: the system does not answer.
    """
    with closing(estate.open(system, Access.READ)) as connection:
        known = connection.system.datasets.values()
        mine = [d.name for d in known if d.is_personal and d.is_ours and d.key]
        names = frozenset(f"fact.{RESTRICTION}.{name}" for name in mine)
        try:
            sets = memory.on(connection).key_sets(system, names)
        except Refused as refused:
            raise NotAsked(f"`{system}` refuses the question", because=str(refused)) from None
    return {
        each.dataset: {key: day for _, key, day in each.rows if day is not None}
        for each in sets
        if each.rows
    }
