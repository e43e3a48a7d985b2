"""Everybody with a live relation, as the systems know them: to be told before something changes.

A live relation is a cell of the person, in their own row or in one that they own, which is not
ended and which a live purpose uses. Reads only; rows are streamed, and no address is kept, logged
or counted apart. Rows that we hold for a tenant name nobody of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date

from avow.common.errors import AvowError
from avow.common.masked import Masked
from avow.declaration.interpretation import in_force
from avow.declaration.model import Declaration, InForce
from avow.engine.planner.identities import EMAIL
from avow.engine.planner.judge import Judge
from avow.engine.planner.known import Known, fact_events, set_names
from avow.engine.planner.making import Estate, Memory
from avow.engine.planner.overdue import UNREACHABLE, in_words, unseen
from avow.engine.planner.owners import Found, Owners, roots
from avow.engine.planner.refusals import Away
from avow.engine.planner.sight import Sight
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.datamap.model import Dataset, Identity, Strength
from avow.estate.datamap.predicates import (
    FALSE,
    Predicate,
    all_of,
    any_of,
    negate,
)
from avow.estate.datamap.reach import Key

LANGUAGE = "pd:Language"
"""The DPV term of the category that holds a person's language."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person with a live relation in one system: where they are known, by which key.

    `address` is a mail address whose cell is live itself; what is ended may be used for nothing.
    `shared`: the map says that several persons may have it.
    """

    system: str
    dataset: str
    key: Key
    address: Masked[str] | None = None
    language: str | None = None
    shared: bool = False


@dataclass(slots=True)
class Everybody:
    """The persons of an estate on a day, streamed; each as often as systems know them.

    `blind` fills while they are read: why a system, or a dataset of it, could not be asked.
    """

    estate: Estate
    memory: Memory
    day: date
    blind: dict[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Somebody]:
        law, _ = in_force(self.estate.declaration, self.day)
        for name, system in self.estate.declaration.datamap.systems.items():
            if not roots(system):
                continue
            try:
                connection = self.estate.open(name, Access.READ)
            except Away:
                self.blind[name] = UNREACHABLE
                continue
            except AvowError as error:
                self.blind[name] = error.what
                continue
            with closing(connection):
                facts = self.memory.facts()
                known = Known(connection, lambda facts=facts: facts)  # type: ignore[misc]
                yield from self._of(connection, law, known)

    def _of(self, connection: Connection, law: InForce, known: Known) -> Iterator[Somebody]:
        system, declaration = connection.system, self.estate.declaration
        events = fact_events(declaration)
        judge = Judge(system, law, self.day, events, set_names(system, law, events))
        there = Live(Sight(connection, judge, known))
        for root in roots(system):
            try:
                if why := there.hidden(root):
                    self.blind[f"{system.name}.{root}"] = why
                    continue
                yield from there.persons(root, language_field(declaration, system.datasets[root]))
            except Refused as refused:
                self.blind[f"{system.name}.{root}"] = in_words(refused)


def language_field(declaration: Declaration, dataset: Dataset) -> str | None:
    """The column that holds a person's language: of a category with that DPV term."""
    spoken = {c.id for c in declaration.categories.values() if c.dpv == LANGUAGE}
    return next((f.name for f in dataset.fields if f.category in spoken), None)


@dataclass(slots=True)
class Live:
    """One system while its persons are read."""

    sight: Sight

    @property
    def connection(self) -> Connection:
        """The open connection."""
        return self.sight.connection

    @property
    def judge(self) -> Judge:
        """The verdicts of the law."""
        return self.sight.judge

    def hidden(self, root: str) -> str:
        """Why the persons of a dataset cannot be told truly; empty when they can."""
        return unseen(self.connection.catalogue(), root)

    def relation(self, root: str) -> Predicate:
        """The persons of a root dataset with a live relation."""
        live: Found = {name: self._live(name) for name in self.judge.system.datasets}
        return Owners(self.judge.system).of(live, root)

    def _live(self, dataset: str) -> Predicate:
        """Rows of which some cells are live and there."""
        hidden = unseen(self.connection.catalogue(), dataset)
        return FALSE if hidden else self.sight.any(dataset, self.judge.needed)

    def persons(self, root: str, language: str | None) -> Iterator[Somebody]:
        """The persons of a root dataset, those whose address may be used first."""
        live, by = self.relation(root), self._identity(root)
        usable = FALSE if by is None else self._usable(root, by.field)
        yield from self._read(root, all_of([live, usable]), by, language)
        yield from self._read(root, all_of([live, negate(usable)]), None, language)

    def _identity(self, root: str) -> Identity | None:
        columns = {c.name for c in self.connection.catalogue().tables[root].columns}
        found = self.judge.system.datasets[root].identities
        return next((i for i in found if i.kind == EMAIL and i.field in columns), None)

    def _usable(self, root: str, column: str) -> Predicate:
        """Rows whose address is live itself."""
        return any_of(self.judge.needed(c) for c in self.sight.cells(root) if column in c.columns)

    def _read(
        self, root: str, where: Predicate, by: Identity | None, language: str | None
    ) -> Iterator[Somebody]:
        where = self.sight.ready(where)
        if where == FALSE:
            return
        key = self.judge.system.datasets[root].key
        asked = (*key, *([by.field] if by else []), *([language] if language else []))
        for row in self.connection.fetch(root, where, asked):
            rest = list(row[len(key) :])
            address = rest.pop(0) if by else None
            spoken = rest.pop(0) if language else None
            yield Somebody(
                self.judge.system.name,
                root,
                tuple(row[: len(key)]),
                Masked(str(address)) if address not in (None, "") else None,
                str(spoken) if spoken else None,
                by is not None and by.strength is Strength.SHARED,
            )
