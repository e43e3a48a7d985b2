"""Show what changed between two declarations, and whether people get less."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec
from rich.console import Console

from avow.common.exits import Exit
from avow.common.languages import LANGUAGES, SOURCE_LANGUAGE
from avow.declaration.difference.change import Change, Kind
from avow.declaration.difference.diff import diff, weakens
from avow.declaration.difference.said import said
from avow.declaration.model import Declaration
from avow.faces.cli.desk import state_options
from avow.faces.cli.opened import json_option
from avow.faces.cli.two_sides import declarations

QUIET = (Kind.HOUSE, Kind.DATAMAP)
"""What is the organisation's own: shown with --all."""


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--all", "is_all", is_flag=True, help="Also people, levels, tests and the data map.")
@click.option("--gate", is_flag=True, help="End with 1 when something gives people less.")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default=SOURCE_LANGUAGE,
    help="Language of the text.",
)
@json_option
@state_options
def command(
    old: str,
    new: str,
    language: str,
    folder: Path,
    database_url: str | None,
    *,
    is_all: bool,
    gate: bool,
    is_json: bool,
) -> None:
    """Compare OLD with NEW: folders, files, or digests of releases that were activated.

    Each change is classified from the fields and never from the words: material changes are told
    to people before they count.
    """
    before, after = declarations((old, new), folder, database_url)
    found = diff(before, after)
    shown = sorted((c for c in found if is_all or _is_for_people(c)), key=_heaviest_first)
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode([_json(c) for c in found])).decode())
    else:
        _show(shown, len(found) - len(shown), language, after)
    raise SystemExit(Exit.FINDINGS if gate and weakens(found) else Exit.OK)


def _is_for_people(change: Change) -> bool:
    own = change.kind in QUIET or change.thing == "label"
    return not own or change.weakens or change.material


def _heaviest_first(change: Change) -> tuple[bool, bool]:
    return not change.material, not change.words_only


def _json(change: Change) -> dict[str, object]:
    fields = {name: getattr(change, name) for name in Change.__slots__}
    return {**fields, "weakens": change.weakens}


def _show(shown: Sequence[Change], more: int, language: str, declaration: Declaration) -> None:
    console = Console(highlight=False)
    for change in shown:
        weight = "material" if change.material else "look" if change.words_only else "minor"
        sentence = said(change, language, declaration)
        console.print(f"{weight:9}{change.kind:11}{sentence}", markup=False, soft_wrap=True)
    material = sum(change.material for change in shown)
    less = sum(change.weakens for change in shown)
    rest = f"; {more:,} more are only the organisation's own (--all)" if more else ""
    console.print(
        f"{len(shown):,} changes: {material:,} material, {less:,} may give people less{rest}",
        markup=False,
        soft_wrap=True,
    )
