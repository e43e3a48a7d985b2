"""Bytes as text: which encoding, what could not be decoded, and one kind of line end."""

from __future__ import annotations

import re

from avow.duties.discovery.importing.model import Source, Unread
from avow.duties.discovery.importing.refused import refuse

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_SAMPLE = 65_536
_MOST_CONTROLS = 0.02
"""The share of control characters above which bytes are no text."""
LOST = "\ufffd"
"""Stands in the source for each character that could not be read."""
_NEWLINES = re.compile("\r\n|[\r\f\v\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\ufeff]")
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)


def read_plain(content: bytes) -> Source:
    """A text file as a source.

    Raises:
        NotImported: AV151 when it is empty, AV152 when it is no text.
    """
    text, unread = decoded(content)
    return Source("txt", text, unread=unread)


def decoded(content: bytes, *, markup: bool = False) -> tuple[str, tuple[Unread, ...]]:
    """The normalised text of bytes, and what of it could not be read. A page may say its encoding.

    Raises:
        NotImported: AV152, the bytes are no text.
    """
    text, unread = _in_one(content, _charset(content) if markup else "")
    if text is None:
        text, unread = _by_line(content)
    clean, lost = normalised(text)
    if lost > max(3, len(clean) * _MOST_CONTROLS):
        raise refuse(
            "AV152",
            "the file is no text",
            f"{lost:,} of {len(clean):,} characters are none that a text has",
            "name the statement as a text, a PDF, a page of HTML or a docx",
        )
    if lost:
        unread = (*unread, Unread(f"{lost:,} characters", f"shown as {LOST} in the source"))
    return clean, unread


def normalised(text: str) -> tuple[str, int]:
    """The text with one kind of line end; each character that no text has becomes `LOST`. Returns
    how many `LOST` it holds."""
    lines = _NEWLINES.sub("\n", text.removeprefix("\ufeff"))
    clean = _CONTROLS.sub(LOST, lines)
    return clean, clean.count(LOST)


def _charset(content: bytes) -> str:
    found = _CHARSET.search(content[:4096])
    return found[1].decode("ascii", "replace") if found else ""


def _in_one(content: bytes, said: str) -> tuple[str | None, tuple[Unread, ...]]:
    """The text where one encoding serves for all of it, None otherwise."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace"), ()
    for encoding in filter(None, ("utf-8", _without_mark(content))):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "utf-8" or content[:_SAMPLE].count(0) == 0:
            return text, ()
    return _as_said(content, said), ()


def _without_mark(content: bytes) -> str:
    """UTF-16 that says nothing of itself has a zero in every other byte of plain letters."""
    sample = content[:_SAMPLE]
    if len(sample) < 4 or len(content) % 2:
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > half * 0.5 and even < half * 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.5 and odd < half * 0.1 else ""


def _as_said(content: bytes, said: str) -> str | None:
    if not said or said.lower() in {"utf-8", "utf8"}:
        return None
    try:
        return content.decode(said)
    except (LookupError, UnicodeError, ValueError):
        return None


def _by_line(content: bytes) -> tuple[str, tuple[Unread, ...]]:
    """Each line as UTF-8, or else as Windows-1252; a byte that neither knows is lost."""
    if content[:_SAMPLE].count(0) > _SAMPLE // 100:
        raise refuse("AV152", "the file is no text", "it holds bytes of zero, as programs do")
    lines, western, has_utf8 = [], 0, False
    for line in content.split(b"\n"):
        try:
            lines.append(line.decode("utf-8"))
            has_utf8 = has_utf8 or not line.isascii()
        except UnicodeDecodeError:
            lines.append(line.decode("cp1252", "replace"))
            western += 1
    mixed = Unread(f"{western:,} lines", "no UTF-8 among lines that are; read as Windows-1252")
    return "\n".join(lines), ((mixed,) if has_utf8 else ())
