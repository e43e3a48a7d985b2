"""Keep the register of incidents: report, judge, tell, close; 72 hours that never roll."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import msgspec
from rich.console import Console
from rich.table import Table

from avow.common.errors import AvowError
from avow.duties.incidents.concerned import concerned
from avow.duties.incidents.machine import (
    Advised,
    AuthorityTold,
    Closed,
    ControllersTold,
    Decided,
    Dismissed,
    Known,
    Nature,
    PersonsTold,
    Reported,
    Risk,
    Steps,
    name_of,
)
from avow.duties.incidents.notification import Written, notification
from avow.duties.incidents.register import Register, entries_of, every, read, report, take
from avow.faces.cli.desk import Desk, opened, state_options
from avow.faces.cli.opened import json_option

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_WORDS = click.option("--words", "file", type=_FILE, help="Text file with what is to be said.")
_AS = click.option("--as", "by", required=True, help="Id of who takes the step.")
_TOLD = click.option("--at", "told", type=click.DateTime(), help="When; now without it.")
_ID = click.argument("incident")


@click.group()
def command() -> None:
    """Keep the register of incidents with personal data (art. 33 and 34 GDPR)."""


def register_of(desk: Desk) -> Register:
    """The register over an opened state."""
    zone = desk.declaration.controller.zone
    return Register(desk.state.store, desk.state.ring, zone, desk.tell)


@command.command("report")
@_WORDS
@click.option("--nature", type=click.Choice([str(n) for n in Nature]), multiple=True)
@click.option("--request", help="The request whose answer went astray.")
@_AS
@state_options
def report_(
    file: Path | None,
    nature: tuple[str, ...],
    request: str | None,
    by: str,
    folder: Path,
    database_url: str | None,
) -> None:
    """Report what happened. Anyone may, and nothing is a condition."""
    with opened(folder, database_url) as desk:
        step = Reported(nature=tuple(Nature(n) for n in nature), request=request)
        name = report(register_of(desk), step, _read(file), by=by, at=desk.now())
    click.echo(f"{name}: say within a day whether it is a breach: avow incident known {name}")


@command.command("list")
@json_option
@state_options
def list_(folder: Path, database_url: str | None, *, is_json: bool) -> None:
    """List the incidents, and what is still to be done about each."""
    with opened(folder, database_url) as desk:
        now, zone = desk.now(), ZoneInfo(desk.declaration.controller.zone)
        found = [
            {
                "incident": each.id,
                "stage": str(each.stage),
                "due": each.due_at.astimezone(zone).isoformat() if each.due_at else "",
                "late": each.is_late(now),
                "open": list(each.open_duties),
            }
            for each in every(register_of(desk))
        ]
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)))
        return
    table = Table("incident", "is", "authority by", "to be told")
    for row in found:
        late = " LATE" if row["late"] else ""
        table.add_row(str(row["incident"]), str(row["stage"]), f"{row['due']}{late}", _list(row))
    Console().print(table)


def _list(row: dict[str, object]) -> str:
    found = row["open"]
    return ", ".join(found) if isinstance(found, list) else ""


@command.command("show")
@_ID
@state_options
def show(incident: str, folder: Path, database_url: str | None) -> None:
    """Show the steps of an incident; what people said is not printed."""
    with opened(folder, database_url) as desk:
        register = register_of(desk)
        state, entries = read(register, incident), entries_of(register, incident)
    click.echo(f"{incident}: {state.stage}, authority by {state.due_at or 'no clock runs'}")
    for entry in entries:
        said = f"{entry.by}: {name_of(entry.step)}"
        click.echo(f"{entry.number:>4}  {entry.at:%Y-%m-%d %H:%M}  {said}")


@command.command("known")
@_ID
@click.option("--since", type=click.DateTime(), help="Since when it is known; now without it.")
@_AS
@state_options
def known(
    incident: str, since: datetime | None, by: str, folder: Path, database_url: str | None
) -> None:
    """Say that it is a breach of personal data: the 72 hours run."""
    with opened(folder, database_url) as desk:
        state = _take(desk, incident, Known(since=_instant(desk, since)), None, by)
    click.echo(f"the authority has to be told by {state}")


@command.command("scope")
@_ID
@click.option("--system", "places", multiple=True, required=True, metavar="SYSTEM[.DATASET]")
@_AS
@state_options
def scope(
    incident: str, places: tuple[str, ...], by: str, folder: Path, database_url: str | None
) -> None:
    """Say which systems are concerned: kinds of data and persons are counted from the data map."""
    with opened(folder, database_url) as desk:
        wanted = _wanted(desk, places)
        step, found = concerned(desk.estate, wanted)
        _take(desk, incident, step, None, by)
    for each in found:
        rows = "not counted" if each.rows is None else f"{each.rows:,} rows"
        click.echo(f"{each.system}.{each.dataset}: {rows}, {', '.join(each.categories)}")


def _wanted(desk: Desk, places: tuple[str, ...]) -> dict[str, frozenset[str]]:
    wanted: dict[str, frozenset[str]] = {}
    for place in places:
        system, _, dataset = place.partition(".")
        if system not in desk.declaration.datamap.systems:
            raise AvowError(f"the data map has no system `{system}`", code="AV423")
        more = frozenset({dataset}) if dataset else frozenset()
        wanted[system] = wanted.get(system, frozenset()) | more
    return wanted


@command.command("decide")
@_ID
@click.argument("risk", type=click.Choice([str(r) for r in Risk]))
@_WORDS
@_AS
@state_options
def decide(
    incident: str, risk: str, file: Path | None, by: str, folder: Path, database_url: str | None
) -> None:
    """Judge the risk for persons; --words holds the reasons."""
    with opened(folder, database_url) as desk:
        _take(desk, incident, Decided(risk=Risk(risk)), file, by)


@command.command("advise")
@_ID
@_WORDS
@_AS
@state_options
def advise(
    incident: str, file: Path | None, by: str, folder: Path, database_url: str | None
) -> None:
    """Give the officer's advice; --words holds it."""
    with opened(folder, database_url) as desk:
        _take(desk, incident, Advised(), file, by)


