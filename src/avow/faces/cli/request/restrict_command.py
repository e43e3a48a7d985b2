"""Restrict the use of a person's data, and lift the restriction."""

from __future__ import annotations

from pathlib import Path

import click

from avow.common.exits import Exit
from avow.duties.requests.acting.lifting_letter import tell_lifting
from avow.duties.requests.acting.restricting import (
    Acted,
    Cause,
    Hands,
    enforce,
    lift,
    plan_lifting,
    restrict,
    told,
)
from avow.engine.planner.stop import Stops
from avow.faces.cli.desk import Desk, opened, state_options


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.argument("item", type=int)
@click.option("--as", "by", required=True, help="Id of the person who acts.")
@click.option("--because", type=click.Choice([str(c) for c in Cause]), help="Why it stands.")
@click.option("--enforce", "step", flag_value="enforce", help="Run the approved plans.")
@click.option("--told", "step", flag_value="told", help="The person knows that it will be lifted.")
@click.option("--tell", "step", flag_value="tell", help="Write to them that it will be lifted.")
@click.option("--plan-lifting", "step", flag_value="plan", help="Plan that cells come back.")
@click.option("--lift", "step", flag_value="lift", help="Run the approved plans of the lifting.")
@click.option("--plan", "plans", multiple=True, metavar="PLAN", help="A plan of the lifting.")
@state_options
def command(
    request_id: str,
    item: int,
    by: str,
    because: str | None,
    step: str | None,
    plans: tuple[str, ...],
    folder: Path,
    database_url: str | None,
) -> None:
    """Let a restriction stand for an accepted item, or for a correction that is not decided, and
    plan how systems enforce it (art. 18).

    The plans wait for two persons (`avow approve`). No value of a person is printed.
    """
    with opened(folder, database_url) as desk:
        hands, at = hands_of(desk), desk.now()
        match step:
            case "enforce":
                done = enforce(hands, request_id, item, by=by, at=at)
            case "told":
                told(desk.book, request_id, item, by=by, at=at)
                done = Acted((), 0, ())
            case "tell":
                if not tell_lifting(desk.book, request_id, item, by=by, at=at):
                    raise click.UsageError("no address is known: tell them, then --told")
                done = Acted((), 0, ())
            case "plan":
                done = Acted(plan_lifting(hands, request_id, item, at=at), 0, ())
            case "lift":
                done = lift(hands, request_id, item, plans, by=by, at=at)
            case _:
                cause = Cause(because) if because else None
                done = restrict(hands, request_id, item, by=by, at=at, cause=cause)
    say(done)


def hands_of(desk: Desk) -> Hands:
    """What acts, from an opened state."""
    stop = Stops(desk.state.store, desk.state.folder).reason
    return Hands(desk.book, desk.estate, stop, note_plan=desk.note_plan)


def say(done: Acted) -> None:
    """Print plans, counts and gaps; ends with 1 where there are gaps."""
    for plan in done.plans:
        click.echo(plan)
    click.echo(f"rows: {done.rows}")
    for gap in done.gaps:
        click.echo(f"not there: {gap}")
    raise SystemExit(Exit.FINDINGS if done.gaps else Exit.OK)
