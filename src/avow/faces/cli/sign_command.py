"""Sign a decision of the interpretation, so that it takes effect.

A signature is given over exactly what the decision says; a decision that is changed afterwards has
to be signed again. Only approvers sign, nobody signs their own, the data-protection officer never.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from avow.common.errors import AvowError
from avow.common.exits import Exit
from avow.declaration.interpretation import may_sign, objection
from avow.declaration.model import Decision, Declaration, Signature
from avow.declaration.signing import FILE, append_signatures
from avow.faces.cli.opened import day_option, on, path_option, sound


class NotSigned(AvowError):
    """A decision may not be signed so (AV233)."""

    code = "AV233"


@click.command()
@click.argument("decisions", nargs=-1)
@click.option("--as", "person", required=True, help="Who signs: an id under `people`.")
@click.option("--all", "is_all", is_flag=True, help="Sign every decision not signed yet.")
@path_option
@day_option
def command(
    decisions: tuple[str, ...], person: str, path: Path, day: date | None, *, is_all: bool
) -> None:
    """Sign DECISIONS as a PERSON; the signatures are added to interpretation/signatures.yaml."""
    if bool(decisions) == is_all:
        raise click.UsageError("name decisions, or say --all")
    if not path.is_dir():
        raise NotSigned(
            "signatures are kept in the folder of a declaration",
            because=f"`{path}` is one file",
            help="move it into a folder of its own and name the folder",
        )
    declaration, _ = sound(path)
    chosen = _unsigned(declaration) if is_all else [_named(declaration, n) for n in decisions]
    signatures = [_signed(declaration, d, person, on(day, declaration)) for d in chosen]
    append_signatures(path, signatures)
    for decision in chosen:
        click.echo(f"{person} signed `{decision.id}` ({decision.digest[:19]}…)")
    click.echo(f"{len(chosen)} signed, in {path / FILE}" if chosen else "nothing to sign")
    raise SystemExit(Exit.OK)


def _named(declaration: Declaration, name: str) -> Decision:
    decision = declaration.decisions.get(name)
    if decision is None:
        raise NotSigned(f"there is no decision `{name}`", help="`avow check` names them")
    return decision


def _unsigned(declaration: Declaration) -> list[Decision]:
    return [d for d in declaration.decisions.values() if not _is_signed(declaration, d)]


def _is_signed(declaration: Declaration, decision: Decision) -> bool:
    mine = (s for s in declaration.signatures if s.decision == decision.id)
    return any(not objection(declaration, signature) for signature in mine)


def _signed(declaration: Declaration, decision: Decision, person: str, day: date) -> Signature:
    why = may_sign(declaration, decision, person)
    if why:
        raise NotSigned(f"`{person}` may not sign `{decision.id}`", because=why)
    if _is_signed(declaration, decision):
        raise NotSigned(f"`{decision.id}` is signed already", help="there is nothing to do")
    return Signature(decision.id, decision.digest, person, day)
