"""The live schema against the data map: what is there and unsaid, and what is said and not there.

Tables, columns and pointers can be said in the map. Triggers and the inside of a JSON column
cannot: they are known once their schema is accepted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avow.common.findings import Finding, Severity
from avow.declaration.loading.nodes import meant
from avow.duties.discovery.columns import named_guess
from avow.duties.discovery.drift.change import Change, Forget, Rename
from avow.duties.discovery.drift.proposing import adding, linking, naming, spoken_of
from avow.duties.discovery.drift.view import Drifted, View, defect, place_of
from avow.duties.discovery.lexicon import category_of, folded
from avow.engine.planner.drift import DriftKind, drift, named
from avow.estate.connectors.catalogue import Column, ForeignKey, OnDelete, Table
from avow.estate.datamap.edges import Edge, edges
from avow.estate.datamap.model import Dataset, structure

ACCEPT = "look at it, then accept the schema with `avow drift --accept`"
_MOST_SHOWN = 12


def against_map(view: View) -> Iterator[Drifted]:
    """Every difference between the map of a system and its live schema."""
    resting: dict[str, list[str]] = {}
    for each in drift(view.system, view.catalogue):
        table, _, column = each.name.rpartition(".")
        match each.kind:
            case DriftKind.TABLE:
                yield _new_table(view.catalogue.tables[each.name], view)
            case DriftKind.NO_TABLE:
                yield _no_table(view.system.datasets[each.name], view)
            case DriftKind.COLUMN if not _is_new(view.system.datasets[table], column, view):
                resting.setdefault(table, []).append(column)
            case DriftKind.COLUMN | DriftKind.UNDECIDED:
                yield _new_column(view.system.datasets[table], column, view)
            case DriftKind.NO_COLUMN:
                yield _no_column(view.system.datasets[table], column, view)
            case DriftKind.SCHEMA:  # is of a release and its plans, and never found here
                continue
    for table, columns in resting.items():
        if view.before(table) is None:
            yield _resting(view.system.datasets[table], columns, view)
    yield from _pointers(view)
    yield from _triggers(view)
    yield from _leaves(view)


def _drifted(view: View, name: str, finding: Finding, change: Change | None = None) -> Drifted:
    return Drifted(view.system.name, name, finding, change)


# --- tables --------------------------------------------------------------------------------------


def _new_table(table: Table, view: View) -> Drifted:
    change = adding(table, view)
    hint = "say whose its rows are: `subject`, a link such as `owned_by`, or `owned_by: nobody`"
    finding = defect(
        "AV520",
        Severity.E,
        f"the table `{table.name}` is not in the data map",
        view.system.place,
        f"nobody said whose its rows are; {_speaks(table, view)}",
        "`avow drift --patch` writes a proposal" if change else hint,
    )
    return _drifted(view, table.name, finding, change)


def _speaks(table: Table, view: View) -> str:
    """What the structure of a table lets expect, without a look at a row."""
    guesses = dict.fromkeys(g.category for c in table.columns if (g := named_guess(c)))
    to = {k.parent for k in view.catalogue.foreign_keys if k.child == table.name}
    mapped = sorted(to & view.system.datasets.keys())
    said = [f"its columns speak of {_listed(guesses)}"] if guesses else []
    said += [f"it points to {_listed(mapped)}"] if mapped else []
    return " and ".join(said) or "no name in it speaks of a person, which proves nothing"


def _listed(names: Iterable[str]) -> str:
    shown = [f"`{name}`" for name in names]
    more = len(shown) - _MOST_SHOWN
    return ", ".join(shown[:_MOST_SHOWN]) + (f" and {more:,} more" if more > 0 else "")


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
    return _drifted(view, dataset.name, finding, change)


def _is_named(dataset: Dataset, view: View) -> bool:
    """Whether another dataset of the map speaks of this one."""
    return any(
        dataset.name in other.needs
        or any(link.to == dataset.name for link in other.links)
        or any(dataset.name in (e.via, *(s.dataset for s in e.sources)) for e in other.events)
        for other in view.system.datasets.values()
        if other is not dataset
    )


# --- columns -------------------------------------------------------------------------------------


def _new_column(dataset: Dataset, name: str, view: View) -> Drifted:
    column = view.catalogue.tables[dataset.name].column(name)
    assert column is not None  # noqa: S101 (the drift was read from this very table)
    change = _called(dataset, column, view) or naming(column, dataset, view)
    hint = "`avow drift --patch` writes a proposal" if change else "say under `fields` what it is"
    named = spoken_of(column, dataset)
    if named and named not in view.categories:
        hint += f"; its name speaks of `{named}`, which the declaration does not know"
    where = f"the column `{dataset.name}.{name}` ({column.native})"
    if dataset.rest:
        why = f"it goes with its row under `rest: {dataset.rest}`, and the notice does not name it"
        finding = defect("AV521", Severity.W, f"{where} is not named", dataset.place, why, hint)
    else:
        why = "the dataset has no `rest`, so no rule reaches what it holds"
        finding = defect(
            "AV522", Severity.E, f"nothing says what {where} holds", dataset.place, why, hint
        )
    return _drifted(view, f"{dataset.name}.{name}", finding, change)


def _is_new(dataset: Dataset, name: str, view: View) -> bool:
    """Whether a column under `rest` is drift: it came after the schema was accepted, stands in
    place of a declared one or, as long as nothing was accepted, its name speaks of something that
    is not the rest."""
    before = view.before(dataset.name)
    if before is not None:
        return name not in before.columns
    column = view.catalogue.tables[dataset.name].column(name)
    if column is None:
        return False
    said = view.spoken.get(folded(name)) or spoken_of(column, dataset)
    return said not in ("", dataset.rest) or _called(dataset, column, view) is not None


def _resting(dataset: Dataset, columns: list[str], view: View) -> Drifted:
    """The columns under `rest` of a table that was never accepted: nobody knows since when."""
    rest = "one column" if len(columns) == 1 else f"{len(columns):,} columns"
    finding = defect(
        "AV521",
        Severity.I,
        f"{rest} of `{dataset.name}` under `rest: {dataset.rest}`: {_listed(columns)}",
        dataset.place,
        "they go with their rows, and the notice does not name them",
        "name them under `fields`, or accept the schema with `avow drift --accept`",
    )
    return _drifted(view, dataset.name, finding)


def _no_column(dataset: Dataset, name: str, view: View) -> Drifted:
    table = view.catalogue.tables[dataset.name]
    before = view.before(dataset.name)
    was = before.columns.get(name) if before else None
    renamed = _renamed(dataset, name, view)
    hint = (
        f"is it `{renamed.name}` now? `avow drift --patch` says so"
        if renamed
        else meant(name, [c.name for c in table.columns]) or "take it out of the map"
    )
    finding = Finding(
        "AV524",
        f"`{dataset.name}.{name}` is declared, and there is no such column",
        place_of(dataset, name),
        because=f"it was there, as {was.type}, when the schema was accepted" if was else "",
        help=hint,
    )
    change: Change | None = None
    if renamed:
        change = Rename(dataset.place, name, renamed.name)
    elif _is_only_field(dataset, name, view) and (dataset.rest or len(dataset.fields) > 1):
        change = Forget(dataset.place, dataset.name, name)
    return _drifted(view, f"{dataset.name}.{name}", finding, change)


def _is_only_field(dataset: Dataset, name: str, view: View) -> bool:
    """Whether the map speaks of the column under `fields` of its dataset and nowhere else."""
    is_field = any(f.name == name for f in dataset.fields)
    own = {*structure(dataset), *dataset.blanks, *(i.field for i in dataset.identities)}
    return is_field and name not in own and not _is_read(dataset, name, view)


def _is_read(dataset: Dataset, name: str, view: View) -> bool:
    """Whether an event, a link or a need of any dataset names the column."""
    return any(
        name in other.needs.get(dataset.name, ())
        or any(link.to == dataset.name and name in link.parent_fields for link in other.links)
        or any(
            (source.dataset or each) == dataset.name
            and name in (source.field, source.moved_by, source.cancelled_by)
            for event in other.events
            for source in event.sources
        )
        for each, other in view.system.datasets.items()
    )


def _called(dataset: Dataset, column: Column, view: View) -> Rename | None:
    """The rename that made this column out of a declared one, if it looks like it."""
    gone = [f.name for f in dataset.fields if _renamed(dataset, f.name, view) == column]
    return Rename(dataset.place, gone[0], column.name) if gone else None


def _renamed(dataset: Dataset, name: str, view: View) -> Column | None:
    """The one new column that stands in place of the one declared column that is gone; of the same
    type, where the accepted schema tells the old one."""
    declared, columns = named(view.system, dataset), view.catalogue.tables[dataset.name].columns
    gone = declared - {c.name for c in columns}
    before = view.before(dataset.name)
    old = before.columns if before else {}
    new = [c for c in columns if c.name not in declared and c.name not in old]
    if gone != {name} or len(new) != 1 or not _is_only_field(dataset, name, view):
        return None
    return None if name in old and old[name].type != new[0].native else new[0]


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
    return _drifted(view, f"{key.child}.{columns}>{key.parent}", finding, change)


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
                yield _drifted(view, f"{name}!{trigger}", finding)


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
            yield _drifted(
                view, f"{name}.{column}", _leaf_finding(dataset, column, new, is_known=is_known)
            )


def _leaf_finding(dataset: Dataset, column: str, new: list[str], *, is_known: bool) -> Finding:
    where = f"`{dataset.name}.{column}`"
    said = [f"`{p}`{_seems(p)}" for p in new[:_MOST_SHOWN]]
    more = f" and {len(new) - _MOST_SHOWN:,} more" if len(new) > _MOST_SHOWN else ""
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
