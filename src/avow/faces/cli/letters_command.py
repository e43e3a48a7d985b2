"""Letters to persons: what became of them, sending and printing those that wait."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import msgspec

from avow.common.exits import Exit
from avow.common.languages import LANGUAGES
from avow.declaration.model import Controller
from avow.duties.correspondence.addresses import Address, address
from avow.duties.correspondence.bounces import Followed, follow
from avow.duties.correspondence.letters import Counted, State
from avow.duties.correspondence.message import Sender
from avow.duties.correspondence.outbox import counted, tell_ended
from avow.duties.correspondence.paper import PaperError, Sheet, Window, posted, print_waiting
from avow.duties.correspondence.relay import Relay, RelayError, relay
from avow.duties.correspondence.returned import LARGEST
from avow.duties.correspondence.sending import Hands, Sent, send_together
from avow.duties.correspondence.wording import all_wordings
from avow.duties.notice.telling_checks import forget_letters, standings
from avow.faces.cli.desk import Desk, opened, state_options
from avow.faces.cli.opened import json_option
from avow.faces.cli.render_letters import shown, shown_told, told_as_json

FAULTS = (State.BOUNCED, State.FAILED, State.GIVEN_UP, State.UNREACHABLE)


@click.command()
@click.option("--send", "is_send", is_flag=True, help="Send what waits and may be tried now.")
@click.option(
    "--senders",
    type=click.IntRange(1, 4),
    default=1,
    show_default=True,
    help="Connections to the mail server at a time.",
)
@click.option(
    "--bounces",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with messages that came back (.eml files, or a Maildir); they are only read.",
)
@click.option(
    "--print",
    "out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write letters to persons without mail into a new PDF.",
)
@click.option(
    "--window",
    type=click.Choice([str(each) for each in Window]),
    default=str(Window.RIGHT),
    show_default=True,
    help="Where the window of the envelope is.",
)
@click.option(
    "--posted", "poster", metavar="PERSON", help="PERSON says that what was printed was posted."
)
@click.option(
    "--told",
    "is_told",
    is_flag=True,
    help="Count who was told of each change, and who not and why.",
)
@click.option("--preview", metavar="KIND", help="Show the words of a kind of letter.")
@click.option(
    "--words",
    "own",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with words of your own, `KIND.LANGUAGE.txt`.",
)
@click.option(
    "--smtp-url",
    envvar="AVOW_SMTP_URL",
    show_envvar=True,
    help="Mail server: smtp://user:${PASSWORD}@host:587 or smtps://….",
)
@click.option(
    "--from",
    "written_by",
    envvar="AVOW_LETTERS_FROM",
    show_envvar=True,
    help="Address of the sender; the controller's without it.",
)
@click.option(
    "--returns",
    envvar="AVOW_LETTERS_RETURNS",
    show_envvar=True,
    help="Mailbox to which letters come back, as RETURNS+TOKEN@…; the sender's without it.",
)
@json_option
@state_options
def command(
    folder: Path,
    database_url: str | None,
    preview: str | None,
    own: Path | None,
    bounces: Path | None,
    senders: int,
    out: Path | None,
    window: str,
    poster: str | None,
    smtp_url: str | None,
    written_by: str | None,
    returns: str | None,
    *,
    is_send: bool,
    is_told: bool,
    is_json: bool,
) -> None:
    """Count letters by what became of them; send what waits, read what came back, print, preview.

    Shows counts only, never an address. With --send, letters whose last day is over are forgotten
    first. Ends with 1 when letters did not arrive: of this run, or of all when nothing is done.
    """
    if preview is not None:
        _preview(preview, own)
        return
    with opened(folder, database_url) as desk:
        if is_told:
            _told(desk, is_json=is_json)
            return
        did: dict[str, object] = {}
        if bounces is not None:
            did["returned"] = _followed(desk, bounces)
        if out is not None:
            did["printed"] = _printed(desk, out, Window(window))
        if poster is not None:
            did["posted"] = _posted(desk, poster)
        if is_send:
            by = sender(desk.declaration.controller, written_by, returns)
            did["sent"] = _sent(desk, relay(_given(smtp_url), os.environ), by, senders)
        found = counted(desk.state.store)
    if is_json:
        click.echo(msgspec.json.encode({"letters": found, **did}).decode())
    else:
        shown(found, did)
    raise SystemExit(Exit.FINDINGS if _is_lost(found, did) else Exit.OK)


def _is_lost(found: tuple[Counted, ...], did: Mapping[str, object]) -> bool:
    """Whether letters did not arrive: of what was done now, or of all where nothing was."""
    sent, back = did.get("sent"), did.get("returned")
    now = isinstance(sent, Sent) and bool(sent.refused or sent.given_up)
    now |= isinstance(back, Followed) and bool(back.bounced)
    return now or (not did and any(each.state in FAULTS for each in found))


def _told(desk: Desk, *, is_json: bool) -> None:
    standing = list(standings(desk.state.store, (), desk.declaration.controller.zone))
    if is_json:
        click.echo(msgspec.json.encode(told_as_json(standing)).decode())
    else:
        shown_told(standing)


def _sent(desk: Desk, there: Relay, by: Sender, senders: int) -> Sent:
    state, zone = desk.state, desk.declaration.controller.zone
    forget_letters(state.store, zone, day=desk.today, at=desk.now())
    hands = Hands(state.store, state.ring, state.clock, by, there, desk.tell)
    return send_together(hands, senders)


def _printed(desk: Desk, out: Path, window: Window) -> int:
    controller = desk.declaration.controller
    sheet = Sheet(f"{controller.name}, {controller.address}".strip(", "), controller.zone, window)
    return print_waiting(desk.state.store, desk.state.ring, sheet, out, at=desk.now())


def _posted(desk: Desk, person: str) -> int:
    """Raises PaperError AV630 for somebody whom the declaration does not name."""
    if person not in desk.declaration.people:
        raise PaperError(
            f"`{person}` is nobody whom the declaration names",
            because="that letters were posted rests on a person's word",
            help="give the id of a person of the declaration",
            code="AV630",
        )
    letters = posted(desk.state.store, person, at=desk.now(), tell=desk.tell)
    tell_ended(desk.state.store, desk.now(), desk.tell)
    return letters


def _followed(desk: Desk, folder: Path) -> Followed:
    return follow(desk.state.store, _messages(folder), at=desk.now(), tell=desk.tell)


def _messages(folder: Path) -> Iterator[bytes]:
    """The files of a folder, and those of `new` and `cur` in it; no file is changed."""
    for place in (folder, folder / "new", folder / "cur"):
        files = sorted(place.iterdir()) if place.is_dir() else []
        for file in files:
            if file.is_file() and not file.name.startswith("."):
                with file.open("rb") as opened_file:
                    yield opened_file.read(LARGEST)


def _preview(kind: str, own: Path | None) -> None:
    found = all_wordings(kind, own)
    for language in LANGUAGES:
        each = found[language]
        click.echo(f"--- {language}: asks for {', '.join(sorted(each.names))}")
        click.echo(f"Subject: {each.subject}\n\n{each.text}")


def _given(smtp_url: str | None) -> str:
    if smtp_url:
        return smtp_url
    raise RelayError(
        "no mail server is named",
        help="give `--smtp-url smtp://user:${SMTP_PASSWORD}@host:587`, or set `AVOW_SMTP_URL`",
        code="AV620",
    )


def sender(controller: Controller, written_by: str | None, returns: str | None) -> Sender:
    """Who writes, from the declaration and the options.

    Raises:
        RelayError: AV626, an address is none, or letters come back to another domain.
    """
    by = _own("--from", written_by or controller.email)
    back = _own("--returns", returns) if returns else None
    if back is not None and not _aligned(by, back):
        raise RelayError(
            "letters would come back to another domain than they come from",
            because="readers' servers then doubt who wrote them (RFC 7489, 3.1.2)",
            help="name a mailbox of the sender's domain in `--returns`",
            code="AV626",
        )
    return Sender(controller.name, by, returns=back)


def _own(option: str, text: str) -> Address:
    found = address(text)
    if found is not None:
        return found
    raise RelayError(
        f"`{option}` is no mail address",
        because="the declaration names no `email` of the controller" if not text else "",
        help=f"write `{option} privacy@firm.example`",
        code="AV626",
    )


def _aligned(by: Address, back: Address) -> bool:
    same = by.domain == back.domain
    return same or by.domain.endswith(f".{back.domain}") or back.domain.endswith(f".{by.domain}")
