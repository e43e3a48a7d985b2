"""AV307 to AV309, AV314, AV315: events that a dataset cannot give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from avow.common.findings import Severity
from avow.declaration.check.found import Found, defect, error, listed
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce
from avow.declaration.scope import CellPlace, minimum_covers, rule_covers
from avow.estate.datamap.model import Dataset, EventMap, EventMode, System
from avow.estate.datamap.readings import Ambiguous, reading, source_edge


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Every event is read as it is declared, and rules and minimums find their start where they
    reach."""
    for system, dataset in declaration.datamap.datasets():
        for event in dataset.events:
            yield from _mapped(declaration, system, dataset, event)
    for timed in _timed(law, universe):
        yield from _starts(declaration, timed)


def _mapped(
    declaration: Declaration, system: System, dataset: Dataset, event: EventMap
) -> Iterator[Found]:
    if event.via is not None:
        if event.via not in {link.to for link in dataset.links}:
            what = f"`{dataset.name}` takes `{event.event}` from `{event.via}` without a link to it"
            yield error("AV309", what, event.place)
        return
    declared = declaration.events.get(event.event)
    if declared and (declared.mode is EventMode.END_OF) != (event.mode is EventMode.END_OF):
        yield error(
            "AV314",
            f"`{event.event}` is declared as {declared.mode} and read as {event.mode}",
            event.place,
            because="where the end of a state is empty the state lives; elsewhere empty is missing",
            hint="write `{end_of: column}` for the end of a state, the column alone for a point",
        )
    for source in event.sources:
        if source.dataset and source_edge(system, dataset.name, source) is None:
            what = f"`{event.event}` is read from `{source.dataset}`, which is not linked here"
            yield error("AV315", what, event.place)


@dataclass(frozen=True, slots=True)
class _Timed:
    """A rule or a minimum: what to call it, the cells it reaches, and its (start, else) events."""

    said: str
    clause: str
    about: str
    cells: tuple[CellPlace, ...]
    starts: tuple[tuple[str, str | None], ...]


def _timed(law: InForce, universe: Universe) -> Iterator[_Timed]:
    for rule in law.rules:
        cells = tuple(c for c in universe.mapped if rule_covers(rule, c))
        starts = tuple((end.starts, end.otherwise) for end in rule.ends if end.starts)
        yield _Timed(f"`{rule.id}` (clause {rule.clause})", rule.clause, rule.id, cells, starts)
    for minimum in law.minimums:
        cells = tuple(c for c in universe.mapped if minimum_covers(minimum, c))
        said = f"the minimum `{minimum.id}` (clause {minimum.clause})"
        yield _Timed(said, minimum.clause, minimum.id, cells, ((minimum.starts, None),))


def _starts(declaration: Declaration, timed: _Timed) -> Iterator[Found]:
    """The datasets where a start cannot be read, in one finding per event."""
    lost: dict[str, list[str]] = {}
    for system_name, name in dict.fromkeys((c.system, c.dataset) for c in timed.cells):
        system = declaration.datamap.systems[system_name]
        if not system.datasets[name].is_ours:
            continue
        for event, otherwise in timed.starts:
            if declaration.events[event].mode is EventMode.FACT:
                continue
            how = reading(system, name, event)
            if isinstance(how, Ambiguous):
                yield _ambiguous(system.datasets[name], how)
            elif how is None and not _is_read(system, name, otherwise):
                lost.setdefault(event, []).append(f"{system_name}.{name}")
    for event, datasets in lost.items():
        yield defect(
            "AV307",
            Severity.W,
            f"{timed.said} starts at `{event}`, which cannot be read in {listed(datasets)}",
            declaration.events[event].place,
            because="no column of it and no dataset it is linked to gives the event",
            hint="say under `events` of the data map which column is meant, or name `else`",
            clauses=(timed.clause,),
            about=(timed.about, event),
        )


def _is_read(system: System, dataset: str, event: str | None) -> bool:
    return event is not None and reading(system, dataset, event) is not None


def _ambiguous(dataset: Dataset, how: Ambiguous) -> Found:
    return error(
        "AV308",
        f"`{dataset.name}` could take `{how.event}` from {listed(how.parents)}",
        dataset.place,
        because="they are equally near",
        hint=f"say which: `{how.event}: {{via: ...}}`",
    )
