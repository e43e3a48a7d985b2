"""The discovery file: which editions of the notice there are, for programs.

No standard is registered for such a file; its shape is ours and is documented.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from avow.declaration.model import Controller
from avow.duties.notice.publishing.model import Form, Publication, Standing, standing

SHAPE = "avow-privacy-notice/1"


def discovery(controller: Controller, editions: Iterable[Publication], day: date) -> dict[str, Any]:
    """What the file says on a day: the controller, how to reach it, and every public edition."""
    known = [edition for edition in editions if edition.is_public]
    current = next((e for e in known if standing(e, known, day) is Standing.IN_FORCE), None)
    return {
        "format": SHAPE,
        "controller": controller.name,
        "contact": {
            "address": controller.address,
            "phone": controller.phone,
            "email": controller.email,
            "data-protection-officer": controller.officer,
        },
        "archive": "/notice/archive/",
        "in-force": None if current is None else current.version,
        "editions": [_edition(edition, standing(edition, known, day)) for edition in known],
    }


def _edition(edition: Publication, now: Standing) -> dict[str, Any]:
    published = edition.published_at
    return {
        "version": edition.version,
        "standing": str(now),
        "published": published.date().isoformat() if published else None,
        "effective": edition.in_effect.isoformat() if edition.in_effect else None,
        "changed": edition.changed.isoformat(),
        "withdrawn": edition.withdrawn_at.date().isoformat() if edition.withdrawn_at else None,
        "withdrawn-because": edition.withdraw_reason if edition.withdrawn_at else None,
        "digest": f"sha256:{edition.digest}",
        "languages": {language: _pages(edition, language) for language in edition.languages},
    }


def _pages(edition: Publication, language: str) -> dict[str, Any]:
    html, pdf = edition.page(language, Form.HTML), edition.page(language, Form.PDF)
    here = f"/notice/{edition.version}/{language}"
    said: dict[str, Any] = {"draft-translation": html is not None and html.is_draft}
    if html is not None:
        said["html"] = {"address": f"{here}/", "sha256": html.digest}
    if pdf is not None:
        said["pdf"] = {"address": f"{here}.pdf", "sha256": pdf.digest}
    return said
