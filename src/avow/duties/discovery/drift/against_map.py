"""The live schema against the data map: what is there and unsaid, and what is said and not there.

Tables, columns and pointers can be said in the map. Triggers and the inside of a JSON column
cannot: they are known once their schema is accepted.
"""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Finding, Severity
from avow.declaration.loading.nodes import meant
from avow.duties.discovery.columns import named_guess
from avow.duties.discovery.drift.change import Forget
from avow.duties.discovery.drift.columns import is_new, new_column, no_column, resting
from avow.duties.discovery.drift.proposing import adding, linking
from avow.duties.discovery.drift.view import (
    ACCEPT,
    MOST_SHOWN,
    Drifted,
    View,
    defect,
    drifted,
    listed,
    place_of,
)
from avow.duties.discovery.lexicon import category_of
from avow.engine.planner.drift import Drift, DriftKind, drift
from avow.estate.connectors.catalogue import ForeignKey, OnDelete, Table
from avow.estate.datamap.edges import Edge, edges
from avow.estate.datamap.model import Dataset


def against_map(view: View) -> Iterator[Drifted]:
    """Every difference between the map of a system and its live schema."""
    rests: dict[str, list[str]] = {}
    for each in drift(view.system, view.catalogue):
        match each.kind:
            case DriftKind.TABLE:
                yield _new_table(view.catalogue.tables[each.name], view)
            case DriftKind.NO_TABLE:
                yield _no_table(view.system.datasets[each.name], view)
            case DriftKind.COLUMN | DriftKind.UNDECIDED | DriftKind.NO_COLUMN:
                dataset, column = _apart(each, view)
                if each.kind is DriftKind.NO_COLUMN:
                    yield no_column(dataset, column, view)
                elif each.kind is DriftKind.UNDECIDED or is_new(dataset, column, view):
                    yield new_column(dataset, column, view)
                else:
                    rests.setdefault(dataset.name, []).append(column)
            case DriftKind.SCHEMA:  # is of a release and its plans, and never found here
                continue
    for table, columns in rests.items():
        if view.before(table) is None:
            yield resting(view.system.datasets[table], columns, view)
    yield from _pointers(view)
    yield from _triggers(view)
    yield from _leaves(view)


def _apart(each: Drift, view: View) -> tuple[Dataset, str]:
    """The dataset and the column of a difference; the names of both may have dots."""
    is_there = each.kind is not DriftKind.NO_COLUMN
    parts = each.name.split(".")
    names = ((".".join(parts[:n]), ".".join(parts[n:])) for n in range(1, len(parts)))
    return next(
        (view.system.datasets[name], column)
        for name, column in names
        if name in view.system.datasets
        and (table := view.catalogue.tables.get(name))
        and (table.column(column) is not None) is is_there
        and (column in view.named[name]) is not is_there
    )


# --- tables --------------------------------------------------------------------------------------


def _new_table(table: Table, view: View) -> Drifted:
    change = adding(table, view)
    hint = "say whose its rows are: `subject`, a link such as `owned_by`, or `owned_by: nobody`"
    what = "materialized view" if table.materialized else "table"
    finding = defect(
        "AV520",
        Severity.E,
        f"the {what} `{table.name}` is not in the data map",
        view.system.place,
        f"nobody said whose its rows are; {_speaks(table, view)}",
        "`avow drift --patch` writes a proposal" if change else hint,
    )
    return drifted(view, table.name, finding, change)


def _speaks(table: Table, view: View) -> str:
    """What the structure of a table lets expect, without a look at a row."""
    guesses = dict.fromkeys(g.category for c in table.columns if (g := named_guess(c)))
    to = {k.parent for k in view.of(table.name)}
    mapped = sorted(to & view.system.datasets.keys())
    said = [f"its columns speak of {listed(guesses)}"] if guesses else []
    said += [f"it points to {listed(mapped)}"] if mapped else []
    return " and ".join(said) or "no name in it speaks of a person, which proves nothing"


def _no_table(dataset: Dataset, view: View) -> Drifted:
    known = [name for name in view.catalogue.tables if name not in view.system.datasets]
    finding = Finding(
        "AV523",
        f"`{dataset.name}` is declared, and there is no such table",
        dataset.place,
        because="nothing that is promised of it can be kept or counted",
        help=meant(dataset.name, known) or "take it out of the map, or bring the table back",
    )
    is_last = len(view.system.datasets) == 1
    change = None if is_last or _is_named(dataset, view) else Forget(dataset.place, dataset.name)
    return drifted(view, dataset.name, finding, change)


