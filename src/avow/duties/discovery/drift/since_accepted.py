"""The live schema against the one accepted last: what changed, in words (`was integer, is text`).

What the map itself can say (new tables, columns, links) is told against the map, and not here.
"""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Severity
from avow.duties.discovery.columns import named_guess
from avow.duties.discovery.drift.accepted import (
    AcceptedColumn,
    AcceptedKey,
    AcceptedTable,
    column_of,
    key_of,
)
from avow.duties.discovery.drift.view import ACCEPT, Drifted, View, defect, place_of
from avow.estate.connectors.catalogue import Table
from avow.estate.datamap.model import Dataset


def since_accepted(view: View) -> Iterator[Drifted]:
    """Every change of a mapped table since its schema was accepted."""
    for name, dataset in view.system.datasets.items():
        table, before = view.catalogue.tables.get(name), view.before(name)
        if table is None or before is None:
            continue
        yield from _columns(view, dataset, table, before)
        yield from _pointers(view, dataset, before)
        yield from _whole(view, dataset, table, before)


def _said(
    view: View, code: str, severity: Severity, name: str, what: str, why: str, dataset: Dataset
) -> Drifted:
    column = name.removeprefix(f"{dataset.name}.")
    place = place_of(dataset, column)
    return Drifted(view.system.name, name, defect(code, severity, what, place, why, ACCEPT))


# --- columns -------------------------------------------------------------------------------------


def _columns(
    view: View, dataset: Dataset, table: Table, before: AcceptedTable
) -> Iterator[Drifted]:
    declared = view.named[dataset.name]
    for column in table.columns:
        was, name = before.columns.get(column.name), f"{dataset.name}.{column.name}"
        if was is not None and was != (now := column_of(column)):
            what = f"`{name}` was {_words(was, now)}, is {_words(now, was)}"
            why = "what is compared with it, or stands in its place when it is emptied, may not fit"
            yield _said(view, "AV528", Severity.W, name, what, why, dataset)
        if was is None and not dataset.is_personal:
            yield _in_nobodys(view, dataset, table, column.name)
    for name in before.columns:
        if table.column(name) is None and not (dataset.is_personal and name in declared):
            what = f"`{dataset.name}.{name}` ({before.columns[name].type}) is gone"
            why = "dropped or renamed: what it held may be somewhere else now"
            yield _said(view, "AV529", Severity.W, f"{dataset.name}.{name}", what, why, dataset)


def _words(column: AcceptedColumn, other: AcceptedColumn) -> str:
    """What of a column differs from another one."""
    parts = []
    if column.type != other.type:
        parts.append(column.type or "of no type")
    if column.not_null != other.not_null:
        parts.append("never null" if column.not_null else "null at times")
    if column.generated != other.generated:
        parts.append("generated" if column.generated else "written")
    return ", ".join(parts)


def _in_nobodys(view: View, dataset: Dataset, table: Table, name: str) -> Drifted:
    """A new column in a table that is nobody's: it may have made the rows somebody's."""
    column = table.column(name)
    guess = named_guess(column) if column else None
    return _said(
        view,
        "AV532",
        Severity.W if guess else Severity.I,
        f"{dataset.name}.{name}",
        f"the column `{dataset.name}.{name}` is new, and the rows are said to be nobody's",
        f"its name speaks of `{guess.category}`" if guess else "no name speaks of a person",
        dataset,
    )


# --- foreign keys --------------------------------------------------------------------------------


def _pointers(view: View, dataset: Dataset, before: AcceptedTable) -> Iterator[Drifted]:
    """Foreign keys that are gone, or do something else when the row pointed to is deleted."""
    live = {_of(now): now for now in map(key_of, view.of(dataset.name))}
    for was in before.foreign_keys:
        now = live.get(_of(was))
        name = f"{dataset.name}.{'+'.join(was.fields)}>{was.to}"
        where = f"the foreign key of `{dataset.name}.{'+'.join(was.fields)}` to `{was.to}`"
        if now is None and was.to in view.catalogue.tables:
            what, why = f"{where} is gone", "nothing keeps its pointers from leading nowhere"
            yield _said(view, "AV530", Severity.W, name, what, why, dataset)
        elif now is not None and now.on_delete != was.on_delete:
            what = f"{where} was ON DELETE {was.on_delete}, is ON DELETE {now.on_delete}"
            why = "the database does something else when a row of a person goes"
            yield _said(view, "AV530", Severity.W, name, what, why, dataset)


def _of(key: AcceptedKey) -> tuple[object, ...]:
    return key.fields, key.to, key.to_fields


# --- the table -----------------------------------------------------------------------------------


def _whole(view: View, dataset: Dataset, table: Table, before: AcceptedTable) -> Iterator[Drifted]:
    name = dataset.name
    if before.key != table.key:
        what = f"the key of `{name}` was {_key(before.key)}, is {_key(table.key)}"
        why = "rows are named by their key: in holds, in journals, in answers"
        yield _said(view, "AV531", Severity.W, name, what, why, dataset)
    if before.is_view is table.writable:
        kinds = ("a view", "a table") if before.is_view else ("a table", "a view")
        what = f"`{name}` was {kinds[0]}, is {kinds[1]}"
        why = "a view may hide rows, and nothing is erased through it"
        yield _said(view, "AV531", Severity.W, name, what, why, dataset)
    for trigger in before.triggers:
        if trigger not in table.triggers:
            what, why = f"the trigger `{trigger}` of `{name}` is gone", "what it did is not done"
            yield _said(view, "AV531", Severity.I, f"{name}!{trigger}", what, why, dataset)


def _key(fields: tuple[str, ...]) -> str:
    return f"({', '.join(fields)})" if fields else "none"
