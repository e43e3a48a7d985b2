"""AV307 to AV309, AV314, AV315: events that a dataset cannot give."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Severity
from avow.declaration.check.found import Found, defect, error, listed
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, End, InForce, Rule
from avow.declaration.scope import rule_covers
from avow.estate.datamap.model import Dataset, EventMap, EventMode, System
from avow.estate.datamap.readings import Ambiguous, reading, source_edge


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Every event is read as it is declared, and every rule finds its start where it reaches."""
    for system, dataset in declaration.datamap.datasets():
        for event in dataset.events:
            yield from _mapped(declaration, system, dataset, event)
    for rule in law.rules:
        yield from _starts(declaration, rule, universe)


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


def _starts(declaration: Declaration, rule: Rule, universe: Universe) -> Iterator[Found]:
    """The datasets where a start of the rule cannot be read, in one finding per event."""
    lost: dict[str, list[str]] = {}
    places = {c.dataset: c for c in universe.mapped if rule_covers(rule, c)}
    for cell in dict.fromkeys((c.system, c.dataset) for c in places.values()):
        system = declaration.datamap.systems[cell[0]]
        if not system.datasets[cell[1]].is_ours:
            continue
        for event in _wanted(declaration, rule):
            how = reading(system, cell[1], event)
            if isinstance(how, Ambiguous):
                yield _ambiguous(system.datasets[cell[1]], how)
            elif how is None and not _rescued(system, cell[1], rule, event):
                lost.setdefault(event, []).append(f"{cell[0]}.{cell[1]}")
    for event, datasets in lost.items():
        yield defect(
            "AV307",
            Severity.W,
            f"`{rule.id}` (clause {rule.clause}) starts at `{event}`, which cannot be read "
            f"in {listed(datasets)}",
            declaration.events[event].place,
            because="no column of it and no dataset it is linked to gives the event",
            hint="say under `events` of the data map which column is meant, or name `else`",
            clauses=(rule.clause,),
            about=(rule.id, event),
        )


def _wanted(declaration: Declaration, rule: Rule) -> tuple[str, ...]:
    """The events that the estate must give for a rule; facts are known to avow itself."""
    return tuple(
        end.starts
        for end in rule.ends
        if end.starts and declaration.events[end.starts].mode is not EventMode.FACT
    )


def _rescued(system: System, dataset: str, rule: Rule, event: str) -> bool:
    """Whether every end that starts there names another event that can be read."""
    return all(_has_other(system, dataset, end) for end in rule.ends if end.starts == event)


def _has_other(system: System, dataset: str, end: End) -> bool:
    return end.otherwise is not None and reading(system, dataset, end.otherwise) is not None


def _ambiguous(dataset: Dataset, how: Ambiguous) -> Found:
    return error(
        "AV308",
        f"`{dataset.name}` could take `{how.event}` from {listed(how.parents)}",
        dataset.place,
        because="they are equally near",
        hint=f"say which: `{how.event}: {{via: ...}}`",
    )