def _is_named(dataset: Dataset, view: View) -> bool:
    """Whether another dataset of the map speaks of this one."""
    return any(
        dataset.name in other.needs
        or any(link.to == dataset.name for link in other.links)
        or any(dataset.name in (e.via, *(s.dataset for s in e.sources)) for e in other.events)
        for other in view.system.datasets.values()
        if other is not dataset
    )


# --- pointers and triggers -----------------------------------------------------------------------


def _pointers(view: View) -> Iterator[Drifted]:
    """Foreign keys between mapped tables, to rows of persons, that no link declares."""
    declared = edges(view.system)
    for key in view.catalogue.foreign_keys:
        child = view.system.datasets.get(key.child)
        parent = view.system.datasets.get(key.parent)
        if child is None or parent is None or not parent.is_personal:
            continue
        if not any(_says(edge, key) for edge in declared):
            yield _undeclared(view, key, child, parent)


def _says(edge: Edge, key: ForeignKey) -> bool:
    """Whether a link follows a foreign key, by all of its columns or by some of them."""
    theirs = set(zip(key.child_fields, key.parent_fields, strict=False))
    ours = set(zip(edge.child_fields, edge.parent_fields, strict=False))
    return (edge.child, edge.parent) == (key.child, key.parent) and bool(ours) and ours <= theirs


_DOES = {
    OnDelete.CASCADE: "; when that row goes, the database deletes this one",
    OnDelete.SET_NULL: "; when that row goes, the database empties the pointer",
    OnDelete.SET_DEFAULT: "; when that row goes, the database changes the pointer",
}


def _undeclared(view: View, key: ForeignKey, child: Dataset, parent: Dataset) -> Drifted:
    columns = "+".join(key.child_fields)
    change = linking(key, child, parent) if child.is_personal else None
    hint = "say which right it gives: `owned_by`, `accessed_by`, or `no_right`"
    finding = defect(
        "AV525",
        Severity.W,
        f"`{key.child}.{columns}` points to `{key.parent}`, and no link says so",
        child.place,
        "rows of persons are reached without a word whose they are" + _DOES.get(key.on_delete, ""),
        f"{hint}; `avow drift --patch` proposes the last" if change else hint,
    )
    return drifted(view, f"{key.child}.{columns}>{key.parent}", finding, change)


def _triggers(view: View) -> Iterator[Drifted]:
    for name, dataset in view.system.datasets.items():
        table, before = view.catalogue.tables.get(name), view.before(name)
        known = before.triggers if before else ()
        for trigger in table.triggers if table else ():
            if trigger not in known:
                finding = defect(
                    "AV526",
                    Severity.W,
                    f"the trigger `{trigger}` of `{name}` is new to us",
                    dataset.place,
                    "it may copy rows to where no rule reaches, or write them again",
                    ACCEPT,
                )
                yield drifted(view, f"{name}!{trigger}", finding)


# --- inside JSON ---------------------------------------------------------------------------------


def _leaves(view: View) -> Iterator[Drifted]:
    """What is inside the JSON columns of persons' rows: worth knowing the first time, and drift
    when it comes after the schema was accepted."""
    for (name, column), paths in view.paths.items():
        dataset, before = view.system.datasets[name], view.before(name)
        known = before.leaves.get(column, ()) if before else ()
        new = [path for path in paths if path not in known]
        if new:
            is_known = before is not None and column in before.leaves
            yield drifted(
                view, f"{name}.{column}", _leaf_finding(dataset, column, new, is_known=is_known)
            )


def _leaf_finding(dataset: Dataset, column: str, new: list[str], *, is_known: bool) -> Finding:
    where = f"`{dataset.name}.{column}`"
    said = [f"`{p}`{_seems(p)}" for p in new[:MOST_SHOWN]]
    more = f" and {len(new) - MOST_SHOWN:,} more" if len(new) > MOST_SHOWN else ""
    return defect(
        "AV527",
        Severity.W if is_known else Severity.I,
        f"{where} holds {'more than was accepted' if is_known else 'JSON'}: "
        + ", ".join(said) + more,
        place_of(dataset, column),
        "the map names the column as a whole, and a sample was looked at: there may be more",
        ACCEPT,
    )  # fmt: skip


def _seems(path: str) -> str:
    """The category that the last key of a path speaks of."""
    keys = path.replace("[]", "").split(".")
    found = category_of(keys[-1])
    return f" (seems `{found[0]}`)" if found else ""
