"""Count what another declaration would do to the data that are there, before it is in force."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import msgspec
from rich.console import Console

from avow.app import open_state
from avow.common.exits import Exit
from avow.declaration.model import Declaration
from avow.engine.planner.impact import EVERYTHING, Impact, Turned, impact
from avow.engine.planner.making import Estate, Memory
from avow.faces.cli.desk import day_of, state_options
from avow.faces.cli.opened import json_option
from avow.faces.cli.two_sides import declaration_of

_BAR = 30


@click.command()
@click.argument("old")
@click.argument("new")
@json_option
@state_options
def command(old: str, new: str, folder: Path, database_url: str | None, *, is_json: bool) -> None:
    """Run the rules that changed between OLD and NEW on the live systems, and count. Reads only.

    OLD and NEW are folders, files, or digests of releases. What is counted is found with the data
    map of NEW. Ends with 4 when something could not be counted.
    """
    with open_state(folder, database_url) as state:
        before, after = (declaration_of(state.store, name) for name in (old, new))
        day = day_of(state, after)
        memory = Memory(state.store, state.ring, after, day)
        with Console(stderr=True).status("counting what would change"):
            found = impact(before, Estate(after, os.environ), memory, day)
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode(as_json(found))).decode())
    else:
        click.echo("\n".join(lines(found, after)))
    raise SystemExit(Exit.UNREACHABLE if found.is_blind else Exit.OK)


def as_json(found: Impact) -> dict[str, object]:
    """The whole answer as plain values; a system that could not be counted has no number."""
    return {
        "day": found.day.isoformat(),
        "changes": [_turned_json(each) for each in found.turned],
        "only_in_old_map": list(found.left),
    }


def _turned_json(each: Turned) -> dict[str, object]:
    told = {
        "due_now": each.total("due"),
        "no_longer_due": each.total("spared"),
        "undated": each.total("undated"),
        "undecided": each.total("undecided"),
    }
    return {
        "name": each.turn.name,
        "clause": each.turn.clause,
        "fields": [
            {"field": c.field, "before": c.before, "after": c.after} for c in each.turn.changes
        ],
        **(dict.fromkeys(told) if each.is_dark else told),
        "at_least": bool(each.unknown),
        "persons": dict(each.persons),
        "seeing": dict(each.seeing),
        "retained": dict(each.retained),
        "later": {str(month): rows for month, rows in sorted(each.later.items())},
        "unknown": dict(each.unknown),
        "cannot": dict(each.cannot),
        "datasets": [
            {"system": h.system, "dataset": h.dataset, "due_now": h.due, "no_longer_due": h.spared}
            for h in each.hits
        ],
    }


def lines(found: Impact, new: Declaration) -> Iterator[str]:
    """What each change does, with its rows due later month by month."""
    if not found.turned:
        yield "no change of a rule, a legal minimum or a purpose: nothing is due sooner or later"
    for each in found.turned:
        yield f"{_title(each)}: {', '.join(_effects(each, new))}"
        yield from (
            f"    {hit.system}.{hit.dataset}: {hit.due:,} rows" for hit in each.hits if hit.due
        )
        yield from _histogram(each)
        yield from (f"    unknown  {where}: {why}" for where, why in each.unknown.items())
        yield from (f"    cannot   {where}: {why}" for where, why in each.cannot.items())
    if found.left:
        yield f"only the old map knew, and not counted: {', '.join(found.left)}"


def _title(each: Turned) -> str:
    if each.turn.name == EVERYTHING:
        return "all changes together"
    ends = [c for c in each.turn.changes if c.field in ("ends", "period")]
    arrow = f" {_short(ends[0].before)} → {_short(ends[0].after)}" if ends else ""
    return f"{each.turn.clause} `{each.turn.name}`{arrow}"


def _short(ends: str) -> str:
    """Periods without their starts where there is one only."""
    return ends if ";" in ends else ends.partition(" after ")[0]


def _effects(each: Turned, new: Declaration) -> Iterator[str]:
    if each.is_dark:
        yield "nobody knows how many rows: nothing could be counted"
        return
    blind = " at least, where it could be counted" if each.unknown else ""
    persons = sum(each.persons.values())
    yield f"{each.total('due'):,} rows of {persons:,} persons due on day one{blind}"
    for name, words in (
        ("spared", "rows no longer due"),
        ("undated", "rows without a start"),
        ("undecided", "rows undecided"),
    ):
        if rows := each.total(name):
            yield f"{rows:,} {words}"
    if seeing := sum(each.seeing.values()):
        yield f"{seeing:,} other persons see such rows"
    if later := sum(each.later.values()):
        yield f"{later:,} more within a year"
    if each.unknown:
        yield f"{len(each.unknown)} unknown"
    yield f"{len(each.cannot)} systems cannot" if each.cannot else "every system can"
    yield from _minimums(each, new)


def _minimums(each: Turned, new: Declaration) -> Sequence[str]:
    if not each.retained:
        return ["no legal minimum hit"]
    return [
        f"{rows:,} rows kept by {_law(new, name)}" for name, rows in sorted(each.retained.items())
    ]


def _law(new: Declaration, name: str) -> str:
    minimum = new.minimums.get(name)
    return f"{minimum.law} ({minimum.clause})" if minimum else f"`{name}`"


def _histogram(each: Turned) -> Iterator[str]:
    most = max(each.later.values(), default=0)
    for month, rows in sorted(each.later.items()):
        bar = "█" * max(1, rows * _BAR // most)
        yield f"    in {month:2} months {bar} {rows:,}"
