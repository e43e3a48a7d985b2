"""What is wrong with how avow is set up here: findings, at start, before anybody relies on it.

Nothing is contacted. Secrets are named and never shown: what looks like one written out is a
finding, and is not quoted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from urllib.parse import urlsplit

from avow.common.errors import AvowError
from avow.common.findings import Finding
from avow.declaration.load import resolve_url
from avow.declaration.model import BY_EMAIL, Declaration
from avow.duties.correspondence.addresses import address
from avow.duties.correspondence.relay import relay

SMTP, WRITER, READ = "AVOW_SMTP_URL", "AVOW_LETTERS_FROM", "AVOW_MAILBOX_URL"


def configuration(declaration: Declaration, environment: Mapping[str, str]) -> tuple[Finding, ...]:
    """Every finding about the set-up, in the order in which it would be noticed."""
    return (
        *_systems(declaration, environment),
        *_letters(declaration, environment),
        *_mailbox(declaration, environment),
        *_documents(),
    )


def _systems(declaration: Declaration, environment: Mapping[str, str]) -> Iterator[Finding]:
    for system in declaration.datamap.systems.values():
        if urlsplit(system.url).password and "${" not in system.url:
            yield Finding(
                "AV960",
                f"the address of system `{system.name}` shows a password",
                system.place,
                because="who may read the declaration may then read the system",
                help="name a variable of the environment: `${NAME}`",
            )
        try:
            resolve_url(system, environment)
        except AvowError as error:
            yield Finding(
                "AV961",
                f"system `{system.name}` cannot be reached: {error.what}",
                system.place,
                because="every promise about it stays unknown",
                help="set the variable for this process",
            )


def _letters(declaration: Declaration, environment: Mapping[str, str]) -> Iterator[Finding]:
    if not environment.get(SMTP):
        yield Finding(
            "AV962",
            "no mail server is named, so no letter leaves",
            because="acknowledgements, answers and notices of change would wait",
            help=f"set `{SMTP}` to `smtp://user:${{SMTP_PASSWORD}}@host:587`",
        )
        return
    try:
        relay(environment[SMTP], environment)
    except AvowError as error:
        yield Finding("AV962", f"no letter leaves: {error.what}", help=error.help)
    writer = environment.get(WRITER) or declaration.controller.email
    if address(writer) is None:
        yield Finding(
            "AV963",
            "letters have no sender",
            because="the declaration names no `email` of the controller",
            help=f"set `{WRITER}`, or `email` of the controller",
        )


def _mailbox(declaration: Declaration, environment: Mapping[str, str]) -> Iterator[Finding]:
    if any(each["right"] == BY_EMAIL for each in declaration.rights) and not environment.get(READ):
        yield Finding(
            "AV964",
            "a mailbox for requests is promised, and nobody reads it here",
            because="the term of a request runs from its arrival, read or not",
            help=f"set `{READ}`, or hand messages in: `avow request receive mail`",
        )


def _documents() -> Iterator[Finding]:
    if find_spec("typst") is None:
        yield Finding(
            "AV965",
            "no PDF can be made here: the typesetter is not installed",
            because="answers, letters on paper and dossiers come as pages and data only",
            help="install avow with its extra: `avow[paper]`",
        )
