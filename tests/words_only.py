"""A notice as its words alone: a page without layout, clause by clause, with an anchor for each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import escape

from avow.common.languages import LANGUAGES, SOURCE_LANGUAGE, words
from avow.declaration.model import Declaration
from avow.duties.notice.publishing.plain import parts_of, plain_text


class WordsOnly:
    """Renders the words of a notice, who answers for it, and its day; no PDF."""

    def html(self, declaration: Declaration, language: str, day: date) -> bytes:
        """The page."""
        del day
        return "\n".join(_lines(declaration, language)).encode()

    def pdf(self, declaration: Declaration, language: str, day: date) -> bytes | None:
        """None is made."""
        del declaration, language, day
        return None


def _lines(declaration: Declaration, language: str) -> Iterator[str]:
    controller, edition = declaration.controller, declaration.edition
    yield f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">'
    yield f"<title>{escape(controller.name)}</title>\n</head>\n<body>\n<main>"
    yield f"<h1>{escape(controller.name)}</h1>"
    reached = (controller.address, controller.phone, controller.email, controller.officer)
    yield f"<p>{escape(' · '.join(filter(None, reached)))}</p>"
    if edition is not None and edition.changed is not None:
        spoken = words(language if language in LANGUAGES else SOURCE_LANGUAGE)
        printed = escape(spoken.day(edition.changed))
        yield f"<p>{escape(edition.version)} · <time>{printed}</time></p>"
    for id_, text in parts_of(plain_text(declaration, language)).items():
        anchor = id_.replace("# ", "section-")
        yield f'<section id="{escape(anchor)}"><h2>{escape(id_.removeprefix("# "))}</h2>'
        yield f"<p>{escape(text)}</p></section>"
    yield "</main>\n</body>\n</html>"
