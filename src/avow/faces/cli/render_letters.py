"""Letters in the terminal: counts by what became of them, and of who was told. No address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from avow.duties.correspondence.bounces import Followed
from avow.duties.correspondence.letters import Counted
from avow.duties.correspondence.sending import Sent
from avow.duties.notice.telling_checks import Standing


def shown(found: tuple[Counted, ...], did: Mapping[str, object]) -> None:
    """What was done, then the letters by kind, way and state."""
    for name, what in did.items():
        click.echo(_line(name, what))
    table = _table()
    for (kind, channel, state, reason), letters in _merged(found).items():
        table.add_row(kind, channel, state, reason, f"{letters:,}")
    Console(highlight=False).print(table if found else "no letter was written yet")


def shown_told(standings: Iterable[Standing]) -> None:
    """For each change and dataset: how many persons were told, and why others were not."""
    table, is_empty = _table(), True
    for each in standings:
        is_empty = False
        begun = "" if each.is_complete else ", the list of persons is not finished"
        table.add_row(each.case, f"by {each.last_day}{begun}")
        for count in each.counts:
            late = ", late" if count.state == "sent" and not count.in_time else ""
            why = f"{count.state}{late}" if count.state != "none" else ""
            words = " ".join(filter(None, (why, count.reason)))
            table.add_row("", str(count.item), words, f"{count.persons:,}")
    Console(highlight=False).print("nobody was told of a change yet" if is_empty else table)


def told_as_json(standings: Iterable[Standing]) -> list[dict[str, object]]:
    """The same for programs."""
    return [
        {
            "publication": each.case,
            "clause": each.clause,
            "by": each.last_day.isoformat(),
            "complete": each.is_complete,
            "own_letter_taken": each.canary_seen,
            "persons": [{**asdict(count), "item": str(count.item)} for count in each.counts],
        }
        for each in standings
    ]


def _table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)


def _merged(found: tuple[Counted, ...]) -> Mapping[tuple[str, str, str, str], int]:
    """Counts without the languages."""
    merged: dict[tuple[str, str, str, str], int] = {}
    for each in found:
        key = (each.kind, str(each.channel), str(each.state), each.reason)
        merged[key] = merged.get(key, 0) + each.letters
    return merged


def _line(name: str, what: object) -> str:
    match what:
        case Sent():
            return sentence(what)
        case Followed():
            return followed(what)
        case _:
            return f"{what:,} letters were {name}"


def followed(what: Followed) -> str:
    """What messages that came back were, in one line."""
    parts = [f"{what.bounced:,} letters came back, {what.hard:,} of them from a wrong address"]
    parts += [f"{what.known:,} were known before"] if what.known else []
    parts += [f"{what.delayed:,} delays"] if what.delayed else []
    parts += [f"{what.machines:,} answers of machines"] if what.machines else []
    parts += [f"{what.strange:,} bounces of no letter of ours"] if what.strange else []
    parts += [f"{what.people:,} messages that a person has to read"] if what.people else []
    parts += [f"{what.unreadable:,} unreadable"] if what.unreadable else []
    return ", ".join(parts)


def sentence(sent: Sent) -> str:
    """What a run did, in one line."""
    parts = [f"{sent.taken:,} letters were taken by the server"]
    parts += [f"{sent.later:,} put off"] if sent.later else []
    parts += [f"{sent.refused:,} refused for good"] if sent.refused else []
    parts += [f"{sent.cut:,} cut off and waiting"] if sent.cut else []
    parts += [f"{sent.given_up:,} given up"] if sent.given_up else []
    return ", ".join(parts)
