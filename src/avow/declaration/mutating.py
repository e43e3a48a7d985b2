"""Mutants: the declaration with one thing left out, to see what would notice. Pure.

A promise is watched as well as its tests are. Where a rule, a link or a field can be taken away and
neither the check nor a test of the declaration turns red, a slip of the hand there would pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from avow.common.findings import Finding, Severity
from avow.common.places import NOWHERE, Place
from avow.declaration.cases import failures, run_cases
from avow.declaration.check.run import check
from avow.declaration.model import Declaration
from avow.estate.datamap.model import Dataset, System

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A declaration without one thing: its kind (`rule`, `link` …), its name, where it stands."""

    kind: str
    name: str
    place: Place
    declaration: Declaration


@dataclass(frozen=True, slots=True)
class Judged:
    """A mutant, and what turned red without the thing: nothing when it survived."""

    mutant: Mutant
    noticed: tuple[Finding, ...]

    @property
    def survived(self) -> bool:
        """Whether nothing noticed."""
        return not self.noticed


def mutants(declaration: Declaration) -> Iterator[Mutant]:
    """Every declaration that is this one without one thing, in declared order."""
    for part, kind in _NAMED.items():
        mapping: Mapping[str, Any] = getattr(declaration, part)
        for name, thing in mapping.items():
            left = replace(declaration, **{part: _without(mapping, name)})  # type: ignore[arg-type]
            yield Mutant(kind, name, getattr(thing, "place", NOWHERE), left)
    for number, never in enumerate(declaration.nevers):
        left = replace(declaration, nevers=_but(declaration.nevers, number))
        yield Mutant("never", f"{never.clause} {never.id}", never.place, left)
    yield from _rights(declaration)
    for system in declaration.datamap.systems.values():
        for dataset in system.datasets.values():
            yield from _of_dataset(declaration, system, dataset)


_NAMED = {"rules": "rule", "minimums": "minimum", "purposes": "purpose"}


def _rights(declaration: Declaration) -> Iterator[Mutant]:
    places = declaration.right_places
    for number, right in enumerate(declaration.rights):
        left = replace(
            declaration,
            rights=_but(declaration.rights, number),
            right_places=_but(places, number) if number < len(places) else places,
        )
        at = places[number] if number < len(places) else NOWHERE
        yield Mutant("right", f"{right.get('clause', '')} {right.get('right', '')}", at, left)


def _of_dataset(declaration: Declaration, system: System, dataset: Dataset) -> Iterator[Mutant]:
    where = f"{system.name}.{dataset.name}"
    for number, link in enumerate(dataset.links):
        left = replace(dataset, links=_but(dataset.links, number))
        name = f"{where} {link.word} {link.to}"
        yield Mutant("link", name, link.place, _placed(declaration, system, left))
    for number, each in enumerate(dataset.fields):
        left = replace(dataset, fields=_but(dataset.fields, number))
        name = f"{where}.{each.name}"
        yield Mutant("field", name, each.place, _placed(declaration, system, left))
    for number, event in enumerate(dataset.events):
        left = replace(dataset, events=_but(dataset.events, number))
        name = f"{where} {event.event}"
        yield Mutant("event", name, event.place, _placed(declaration, system, left))


def _placed(declaration: Declaration, system: System, dataset: Dataset) -> Declaration:
    """The declaration with another dataset of the same name."""
    changed = replace(system, datasets={**system.datasets, dataset.name: dataset})
    systems = {**declaration.datamap.systems, system.name: changed}
    return replace(declaration, datamap=replace(declaration.datamap, systems=systems))


def _but(things: tuple[Kept, ...], number: int) -> tuple[Kept, ...]:
    return things[:number] + things[number + 1 :]


def _without(mapping: Mapping[str, Kept], name: str) -> dict[str, Kept]:
    return {key: value for key, value in mapping.items() if key != name}


def judged(declaration: Declaration, day: date) -> Iterator[Judged]:
    """Every mutant with what noticed it on `day`: a finding of the check that is new and not only
    worth knowing, or a test of the declaration that fails now."""
    before = {_mark(f) for f in _red(declaration, day)}
    for mutant in mutants(declaration):
        found = _red(mutant.declaration, day)
        yield Judged(mutant, tuple(f for f in found if _mark(f) not in before))


def _red(declaration: Declaration, day: date) -> list[Finding]:
    told = check(declaration, day)
    found: Iterable[Finding] = (
        *failures(run_cases(declaration)),
        *(each for finding in told for each in finding.each),
    )
    return [f for f in found if f.is_error or (f.is_open and f.severity is not Severity.I)]


def _mark(finding: Finding) -> tuple[object, ...]:
    return finding.code, finding.message, finding.place
