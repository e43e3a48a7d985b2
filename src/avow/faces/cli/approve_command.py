"""Approve a plan: sign its digest, so that it may be applied."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from avow.engine.planner.approve import approve
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.opened import json_option


@click.command()
@click.argument("plan")
@click.option("--as", "person", required=True, help="Id of the approver in the declaration.")
@json_option
@state_options
def command(
    plan: str, person: str, folder: Path, database_url: str | None, *, is_json: bool
) -> None:
    """Sign the digest of PLAN. Two persons beside the author are needed."""
    with opened(folder, database_url) as desk:
        done = approve(
            desk.state.store,
            desk.state.ring,
            desk.declaration,
            plan,
            person=person,
            at=desk.now(),
            note=desk.note,
        )
    if is_json:
        said = {
            "plan": plan,
            "status": str(done.status),
            "missing": done.quorum.missing,
            "small_organisation": done.quorum.small,
        }
        click.echo(msgspec.json.encode(said))
        return
    click.echo(f"{plan}: {done.status}, {done.quorum.missing} more to approve")
    if done.quorum.small:
        click.echo("two persons instead of three: the organisation has no second approver")
