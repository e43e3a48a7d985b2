"""Propose a declaration from a statement in prose: a text, a PDF, a page or a docx.

The file is read in a process of its own, with bounded memory and time. Nothing is invented: each
proposal names the words that say so, and waits for a person to confirm it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click
import msgspec

from avow.common.exits import Exit
from avow.common.languages import LANGUAGES
from avow.declaration.check.run import check
from avow.declaration.load import load
from avow.duties.discovery.importing.child import content_of, read_apart
from avow.duties.discovery.importing.laying import lay, name_of, refuse_existing
from avow.duties.discovery.importing.model import Imported
from avow.duties.discovery.importing.refused import NotImported
from avow.duties.discovery.importing.rendering import digest
from avow.duties.discovery.importing.report import counts
from avow.faces.cli.opened import json_option, on
from avow.faces.cli.render_findings import summary

_NO_FOLDER = frozenset({"AV159", "AV160"})


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--into", "folder", type=click.Path(path_type=Path), default=None,
    help="Folder to make; called after the file without it. An existing one is refused.",
)  # fmt: skip
@click.option(
    "--language", type=click.Choice(LANGUAGES), default=None,
    help="Of the statement; told by its small words without it.",
)  # fmt: skip
@json_option
def command(file: Path, folder: Path | None, language: str | None, *, is_json: bool) -> None:
    """Propose a declaration from the privacy statement in FILE (txt, PDF, HTML or docx).

    A folder is made with the promises by their numbers, what they seem to declare, the texts, the
    source with its sha256, and import.md: what was proposed and from which words, what must be
    decided, and what could not be placed.
    """
    try:
        target = folder or Path(name_of(file.with_suffix("")))
        refuse_existing(target)
        content = content_of(file)
        imported = read_apart(content, file.name, language)
        written = lay(imported, target, file, content)
    except NotImported as error:
        if error.code not in _NO_FOLDER:
            raise
        click.echo(str(error), err=True)
        raise SystemExit(Exit.REFUSED) from None
    if is_json:
        said = _as_json(imported, target, written, content)
        click.echo(msgspec.json.format(msgspec.json.encode(said)).decode())
    else:
        click.echo("\n".join(_lines(imported, target)))


def _lines(imported: Imported, folder: Path) -> Iterator[str]:
    found = counts(imported)
    sure = "" if imported.is_sure else " (not clearly)"
    yield f"{folder}: {found['clauses']:,} promises, in {imported.language}{sure}"
    yield (
        f"  proposed: {found['collection']:,} collection points with {found['item']:,} items, "
        f"{found['purpose']:,} purposes, {found['recipient']:,} recipients, "
        f"{found['retention']:,} periods, {found['right']:,} rights"
    )
    yield f"  to decide: {found['questions']:,}; not placed: {found['unplaced']:,}"
    yield f"  residue kept apart: {found['residue']:,}"
    yield from (f"  not read: {each.where}: {each.why}" for each in imported.source.unread)
    yield f"  as it stands: {_as_it_stands(folder)}"
    yield f"next: read {folder / 'import.md'}, confirm or change, then\n  avow check {folder}"


def _as_it_stands(folder: Path) -> str:
    """What `avow check` counts before anybody has confirmed a word."""
    loaded = load(folder)
    declaration = loaded.declaration
    more = check(declaration, on(None, declaration)) if declaration else ()
    return summary([*loaded.findings, *more])


def _as_json(
    imported: Imported, folder: Path, written: list[str], content: bytes
) -> dict[str, object]:
    """Everything but the source itself."""
    return {
        "folder": str(folder),
        "files": written,
        "original": digest(content),
        "normalised": digest(imported.source.text.encode()),
        "format": imported.source.form,
        "language": imported.language,
        "sure": imported.is_sure,
        "counts": counts(imported),
        "segments": [asdict(segment) for segment in imported.segments],
        "proposals": [asdict(p) | {"values": dict(p.values)} for p in imported.proposals],
        "questions": [asdict(question) for question in imported.questions],
        "unplaced": [{"clause": clause, "span": asdict(s)} for clause, s in imported.unplaced],
        "unread": [asdict(each) for each in imported.source.unread],
    }
