"""Render the notice of a declaration: pages and PDF in every language, with their hashes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import click
import msgspec

from avow.common.exits import Exit
from avow.declaration.model import Declaration
from avow.duties.notice.rendering.build import notice_of
from avow.duties.notice.rendering.model import Notice
from avow.duties.notice.rendering.page import BESIDE, digest_of_page, render_html, residue
from avow.duties.notice.rendering.pdf import render_pdf
from avow.duties.notice.rendering.refusals import NoticeError
from avow.duties.notice.rendering.whole import published_at
from avow.faces.cli.opened import day_option, json_option, on, path_argument, sound


@dataclass(frozen=True, slots=True)
class Made:
    """One file of the notice: its size in bytes, its SHA-256, and what is wrong with its words."""

    file: str
    size: int
    digest: str
    is_draft: bool
    missing: tuple[str, ...]
    left: tuple[str, ...] = ()


@click.command()
@path_argument
@click.option("--language", "only", multiple=True, help="Only this language; as often as wanted.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write the files to; without it they are only measured.",
)
@click.option("--pdf", "with_pdf", is_flag=True, help="Make the PDF of each language too.")
@day_option
@json_option
def command(
    path: Path,
    only: tuple[str, ...],
    out: Path | None,
    day: date | None,
    *,
    with_pdf: bool,
    is_json: bool,
) -> None:
    """Render the notice of the declaration in PATH and say sizes, hashes and what is missing.

    Without --out the hashes are those that publishing would keep; files in one folder link to each
    other and have others. Ends with 1 where something is still to be filled in: such a page is
    never published.
    """
    declaration, _ = sound(path)
    begun = time.perf_counter()
    languages = _chosen(declaration, only)
    judged = on(day, declaration)
    made = [m for code in languages for m in _made(declaration, code, judged, out, with_pdf)]
    took = time.perf_counter() - begun
    if is_json:
        click.echo(msgspec.json.encode(made).decode())
    else:
        for each in made:
            click.echo("\n".join(_lines(each)))
        click.echo(f"{len(made)} files in {took:.1f} s")
    if any(each.left for each in made):
        raise SystemExit(Exit.FINDINGS)


def _chosen(declaration: Declaration, only: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [language for language in only if language not in declaration.languages]
    if unknown or not declaration.languages:
        names = ", ".join(f"`{language}`" for language in unknown)
        raise NoticeError(
            f"there is no notice in {names}" if unknown else "the notice has no language",
            because="the declaration has " + (", ".join(declaration.languages) or "none"),
            help="name it under `languages` and write its `texts/<language>.md`",
            code="AV640",
        )
    return only or declaration.languages


def _made(
    declaration: Declaration, language: str, day: date, out: Path | None, with_pdf: bool
) -> Iterator[Made]:
    notice = notice_of(declaration, language, day)
    beside = BESIDE if with_pdf else replace(BESIDE, pdf="")
    html = render_html(notice, published_at() if out is None else beside)
    names = frozenset(cookie.name for cookie in declaration.cookies)
    yield _written(notice, f"{language}.html", html, out, residue(html, names))
    if with_pdf:
        yield _written(notice, f"{language}.pdf", render_pdf(notice), out)


def _written(
    notice: Notice, file: str, content: bytes, out: Path | None, left: tuple[str, ...] = ()
) -> Made:
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / file).write_bytes(content)
    missing = tuple(f"{each.kind} {each.id}" for each in notice.missing)
    return Made(file, len(content), digest_of_page(content), bool(notice.draft), missing, left)


def _lines(made: Made) -> Iterator[str]:
    draft = "  draft: nobody approved these words" if made.is_draft else ""
    yield f"{made.file}  {made.size:,} bytes  sha256 {made.digest}{draft}"
    if made.file.endswith(".html"):
        if made.missing:
            said = ", ".join(f"`{each}`" for each in made.missing[:_SHOWN])
            more = len(made.missing) - _SHOWN
            yield f"  no words for {said}" + (f" and {more} more" if more > 0 else "")
        if made.left:
            yield "  still to be filled in: " + ", ".join(f"`{each}`" for each in made.left)


_SHOWN = 8
"""Missing words that are named on a line; `--json` names all."""
