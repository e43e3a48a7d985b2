"""Which format a file is in, by what it holds rather than by its name, and its reader."""

from __future__ import annotations

import re

from avow.duties.discovery.importing.docx import read_docx
from avow.duties.discovery.importing.model import Source
from avow.duties.discovery.importing.page import read_page
from avow.duties.discovery.importing.pdf import read_pdf
from avow.duties.discovery.importing.plain import read_plain
from avow.duties.discovery.importing.refused import refuse

_HTML = re.compile(
    rb"\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*"
    rb"<(?:!doctype\s+html|html|head|body|div|main|article|section|h[1-6]|p|ul|ol|table|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "an older file of Word"),
    (b"{\\rtf", "a file of RTF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x7fELF", "a program"),
    (b"\x1f\x8b", "a packed file"),
)


def read(content: bytes, name: str) -> Source:
    """The source in a file's content; the name helps only where a text may be a page.

    Raises:
        NotImported: AV151 to AV155, why there is none.
    """
    if not content.strip(b"\x00\t\n\r ") or content in {b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"}:
        raise refuse("AV151", "the file is empty")
    for mark, what in _OTHERS:
        if content.startswith(mark):
            raise refuse("AV152", f"this is {what}", help_="save it as docx, PDF, HTML or text")
    if b"%PDF-" in content[:1024]:
        return read_pdf(content)
    if content.startswith(b"PK"):
        return read_docx(content)
    is_page = _HTML.match(content) or name.lower().endswith((".html", ".htm", ".xhtml"))
    return read_page(content) if is_page else read_plain(content)
