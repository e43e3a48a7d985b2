"""The text of a PDF, page by page."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from avow.duties.discovery.importing.model import Source, Unread
from avow.duties.discovery.importing.plain import LOST, normalised
from avow.duties.discovery.importing.refused import refuse

if TYPE_CHECKING:
    from pypdf import PdfReader

MOST_PAGES = 500


def read_pdf(content: bytes) -> Source:
    """The source of a PDF; a page that cannot be read is said, and the others are kept.

    Raises:
        NotImported: AV151 without text, AV153 unreadable, AV154 encrypted, AV155 too long.
    """
    reader = _opened(content)
    count = len(reader.pages)
    if count > MOST_PAGES:
        raise refuse("AV155", f"the PDF has {count:,} pages", f"{MOST_PAGES:,} are read at most")
    text, breaks, unread = "", [], []
    for number in range(count):
        breaks.append(len(text))
        said, why = _page(reader, number)
        if why:
            unread.append(Unread(f"page {number + 1}", why))
        text += said if not said or said.endswith("\n") else said + "\n"
    if not text.strip():
        raise refuse(
            "AV151",
            "the PDF holds no text",
            f"{count:,} pages, all of them pictures or empty",
            "take the text from the page on the site, or have the scan read as text first",
        )
    return Source("pdf", text, (), tuple(breaks), tuple(unread))


def _opened(content: bytes) -> PdfReader:
    import pypdf  # noqa: PLC0415  # an extra, needed for this format alone

    try:
        reader = pypdf.PdfReader(BytesIO(content), strict=False)
        is_closed = reader.is_encrypted and not reader.decrypt("")
        _ = 0 if is_closed else len(reader.pages)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # parsers of hostile files fail in any way
        raise refuse("AV153", "the PDF cannot be read", type(error).__name__) from None
    if is_closed:
        raise refuse("AV154", "the PDF is encrypted", help_="save it without a password first")
    return reader


def _page(reader: PdfReader, number: int) -> tuple[str, str]:
    """The text of a page, and why there is none."""
    try:
        text, lost = normalised(reader.pages[number].extract_text())
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # one broken page must not hide the others
        return "", f"cannot be read ({type(error).__name__})"
    if not text.strip():
        return text, "holds no text: a picture, or empty"
    return text, f"{lost:,} characters shown as {LOST}" if lost else ""
