"""Correct fields of a person's rows."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from avow.common.masked import Masked
from avow.duties.requests.acting.rectifying import (
    Correct,
    Stays,
    carry_out,
    correct,
    let_stay,
)
from avow.duties.requests.acting.restricting import Acted
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.request.restrict_command import hands_of, say


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.argument("item", type=int)
@click.option("--as", "by", required=True, help="Id of the person who acts.")
@click.option("--field", "fields", multiple=True, metavar="SYSTEM:DATASET:FIELD")
@click.option("--carry-out", "plans", multiple=True, metavar="PLAN", help="Run approved plans.")
@click.option("--stays", metavar="SYSTEM.DATASET.FIELD", help="The old value rightly stays there.")
@click.option("--because", type=click.Choice([str(s) for s in Stays]), help="Why it stays.")
@state_options
def command(
    request_id: str,
    item: int,
    by: str,
    fields: tuple[str, ...],
    plans: tuple[str, ...],
    stays: str | None,
    because: str | None,
    folder: Path,
    database_url: str | None,
) -> None:
    """Plan corrections (art. 16), then run them: one plan per system, approved by two persons.

    The right values are read from standard input, one line per --field, and are never printed.
    """
    if [bool(fields), bool(plans), bool(stays)].count(True) != 1 or bool(stays) != bool(because):
        raise click.UsageError("give --field, --carry-out, or --stays with --because")
    with opened(folder, database_url) as desk:
        hands, at = hands_of(desk), desk.now()
        if stays and because:
            let_stay(hands, request_id, item, stays, Stays(because), by=by, at=at)
            done = Acted((), 0, ())
        elif plans:
            done = carry_out(hands, request_id, item, plans, by=by, at=at)
        else:
            made = correct(hands, request_id, item, wished_on_input(fields), by=by, at=at)
            done = Acted(made, 0, ())
    say(done)


def wished_on_input(fields: tuple[str, ...]) -> list[Correct]:
    """The fields of a command line with the values that come on standard input, one on each line.

    Raises click.UsageError: there is not one value for each field.
    """
    values = sys.stdin.read().splitlines()
    parts = [field.split(":") for field in fields]
    if len(values) != len(fields) or any(len(p) != 3 for p in parts):
        raise click.UsageError("give one SYSTEM:DATASET:FIELD per line of standard input")
    return [
        Correct(system, dataset, name, Masked(value))
        for (system, dataset, name), value in zip(parts, values, strict=True)
    ]
