"""The notice as one HTML page: its style stands in it, no script, nothing from anywhere else."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from avow.common.languages import LANGUAGES, SOURCE_LANGUAGE, words
from avow.duties.notice.publishing.residue import left
from avow.duties.notice.rendering.model import Notice
from avow.duties.notice.rendering.said import href_of

TEMPLATES = Path(__file__).parent.parent / "templates"
_UNREAD = re.compile(r"<(style|head)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the pages of an edition stand: `{language}` is filled in. An empty one is no link."""

    page: str = "/notice/{version}/{language}/"
    pdf: str = "/notice/{version}/{language}.pdf"
    archive: str = "/notice/archive/{language}/"


BESIDE = Addresses("{language}.html", "{language}.pdf", "")
"""Files in one folder."""


def render_html(notice: Notice, at: Addresses | None = None) -> bytes:
    """The page, whole. The same notice gives the same bytes."""
    at = at or Addresses()
    places = {
        code: at.page.format(version=notice.version, language=code) for code, _ in notice.languages
    }
    given = {"version": notice.version, "language": notice.language}
    page = _environment(_ours(notice.language)).get_template("notice.html")
    text = page.render(
        notice=notice,
        places=places,
        pdf=at.pdf.format(**given),
        archive=at.archive.format(**given),
    )
    return text.encode()


def digest_of_page(page: bytes) -> str:
    """SHA-256 of a page, in hexadecimal: what an edition is known by."""
    return hashlib.sha256(page).hexdigest()


def residue(html: bytes, known: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Placeholders, unresolved keys and marks of another page among the words of a page. `known`
    are names that look like keys: those of cookies."""
    return tuple(found.words for found in left(unescape(_UNREAD.sub(" ", html.decode())), known))


def _ours(language: str) -> str:
    return language if language in LANGUAGES else SOURCE_LANGUAGE


@cache
def _environment(language: str) -> Environment:
    """The template with our wording in a language. Everything that is filled in is escaped."""
    found = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    style = (TEMPLATES / "notice.css").read_text(encoding="utf-8")
    found.globals.update(
        {"_": words(language).say, "href_of": href_of, "style": Markup(style)}  # noqa: S704 -- ours
    )
    return found
