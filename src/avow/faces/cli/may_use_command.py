"""Ask whether rows may be used for a purpose, before they are: yes or no for each."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from avow.common.exits import Exit
from avow.declaration.model import Channel, Despite, Use
from avow.duties.requests.acting.asking_first import ask_first
from avow.engine.planner.asking_use import Question
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.opened import json_option


@click.command()
@click.argument("place", metavar="SYSTEM:DATASET")
@click.option("--purpose", required=True, help="Id of the purpose.")
@click.option("--recipient", default=None, help="Id of who gets them.")
@click.option("--channel", type=click.Choice([str(c) for c in Channel]), default=str(Channel.NONE))
@click.option("--country", default="", help="The person's country, by its two letters.")
@click.option("--despite", type=click.Choice([str(d) for d in Despite]), default=None,
              help="Why restricted data are used all the same (art. 18(2)).")  # fmt: skip
@click.option("--as", "by", required=True, help="Who asks: a program, or the id of a person.")
@json_option
@state_options
def command(
    place: str,
    purpose: str,
    recipient: str | None,
    channel: str,
    country: str,
    despite: str | None,
    by: str,
    folder: Path,
    database_url: str | None,
    *,
    is_json: bool,
) -> None:
    """Read keys of rows from standard input, one a line (parts of a key divided by commas), and
    answer in their order: `yes`, or `no` with every reason.

    Ends with 1 when a row may not be used. Who asked is logged, and no key.
    """
    system, _, dataset = place.partition(":")
    keys = tuple(tuple(line.split(",")) for line in sys.stdin.read().splitlines() if line)
    use = Use(purpose, recipient, Channel(channel), country, Despite(despite) if despite else None)
    with opened(folder, database_url) as desk:
        question = Question(system, dataset, keys, use)
        told = ask_first(desk.book, desk.estate, question, by=by, at=desk.now())
    if is_json:
        said = [{"allowed": t.allowed, "reasons": t.reasons} for t in told]
        click.echo(msgspec.json.encode(said).decode())
    else:
        for each in told:
            click.echo("yes" if each.allowed else f"no: {'; '.join(each.reasons)}")
    raise SystemExit(Exit.OK if all(t.allowed for t in told) else Exit.FINDINGS)
