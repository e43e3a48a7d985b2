"""A system in memory that behaves like a database: the meaning of every connector operation.

`holds` is what a predicate means. The other connectors are tested against this one, and it serves
declarations that want to be tried on made-up rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import TypeAlias

from avow.estate.connectors.base import (
    Access,
    Capability,
    Oldest,
    Refused,
    Unreachable,
    Window,
)
from avow.estate.connectors.catalogue import Catalogue, Column, Table
from avow.estate.connectors.moments import day_of, is_until
from avow.estate.connectors.put_back import copied, put_back
from avow.estate.connectors.twin_rules import Row, Tables, check, delete
from avow.estate.connectors.values import emptied, plain, plain_all, says
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import Blank, BlankKind, Identity, Normaliser, System
from avow.estate.datamap.paths import Inside, at, column_of, document, look, looks, put
from avow.estate.datamap.predicates import (
    And,
    Equal,
    InKeys,
    Null,
    Or,
    Predicate,
    Related,
    Until,
    leaving,
)
from avow.estate.datamap.reach import Key, normal

KeySet: TypeAlias = list[tuple[int, Key, date | None]]
KeySets: TypeAlias = Mapping[str, Sequence[tuple[int, Key, date | None]]]
AnyRow: TypeAlias = Mapping[str, object]
AnyRows: TypeAlias = Mapping[str, Sequence[AnyRow]]


def holds(
    predicate: Predicate, row: AnyRow, rows: AnyRows, catalogue: Catalogue, key_sets: KeySets
) -> bool:
    """Whether a predicate holds for a row: the meaning that every connector must have.

    `rows` are all rows of the system by dataset, `catalogue` its schema.
    """
    match predicate:
        case And(parts):
            return all(holds(p, row, rows, catalogue, key_sets) for p in parts)
        case Or(parts):
            return any(holds(p, row, rows, catalogue, key_sets) for p in parts)
        case Null(name, negated):
            return (_value(row, name) is None) is not negated
        case Equal(name, value, negated):
            return _value(row, name) is not None and says(_value(row, name), value) is not negated
        case Until(name, day, zone, column_zone, negated):
            moment = _moment(_value(row, name), name)
            return moment is not None and is_until(moment, day, zone, column_zone) is not negated
        case InKeys(fields, keys, until, negated):
            if keys not in key_sets:
                raise Refused("keys", keys)
            entries = (plain_all(k) for _, k, at in key_sets[keys] if _counts(at, until))
            return bool(_named(row, fields).intersection(entries)) is not negated
        case Related(edge, to, where, negated):
            others = across(edge, to, row, rows)
            found = any(holds(where, other, rows, catalogue, key_sets) for other in others)
            return found is not negated
    raise TypeError(f"not a predicate: {type(predicate).__name__}")


def _value(row: AnyRow, name: str) -> object:
    if name not in row and column_of(name) not in row:
        raise Refused("schema", "", name)
    return look(row, name)


def _named(
    row: AnyRow, fields: Sequence[str], how: Normaliser = Normaliser.EXACT
) -> set[tuple[str, ...]]:
    """The values of a pointer, normalised; several where it is a list, none where it points
    nowhere."""
    parts = ([plain(normal(v, how)) for v in _values(row, f)] for f in fields)
    return {tuple(v for v in way if v is not None) for way in product(*parts) if None not in way}


def _values(row: AnyRow, name: str) -> tuple[object, ...]:
    if name not in row and column_of(name) not in row:
        raise Refused("schema", "", name)
    return looks(row, name)


def _moment(value: object, name: str) -> date | None:
    if value is None or isinstance(value, date):
        return value
    raise Refused("form", "", name)


def _counts(at: date | None, until: date | None) -> bool:
    return until is None or (at is not None and at <= until)


def across(edge: Edge, to: Side, row: AnyRow, rows: AnyRows) -> Iterator[AnyRow]:
    """The rows on side `to` of an edge, seen from `row` on the other side."""
    at, there = (
        (edge.child_fields, edge.parent_fields)
        if to is Side.PARENT
        else (edge.parent_fields, edge.child_fields)
    )
    if to is Side.PARENT and not _speaks(edge, row):
        return
    targets = _pointers(edge, row, at)
    for other in rows.get(edge.parent if to is Side.PARENT else edge.child, ()):
        if to is Side.CHILD and not _speaks(edge, other):
            continue
        if targets & _pointers(edge, other, there):
            yield other


def _speaks(edge: Edge, child: AnyRow) -> bool:
    """Whether a conditional edge speaks about this child row."""
    return all(says(_value(child, column), value) for column, value in edge.when)


def _pointers(edge: Edge, row: AnyRow, fields: tuple[str, ...]) -> set[tuple[str, ...]]:
    """The values of a pointer, normalised. An empty text in a link by value points nowhere: blanked
    rows must not find each other."""
    values = _named(row, fields, edge.normalise)
    return {v for v in values if not (edge.by_value and "" in v)}


@dataclass
class TwinDatabase:
    """Rows in memory with the schema that guards them. `receipts` are those left by batches."""

    tables: Tables
    catalogue: Catalogue
    receipts: list[tuple[str, int, int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TwinConnector:
    """Speaks to databases in memory, by the name of the system."""

    databases: Mapping[str, TwinDatabase]
    kind: str = "memory"

    def connect(self, system: System, access: Access) -> TwinConnection:
        """Open a connection; Unreachable when there is no database of the system's name."""
        if system.name not in self.databases:
            raise Unreachable(f"`{system.name}` has no rows in memory")
        return TwinConnection(system, access, self.databases[system.name])


