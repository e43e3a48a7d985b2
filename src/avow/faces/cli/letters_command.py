"""Letters to persons: what became of them, and sending those that wait."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from avow.common.exits import Exit
from avow.common.languages import LANGUAGES
from avow.declaration.model import Controller
from avow.duties.correspondence.addresses import Address, address
from avow.duties.correspondence.letters import Counted, State
from avow.duties.correspondence.message import Sender
from avow.duties.correspondence.outbox import counted
from avow.duties.correspondence.relay import RelayError, relay
from avow.duties.correspondence.sending import Hands, Sent, send
from avow.duties.correspondence.wording import all_wordings
from avow.faces.cli.desk import opened, state_options
from avow.faces.cli.opened import json_option

FAULTS = (State.BOUNCED, State.FAILED, State.GIVEN_UP, State.UNREACHABLE)


@click.command()
@click.option("--send", "is_send", is_flag=True, help="Send what waits and may be tried now.")
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
    smtp_url: str | None,
    written_by: str | None,
    returns: str | None,
    *,
    is_send: bool,
    is_json: bool,
) -> None:
    """Count letters by what became of them; send what waits, show their words.

    Shows counts only, never an address. Ends with 1 when letters did not arrive.
    """
    if preview is not None:
        _preview(preview, own)
        return
    with opened(folder, database_url) as desk:
        sent = None
        if is_send:
            there = relay(_given(smtp_url), os.environ)
            by = sender(desk.declaration.controller, written_by, returns)
            state = desk.state
            sent = send(Hands(state.store, state.ring, state.clock, by, there, desk.tell))
        found = counted(desk.state.store)
    if is_json:
        told = {"letters": found, **({"sent": sent} if sent else {})}
        click.echo(msgspec.json.encode(told).decode())
    else:
        _shown(found, sent)
    is_lost = any(each.state in FAULTS for each in found)
    raise SystemExit(Exit.FINDINGS if is_lost else Exit.OK)


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


def _shown(found: tuple[Counted, ...], sent: Sent | None) -> None:
    if sent is not None:
        click.echo(sentence(sent))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for (kind, channel, state, reason), letters in _merged(found).items():
        table.add_row(kind, channel, state, reason, f"{letters:,}")
    Console(highlight=False).print(table if found else "no letter was written yet")


def _merged(found: tuple[Counted, ...]) -> Mapping[tuple[str, str, str, str], int]:
    """Counts without the languages."""
    merged: dict[tuple[str, str, str, str], int] = {}
    for each in found:
        key = (each.kind, str(each.channel), str(each.state), each.reason)
        merged[key] = merged.get(key, 0) + each.letters
    return merged


def sentence(sent: Sent) -> str:
    """What a run did, in one line."""
    parts = [f"{sent.taken:,} letters were taken by the server"]
    parts += [f"{sent.later:,} put off"] if sent.later else []
    parts += [f"{sent.refused:,} refused for good"] if sent.refused else []
    parts += [f"{sent.cut:,} cut off and waiting"] if sent.cut else []
    parts += [f"{sent.given_up:,} given up"] if sent.given_up else []
    return ", ".join(parts)
