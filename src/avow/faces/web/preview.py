"""What would be published from a declaration, for the console: every page, and what stops it."""

from __future__ import annotations

from datetime import date

from avow.declaration.check.run import check
from avow.declaration.model import Declaration
from avow.duties.notice.rendering.build import notice_of
from avow.duties.notice.rendering.page import digest_of_page, render_html, residue
from avow.duties.notice.rendering.whole import published_at
from avow.faces.web.source import NoticeLanguage, NoticePreview, Obstacle


def preview_of(declaration: Declaration, day: date) -> NoticePreview:
    """The notice in every language, and the open defects of level E."""
    grave = [f for f in check(declaration, day) if f.is_grave]
    return NoticePreview(
        declaration.edition.version if declaration.edition else "",
        tuple(Obstacle(f.code, f.message, f.clauses) for f in grave),
        tuple(_language(declaration, language, day) for language in declaration.languages),
    )


def page_of(declaration: Declaration, language: str, day: date) -> bytes | None:
    """The page in a language; None in one that the declaration does not have."""
    if language not in declaration.languages:
        return None
    return render_html(notice_of(declaration, language, day), published_at())


def _language(declaration: Declaration, language: str, day: date) -> NoticeLanguage:
    notice = notice_of(declaration, language, day)
    page = render_html(notice, published_at())
    return NoticeLanguage(
        language,
        len(page),
        digest_of_page(page),
        bool(notice.draft),
        tuple(f"{missing.kind} {missing.id}" for missing in notice.missing),
        residue(page, frozenset(cookie.name for cookie in declaration.cookies)),
    )