class TwinConnection:
    """A connection to a database in memory. What a batch changes is seen by others at its end."""

    def __init__(self, system: System, access: Access, database: TwinDatabase) -> None:
        self._system, self._access, self._database = system, access, database
        self._working: Tables | None = None
        self._keys: dict[str, KeySet] = {}

    @property
    def system(self) -> System:
        return self._system

    @property
    def capabilities(self) -> frozenset[Capability]:
        reading = frozenset({Capability.COUNT, Capability.FETCH, Capability.KEYS})
        writing = reading | {
            Capability.REMOVE,
            Capability.BLANK,
            Capability.TRANSACTIONS,
            Capability.RECEIPTS,
            Capability.LOCKS,
            Capability.EFFECTS,
            Capability.INSERT,
        }
        return writing if self._access is Access.WRITE else reading

    @property
    def key_sets(self) -> KeySets:
        """The key sets of this connection."""
        return self._keys

    @property
    def tables(self) -> Tables:
        """The rows as this connection sees them now."""
        return self._database.tables if self._working is None else self._working

    def catalogue(self) -> Catalogue:
        return self._database.catalogue

    def matching(self, dataset: str, where: Predicate) -> list[Row]:
        """The rows that satisfy `where`, in key order where the dataset has a key."""
        self._table(dataset)
        rows = [
            row
            for row in self.tables[dataset]
            if holds(where, row, self.tables, self.catalogue(), self._keys)
        ]
        if not self.key_fields(dataset):
            return rows
        return sorted(rows, key=lambda row: _order(self.key(dataset, row)))

    def _table(self, name: str) -> Table:
        if name not in self.catalogue().tables:
            raise Refused("schema", name)
        return self.catalogue().tables[name]

    def column(self, dataset: str, name: str) -> Column:
        """A live column; Refused (`schema`) when there is none of this name."""
        found = self._table(dataset).column(name)
        if found is None:
            raise Refused("schema", dataset, name)
        return found

    def key_fields(self, dataset: str) -> tuple[str, ...]:
        """The columns of the dataset's key: declared, or else the table's own."""
        declared = self._system.datasets.get(dataset)
        return (declared.key if declared else ()) or self._table(dataset).key

    def key(self, dataset: str, row: AnyRow) -> Key:
        """The key of a row."""
        return tuple(row[f] for f in self.key_fields(dataset))

    def count(self, dataset: str, where: Predicate) -> int:
        return len(self.matching(dataset, where))

    def fetch(
        self, dataset: str, where: Predicate, fields: Sequence[str], limit: int | None = None
    ) -> Iterator[tuple[object, ...]]:
        for row in self.matching(dataset, where)[:limit]:
            yield tuple(_value(row, f) for f in fields)

    def statement(self, dataset: str, where: Predicate, blanks: Mapping[str, Blank] | None) -> str:
        act = f"blank {', '.join(blanks)} of" if blanks else "delete from"
        return f"{act} {dataset} where {where}"

    def put_keys(
        self, keys: str, dataset: str, rows: Sequence[tuple[int, Key, date | None]]
    ) -> None:
        if not self.key_fields(dataset):
            raise Refused("key", dataset)
        self._keys[keys] = list(dict.fromkeys(rows))

    def find(self, keys: str, dataset: str, identity: Identity, values: Mapping[int, str]) -> int:
        wanted = {n: normal(v, identity.normalise) for n, v in values.items()}
        found = [
            (ordinal, self.key(dataset, row), None)
            for row in self.tables[dataset]
            for ordinal, value in wanted.items()
            if value and _shown(_value(row, identity.field), identity) == value
        ]
        self._keys[keys] = list(dict.fromkeys(found))
        return len(self._keys[keys])

    def spread(self, edge: Edge, to: Side, giver: str, taker: str) -> int:
        known = {(n, plain_all(k)): None for n, k, _ in self._keys.setdefault(taker, [])}
        here = edge.child if to is Side.PARENT else edge.parent
        there = edge.parent if to is Side.PARENT else edge.child
        before = len(known)
        for subject, key, _ in list(self._keys[giver]):
            for row in self._starts(edge, to, here, key):
                for other in across(edge, to, row, self.tables):
                    reached = self.key(there, other)
                    if (subject, plain_all(reached)) not in known:
                        known[subject, plain_all(reached)] = None
                        self._keys[taker].append((subject, reached, None))
        return len(known) - before

    def _starts(self, edge: Edge, to: Side, here: str, key: Key) -> list[AnyRow]:
        """The row with this key, or, where pointers name the key itself, the key alone: rows that
        name a person's key are that person's even if the person's own row is gone."""
        fields = self.key_fields(here)
        if to is Side.CHILD and set(edge.parent_fields) <= set(fields):
            return [dict(zip(fields, key, strict=True))]
        wanted = plain_all(key)
        return [row for row in self.tables[here] if plain_all(self.key(here, row)) == wanted]

    def keys(self, keys: str) -> list[tuple[int, Key]]:
        return [(subject, key) for subject, key, _ in self._keys[keys]]

    def drop_keys(self, keys: str) -> None:
        self._keys.pop(keys, None)

    def oldest(
        self, dataset: str, field: str, column_zone: str | None, zone: str, where: Predicate
    ) -> Oldest:
        values = [_moment(_value(row, field), field) for row in self.matching(dataset, where)]
        days = [day_of(v, zone, column_zone) for v in values if v is not None]
        return Oldest(min(days, default=None), len(days), len(values) - len(days))

    def stream(
        self, table: str, columns: Sequence[str], size: int
    ) -> Iterator[list[tuple[object, ...]]]:
        rows = [tuple(_value(row, c) for c in columns) for row in self.tables[table]]
        for start in range(0, len(rows), size):
            yield rows[start : start + size]

    def window(self, dataset: str, where: Predicate, after: Key | None, size: int) -> Window | None:
        if not self.key_fields(dataset):
            raise Refused("key", dataset)
        keys = [self.key(dataset, row) for row in self.matching(dataset, where)]
        if any(part is None for key in keys for part in key):
            raise Refused("key", dataset)
        ahead = [k for k in keys if after is None or _order(k) > _order(after)]
        if not ahead:
            return None
        until = ahead[:size][-1]
        return Window(after, until, sum(1 for k in ahead if _order(k) <= _order(until)))

    def transaction(self) -> AbstractContextManager[TwinBatch]:
        return self._transaction()

    @contextmanager
    def _transaction(self) -> Iterator[TwinBatch]:
        if self._access is not Access.WRITE:
            raise Refused("rights")
        keys = {name: list(entries) for name, entries in self._keys.items()}
        self._working = {name: [dict(r) for r in rows] for name, rows in self.tables.items()}
        batch = TwinBatch(self)
        try:
            yield batch
            self._database.tables = self._working
            self._database.receipts += batch.receipts
        except BaseException:
            self._keys = keys
            raise
        finally:
            self._working = None

    def effects(self, tables: Sequence[str]) -> list[str]:
        del tables
        return []

    def close(self) -> None:
        self._keys.clear()


