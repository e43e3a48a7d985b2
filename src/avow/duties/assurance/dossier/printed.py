"""A dossier on paper: a tagged PDF (PDF/UA-1), made from data alone."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import resources

import msgspec

from avow.duties.assurance.dossier.model import Dossier
from avow.duties.assurance.dossier.scopes import DossierRefused


def as_pdf(dossier: Dossier) -> bytes:
    """The dossier as a PDF.

    Raises:
        DossierRefused: AV932, the typesetter is not installed.
    """
    try:
        import typst  # noqa: PLC0415 -- an extra that most installations do not need
    except ImportError:
        raise DossierRefused(
            "a PDF cannot be made here",
            because="the typesetter is not installed",
            help="install avow with its extra: `avow[paper]`, or ask for --json",
            code="AV932",
        ) from None
    source = resources.files("avow.duties.assurance.dossier").joinpath("dossier.typ").read_bytes()
    midnight = datetime.combine(dossier.day, datetime.min.time(), UTC)
    return bytes(
        typst.compile(
            source,
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs={"dossier": as_json(dossier).decode()},
            pdf_standards="ua-1",
            timestamp=midnight,
        )
    )


def as_json(dossier: Dossier) -> bytes:
    """The same facts for programs."""
    return msgspec.json.encode(dossier)
