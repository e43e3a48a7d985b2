"""Whose rows are meant: from the addresses and numbers that persons give to candidate rows.

A value is looked up wherever the data map says that such values name a person. The rows found may
name the same person by other unique values (a customer number); these are looked up too, and the
way is shown. Nothing is merged: where a value may be several persons', the search stops and asks,
and every row is a candidate until somebody accepts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from avow.common.masked import Masked
from avow.estate.connectors.base import Connection
from avow.estate.connectors.values import plain_all
from avow.estate.datamap.model import Dataset, Identity, Normaliser, Strength
from avow.estate.datamap.predicates import InKeys
from avow.estate.datamap.reach import Key, normal

ASKED = "asked"
"""The key set of the rows that a value was found in."""
MOST = 20
"""Values of one person that are followed before somebody is asked."""
ROLES = frozenset(
    "info marketing sales support abuse noc security postmaster hostmaster usenet news webmaster"
    " www uucp ftp".split()
)
"""Mailboxes of a function, not of a person (RFC 2142)."""
EMAIL = "email"


class Question(StrEnum):
    """Why the search stopped and asks."""

    SHARED = "AV611"
    TWO_KEYS = "AV612"
    MANY = "AV613"
    OVERLAP = "AV614"


SAYS: Mapping[Question, str] = {
    Question.SHARED: "found by a value that several persons may share",
    Question.TWO_KEYS: "two values of a kind that is one per person",
    Question.MANY: f"more than {MOST} values name this person",
    Question.OVERLAP: "a row is a candidate of another person too",
}
"""The questions in words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One value that names a person of a request: the person's ordinal, its kind, the value."""

    person: int
    kind: str
    value: Masked[str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Rows of one dataset that may be a person's. `path` says how they were found, from the kind
    of the value given over each dataset to this one; `asks` what has to be answered first."""

    person: int
    system: str
    dataset: str
    path: tuple[str, ...]
    keys: tuple[Key, ...]
    asks: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found. `asks` are questions about a person as a whole; `unnamed` are kinds of
    value that no dataset of a system names persons by, so that nothing could be looked up there."""

    candidates: tuple[Candidate, ...]
    asks: tuple[tuple[int, Question], ...] = ()
    unnamed: tuple[tuple[str, str], ...] = ()

    def questions(self, person: int) -> tuple[Question, ...]:
        """Everything that has to be answered for a person."""
        about = [q for n, q in self.asks if n == person]
        rows = [q for c in self.candidates if c.person == person for q in c.asks]
        return tuple(dict.fromkeys([*about, *rows]))


@dataclass(frozen=True, slots=True)
class _Value:
    """A value to look up. `given`: by the person, not found."""

    asked: Asked
    path: tuple[str, ...]
    given: bool

    @property
    def plain(self) -> str:
        return self.asked.value.reveal()


@dataclass(frozen=True, slots=True)
class _Hit:
    """Rows of one dataset found by one value, with the identity that it matched there."""

    value: _Value
    system: str
    dataset: Dataset
    identity: Identity
    keys: tuple[Key, ...]

    @property
    def is_shared(self) -> bool:
        """Whether the value may be that of several persons."""
        mailbox = self.value.plain.strip().lower().partition("@")[0]
        role = self.identity.kind == EMAIL and mailbox in ROLES
        return role or self.identity.strength is Strength.SHARED


@dataclass(slots=True)
class _Search:
    """One search on its way: what is known of each person, and what was found."""

    known: dict[int, list[_Value]] = field(default_factory=dict)
    rows: dict[tuple[int, str, str], dict[tuple[str, ...], _Hit]] = field(default_factory=dict)
    hits: list[_Hit] = field(default_factory=list)
    seen: dict[tuple[int, str, str, str], set[str]] = field(default_factory=dict)
    asks: dict[tuple[int, Question], None] = field(default_factory=dict)

    def is_stopped(self, person: int) -> bool:
        """Whether nothing more is followed for a person."""
        return any(n == person for n, _ in self.asks)

    def take(self, value: _Value) -> bool:
        """Note a value; says whether it is new and may be looked up."""
        mine = self.known.setdefault(value.asked.person, [])
        if any(_same(v, value.asked.kind, value.plain) for v in mine):
            return False
        if len(mine) >= MOST:
            self.asks[value.asked.person, Question.MANY] = None
            return False
        mine.append(value)
        return True

    def note(self, hit: _Hit) -> tuple[Key, ...]:
        """Keep what a value found; gives the rows that were not known before."""
        mine = self.rows.setdefault((hit.value.asked.person, hit.system, hit.dataset.name), {})
        new = tuple(k for k in hit.keys if _plain(k) not in mine)
        if new:
            mine.update({_plain(k): hit for k in new})
            self.hits.append(_Hit(hit.value, hit.system, hit.dataset, hit.identity, new))
        return new

    def compare(self, hit: _Hit, identity: Identity, value: str) -> None:
        """Ask when rows of one dataset name the person by two values of a kind, unless the person
        gave both."""
        person = hit.value.asked.person
        mark = (person, hit.system, hit.dataset.name, identity.kind)
        seen = self.seen.setdefault(mark, set())
        seen.add(str(normal(value, identity.normalise)))
        given = {
            str(normal(v.plain, identity.normalise))
            for v in self.known[person]
            if v.given and v.asked.kind == identity.kind
        }
        if len(seen) > 1 and not seen <= given:
            self.asks[person, Question.TWO_KEYS] = None


def _same(known: _Value, kind: str, value: str) -> bool:
    """Whether a value is known already, byte for byte; the comparison of the data map decides
    where it is looked up, not here."""
    return known.asked.kind == kind and known.plain.strip() == value.strip()


def _plain(key: Key) -> tuple[str, ...]:
    return plain_all(key) or ()


def search(connections: Mapping[str, Connection], asked: Sequence[Asked]) -> Found:
    """Every row that these values, and what follows from them, may name. Writes nothing.

    One statement per round, dataset and kind, whatever the number of persons.

    Raises:
        Refused: a system refuses a statement.
    """
    going = _Search()
    todo = [v for a in asked if going.take(v := _Value(a, (a.kind,), given=True))]
    while todo:
        hits = [h for c in connections.values() for h in _look_up(c, todo)]
        said = _said(connections, going, hits)
        todo = [v for h in hits for v in _follow(said, going, h)]
        todo = [v for v in todo if not going.is_stopped(v.asked.person)]
    return Found(
        tuple(_candidates(going)),
        tuple(going.asks),
        tuple(_unnamed(connections, {a.kind for a in asked})),
    )


def _look_up(connection: Connection, values: Sequence[_Value]) -> Iterator[_Hit]:
    """Where these values stand in the datasets of one system that are ours."""
    there = connection.catalogue().tables
    for dataset in _naming(connection):
        for identity in dataset.identities if dataset.name in there else ():
            of_kind = {n: v for n, v in enumerate(values) if v.asked.kind == identity.kind}
            if not of_kind:
                continue
            plain = {n: v.plain for n, v in of_kind.items()}
            if not connection.find(ASKED, dataset.name, identity, plain):
                continue
            found: dict[int, list[Key]] = {}
            for number, key in connection.keys(ASKED):
                found.setdefault(number, []).append(key)
            for number, keys in found.items():
                hit = of_kind[number]
                yield _Hit(hit, connection.system.name, dataset, identity, tuple(keys))
    connection.drop_keys(ASKED)


_Names: TypeAlias = Mapping[tuple[str, str], Mapping[tuple[str, ...], tuple[int, Sequence[object]]]]
"""System and dataset -> row -> its place in key order, and its unique values."""


def _said(connections: Mapping[str, Connection], going: _Search, hits: Sequence[_Hit]) -> _Names:
    """The unique values of all rows that a round found and that are to be followed, in one
    statement per dataset."""
    wanted: dict[tuple[str, str], dict[tuple[str, ...], Key]] = {}
    datasets: dict[tuple[str, str], Dataset] = {}
    for hit in hits:
        place = (hit.system, hit.dataset.name)
        if hit.is_shared or not _unique(hit.dataset):
            continue
        datasets[place] = hit.dataset
        known = going.rows.get((hit.value.asked.person, *place), {})
        fresh = {plain: k for k in hit.keys if (plain := _plain(k)) not in known}
        wanted.setdefault(place, {}).update(fresh)
    return {
        place: _names(connections[place[0]], datasets[place], list(keys.values()))
        for place, keys in wanted.items()
        if keys
    }


def _names(
    connection: Connection, dataset: Dataset, keys: Sequence[Key]
) -> dict[tuple[str, ...], tuple[int, Sequence[object]]]:
    connection.put_keys(ASKED, dataset.name, [(0, key, None) for key in keys])
    key = dataset.key or connection.catalogue().tables[dataset.name].key
    fields = [*key, *(i.field for i in _unique(dataset))]
    found = list(connection.fetch(dataset.name, InKeys(key, ASKED), fields))
    connection.drop_keys(ASKED)
    return {_plain(row[: len(key)]): (n, row[len(key) :]) for n, row in enumerate(found)}


def _unique(dataset: Dataset) -> list[Identity]:
    return [i for i in dataset.identities if i.strength is Strength.UNIQUE]


def _follow(said: _Names, going: _Search, hit: _Hit) -> list[_Value]:
    """The other unique values of rows that were found, as far as they are to be looked up."""
    new = going.note(hit)
    unique = _unique(hit.dataset)
    if not new or hit.is_shared or not unique:
        return []
    rows = said.get((hit.system, hit.dataset.name), {})
    there = [rows[p] for k in new if (p := _plain(k)) in rows]
    found = [row for _, row in sorted(there, key=lambda each: each[0])]
    way = (*hit.value.path, f"{hit.system}.{hit.dataset.name}")
    values = [
        (identity, str(value))
        for row in found
        for identity, value in zip(unique, row, strict=True)
        if value is not None and str(value).strip()
    ]
    for identity, text in values:
        going.compare(hit, identity, text)
    person = hit.value.asked.person
    fresh = [
        _Value(Asked(person, i.kind, Masked(text)), (*way, i.kind), given=False)
        for i, text in values
        if not _is_known(going.known[person], i, text)
    ]
    return [value for value in fresh if going.take(value)]


def _is_known(known: Iterable[_Value], identity: Identity, text: str) -> bool:
    how: Normaliser = identity.normalise
    return any(
        v.asked.kind == identity.kind and normal(v.plain, how) == normal(text, how) for v in known
    )


def _candidates(going: _Search) -> Iterator[Candidate]:
    """The rows found, by person, system, dataset and way."""
    owners: dict[tuple[str, str, tuple[str, ...]], set[int]] = {}
    for (person, system, dataset), rows in going.rows.items():
        for plain in rows:
            owners.setdefault((system, dataset, plain), set()).add(person)
    for hit in sorted(going.hits, key=lambda h: h.value.asked.person):
        name = hit.dataset.name
        asks = [Question.SHARED] if hit.is_shared else []
        if any(len(owners[hit.system, name, _plain(k)]) > 1 for k in hit.keys):
            asks.append(Question.OVERLAP)
        path = (*hit.value.path, f"{hit.system}.{name}")
        yield Candidate(hit.value.asked.person, hit.system, name, path, hit.keys, tuple(asks))


def _unnamed(
    connections: Mapping[str, Connection], kinds: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Systems that name nobody by a kind of value that was given."""
    for name, connection in connections.items():
        there = {i.kind for d in _naming(connection) for i in d.identities}
        yield from ((name, kind) for kind in sorted(set(kinds) - there))


def _naming(connection: Connection) -> list[Dataset]:
    """The datasets of a system that name persons by values, and are ours."""
    return [d for d in connection.system.datasets.values() if d.identities and d.is_ours]


def gaps(connection: Connection) -> tuple[str, ...]:
    """Datasets that could not be looked into, in words; empty when there is none."""
    tables, system = connection.catalogue().tables, connection.system.name
    said = []
    for dataset in _naming(connection):
        table = tables.get(dataset.name)
        if table is None:
            said.append(f"`{system}.{dataset.name}` is declared and not there, or not shown to us")
        elif table.row_security:
            said.append(f"row security may hide rows of `{system}.{dataset.name}` from us")
    return tuple(said)
