"""Write down that a person was asked to show who they are, showed it, or did not."""

from __future__ import annotations

from pathlib import Path

import click

from avow.common.exits import Exit
from avow.duties.requests.book import Said, take
from avow.duties.requests.identity.identity_checks import LATE
from avow.duties.requests.steps import IdentityAsked, IdentityDoubted, IdentityShown, Steps
from avow.duties.requests.words import Rung
from avow.faces.cli.desk import opened, state_options


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.argument("rung", type=click.Choice([str(rung) for rung in Rung]))
@click.option("--person", type=click.IntRange(1), default=1, show_default=True)
@click.option(
    "--ask", "is_asked", is_flag=True, help="They are asked for it; nothing is shown yet."
)
@click.option(
    "--pause", is_flag=True, help="With --ask: there is reasonable doubt, the term stands."
)
@click.option("--not-enough", "is_doubted", is_flag=True, help="What they showed is not enough.")
@click.option("--final", is_flag=True, help="With --not-enough: nothing more is asked.")
@click.option("--why", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Text file with what was looked at; it is kept sealed.")  # fmt: skip
@click.option("--as", "by", required=True, help="Id of who asks or looked.")
@state_options
def command(
    request_id: str,
    rung: str,
    person: int,
    why: Path | None,
    by: str,
    folder: Path,
    database_url: str | None,
    *,
    is_asked: bool,
    pause: bool,
    is_doubted: bool,
    final: bool,
) -> None:
    """Write down how a person showed who they are: by RUNG, the least that will do.

    With --ask they are asked; --pause stops the term until they answer, for a doubt that --why
    gives (art. 12(6) GDPR). No document is asked for before something less was, and who has shown
    it is not asked again.
    """
    if is_asked and is_doubted:
        raise click.UsageError("say --ask or --not-enough")
    if is_asked and pause and why is None:
        raise click.UsageError("a doubt that stops the term is written down: say --why, a file")
    step = _step(person, Rung(rung), is_asked=is_asked, is_doubted=is_doubted, flag=pause or final)
    words = why.read_bytes() if why else b""
    with opened(folder, database_url) as desk:
        state = take(desk.book, request_id, [Said(step, words)], by=by, at=desk.now())
        due = state.due(desk.book.calendar, desk.today)
        waited = (desk.today - state.received).days
    waits = f", waits for {', '.join(sorted(state.waits))}" if state.waits else ""
    click.echo(f"{request_id}: {state.status}, due {due}{waits}")
    if is_asked and pause and waited > LATE:
        click.echo(
            f"asked {waited} days after it arrived: that is not without undue delay, and the term"
            " may have run on",
            err=True,
        )
        raise SystemExit(Exit.FINDINGS)


def _step(person: int, rung: Rung, *, is_asked: bool, is_doubted: bool, flag: bool) -> Steps:
    if is_asked:
        return IdentityAsked(person=person, rung=rung, pauses=flag)
    if is_doubted:
        return IdentityDoubted(person=person, rung=rung, final=flag)
    return IdentityShown(person=person, rung=rung)
