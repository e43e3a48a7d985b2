"""Compare the live schemas with the data map, and with the schemas accepted last.

Systems are only read: their catalogues, and bounded samples of JSON columns, of which paths are
taken and no value.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import click
import msgspec

from avow.common.exits import Exit
from avow.common.findings import Severity
from avow.declaration.load import Loaded
from avow.declaration.model import Declaration
from avow.duties.discovery.drift.accepted import text_of
from avow.duties.discovery.drift.edit import Edit
from avow.duties.discovery.drift.looking import BLIND, Looked, look
from avow.duties.discovery.drift.ready import Ready, ready
from avow.faces.cli.opened import json_option, path_option, sound
from avow.faces.cli.render_findings import as_sarif, lines, plain, summary


@click.command()
@click.argument("systems", metavar="[SYSTEM]...", nargs=-1)
@path_option
@click.option("--patch", "is_patch", is_flag=True, help="Answer with changes of the map as a diff.")
@click.option("--accept", "is_accepting", is_flag=True, help="Write the live schemas as accepted.")
@click.option("--structure-only", is_flag=True, help="Do not look into JSON columns.")
@click.option(
    "--sarif",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="Also write the findings to this file, in SARIF 2.1.0.",
)
@json_option
def command(
    systems: tuple[str, ...],
    path: Path,
    *,
    is_patch: bool,
    is_accepting: bool,
    structure_only: bool,
    sarif: Path | None,
    is_json: bool,
) -> None:
    """Say how each SYSTEM (all without one) differs from what the declaration says of it.

    With --accept the structure of the mapped tables is kept in schema/SYSTEM.json beside the
    declaration; later changes of it are then said in words.
    """
    declaration, loaded = sound(path)
    names = _named(declaration, systems)
    looked = [look(declaration, path, name, inside=not structure_only) for name in names]
    if is_accepting:
        _accept(looked)
        looked = [look(declaration, path, name, inside=not structure_only) for name in names]
    drifted = [each for one in looked for each in one.drifted]
    patches = ready(loaded, (each.change for each in drifted))
    if sarif is not None:
        sarif.write_text(_sarif(looked, patches) + "\n", encoding="utf-8")
    if is_patch:
        click.echo(patches.whole(), nl=False)
        click.echo(summary([each.finding for each in drifted]), err=True)
    elif is_json:
        click.echo(_json(looked, patches))
    else:
        click.echo("\n".join(_lines(looked, patches, loaded)))
    raise SystemExit(exit_of(looked))


def _named(declaration: Declaration, systems: tuple[str, ...]) -> tuple[str, ...]:
    known = declaration.datamap.systems
    for name in systems:
        if name not in known:
            there = ", ".join(known) or "none"
            raise click.UsageError(f"no system `{name}` in the data map; there are: {there}")
    return tuple(dict.fromkeys(systems)) or tuple(known)


def _accept(looked: list[Looked]) -> None:
    for each in looked:
        if each.live is not None:
            each.file.parent.mkdir(exist_ok=True)
            each.file.write_text(text_of(each.live), encoding="utf-8")


def exit_of(looked: list[Looked]) -> Exit:
    """4 when a system is unknown, 1 when something must be looked at, 5 when only the inside of a
    column is unknown, 0 otherwise: what is merely worth knowing (level I) is no failure."""
    findings = [each.finding for one in looked for each in one.drifted]
    if any(one.live is None for one in looked):
        return Exit.UNREACHABLE
    if any(f.is_error or f.severity is not Severity.I for f in findings):
        return Exit.FINDINGS
    return Exit.INCOMPLETE if any(f.code == BLIND for f in findings) else Exit.OK


def _lines(looked: list[Looked], patches: Ready, loaded: Loaded) -> Iterator[str]:
    for one in looked:
        for each in one.drifted:
            yield from lines(each.finding, loaded.sources)
            if each.change in patches.changes:
                yield f"  patch    {each.change}"
    yield from (_state(one) for one in looked)
    yield summary([each.finding for one in looked for each in one.drifted])


def _state(one: Looked) -> str:
    """What a system was held against, on one line."""
    if one.live is None:
        return f"{one.system}: unknown"
    found = len(one.drifted)
    said = "no drift" if not found else f"{found} difference{'s' if found > 1 else ''}"
    if one.was_accepted:
        return f"{one.system}: {said}, against the map and {one.file}"
    return (
        f"{one.system}: {said}, against the map alone: without {one.file} (`avow drift --accept`) "
        "nobody sees changed types, dropped columns, and new ones under `rest` or of nobody's rows"
    )


def _json(looked: list[Looked], patches: Ready) -> str:
    said = {
        "systems": [
            {
                "system": one.system,
                "state": "unknown" if one.live is None else "looked at",
                "accepted": str(one.file) if one.was_accepted else None,
            }
            for one in looked
        ],
        "findings": [
            {
                **plain(each.finding),
                "system": each.system,
                "name": each.name,
                "change": str(each.change) if each.change in patches.changes else None,
                "patch": patches.of(each.change) or None,
            }
            for one in looked
            for each in one.drifted
        ],
        "patch": patches.whole() or None,
    }
    return msgspec.json.format(msgspec.json.encode(said), indent=2).decode()


def _sarif(looked: list[Looked], patches: Ready) -> str:
    """The findings, each with the change that would end it as a fix, and whether all was seen."""
    drifted = [each for one in looked for each in one.drifted]
    log = msgspec.json.decode(as_sarif([each.finding for each in drifted]))
    is_whole = all(one.live is not None for one in looked)
    log["runs"][0]["invocations"] = [{"executionSuccessful": is_whole}]
    for result, each in zip(log["runs"][0]["results"], drifted, strict=True):
        changes = [
            {"artifactLocation": {"uri": quote(Path(file).as_posix())}, "replacements": _fix(edits)}
            for file, edits in patches.edits_of(each.change).items()
        ]
        if changes:
            said = {"text": str(each.change)}
            result["fixes"] = [{"description": said, "artifactChanges": changes}]
    return msgspec.json.format(msgspec.json.encode(log), indent=2).decode()


def _fix(edits: list[Edit]) -> list[dict[str, object]]:
    return [
        {
            "deletedRegion": {"charOffset": edit.start, "charLength": edit.end - edit.start},
            "insertedContent": {"text": edit.text},
        }
        for edit in edits
    ]
