"""Write a declaration as TILT, as linked data, or as the registers of art. 30."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
import msgspec

from avow.common.languages import LANGUAGES
from avow.declaration.check.found import listed
from avow.duties.notice.exports.choosing import Form, export, write
from avow.duties.notice.exports.document import Export
from avow.faces.cli.opened import day_option, json_option, on, path_argument, sound


@click.command()
@path_argument
@click.option(
    "--as",
    "form",
    type=click.Choice([str(each) for each in Form]),
    required=True,
    help="TILT, the Data Privacy Vocabulary, or the registers.",
)
@click.option(
    "--language",
    "languages",
    type=click.Choice(LANGUAGES),
    multiple=True,
    help="May be said several times; every declared language without it.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder of the files; the current one without it.",
)
@day_option
@json_option
def command(
    path: Path,
    form: str,
    languages: tuple[str, ...],
    out: Path,
    day: date | None,
    *,
    is_json: bool,
) -> None:
    """Write the declaration in PATH in another form, and tell what that form cannot say.

    TILT and the registers are one file per language; the registers are a spreadsheet, a table
    with commas and a PDF, with their day in the name. Each file is told with its SHA-256.
    """
    declaration, _ = sound(path)
    spoken = languages or tuple(x for x in declaration.languages if x in LANGUAGES) or ("en",)
    made = export(declaration, Form(form), spoken, on(day, declaration))
    for file in made.files:
        write(out, file, is_snapshot=form == Form.REGISTER)
    click.echo(_as_json(made) if is_json else _as_text(made, out))


def _as_text(made: Export, out: Path) -> str:
    lines = [f"{out / f.name}  {len(f.content):,} bytes  sha256:{f.digest}" for f in made.files]
    if made.losses:
        lines.append("What is lost, or not declared:")
        lines += [f"  {loss.what}: {listed(loss.about)}" for loss in made.losses]
    else:
        lines.append("Nothing is lost.")
    return "\n".join(lines)


def _as_json(made: Export) -> str:
    told = {
        "files": [
            {"name": f.name, "bytes": len(f.content), "sha256": f.digest} for f in made.files
        ],
        "losses": made.losses,
    }
    return msgspec.json.encode(told).decode()
