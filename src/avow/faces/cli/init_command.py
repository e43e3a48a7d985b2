"""Propose a first declaration for a database, or lay out a small example to try.

The database is only read: its catalogue, bounded samples, and one count. No value of a row is
shown or stored, and no password is written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import msgspec
from rich.console import Console

from avow.common.calendar import local_day
from avow.common.exits import Exit
from avow.duties.discovery import example
from avow.duties.discovery.addresses import Named, named
from avow.duties.discovery.looking import NothingToPropose, propose
from avow.duties.discovery.proposal import Guess, Proposal, Source
from avow.duties.discovery.writing import bare_yaml, fact, yaml_of
from avow.faces.cli.opened import json_option, now

FILE = Path("avow.yaml")
_NEXT = ("avow check avow.yaml", "avow plan --preview avow.yaml")
_MOST_SHOWN = 5


@click.command()
@click.argument("url", required=False)
@click.option("--force", is_flag=True, help="Overwrite avow.yaml (and calls.db of the example).")
@json_option
def command(url: str | None, *, force: bool, is_json: bool) -> None:
    """Propose avow.yaml for the database at URL, which is only read.

    URL is postgresql://account@host/database, mariadb://account@host/database, the path of an
    SQLite file, or '${NAME}' of a variable that holds it. Without URL a small example is laid out
    in this folder.
    """
    _refuse_overwriting([FILE] if url else [FILE, Path(example.DATABASE)], force=force)
    if url is None:
        _lay_example(is_json=is_json)
        return
    place = named(url, os.environ, _zone())
    proposal = _looked_at(place, is_json=is_json)
    if proposal is None:
        return
    text = yaml_of(proposal)
    FILE.write_text(text, encoding="utf-8")
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode(_as_json(proposal, text))).decode())
    else:
        click.echo("\n".join(_lines(proposal, is_set=_is_set(proposal))))


def _looked_at(place: Named, *, is_json: bool) -> Proposal | None:
    """The proposal. Where there is none only the system is named, so that `avow map` can go on; an
    empty system ends the command."""
    today = local_day(now(), place.source.zone)
    try:
        with Console(stderr=True).status(f"looking at {place.source.system}, read-only"):
            return propose(place.source, place.address, today)
    except NothingToPropose as error:
        if not error.tables:
            click.echo(str(error), err=True)
            raise SystemExit(Exit.FINDINGS) from None
        text = bare_yaml(place.source, error.tables, today)
        FILE.write_text(text, encoding="utf-8")
        _say_bare(place.source, error, text, is_json=is_json)
        return None


def _say_bare(source: Source, error: NothingToPropose, text: str, *, is_json: bool) -> None:
    after = f"avow map {source.system}"
    if is_json:
        said = {
            "file": str(FILE),
            "system": asdict(source),
            "tables": error.tables,
            "because": error.because,
            "declaration": text,
            "next": [after],
        }
        click.echo(msgspec.json.format(msgspec.json.encode(said)).decode())
        return
    click.echo(f"{FILE}: only the name of {source.system} ({error.tables:,} tables), read-only")
    click.echo(f"  {error.because}")
    click.echo(f"next: whose are the rows?\n  {after}")


def _refuse_overwriting(files: list[Path], *, force: bool) -> None:
    there = [str(file) for file in files if file.exists()]
    if there and not force:
        click.echo(f"{' and '.join(there)} exists; --force overwrites it", err=True)
        raise SystemExit(Exit.REFUSED)


def _lay_example(*, is_json: bool) -> None:
    example.lay(Path())
    FILE.write_text(example.declaration(), encoding="utf-8")
    commands = [*_NEXT, "avow explain phone.call:1 --declaration avow.yaml"]
    if is_json:
        said = {"file": str(FILE), "database": example.DATABASE, "next": commands}
        click.echo(msgspec.json.encode(said).decode())
        return
    click.echo(f"{FILE} and {example.DATABASE}: a telephone system with four recordings, made up")
    click.echo("next:")
    click.echo("\n".join(f"  {line}" for line in commands))


def _zone() -> str:
    """The zone of this machine, where it says one: a guess until the controller is asked."""
    link = Path("/etc/localtime")
    said = os.environ.get("TZ") or (str(link.resolve()) if link.is_symlink() else "")
    found = said.rpartition("zoneinfo/")[2]
    try:
        return ZoneInfo(found).key if "/" in found else "UTC"
    except (ValueError, KeyError, OSError):
        return "UTC"


def _is_set(proposal: Proposal) -> bool:
    """Whether the variable in the declaration is set here."""
    return bool(os.environ.get(proposal.source.variable or ""))


def _lines(proposal: Proposal, *, is_set: bool) -> Iterator[str]:
    source, chosen = proposal.source, proposal.chosen
    yield f"{FILE}: one table of {source.system} ({proposal.tables:,} tables), read-only"
    yield f"  {fact(proposal.measure, chosen.table.name)}, by `{chosen.moment.field}`"
    if chosen.owner:
        yield f"  owned by {chosen.owner.table}, by a foreign key"
    yield from (f"  {_guess(guess)}" for guess in chosen.guesses)
    if proposal.others:
        yield f"also possible: {_some(proposal.others)}"
    if proposal.gaps:
        yield f"not looked into: {_some([f'{g.table} ({g.why})' for g in proposal.gaps])}"
    yield "next: answer the lines with `?`, then"
    if source.variable and not is_set:
        yield f"  export {source.variable}=…   # the address that you gave; it is not in {FILE}"
    yield from (f"  {line}" for line in _NEXT)


def _guess(guess: Guess) -> str:
    said = f"{guess.field}: {guess.category}, by {guess.by}"
    if not guess.seen:
        return said
    return f"{said}: {guess.passed:,} of {guess.seen:,} (by chance {guess.chance:.1%})"


def _some(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - _MOST_SHOWN:,} more" if len(names) > _MOST_SHOWN else ""
    return ", ".join(names[:_MOST_SHOWN]) + more


def _as_json(proposal: Proposal, text: str) -> dict[str, object]:
    """The proposal with its evidence; the catalogue of the table is left out but for its key."""
    chosen = proposal.chosen
    return {
        "file": str(FILE),
        "system": asdict(proposal.source),
        "tables": proposal.tables,
        "dataset": chosen.table.name,
        "key": chosen.table.key,
        "owner": asdict(chosen.owner) if chosen.owner else None,
        "event": {"name": chosen.moment.event, "field": chosen.moment.field},
        "measure": asdict(proposal.measure),
        "fields": [asdict(guess) for guess in chosen.guesses],
        "at_most": proposal.at_most,
        "others": proposal.others,
        "gaps": [asdict(gap) for gap in proposal.gaps],
        "declaration": text,
        "next": list(_NEXT),
    }
