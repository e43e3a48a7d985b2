"""List the assessments that a declaration needs, or write the questions of one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
import msgspec
from rich.console import Console

from avow.common.exits import Exit
from avow.common.languages import LANGUAGES
from avow.declaration.interpretation import in_force
from avow.declaration.model import Declaration
from avow.declaration.publishing import AssessmentKind
from avow.duties.notice.assessment_template import Asked, assessed_by, template
from avow.duties.notice.assessments import register
from avow.faces.cli.opened import day_option, json_option, on, path_argument, sound
from avow.faces.cli.render_assessments import as_table, plain


@click.command()
@path_argument
@click.option(
    "--new",
    "kind",
    type=click.Choice([str(each) for each in AssessmentKind]),
    help="Write the questions of an assessment of this kind.",
)
@click.option("--of", help="The purpose, or for a transfer the recipient, that is assessed.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of the questions; named after what is assessed without it.",
)
@day_option
@json_option
def command(
    path: Path,
    kind: str | None,
    of: str | None,
    language: str,
    out: Path | None,
    day: date | None,
    *,
    is_json: bool,
) -> None:
    """List the assessments of the declaration in PATH, and how each stands on a day.

    Ends with 1 when one that the law asks for is missing, open, fails, does not count, or is past
    its review. Impact assessments are suggested where the structure shows criteria of art. 35.
    """
    declaration, _ = sound(path)
    when = on(day, declaration)
    if kind is not None:
        asked = Asked(AssessmentKind(kind), _known(declaration, kind, of), language)
        file = out or Path(f"{asked.of}-{asked.kind}.{language}.md")
        click.echo(_written(file, template(declaration, asked, when)))
        return
    law, _ = in_force(declaration, when)
    entries = register(declaration, law, when)
    if is_json:
        click.echo(msgspec.json.encode([plain(entry) for entry in entries]).decode())
    else:
        Console(highlight=False).print(as_table(entries))
    wanting = any(entry.is_wanting for entry in entries)
    raise SystemExit(Exit.FINDINGS if wanting else Exit.OK)


def _known(declaration: Declaration, kind: str, of: str | None) -> str:
    ids = assessed_by(declaration, AssessmentKind(kind))
    if of is None or of not in ids:
        what = "recipient" if kind == AssessmentKind.TRANSFER else "purpose"
        raise click.BadParameter(f"name a {what} of the declaration", param_hint="--of")
    return of


def _written(file: Path, text: str) -> str:
    """A new file: answers that somebody wrote are never overwritten."""
    try:
        with file.open("x", encoding="utf-8") as made:
            made.write(text)
    except OSError as error:
        said = f"`{file}` cannot be made: {error.strerror}"
        raise click.BadParameter(said, param_hint="--out") from None
    return f"{file}: answer the questions, then copy the part on top into the declaration"