@command.command("notify")
@_ID
@click.option("--measures", type=_FILE, required=True, help="Text file: what was done.")
@click.option("--late", type=_FILE, help="Text file: why it comes after 72 hours.")
@click.option("--language", default="fr", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
@state_options
def notify(
    incident: str,
    measures: Path,
    late: Path | None,
    language: str,
    out: Path,
    folder: Path,
    database_url: str | None,
) -> None:
    """Write what the authority is told, with every element of art. 33(3), into a new file."""
    with opened(folder, database_url) as desk:
        written = Written(_read(measures).decode(), _read(late).decode())
        letter = notification(
            register_of(desk), desk.declaration, incident, written,
            language=language, now=desk.now(),
        )  # fmt: skip
    text = f"{letter.subject}\n\n{letter.text}".encode()
    with os.fdopen(os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as handle:
        handle.write(text)
    click.echo(f"{out}: hand it in, then `avow incident told {incident} authority`")


@command.command("told")
@_ID
@click.argument("whom", type=click.Choice(["authority", "controllers", "persons"]))
@_TOLD
@click.option("--number", type=click.IntRange(0), default=0, help="How many were told.")
@click.option("--proof", type=_FILE, help="What the authority confirmed.")
@click.option("--part", is_flag=True, help="More follows (art. 33(4)).")
@click.option("--public", "is_public", is_flag=True, help="Persons were told publicly.")
@_WORDS
@_AS
@state_options
def told(
    incident: str,
    whom: str,
    told: datetime | None,
    number: int,
    proof: Path | None,
    file: Path | None,
    by: str,
    folder: Path,
    database_url: str | None,
    *,
    part: bool,
    is_public: bool,
) -> None:
    """Say that somebody was told; after 72 hours --words holds the reasons for the delay."""
    with opened(folder, database_url) as desk:
        at = _instant(desk, told)
        digest = hashlib.sha256(proof.read_bytes()).hexdigest() if proof else None
        steps: dict[str, Steps] = {
            "authority": AuthorityTold(
                told=at, proof=digest, final=not part, late_because=file is not None
            ),
            "controllers": ControllersTold(told=at, tenants=number),
            "persons": PersonsTold(told=at, letters=number, public=is_public),
        }
        _take(desk, incident, steps[whom], file, by)


@command.command("dismiss")
@_ID
@_WORDS
@_AS
@state_options
def dismiss(
    incident: str, file: Path | None, by: str, folder: Path, database_url: str | None
) -> None:
    """Say that it is no breach of personal data; --words says why."""
    with opened(folder, database_url) as desk:
        _take(desk, incident, Dismissed(), file, by)


@command.command("close")
@_ID
@_WORDS
@_AS
@state_options
def close(
    incident: str, file: Path | None, by: str, folder: Path, database_url: str | None
) -> None:
    """Close it; --words holds cause and remedy."""
    with opened(folder, database_url) as desk:
        _take(desk, incident, Closed(), file, by)


def _take(desk: Desk, incident: str, step: Steps, file: Path | None, by: str) -> str:
    state = take(register_of(desk), incident, step, _read(file), by=by, at=desk.now())
    zone = ZoneInfo(desk.declaration.controller.zone)
    return f"{state.due_at.astimezone(zone):%Y-%m-%d %H:%M}" if state.due_at else ""


def _instant(desk: Desk, local: datetime | None) -> datetime:
    """What was typed is a time where the controller is."""
    if local is None:
        return desk.now()
    return local.replace(tzinfo=ZoneInfo(desk.declaration.controller.zone))


def _read(file: Path | None) -> bytes:
    return file.read_bytes() if file is not None else b""
