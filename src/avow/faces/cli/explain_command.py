"""Explain a clause, a dataset or one row: which promises speak of it, and why.

`avow explain 6.h` shows a clause, `avow explain app.public.account` a dataset, and
`avow explain app.public.account:17` reads one row and says what must happen to it on a day, and
which purposes may use it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import click
import msgspec

from avow.app import open_state
from avow.common.errors import AvowError
from avow.declaration.explain import (
    ClauseView,
    DatasetView,
    explain_clause,
    explain_dataset,
)
from avow.declaration.interpretation import in_force
from avow.declaration.load import resolve_url
from avow.declaration.loading.nodes import meant
from avow.declaration.model import Declaration, InForce
from avow.engine.planner.making import Memory
from avow.engine.planner.one_row import Answer, Reads, RowView, explain_row
from avow.estate.datamap.model import Dataset, System
from avow.faces.cli.desk import state_options
from avow.faces.cli.opened import day_option, json_option, on, path_option, sound


class Unknown(AvowError):
    """There is neither a clause nor a dataset of that name (AV201)."""

    code = "AV201"


@click.command()
@click.argument("what")
@path_option
@json_option
@day_option
@click.option("--known", "is_known", is_flag=True, help="Look up what avow knows of its person.")
@state_options
def command(
    what: str,
    path: Path,
    day: date | None,
    folder: Path,
    database_url: str | None,
    *,
    is_known: bool,
    is_json: bool,
) -> None:
    """Explain WHAT: a clause, SYSTEM.DATASET, or SYSTEM.DATASET:KEY for one row.

    A row is read live and alone: what must happen to it, and which of the purposes that use its
    data may do so that day. Holds, restrictions and purposes that a person ended are looked up with
    --known alone.
    """
    declaration, _ = sound(path)
    at = on(day, declaration)
    law, _ = in_force(declaration, at)
    with ExitStack() as stack:
        facts = None
        if is_known:
            state = stack.enter_context(open_state(folder, database_url))
            facts = Memory(state.store, state.ring, declaration, at).facts
        view = _view(declaration, law, what, at, facts)
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode(asdict(view)), indent=2).decode())
    else:
        click.echo("\n".join(_lines(view)))


def _view(
    declaration: Declaration, law: InForce, what: str, day: date, facts: Reads | None = None
) -> ClauseView | DatasetView | RowView:
    clause = explain_clause(declaration, law, what)
    if clause is not None:
        return clause
    name, _, key = what.partition(":")
    system, dataset = _dataset(declaration, name)
    if not key:
        return explain_dataset(law, system, dataset)
    here = replace(system, url=resolve_url(system, os.environ))
    return explain_row(declaration, law, here, dataset, key, day, facts)


def _dataset(declaration: Declaration, name: str) -> tuple[System, Dataset]:
    known = {f"{s.name}.{d.name}": (s, d) for s, d in declaration.datamap.datasets()}
    if name not in known:
        close = meant(name, [*known, *declaration.clauses])
        raise Unknown(f"there is no clause and no dataset `{name}`", help=close)
    return known[name]


def _lines(view: ClauseView | DatasetView | RowView) -> Iterator[str]:
    match view:
        case ClauseView():
            yield from _clause(view)
        case DatasetView():
            yield from _of_dataset(view)
        case RowView():
            yield from _row(view)


def _clause(view: ClauseView) -> Iterator[str]:
    bound = "" if view.is_bound else ", unbound"
    yield f"clause {view.id} ({'+'.join(view.kinds) or 'nothing to keep'}{bound})"
    for language, text in view.texts.items():
        yield f"  {language}  {' '.join(text.split())}"
    for language, text in view.kept_when.items():
        yield f"  {language}  kept when: {' '.join(text.split())}"
    yield from (f"  rule      {rule}" for rule in view.rules)
    yield from (f"  binds     {other}" for other in view.others)
    yield from (f"  reaches   {name}: {', '.join(c)}" for name, c in view.reaches.items())
    yield from (f"  against   {foe}" for foe in view.against)


def _of_dataset(view: DatasetView) -> Iterator[str]:
    yield f"{view.name}: {view.whose}"
    for cell in view.cells:
        yield f"  {cell.category} at {cell.collected_at or 'no point'}: {', '.join(cell.columns)}"
        yield from (f"    ends       {rule}" for rule in cell.rules or ("no rule",))
        yield from (f"    needed by  {p}" for p in cell.purposes or ("no purpose",))
        yield from (f"    protected  {minimum}" for minimum in cell.minimums)
    for event, way in view.events.items():
        yield f"  {event}: {way}"


def _row(view: RowView) -> Iterator[str]:
    yield f"{view.name}:{view.key} on {view.day}"
    for event, moment in view.moments.items():
        yield f"  {event}: {moment}"
    for answer in view.answers:
        yield _answer(answer)
        if answer.usable_for:
            yield f"    may be used for  {', '.join(answer.usable_for)}"
        for purpose, reasons in answer.refused.items():
            yield f"    may not for      {purpose}: {'; '.join(reasons)}"


def _answer(answer: Answer) -> str:
    clauses = f" ({', '.join(answer.clauses)})" if answer.clauses else ""
    since = f", since {answer.since}" if answer.since else ""
    until = f", until {answer.until}" if answer.until else ""
    return f"  {answer.category}: {answer.verdict}{clauses}{since}{until}"
