"""The pages of an edition in full: what publishing is given to render with."""

from __future__ import annotations

from datetime import date

from avow.declaration.model import Declaration
from avow.duties.notice.rendering.build import notice_of
from avow.duties.notice.rendering.page import render_html
from avow.duties.notice.rendering.pdf import render_pdf
from avow.duties.notice.rendering.refusals import NoticeError


class WholeNotice:
    """Renders the page, and the PDF where the typesetter is installed."""

    def html(self, declaration: Declaration, language: str, day: date) -> bytes:
        """The page."""
        return render_html(notice_of(declaration, language, day))

    def pdf(self, declaration: Declaration, language: str, day: date) -> bytes | None:
        """The document; None where none can be made."""
        try:
            return render_pdf(notice_of(declaration, language, day))
        except NoticeError:
            return None
