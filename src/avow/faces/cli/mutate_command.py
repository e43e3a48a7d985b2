"""Take one thing after the other out of a declaration, and see what notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import click
import msgspec

from avow.common.exits import Exit
from avow.declaration.mutating import Judged, judged
from avow.faces.cli.opened import day_option, json_option, on, path_argument, sound


@click.command()
@path_argument
@click.option("--all", "is_all", is_flag=True, help="Also show what was noticed, and by what.")
@json_option
@day_option
def command(path: Path, day: date | None, *, is_all: bool, is_json: bool) -> None:
    """Leave out each rule, link, field … of the declaration in PATH, and list what nobody notices.

    A survivor is a thing whose loss neither the check nor a test of the declaration would see. Ends
    with 1 when there is one.
    """
    declaration, _ = sound(path)
    found = list(judged(declaration, on(day, declaration)))
    click.echo(_json(found) if is_json else "\n".join(_lines(found, is_all=is_all)))
    raise SystemExit(Exit.FINDINGS if any(each.survived for each in found) else Exit.OK)


def _lines(found: Sequence[Judged], *, is_all: bool) -> Iterator[str]:
    for each in found:
        if is_all or each.survived:
            mutant, codes = each.mutant, Counter(f.code for f in each.noticed)
            said = ", ".join(f"{code} ({n})" for code, n in codes.items()) or "nobody notices"
            at = f"{mutant.place}: " if mutant.place.file else ""
            yield f"{at}without {mutant.kind} `{mutant.name}`: {said}"
    kinds = dict.fromkeys(each.mutant.kind for each in found)
    yield "; ".join(_counted(kind, [e for e in found if e.mutant.kind == kind]) for kind in kinds)


def _counted(kind: str, found: Sequence[Judged]) -> str:
    noticed = sum(not each.survived for each in found)
    return f"{kind}: {noticed} of {len(found)} noticed"


def _json(found: Sequence[Judged]) -> str:
    said = [
        {
            "kind": each.mutant.kind,
            "name": each.mutant.name,
            "place": str(each.mutant.place) if each.mutant.place.file else None,
            "survived": each.survived,
            "noticed": dict(Counter(f.code for f in each.noticed)),
        }
        for each in found
    ]
    return msgspec.json.encode(said).decode()
