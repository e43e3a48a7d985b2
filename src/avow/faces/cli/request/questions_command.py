"""Ask a person what only they know, to see who they are."""

from __future__ import annotations

import os
from pathlib import Path

import click

from avow.common.exits import Exit
from avow.duties.requests.delivering.links import Post
from avow.duties.requests.identity.knowing import Drafted, FactCheck, drafted, fact_checks, send
from avow.faces.cli.desk import Desk, opened, state_options
from avow.faces.cli.task_rounds import ADDRESS


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.option("--person", type=click.IntRange(1), default=1, show_default=True)
@click.option("--send", "is_sent", is_flag=True, help="Write the letter with the link.")
@click.option("--pause", is_flag=True,
              help="With --send: there is reasonable doubt, the term stands.")  # fmt: skip
@click.option("--why", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Text file with the doubt; it is kept sealed.")  # fmt: skip
@click.option("--as", "by", default="", help="Id of who asks.")
@state_options
def command(
    request_id: str,
    person: int,
    why: Path | None,
    by: str,
    folder: Path,
    database_url: str | None,
    *,
    is_sent: bool,
    pause: bool,
) -> None:
    """Make questions about known facts for a person of REQUEST, and send them with --send.

    Shows the columns that are asked about, how often a guess passes, and what came of earlier
    questions, in counts. No value is printed, and none is on the page that is not the same for
    everybody. Without --send nothing is written.
    """
    if is_sent and not by:
        raise click.UsageError("say with --as who asks")
    if pause and (why is None or not is_sent):
        raise click.UsageError("a doubt that stops the term is written down: --send --why, a file")
    with opened(folder, database_url) as desk:
        for each in fact_checks(desk.book, request_id):
            if each.person == person:
                click.echo(_earlier(each))
        made = drafted(desk.book, desk.estate, request_id, person, at=desk.now())
        _say(made)
        if not is_sent:
            raise SystemExit(Exit.REFUSED)
        words = why.read_bytes() if why else b""
        post, at = _post(desk), desk.now()
        name = send(
            desk.book, post, request_id, person, made, by=by, at=at, pauses=pause, why=words
        )
    click.echo(f"written: {name}")


def _post(desk: Desk) -> Post:
    domain = desk.declaration.controller.email.rpartition("@")[2]
    base = os.environ.get(ADDRESS, "")
    if not domain or not base:
        raise click.UsageError(f"letters need `email` of the controller, and {ADDRESS}")
    return Post(base, domain)


def _earlier(check: FactCheck) -> str:
    if check.correct is None:
        return f"{check.id}: {check.asked} questions, not answered"
    word = "enough" if check.is_passed else "not enough"
    said = f"{check.correct} of {check.asked} right, {word}"
    return f"{check.id}: {said}; a guess passes {check.chance:.1%} of the time"


def _say(made: Drafted) -> None:
    for fact, each in zip(made.facts, made.asked.questions, strict=True):
        where = f"{fact.system}.{fact.dataset}.{fact.column}"
        share = f"the likeliest is right for {each.share:.0%}"
        click.echo(f"{where} ({fact.coarse}): {len(each.parts)} answers, {share}")
    for fact, why in made.left_out:
        click.echo(f"{fact.system}.{fact.dataset}.{fact.column}: not asked, {why}")
    click.echo(
        f"{made.wanted} of {len(made.facts)} have to be right; a guess passes"
        f" {made.chance:.1%} of the time; the rows found answer {made.answerable}"
    )
