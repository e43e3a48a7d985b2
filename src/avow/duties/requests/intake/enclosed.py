"""Files that come with a request: told apart by their first bytes, never opened, kept sealed.

Names and types that a sender gives are believed in nothing and kept nowhere.
"""

from __future__ import annotations

import re

MOST_FILES, LARGEST, MOST_BYTES = 5, 10 << 20, 20 << 20
"""Files at once, bytes of one, and bytes of all of them."""
_KINDS = (
    (re.compile(rb"%PDF-"), "application/pdf"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"II\*\0|MM\0\*"), "image/tiff"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb".{4}ftyp(?:heic|heix|mif1|msf1)", re.DOTALL), "image/heic"),
)
_CONTROL = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f]")


def kind_of(content: bytes) -> str | None:
    """The media type of a document, a picture or plain text; None for anything else. No more than
    its first bytes say so, and nothing of it is run or drawn."""
    found = next((kind for start, kind in _KINDS if start.match(content)), None)
    return found or ("text/plain" if content and _is_text(content) else None)


def _is_text(content: bytes) -> bool:
    try:
        return not _CONTROL.search(content.decode())
    except UnicodeDecodeError:
        return False
