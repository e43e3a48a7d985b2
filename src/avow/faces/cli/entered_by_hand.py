"""What the commands that enter a request by hand share: whom it is about, and what is said then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from avow.duties.requests.book import Person
from avow.duties.requests.intake.bulk import MARKETING, asking
from avow.duties.requests.intake.entering import Entered, IntakeError
from avow.duties.requests.words import Right

Command = TypeVar("Command", bound=Callable[..., object])
RIGHTS = (*(str(right) for right in Right), MARKETING)


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file that says who asks."""

    name: str = ""
    email: str = ""
    postal: str = ""
    language: str = ""
    identities: tuple[tuple[str, str], ...] = ()


def about_whom(command: Command) -> Command:
    """The options that say who asks what, and who enters it."""
    file = click.Path(path_type=Path, exists=True, dir_okay=False)
    for option in (
        click.option("--words", "own", type=click.Path(path_type=Path, file_okay=False),
                     help="Folder with words of your own, `request-received.LANGUAGE.txt`."),
        click.option("--as", "by", required=True, help="Id of the person who enters it."),
        click.option("--text", type=file, help="File with what was said or is written."),
        click.option("--who", "whom", type=file,
                     help="JSON file: name, email, postal, language, identities."),
        click.option("--ask", "rights", multiple=True, type=click.Choice(RIGHTS),
                     help="What is asked; without it the text is looked through."),
    ):  # fmt: skip
        command = option(command)
    return command


def asked(rights: tuple[str, ...]) -> tuple[tuple[Right, bool], ...]:
    """Rights as the command line writes them."""
    found = [asking(right) for right in dict.fromkeys(rights)]
    return tuple((each.right, each.marketing) for each in found)


def person(file: Path | None) -> Person:
    """Who asks, from a file; nobody known without one.

    Raises:
        IntakeError: AV690, the file cannot be read.
    """
    if file is None:
        return Person()
    try:
        given = msgspec.json.decode(file.read_bytes(), type=Given)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise IntakeError(
            f"`{file.name}` does not say who asks",
            because="it is no JSON with name, email, postal, language or identities",
            help='write {"name": "…", "email": "…", "identities": [["kind", "value"]]}',
        ) from None
    return as_person(given)


def as_person(given: Given) -> Person:
    """Who asks, as it is kept."""
    mail = (("email", given.email),) if given.email else ()
    return Person(
        name=given.name, language=given.language, email=given.email, postal=given.postal,
        identities=tuple(dict.fromkeys((*given.identities, *mail))),
    )  # fmt: skip


def entered(done: Entered) -> None:
    """Say what was entered, by ids alone."""
    request = done.request
    rights = ", ".join(str(item.right) for item in request.items.values())
    click.echo(f"{request.id}: arrived {request.received}, asks {rights or 'what is to be said'}")
    for other in done.linked:
        click.echo(f"linked to {other}")
    click.echo(f"{done.letters} letters written to say that it arrived")
