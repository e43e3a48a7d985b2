"""Which columns may point to which tables: by foreign keys, by names, or only by their values.

What is found here are questions to the values: `reading` asks them of the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from avow.duties.discovery.lexicon import folded, is_writer_word
from avow.duties.discovery.triage.keyed import SHORTEST, Keyed
from avow.duties.discovery.triage.naming import (
    column_words,
    fit,
    is_called_pointer,
    is_of_persons,
)
from avow.duties.discovery.triage.signals import Basis, Look, Pointer
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, ForeignKey, Table

MOST_CANDIDATES = 3
"""Tables that one column is held against, best names first."""
MOST_BY_VALUES = 12
"""Tables with long keys that a column without a fitting name is held against."""
_WHOLE = frozenset({ColumnKind.INTEGER, ColumnKind.NUMBER})
_MOST_ADDED = 3
_POLYMORPHIC = ("type", "module", "table", "tabel", "class", "model", "entity", "objtype")
_ANY_ROW = frozenset("record object objet subject target item entity row".split())


def enforced(catalogue: Catalogue) -> list[Pointer]:
    """The foreign keys that the database holds, as pointers."""
    keys = (k for k in catalogue.foreign_keys if k.child in catalogue.tables)
    return [_enforced(key, catalogue.tables[key.child]) for key in keys if key.child != key.parent]


def _enforced(key: ForeignKey, table: Table) -> Pointer:
    found = _pointer(table, key.child_fields, key.parent, key.parent_fields, Basis.FOREIGN_KEY)
    return replace(found, fit=fit(key.child_fields[0], key.parent))


def candidates(looks: Mapping[str, Look], known: list[Pointer]) -> list[Pointer]:
    """Pointers that no foreign key tells of, to be held against the values. Tables that are empty
    or could not be looked into neither point nor are pointed to."""
    tables = {n: look.table for n, look in looks.items() if look.rows and not look.gap}
    keyed = Keyed(tables, {name: looks[name].rows for name in tables})
    taken = {(p.table, p.fields) for p in known}
    found = [p for t in tables.values() for p in _of(t, keyed)]
    return [p for p in dict.fromkeys(found) if (p.table, p.fields) not in taken]


def _of(table: Table, keyed: Keyed) -> Iterator[Pointer]:
    yield from _by_keys(table, keyed)
    for column in table.columns:
        if not may_point(table, column):
            continue
        named = list(_by_name(table, column, keyed))
        yield from named or _unnamed(table, column, keyed)


def _unnamed(table: Table, column: Column, keyed: Keyed) -> Iterator[Pointer]:
    """Pointers of a column whose name fits no table and no key."""
    if is_writer_word(column.name):
        yield from _to(table, column, keyed, keyed.staff[:MOST_CANDIDATES], Basis.NAME)
    elif column.kind in _WHOLE and table.key != (column.name,):
        yield from _to(table, column, keyed, keyed.persons[:MOST_CANDIDATES], Basis.REACH)
    if column.kind is ColumnKind.UUID:
        yield from _to(table, column, keyed, keyed.long[:MOST_BY_VALUES], Basis.VALUES)


def _to(
    table: Table, column: Column, keyed: Keyed, names: Iterable[str], basis: Basis
) -> Iterator[Pointer]:
    """Pointers to the keys of these tables, where both are of a kind."""
    for name in names:
        parent = keyed.tables[name]
        if name != table.name and _same_kinds(table, (column.name,), parent, parent.key):
            yield _pointer(table, (column.name,), name, parent.key, basis)


def may_point(table: Table, column: Column) -> bool:
    """Whether the column could hold the key of another row."""
    if table.key == (column.name,) and _numbers_itself(table, column):
        return False
    return column.kind in _WHOLE | {ColumnKind.UUID} or _is_short_text(column)


def _numbers_itself(table: Table, column: Column) -> bool:
    """A key called after nothing, or after its own table."""
    return not column_words(column.name) or fit(column.name, table.name) >= 2


def _is_short_text(column: Column) -> bool:
    return column.kind is ColumnKind.TEXT and (column.length is None or column.length <= 64)


def _by_keys(table: Table, keyed: Keyed) -> Iterator[Pointer]:
    """Composite keys whose columns the table has too, under the same names."""
    own = {c.name.lower(): c.name for c in table.columns}
    for key, master in keyed.composites(own):
        if master != table.name and own.keys() >= set(key):
            parent = keyed.tables[master]
            fields = tuple(own[k] for k in key)
            if _same_kinds(table, fields, parent, parent.key):
                yield _pointer(table, fields, master, parent.key, Basis.KEY_NAME)


def _by_name(table: Table, column: Column, keyed: Keyed) -> Iterator[Pointer]:
    """Tables whose key is called so, else tables that are."""
    ranked = []
    for name in keyed.near(column.name):
        parent = keyed.tables[name]
        alike = name != table.name and _same_kinds(table, (column.name,), parent, parent.key)
        if alike and (found := _named(table, column, parent, keyed)):
            ranked.append((*found, name))
    ranked.sort(key=lambda r: (-r[0], len(r[2]), r[2]))
    for fits, basis, name in ranked[:MOST_CANDIDATES]:
        found_one = _pointer(table, (column.name,), name, keyed.tables[name].key, basis)
        yield replace(found_one, fit=min(fits, 3.0))


def _named(table: Table, column: Column, parent: Table, keyed: Keyed) -> tuple[float, Basis] | None:
    """How well the column names the parent: best by the name of its key."""
    is_own_key = table.key == (column.name,)
    if is_own_key and not _may_extend(column, parent.name):
        return None
    is_master = keyed.masters.get((parent.key[0].lower(),)) == parent.name
    if is_master and _carries(column.name, parent.key[0]):
        return 4.0, Basis.KEY_NAME
    fits = fit(column.name, parent.name)
    if is_own_key or not fits or not _may_be_named(table, column, fits):
        return None  # a row's own number points only to a key of the same name
    return fits, Basis.NAME


def _may_extend(column: Column, parent: str) -> bool:
    """Whether a table's own key may be that of another table: a running number only if it is called
    after that table, for every table counts from 1."""
    return column.kind not in _WHOLE or fit(column.name, parent) >= 2


def _may_be_named(table: Table, column: Column, fits: float) -> bool:
    """A column called as a table is: one that says it points, or one that an index begins with, or
    holds no text."""
    if is_called_pointer(column.name) or column.kind is ColumnKind.UUID:
        return True
    return fits >= 2 and (column.kind in _WHOLE or _is_led(table, (column.name,)))


def _carries(column: str, key: str) -> bool:
    """The column is called as the key is, perhaps with a short prefix of its own table."""
    own, theirs = column.lower(), key.lower()
    if own == theirs:
        return True
    added = len(own) - len(theirs)
    if len(theirs) < SHORTEST or not own.endswith(theirs):
        return len(own) >= SHORTEST and own.endswith(theirs[-len(own) :]) and _is_cut(own, theirs)
    return added <= _MOST_ADDED


def _is_cut(own: str, theirs: str) -> bool:
    """The key carries a prefix that the column lacks."""
    return 0 < len(theirs) - len(own) <= _MOST_ADDED


def by_email(looks: Mapping[str, Look]) -> list[Pointer]:
    """Columns with e-mail addresses, to be held against those of tables called after persons."""
    found = {n: g.field for n, look in looks.items() for g in look.guesses if g.category == "email"}
    persons = [n for n in found if is_of_persons(n)]
    return [
        replace(_pointer(looks[n].table, (field,), to, (found[to],), Basis.EMAIL), fit=0.0)
        for n, field in found.items()
        for to in persons
        if n != to and not is_of_persons(n)
    ]


def any_row(table: Table) -> tuple[str, str] | None:
    """Two columns that together point to rows of several tables: which table, and which row."""
    for kind in table.columns:
        words = folded(kind.name)
        stem = "".join(words[:-1])
        if not words or words[-1] not in _POLYMORPHIC:
            continue
        for row in table.columns:
            own = folded(row.name)
            about = "".join(w for w in own if w not in {"id", "key", "nr", "no"})
            points = is_called_pointer(row.name) or own[-1:] == ("objkey",)
            if row.name != kind.name and points and about and (about == stem or about in _ANY_ROW):
                return kind.name, row.name
    return None


def _same_kinds(table: Table, own: tuple[str, ...], parent: Table, theirs: tuple[str, ...]) -> bool:
    pairs = ((table.column(a), parent.column(b)) for a, b in zip(own, theirs, strict=True))
    return all(a and b and (a.kind is b.kind or {a.kind, b.kind} <= _WHOLE) for a, b in pairs)


def _pointer(
    table: Table, fields: tuple[str, ...], to: str, parent_fields: tuple[str, ...], basis: Basis
) -> Pointer:
    columns = [table.column(f) for f in fields]
    return Pointer(
        table.name,
        fields,
        to,
        parent_fields,
        basis,
        is_single=any(set(u) <= set(fields) for u in (table.key, *table.unique) if u),
        is_led=_is_led(table, fields),
        may_be_empty=any(c is None or c.nullable for c in columns),
    )


def _is_led(table: Table, fields: tuple[str, ...]) -> bool:
    return any(set(index[: len(fields)]) == set(fields) for index in table.indexes)
