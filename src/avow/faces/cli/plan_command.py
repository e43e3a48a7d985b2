"""Show what would be erased today, system by system, and what else that would touch."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import msgspec
from rich.console import Console

from avow.app import open_state
from avow.common.exits import Exit
from avow.declaration.model import Declaration
from avow.engine.planner import records
from avow.engine.planner.bundle_end import RowsLying, rows_lying
from avow.engine.planner.making import Estate, Made, Memory, Wish, make, preview
from avow.engine.planner.outlook import look_ahead
from avow.engine.planner.refusals import Away
from avow.engine.planner.release import active, digest_in
from avow.faces.cli.desk import Desk, day_of, opened, state_options
from avow.faces.cli.opened import Day, json_option, now, sound
from avow.faces.cli.render_forecast import forecast_json, forecast_table, gap_lines
from avow.faces.cli.render_plans import (
    beside,
    finding_text,
    lying_lines,
    made_json,
    plan_table,
)


@click.command()
@click.argument("clause", required=False)
@click.option("--as-of", "day", type=Day(), default=None, help="The day that decides; today.")
@click.option("--system", "systems", multiple=True, help="Only this system.")
@click.option("--accept", "accepted", multiple=True, metavar="RULE=ROWS", help="Accept a number.")
@click.option(
    "--preview",
    "path",
    type=click.Path(path_type=Path, exists=True),
    help="Plan by this declaration, which is not in force: shown, kept nowhere.",
)
@click.option("--sql", is_flag=True, help="Show the statements.")
@click.option("--list", "is_list", is_flag=True, help="Show the plans that were made.")
@click.option(
    "--forecast",
    "is_forecast",
    is_flag=True,
    help="Count the next seven days and what is new instead, and keep it for the console.",
)
@click.option(
    "--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page there."
)
@json_option
@state_options
def command(
    clause: str | None,
    day: date | None,
    systems: tuple[str, ...],
    accepted: tuple[str, ...],
    path: Path | None,
    folder: Path,
    database_url: str | None,
    page: Path | None,
    *,
    sql: bool,
    is_list: bool,
    is_forecast: bool,
    is_json: bool,
) -> None:
    """Show what would be erased. Without --preview the declaration in force decides."""
    console = Console()
    if path is not None:
        shown = list(_previews(path, folder, database_url, day, clause))
        _show(console, shown, sql, is_json)
        if page is not None:
            _write(page, shown, (), sound(path)[0])
        return
    with opened(folder, database_url) as desk:
        if is_list:
            _listed(console, desk, is_json=is_json)
            return
        if is_forecast:
            _look_ahead(console, desk, is_json=is_json)
            return
        numbers = tuple(_accepted(each) for each in accepted)
        names = systems or tuple(desk.declaration.datamap.systems)
        made = []
        for name in names:
            with console.status(f"counting {name}"):
                made.append(_made(desk, Wish(name, day or desk.today, clause, numbers)))
        lying = rows_lying(desk.state.store, desk.today)
        declaration = desk.declaration
    _show(console, made, sql, is_json)
    if page is not None:
        _write(page, made, lying, declaration)
    if not is_json:
        for line in lying_lines([each for each in lying if each.system in names]):
            console.print(line, markup=False)
    raise SystemExit(_exit(made))


def _look_ahead(console: Console, desk: Desk, *, is_json: bool) -> None:
    """Count every system as of the days to come, and keep it."""
    with console.status("counting the days to come"):
        found = look_ahead(desk.estate, desk.memory, desk.today, desk.now())
    if is_json:
        click.echo(msgspec.json.encode([forecast_json(look) for look in found]).decode())
        return
    console.print(forecast_table(found, desk.today))
    for line in gap_lines(found):
        console.print(line, markup=False)


def _write(
    page: Path, made: list[Made], lying: Sequence[RowsLying], declaration: Declaration
) -> None:
    """Write the plans as one page that needs nothing else."""
    from avow.faces.web.plan_sheet import Sheet, plan_sheet  # noqa: PLC0415 (loads the templates)

    sheets = [Sheet(m, tuple(b for b in lying if b.system == m.plan.system)) for m in made]
    controller = declaration.controller
    at = now().astimezone(ZoneInfo(controller.zone))
    page.write_text(plan_sheet(sheets, controller.name or declaration.id, at), encoding="utf-8")
    click.echo(f"written: {page}", err=True)


def _made(desk: Desk, wish: Wish) -> Made:
    made = make(desk.office, desk.estate, desk.memory, wish, desk.now())
    desk.note_plan(made.plan)
    return made


def _previews(
    path: Path, folder: Path, database_url: str | None, day: date | None, clause: str | None
) -> Iterator[Made]:
    declaration, _ = sound(path)
    with open_state(folder, database_url) as state:
        if active(state.store) == digest_in(declaration):
            click.echo("this declaration is in force", err=True)
        today = day_of(state, declaration)
        memory = Memory(state.store, state.ring, declaration, today)
        for name in declaration.datamap.systems:
            estate = Estate(declaration, os.environ)
            try:
                yield preview(estate, memory, Wish(name, day or today, clause))
            except Away as error:
                click.echo(f"{name}: {error}", err=True)


def _accepted(text: str) -> tuple[str, int]:
    rule, _, rows = text.partition("=")
    if not rows.isdigit():
        raise click.BadParameter(f"`{text}` is no RULE=ROWS")
    return rule, int(rows)


def _show(console: Console, made: list[Made], sql: bool, is_json: bool) -> None:
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode([made_json(m) for m in made])))
        return
    for each in made:
        console.print(plan_table(each.plan))
        for line in beside(each.plan):
            console.print(f"  {line}", markup=False)
        if sql:
            for _, step in each.plan.steps:
                if step.measure.rows:
                    console.print(step.sql, markup=False, highlight=False)
        if each.findings:
            console.print(finding_text(each.findings))
        console.print(f"{each.plan.id}: {each.status or 'preview'}, level {each.level}\n")


def _listed(console: Console, desk: Desk, *, is_json: bool) -> None:
    kept = records.newest(desk.state.store)
    if is_json:
        rows = [
            {"plan": k.plan.id, "system": k.plan.system, "day": k.plan.day.isoformat(),
             "rows": k.plan.rows, "status": str(k.status), "approved_by": list(k.approved_by)}
            for k in kept
        ]  # fmt: skip
        click.echo(msgspec.json.format(msgspec.json.encode(rows)))
        return
    for each in kept:
        by = ", ".join(each.approved_by)
        console.print(
            f"{each.plan.id}  {each.plan.system}  {each.plan.day}  {each.plan.rows:,} rows  "
            f"{each.status}  {by}",
            markup=False,
        )


def _exit(made: list[Made]) -> Exit:
    """Refused when the guard refuses one; a level below approve alone is no refusal to look."""
    codes = {finding.code for each in made for finding in each.findings}
    return Exit.REFUSED if codes - {"AV411"} else Exit.OK
