"""Publish the notice: propose an edition, approve it as a second person, withdraw it, list all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import click
import msgspec

from avow.app import State, open_state
from avow.common.calendar import local_day
from avow.duties.notice.publishing.approving import (
    Act,
    advise,
    approve,
    ask_withdrawal,
    people_of,
    publish,
    withdraw,
)
from avow.duties.notice.publishing.model import Publication, Status, standing
from avow.duties.notice.publishing.proposing import Offer, Tell, propose
from avow.duties.notice.publishing.records import advice_on, edition, editions
from avow.duties.notice.publishing.refusals import PublishingError
from avow.duties.notice.rendering.whole import WholeNotice
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import Body
from avow.engine.planner.release import active, released
from avow.faces.cli.desk import day_of, state_options
from avow.faces.cli.opened import json_option, sound
from avow.faces.cli.render_publications import as_lines, as_plain

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument(
    "path", metavar="[FOLDER]", type=click.Path(path_type=Path, exists=True), required=False
)
@click.option("--by", "person", help="Id of who does it, in the declaration.")
@click.option(
    "--reason", default="", help="Why open defects do not stop it, or why it is withdrawn."
)
@click.option("--approve", "approved", metavar="EDITION", help="Approve and publish an edition.")
@click.option("--withdraw", "withdrawn", metavar="EDITION", help="Withdraw a published edition.")
@click.option("--advice", type=_FILE, help="The officer's written advice on an edition.")
@click.option("--on", "about", metavar="EDITION", help="The edition that the advice is about.")
@click.option(
    "--save-advice",
    "saved_in",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the advice on the edition of --on into this folder.",
)
@json_option
@state_options
def command(
    path: Path | None,
    person: str | None,
    reason: str,
    approved: str | None,
    withdrawn: str | None,
    advice: Path | None,
    about: str | None,
    saved_in: Path | None,
    folder: Path,
    database_url: str | None,
    *,
    is_json: bool,
) -> None:
    """Propose the notice of the declaration in FOLDER as it would be published.

    Another person publishes it with --approve. To withdraw an edition one person asks with
    --withdraw and --reason, and another one says --withdraw. Without arguments all are listed.
    """
    asked = [each for each in (path, approved, withdrawn, advice) if each is not None]
    if len(asked) > 1:
        raise click.UsageError("propose, approve, withdraw or advise: one at a time")
    if asked and person is None:
        raise click.UsageError("say who does it with --by")
    if saved_in is not None and (asked or about is None):
        raise click.UsageError("say whose advice is saved with --on, and nothing else")
    with open_state(folder, database_url) as state:
        if saved_in is not None:
            _save_advice(state, about or "", saved_in)
            return
        if person is not None and asked:
            done: Sequence[Publication] = [
                _proposed(state, path, person, reason)
                if path is not None
                else _acted(state, person, reason, approved, withdrawn, advice, about)
            ]
        else:
            done = editions(state.store)
        known, day = editions(state.store), _today(state, done)
        now = {each.id: standing(each, known, day) for each in done}
        in_force = active(state.store)
    if is_json:
        click.echo(msgspec.json.encode([as_plain(each, now[each.id]) for each in done]).decode())
        return
    for each in done:
        click.echo("\n".join(as_lines(each, now[each.id], declared=each.release == in_force)))
    if not done:
        click.echo("no edition yet: `avow publish FOLDER --by PERSON` proposes one")


def _tell(state: State) -> Tell:
    def tell(bodies: Sequence[Body], at: datetime, runs: Runs) -> None:
        state.ledger.append(bodies, at, runs=runs)

    return tell


def _proposed(state: State, path: Path, person: str, reason: str) -> Publication:
    declaration, loaded = sound(path)
    root = path if path.is_dir() else path.parent
    day, at = day_of(state, declaration), state.clock.now()
    return propose(
        state.store, WholeNotice(), Offer(loaded, root, person, day, at, reason), _tell(state)
    )


def _acted(
    state: State,
    person: str,
    reason: str,
    approved: str | None,
    withdrawn: str | None,
    advice: Path | None,
    about: str | None,
) -> Publication:
    act = Act(state.store, state.ring, person, state.clock.now(), _tell(state))
    if approved is not None:
        found = approve(act, approved)
        return publish(act, found.id, _today(state, [found]))
    if withdrawn is not None:
        return _withdrawn(act, withdrawn, reason)
    assert advice is not None  # noqa: S101 -- one of the three is asked for
    name = about or _waiting(state.store)
    people = people_of(state.store, edition(state.store, name))
    return advise(act, people, name, advice.read_bytes())


def _save_advice(state: State, name: str, folder: Path) -> None:
    """Write each document of the advice on an edition as `advice-SHA256`."""
    found = advice_on(state.store, edition(state.store, name).id)
    folder.mkdir(parents=True, exist_ok=True)
    for digest, document in found.items():
        (folder / f"advice-{digest}").write_bytes(document)
        click.echo(str(folder / f"advice-{digest}"))
    if not found:
        click.echo("the officer gave no written advice on this edition")


def _withdrawn(act: Act, name: str, reason: str) -> Publication:
    """The first person says why; the second one withdraws."""
    if reason or edition(act.runs, name).withdraw_by is None:
        return ask_withdrawal(act, name, reason)
    return withdraw(act, name)


def _waiting(runs: Runs) -> str:
    """The one edition that waits."""
    waiting = [e.id for e in editions(runs) if e.status in (Status.PROPOSED, Status.APPROVED)]
    if len(waiting) != 1:
        raise PublishingError(
            "it is not clear which edition the advice is about",
            because=f"{len(waiting)} editions wait",
            help="name it with `--on EDITION`",
            code="AV663",
        )
    return waiting[0]


def _today(state: State, done: Sequence[Publication]) -> date:
    """Today where the controller of the newest of some editions is."""
    if not done:
        return local_day(state.clock.now(), "UTC")
    return day_of(state, released(state.store, done[0].release))
