"""Write scripts for the owner of a system who allows no connection."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
import msgspec

from avow.duties.discovery.drift import accepted as schema
from avow.duties.discovery.drift.as_catalogue import catalogue_of
from avow.duties.retention import attested
from avow.engine.evidence.entries import ScriptIssued
from avow.engine.planner.as_sql import packages
from avow.engine.planner.as_sql.packages import Written
from avow.engine.planner.as_sql.readme import manifest, readmes
from avow.engine.planner.making import Wish
from avow.engine.planner.refusals import PlannerError
from avow.faces.cli.desk import Desk, opened, state_options
from avow.faces.cli.opened import Day, json_option, path_option


@click.command()
@click.argument("name", metavar="SYSTEM|PLAN")
@click.argument("target", metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False))
@path_option
@click.option("--clause", help="Only what this clause demands.")
@click.option("--as-of", "day", type=Day(), default=None, help="The day that decides; today.")
@click.option("--accept", "accepted", multiple=True, metavar="RULE=ROWS", help="Accept a number.")
@json_option
@state_options
def command(
    name: str,
    target: Path,
    path: Path,
    clause: str | None,
    day: date | None,
    accepted: tuple[str, ...],
    folder: Path,
    database_url: str | None,
    *,
    is_json: bool,
) -> None:
    """Write scripts to FOLDER: for a SYSTEM those that count and check, by its accepted schema; for
    a PLAN that was made of the counts, and approved, also the one that changes.

    No system is asked. The schema is `schema/SYSTEM.json` beside the declaration, as `avow drift
    --accept` wrote it.
    """
    with opened(folder, database_url) as desk:
        at = desk.now()
        work = attested.desk(desk.office, desk.memory)
        if name in desk.declaration.datamap.systems:
            wish = Wish(name, day or desk.today, clause, tuple(map(_number, accepted)))
            written = packages.make(work, wish, _catalogue(desk, path, name), at)
        else:
            written = packages.issue(work, name, at)
            desk.note(_issued(written), at)
        _write(desk, target, written)
    said = {"script": written.package.id, "plan": written.package.plan,
            "files": dict(written.package.files)}  # fmt: skip
    if is_json:
        click.echo(msgspec.json.encode(said).decode())
        return
    click.echo(f"{written.package.id}: {', '.join(written.files)} in {target}")


def _catalogue(desk: Desk, path: Path, name: str) -> packages.Schema:
    file = schema.file_of(path, name)
    found = schema.read(file)
    if found is None:
        raise PlannerError(
            f"the schema of `{name}` was never accepted",
            because=f"there is no {file}, and scripts are worked out from it alone",
            help="let the owner give an empty copy of the database, and accept that: "
            "`avow drift --accept`",
            code="AV470",
        )
    return catalogue_of(found, desk.declaration.datamap.systems[name].connector)


def _issued(written: Written) -> ScriptIssued:
    """What the ledger is told of a script that changes."""
    package = written.package
    return ScriptIssued(
        script=package.id,
        plan=package.plan or "",
        system=package.system,
        digest=package.files[packages.APPLY],
        valid_until=package.valid_until or package.as_of,
    )


def _number(text: str) -> tuple[str, int]:
    rule, _, rows = text.partition("=")
    if not rows.isdigit():
        raise click.BadParameter(f"`{text}` is no RULE=ROWS")
    return rule, int(rows)


def _write(desk: Desk, target: Path, written: Written) -> None:
    """The scripts, what is to be read before them, and the digests of all."""
    target.mkdir(parents=True, exist_ok=True)
    system = desk.declaration.datamap.systems[written.package.system]
    texts = {**written.files, **readmes(written, desk.declaration, system)}
    for name, text in texts.items():
        (target / name).write_text(text, encoding="utf-8", newline="\n")
    plan = manifest(written, desk.office)
    (target / "manifest.json").write_text(plan, encoding="utf-8", newline="\n")
