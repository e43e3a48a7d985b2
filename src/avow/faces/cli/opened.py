"""What every command that reads a declaration shares: its path, its day, and what to say first."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from avow.common.calendar import local_day
from avow.common.clock import SystemClock
from avow.common.exits import Exit
from avow.declaration.load import Loaded, load
from avow.declaration.model import Declaration
from avow.faces.cli.render_findings import as_text, summary

path_argument = click.argument(
    "path", type=click.Path(path_type=Path), default=Path(), required=False
)
path_option = click.option(
    "--declaration",
    "path",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Folder or file of the declaration; the current folder without it.",
)
json_option = click.option("--json", "is_json", is_flag=True, help="Answer in JSON.")


class Day(click.ParamType[date]):
    """A day as year-month-day."""

    name = "day"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Read the day, or end the command with a usage error."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"`{value}` is no day; write 2027-01-31", param, ctx)


day_option = click.option(
    "--on", "day", type=Day(), default=None, help="The day that is judged; today without it."
)


def on(day: date | None, declaration: Declaration | None) -> date:
    """The day asked for, or today where the controller is."""
    zone = declaration.controller.zone if declaration else "UTC"
    return day or local_day(now(), zone)


def now() -> datetime:
    """The instant of this machine."""
    return SystemClock().now()


def sound(path: Path) -> tuple[Declaration, Loaded]:
    """The declaration at a path. One with errors shows them and ends the command."""
    loaded = load(path)
    if loaded.declaration is None:
        errors = [finding for finding in loaded.findings if finding.is_error]
        click.echo(as_text(errors, loaded.sources), err=True)
        click.echo(summary(errors), err=True)
        raise SystemExit(Exit.USAGE)
    return loaded.declaration, loaded
