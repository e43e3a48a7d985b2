"""Which columns may point to which tables: by foreign keys, by names, or only by their values.

What is found here are questions to the values: `reading` asks them of the database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from avow.duties.discovery.lexicon import folded, is_writer_word
from avow.duties.discovery.triage.naming import (
    column_words,
    fit,
    is_called_pointer,
    is_of_persons,
    is_of_staff,
)
from avow.duties.discovery.triage.signals import Basis, Look, Pointer
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, ForeignKey, Table

MOST_CANDIDATES = 3
"""Tables that one column is held against, best names first."""
MOST_BY_VALUES = 12
"""Tables with long keys that a column without a fitting name is held against."""
_GENERIC = frozenset(
    "id code key cle sleutel seq pos line lang stat type name version parm number nummer nr no "
    "numero obj day date period ligne lijn pos item mois maand month per year jaar annee".split()
)
"""Names of keys that say nothing: that another table has such a column means nothing."""
_WHOLE = frozenset({ColumnKind.INTEGER, ColumnKind.NUMBER})
_SHORTEST, _MOST_ADDED = 5, 3
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
    rows = {name: look.rows for name, look in looks.items()}
    masters = _masters(tables, rows)
    taken = {(p.table, p.fields) for p in known}
    found = [p for t in tables.values() for p in _of(t, tables, masters)]
    return [p for p in dict.fromkeys(found) if (p.table, p.fields) not in taken]


def _masters(tables: Mapping[str, Table], rows: Mapping[str, int]) -> dict[tuple[str, ...], str]:
    """Of the tables with the same key the one that the others may point to: the largest, and of
    equally large ones the one whose name the key carries, or else the widest."""
    groups: defaultdict[tuple[str, ...], list[Table]] = defaultdict(list)
    for table in tables.values():
        if table.key and not (len(table.key) == 1 and _says_nothing(table.key[0])):
            groups[tuple(map(str.lower, table.key))].append(table)
    return {
        key: max(
            same, key=lambda t: (fit(key[0], t.name) >= 2, rows[t.name], len(t.columns), t.name)
        ).name
        for key, same in groups.items()
    }


def _says_nothing(column: str) -> bool:
    return column.lower() in _GENERIC


def _of(
    table: Table, tables: Mapping[str, Table], masters: Mapping[tuple[str, ...], str]
) -> Iterator[Pointer]:
    yield from _by_keys(table, tables, masters)
    for column in table.columns:
        if not may_point(table, column):
            continue
        named = list(_by_name(table, column, tables, masters))
        yield from named
        if not named and column.kind in _WHOLE and not is_writer_word(column.name):
            yield from _by_reach(table, column, tables)
        if not named and _is_long(column):
            yield from _by_values(table, column, tables)
        if not named and is_writer_word(column.name):
            yield from _by_writing(table, column, tables)


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


def _is_long(column: Column) -> bool:
    return column.kind is ColumnKind.UUID


def _by_keys(
    table: Table, tables: Mapping[str, Table], masters: Mapping[tuple[str, ...], str]
) -> Iterator[Pointer]:
    """Composite keys whose columns the table has too, under the same names."""
    own = {c.name.lower(): c.name for c in table.columns}
    for key, master in masters.items():
        if len(key) > 1 and master != table.name and own.keys() >= set(key):
            parent = tables[master]
            fields = tuple(own[k] for k in key)
            if _same_kinds(table, fields, parent, parent.key):
                yield _pointer(table, fields, master, parent.key, Basis.KEY_NAME)


def _by_name(
    table: Table,
    column: Column,
    tables: Mapping[str, Table],
    masters: Mapping[tuple[str, ...], str],
) -> Iterator[Pointer]:
    """Tables whose key is called so, else tables that are."""
    ranked: list[tuple[float, str, Basis]] = []
    for name, parent in tables.items():
        if name == table.name or len(parent.key) != 1:
            continue
        if not _same_kinds(table, (column.name,), parent, parent.key):
            continue
        is_master = masters.get((parent.key[0].lower(),)) == name
        if table.key == (column.name,) and not _may_extend(column, name):
            continue
        if is_master and _carries(column.name, parent.key[0]):
            ranked.append((4.0, name, Basis.KEY_NAME))
        elif table.key == (column.name,):
            continue  # a row's own number points only to a key of the same name
        elif (fits := fit(column.name, name)) and _may_be_named(table, column, fits):
            ranked.append((fits, name, Basis.NAME))
    ranked.sort(key=lambda r: (-r[0], len(r[1]), r[1]))
    for fits, name, basis in ranked[:MOST_CANDIDATES]:
        found = _pointer(table, (column.name,), name, tables[name].key, basis)
        yield replace(found, fit=min(fits, 3.0))


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
    if len(theirs) < _SHORTEST or not own.endswith(theirs):
        return len(own) >= _SHORTEST and own.endswith(theirs[-len(own) :]) and _is_cut(own, theirs)
    return added <= _MOST_ADDED


def _is_cut(own: str, theirs: str) -> bool:
    """The key carries a prefix that the column lacks."""
    return 0 < len(theirs) - len(own) <= _MOST_ADDED


def _by_values(table: Table, column: Column, tables: Mapping[str, Table]) -> Iterator[Pointer]:
    """Tables with a key so long that finding the values there is no chance."""
    like = [
        n
        for n, parent in tables.items()
        if n != table.name
        and len(parent.key) == 1
        and _same_kinds(table, (column.name,), parent, parent.key)
    ]
    like.sort(key=lambda n: (not is_of_persons(n), n))
    for name in like[:MOST_BY_VALUES]:
        yield _pointer(table, (column.name,), name, tables[name].key, Basis.VALUES)


def _by_reach(table: Table, column: Column, tables: Mapping[str, Table]) -> Iterator[Pointer]:
    """Tables called after persons whose numbers the column may hold under a name of its own."""
    if table.key == (column.name,):
        return
    like = [n for n in tables if is_of_persons(n) and n != table.name and len(tables[n].key) == 1]
    for name in sorted(like)[:MOST_CANDIDATES]:
        if _same_kinds(table, (column.name,), tables[name], tables[name].key):
            yield _pointer(table, (column.name,), name, tables[name].key, Basis.REACH)


def _by_writing(table: Table, column: Column, tables: Mapping[str, Table]) -> Iterator[Pointer]:
    """`created_by` and its like point to people who work with the system."""
    staff = [n for n in tables if is_of_staff(n) and n != table.name and len(tables[n].key) == 1]
    for name in staff[:MOST_CANDIDATES]:
        if _same_kinds(table, (column.name,), tables[name], tables[name].key):
            yield _pointer(table, (column.name,), name, tables[name].key, Basis.NAME)


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