class TwinBatch:
    """What may be done inside one transaction of the twin."""

    def __init__(self, connection: TwinConnection) -> None:
        self._connection = connection
        self.receipts: list[tuple[str, int, int, int]] = []

    def lock(self, dataset: str, where: Predicate) -> int:
        return self._connection.count(dataset, where)

    def _rows(self, dataset: str, where: Predicate, window: Window | None) -> list[Row]:
        rows = self._connection.matching(dataset, where)
        if window is None:
            return rows
        low = None if window.after is None else _order(window.after)
        keyed = [(_order(self._connection.key(dataset, row)), row) for row in rows]
        return [r for k, r in keyed if (low is None or k > low) and k <= _order(window.until)]

    def remove(self, dataset: str, where: Predicate, window: Window | None = None) -> int:
        rows = self._rows(dataset, where, window)
        delete(self._connection.tables, self._connection.catalogue(), dataset, rows)
        return len(rows)

    def blank(
        self,
        dataset: str,
        where: Predicate,
        blanks: Mapping[str, Blank],
        window: Window | None = None,
    ) -> int:
        changed = 0
        for row in self._rows(dataset, where, window):
            new = self._emptied(dataset, row, where, blanks)
            changed += any(row[name] != value for name, value in new.items())
            row.update(new)
        check(self._connection.tables, self._connection.catalogue())
        return changed

    def _emptied(
        self, dataset: str, row: Row, where: Predicate, blanks: Mapping[str, Blank]
    ) -> dict[str, object]:
        """What the columns of a row become; what is emptied inside a column comes first."""
        connection, key = self._connection, self._connection.key(dataset, row)
        made = {n: (connection.column(dataset, n), how) for n, how in blanks.items()}
        new: dict[str, object] = {}
        for column, how in made.values():
            if column.inside is None or column.base is None:
                continue
            place, base = column.inside, column.base.name
            held = document(new.get(base, row[base]))
            if place.each:
                staying = self._staying(dataset, row, where, column.name, place)
                held = held if staying is None else put(held, place.keys, staying)
            elif (value := at(held, place.keys)) is not None:
                held = put(held, place.keys, emptied(value, how, column, key, dataset))
            new[base] = json.dumps(held) if isinstance(row[base], str) else held
        whole = {n: pair for n, pair in made.items() if pair[0].inside is None}
        return new | {n: emptied(row[n], how, c, key, dataset) for n, (c, how) in whole.items()}

    def _staying(
        self, dataset: str, row: Row, where: Predicate, name: str, place: Inside
    ) -> list[object] | None:
        """The elements of a list that do not go; None where there is no list."""
        gone, connection = leaving(where, name), self._connection
        if gone is None:
            raise Refused("form", dataset, name)
        tables, keys = connection.tables, connection.key_sets
        found = at(document(row[place.column]), place.keys)
        if not isinstance(found, list):
            return None
        alone = ({**row, place.column: put(row[place.column], place.keys, [e])} for e in found)
        goes = [holds(gone, one, tables, connection.catalogue(), keys) for one in alone]
        return [e for e, go in zip(found, goes, strict=True) if not go]

    def copies(
        self,
        dataset: str,
        where: Predicate,
        columns: Sequence[str],
        window: Window | None = None,
    ) -> list[tuple[object, ...]]:
        live = [self._connection.column(dataset, c) for c in columns]
        found = self._rows(dataset, where, window)
        return [copied(live, [*self._kept(dataset, where, live, row)]) for row in found]

    def _kept(
        self, dataset: str, where: Predicate, columns: Sequence[Column], row: Row
    ) -> Iterator[object]:
        for column in columns:
            yield row[column.base.name if column.base else column.name]
            if column.base and column.inside and column.inside.each:
                blanks = {column.name: Blank(BlankKind.NULL)}
                yield self._emptied(dataset, row, where, blanks)[column.base.name]

    def insert(
        self, dataset: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> int:
        connection = self._connection
        table = connection.tables[dataset]
        known = {plain_all(connection.key(dataset, row)) for row in table}
        given = [dict(zip(columns, row, strict=True)) for row in rows]
        new = [row for row in given if plain_all(connection.key(dataset, row)) not in known]
        table += new
        check(connection.tables, connection.catalogue())
        return len(new)

    def restore(
        self,
        dataset: str,
        key: Sequence[str],
        blanks: Mapping[str, Blank],
        rows: Sequence[tuple[object, ...]],
    ) -> int:
        there = {plain_all(row[f] for f in key): row for row in self._connection.tables[dataset]}
        changed = 0
        for values in rows:
            row = there.get(plain_all(values[: len(key)]))
            if row is not None:
                given = dict(zip(blanks, values[len(key) :], strict=True))
                changed += self._row_restored(dataset, row, blanks, given)
        check(self._connection.tables, self._connection.catalogue())
        return changed

    def _row_restored(
        self, dataset: str, row: Row, blanks: Mapping[str, Blank], given: Mapping[str, object]
    ) -> bool:
        inside = {n: c for n in blanks if (c := self._connection.column(dataset, n)).inside}
        plain = {n: how for n, how in blanks.items() if n not in inside}
        done = bool(plain) and self._is_blank(dataset, row, plain)
        if done:
            row.update({n: given[n] for n in plain})
        for name, column in inside.items():
            done |= self._put_back(row, column, blanks[name], given[name])
        return done

    def _put_back(self, row: Row, column: Column, how: Blank, kept: object) -> bool:
        place = column.inside
        if place is None or not isinstance(kept, str):
            return False
        now, left = row[place.column], how.kind is BlankKind.NULL
        text = put_back(now, place, kept, emptied=left)
        if text is None or (not left and not place.each and look(row, column.name) != how.value):
            return False
        row[place.column] = text if isinstance(now, str) else json.loads(text)
        return True

    def _is_blank(self, dataset: str, row: Row, blanks: Mapping[str, Blank]) -> bool:
        key = self._connection.key(dataset, row)
        return all(
            row[f] == emptied(row[f], how, self._connection.column(dataset, f), key, dataset)
            for f, how in blanks.items()
        )

    def receipt(self, plan: str, step: int, batch: int, rows: int) -> None:
        self.receipts.append((plan, step, batch, rows))


def _order(key: Key) -> tuple[tuple[bool, object], ...]:
    """Keys in order, those with an absent part last; values of one column are of one type."""
    return tuple((part is None, part if part is not None else 0) for part in key)


def _shown(value: object, identity: Identity) -> object:
    """An identity value as it is compared: its text, normalised."""
    texts = plain_all((value,))
    return normal(texts[0], identity.normalise) if texts else None
