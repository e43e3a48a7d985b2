"""Show how an item of a request could be decided, and decide it."""

from __future__ import annotations

from pathlib import Path

import click

from avow.common.exits import Exit
from avow.duties.requests.deciding.decided import Decision, decide, proposed
from avow.duties.requests.deciding.weighing import Proposal
from avow.duties.requests.steps import Refusal
from avow.duties.requests.words import Ground, Outcome
from avow.faces.cli.desk import opened, state_options


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.argument("item", type=click.IntRange(1))
@click.option("--as-proposed", is_flag=True, help="Decide what is proposed.")
@click.option("--accept", "outcome", flag_value=str(Outcome.ACCEPTED), help="Give all of it.")
@click.option("--part", "outcome", flag_value=str(Outcome.PARTLY), help="Give a part of it.")
@click.option("--refuse", "outcome", flag_value=str(Outcome.REFUSED), help="Give none of it.")
@click.option("--ground", type=click.Choice([str(g) for g in Ground]), help="Why not all.")
@click.option("--law", default="", help="The law of the ground.")
@click.option("--clause", default="", help="The clause that promises the limit.")
@click.option("--where", help="Which category or SYSTEM.DATASET; else all.")
@click.option("--why", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="A file with the reason or the written balancing.")  # fmt: skip
@click.option("--as", "by", default="", help="Id of the person who decides.")
@state_options
def command(
    request_id: str,
    item: int,
    outcome: str | None,
    ground: str | None,
    law: str,
    clause: str,
    where: str | None,
    why: Path | None,
    by: str,
    folder: Path,
    database_url: str | None,
    *,
    as_proposed: bool,
) -> None:
    """Show the proposal for an ITEM of REQUEST; decide it as proposed or otherwise.

    The proposal follows from the legal bases of what was accepted as the person's.
    """
    if outcome and as_proposed:
        raise click.UsageError("decide as proposed, or otherwise")
    if (outcome or as_proposed) and not by:
        raise click.UsageError("say with --as who decides")
    if bool(ground) != bool(law):
        raise click.UsageError("a ground is named with its law")
    with opened(folder, database_url) as desk:
        now = desk.now()
        found = proposed(desk.book, request_id, item, now)
        _print(found)
        own = (
            (Refusal(ground=Ground(ground), law=law, clause=clause, where=where),) if ground else ()
        )
        said = why.read_bytes() if why else b""
        if as_proposed and found is not None:
            decision = Decision(item, found.outcome, found.refusals, said)
        elif outcome:
            decision = Decision(item, Outcome(outcome), own, said)
        else:
            raise SystemExit(Exit.REFUSED)
        decide(desk.book, request_id, decision, by=by, at=now)


def _print(found: Proposal | None) -> None:
    if found is None:
        click.echo("no proposal: nobody has said whose rows it is about")
        return
    click.echo(f"proposed: {found.outcome} ({found.cells} kinds of data weighed)")
    grouped: dict[tuple[str, str, str], dict[str, None]] = {}
    for each in found.refusals:
        about = (str(each.ground), each.law, each.clause)
        grouped.setdefault(about, {})[each.where or ""] = None
    for (ground, law, clause), places in grouped.items():
        said = f"  {ground}: {law}{f', clause {clause}' if clause else ''}"
        named = ", ".join(filter(None, places))
        click.echo(f"{said}: {named}" if named else said)
