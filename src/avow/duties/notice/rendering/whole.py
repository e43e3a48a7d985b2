"""The pages of an edition in full: what publishing is given to render with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from avow.declaration.model import Declaration
from avow.duties.notice.rendering.build import notice_of
from avow.duties.notice.rendering.page import Addresses, render_html
from avow.duties.notice.rendering.pdf import can_typeset, render_pdf


class WholeNotice:
    """Renders the page, and the PDF where the typesetter is installed. A page links a PDF only
    where there is one."""

    def html(self, declaration: Declaration, language: str, day: date) -> bytes:
        """The page."""
        return render_html(notice_of(declaration, language, day), published_at())

    def pdf(self, declaration: Declaration, language: str, day: date) -> bytes | None:
        """The document; None where none can be made."""
        return render_pdf(notice_of(declaration, language, day)) if can_typeset() else None


def published_at() -> Addresses:
    """The addresses of a published edition."""
    return Addresses() if can_typeset() else replace(Addresses(), pdf="")
