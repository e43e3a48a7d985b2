"""Show, raise or lower what avow may do for a rule in a system."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from avow.common.exits import Exit
from avow.declaration.model import Level
from avow.engine.evidence.entries import LevelChanged
from avow.engine.planner.refusals import Away
from avow.engine.planner.rehearsal_evidence import evidence_for, live_schema
from avow.engine.planner.release import author_of, digest_in
from avow.engine.planner.standings import (
    effective,
    known,
    lower_level,
    raise_level,
    rule_ids,
    standings,
)
from avow.engine.planner.trust import LADDER, Evidence, Standing
from avow.faces.cli.desk import Desk, opened, state_options
from avow.faces.cli.opened import json_option


@click.command()
@click.argument("system", required=False)
@click.argument("rule", required=False)
@click.argument("level", required=False, type=click.Choice([str(each) for each in Level]))
@click.option("--as", "people", multiple=True, help="Id of a person; twice to raise.")
@click.option("--daily-rows", type=int, help="Most rows a day, for automatic.")
@json_option
@state_options
def command(
    system: str | None,
    rule: str | None,
    level: str | None,
    people: tuple[str, ...],
    daily_rows: int | None,
    folder: Path,
    database_url: str | None,
    *,
    is_json: bool,
) -> None:
    """Show every level, or set the LEVEL of RULE in SYSTEM. Anyone may lower it.

    What speaks for raising it is found by itself: days of counts for rehearse, the newest rehearsal
    and the judged sample for approve, finished and checked batches for automatic.
    """
    with opened(folder, database_url) as desk:
        if system is None or rule is None or level is None:
            _show(desk, is_json=is_json)
            return
        if not people:
            raise click.UsageError("say who you are with --as")
        wanted = Standing(system, rule, Level(level))
        now = standings(desk.state.store, system).get(rule, Standing(system, rule))
        if LADDER.index(wanted.level) < LADDER.index(now.level):
            lower_level(desk.state.store, desk.declaration, wanted, people[0], desk.now())
        else:
            met = raise_level(
                desk.state.store,
                desk.declaration,
                wanted,
                by=people,
                evidence=_evidence(desk, wanted),
                at=desk.now(),
                author=author_of(desk.state.store),
                daily_rows=daily_rows,
            )
            if met.small:
                click.echo("two persons instead of three: there is no second approver", err=True)
        _note(desk, now, wanted, people)
    click.echo(f"{rule} in {system}: {now.level} -> {level}")


def _evidence(desk: Desk, wanted: Standing) -> Evidence:
    """What avow measured itself. Only level approve asks how the system is now."""
    known(desk.declaration, wanted)
    try:
        asked = wanted.level is Level.APPROVE
        schema = live_schema(desk.estate, wanted.system) if asked else ""
    except Away as error:
        click.echo(str(error), err=True)
        raise SystemExit(Exit.UNREACHABLE) from None
    return evidence_for(desk.office, wanted, schema)


def _note(desk: Desk, now: Standing, to: Standing, people: tuple[str, ...]) -> None:
    changed = LevelChanged(
        rule=to.rule,
        system=to.system,
        release=digest_in(desk.declaration),
        before=now.level.value,
        after=to.level.value,
        by=people,
    )
    desk.note(changed, desk.now())


def _show(desk: Desk, *, is_json: bool) -> None:
    found = [
        {"system": system, "rule": rule, "level": str(now.level), "ramp": now.ramp}
        for system in desk.declaration.datamap.systems
        for rule in rule_ids(desk.declaration)
        for now in [
            effective(desk.state.store, desk.declaration, system).get(rule, Standing(system, rule))
        ]
    ]
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)))
        return
    for each in found:
        click.echo(f"{each['system']:<16} {each['rule']:<32} {each['level']}")
