"""The columns of mapped tables: those that the map does not name, and those that are not there."""

from __future__ import annotations

from avow.common.findings import Finding, Severity
from avow.declaration.loading.nodes import meant
from avow.duties.discovery.drift.change import Change, Forget, Rename
from avow.duties.discovery.drift.proposing import naming, spoken_of
from avow.duties.discovery.drift.view import (
    Drifted,
    View,
    defect,
    drifted,
    is_ours,
    listed,
    place_of,
)
from avow.duties.discovery.lexicon import folded
from avow.estate.connectors.catalogue import Column
from avow.estate.datamap.model import Dataset, structure


def new_column(dataset: Dataset, name: str, view: View) -> Drifted:
    """A column that the map does not name: under `rest`, or with nothing that says what it is."""
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
    return drifted(view, f"{dataset.name}.{name}", finding, change)


def is_new(dataset: Dataset, name: str, view: View) -> bool:
    """Whether a column under `rest` is drift: it came after the schema was accepted, stands in
    place of a declared one or, as long as nothing was accepted, its name speaks of something that
    is not the rest."""
    before = view.before(dataset.name)
    if before is not None:
        return name not in before.columns
    column = view.catalogue.tables[dataset.name].column(name)
    if column is None or not is_ours(dataset, view.system):
        return False
    said = view.spoken.get(folded(name)) or spoken_of(column, dataset)
    return said not in ("", dataset.rest) or _called(dataset, column, view) is not None


def resting(dataset: Dataset, columns: list[str], view: View) -> Drifted:
    """The columns under `rest` of a table that was never accepted: nobody knows since when."""
    is_one = len(columns) == 1
    rest, them = ("one column", "it") if is_one else (f"{len(columns):,} columns", "them")
    why = "it goes with its row" if is_one else "they go with their rows"
    finding = defect(
        "AV521",
        Severity.I,
        f"{rest} of `{dataset.name}` under `rest: {dataset.rest}`: {listed(columns)}",
        dataset.place,
        f"{why}, and the notice does not name {them}",
        f"name {them} under `fields`, or accept the schema: `avow drift --accept`",
    )
    return drifted(view, dataset.name, finding)


def no_column(dataset: Dataset, name: str, view: View) -> Drifted:
    """A declared column that is not there; perhaps it is only called otherwise now."""
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
    return drifted(view, f"{dataset.name}.{name}", finding, change)


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
    declared, columns = view.named[dataset.name], view.catalogue.tables[dataset.name].columns
    gone = declared - {c.name for c in columns}
    before = view.before(dataset.name)
    old = before.columns if before else {}
    new = [c for c in columns if c.name not in declared and c.name not in old]
    if gone != {name} or len(new) != 1 or not _is_only_field(dataset, name, view):
        return None
    return None if name in old and old[name].type != new[0].native else new[0]
