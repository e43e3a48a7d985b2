"""The text of a docx with its headings, and its lists with the labels that Word shows."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

from avow.duties.discovery.importing.building import Builder
from avow.duties.discovery.importing.labels import shown
from avow.duties.discovery.importing.model import Hint, Source, Unread
from avow.duties.discovery.importing.refused import refuse

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

MOST_UNPACKED = 100_000_000
"""Bytes of all parts once unpacked; a docx that hides more is no statement."""
_LONGEST_ROW = 1_000
"""Characters of a row that is read as one line."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_KINDS = {"lowerLetter": "a", "upperLetter": "a", "lowerRoman": "i", "upperRoman": "i",
          "decimal": "1", "decimalZero": "1"}  # fmt: skip
_LEFT_OUT = {"word/footnotes.xml": "footnotes", "word/endnotes.xml": "endnotes",
             "word/comments.xml": "comments"}  # fmt: skip


@dataclass
class _Counts:
    """How far each list has counted: (list, level) to number."""

    at: dict[tuple[str, int], int] = field(default_factory=dict)

    def next(self, number: str, level: int) -> int:
        """Count one more at a level; deeper ones begin again."""
        for known in [k for k in self.at if k[0] == number and k[1] > level]:
            del self.at[known]
        self.at[number, level] = self.at.get((number, level), 0) + 1
        return self.at[number, level]


def read_docx(content: bytes) -> Source:
    """The source of a docx.

    Raises:
        NotImported: AV151 without text, AV153 unreadable, AV155 too much inside.
    """
    parts = _parts(content)
    document = _opened(content)
    builder, counts, formats = Builder(), _Counts(), _formats(document)
    for element in _stretches(document):
        if element.tag == f"{_W}tr":
            builder.add(" ".join(_texts(element)))
        else:
            _add(builder, _paragraph(element, document), counts, formats)
    unread = tuple(Unread(name, "not read") for p, name in _LEFT_OUT.items() if p in parts)
    boxes = sum(1 for _ in document.element.iter(f"{_W}txbxContent"))
    drawn = (Unread(f"{boxes:,} text boxes", "not read"),) if boxes else ()
    return builder.source("docx", (*unread, *drawn))


def _parts(content: bytes) -> frozenset[str]:
    """The names inside, once their sizes are known to be bearable."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise refuse("AV153", "the docx cannot be read", type(error).__name__) from None
    size = sum(info.file_size for info in infos)
    if size > MOST_UNPACKED or len(infos) > 5_000:
        raise refuse(
            "AV155",
            f"the docx unpacks to {size // 1_000_000:,} MB in {len(infos):,} parts",
            "no statement does",
        )
    return frozenset(info.filename for info in infos)


def _opened(content: bytes) -> Document:
    import docx  # noqa: PLC0415  # an extra, needed for this format alone

    try:
        return docx.Document(BytesIO(content))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # parsers of hostile files fail in any way
        raise refuse("AV153", "the docx cannot be read", type(error).__name__) from None


def _stretches(document: Document) -> Iterator[Any]:
    """All paragraphs and rows of tables in reading order. The cells of a short row stand on one
    line: what is said of a thing stands beside it; long ones lay out a page."""
    rows: set[Any] = set()
    for element in document.element.body.iter(f"{_W}tr", f"{_W}p"):
        above = list(element.iterancestors())
        if any(a in rows or a.tag == f"{_W}txbxContent" for a in above):
            continue
        if element.tag == f"{_W}p":
            yield element
        elif sum(map(len, _texts(element))) <= _LONGEST_ROW:
            rows.add(element)
            yield element


def _texts(row: Any) -> list[str]:  # noqa: ANN401  # an element; the library ships no type for it
    """The words of each paragraph of a row."""
    return ["".join(t.text or "" for t in p.iter(f"{_W}t")) for p in row.iter(f"{_W}p")]


def _paragraph(element: Any, document: Document) -> Paragraph:  # noqa: ANN401  # as above
    from docx.text.paragraph import Paragraph as Made  # noqa: PLC0415  # as above

    return Made(element, document)


def _add(
    builder: Builder, paragraph: Paragraph, counts: _Counts, formats: dict[tuple[str, int], str]
) -> None:
    text = paragraph.text
    if not text.strip():
        return
    style = (paragraph.style.name or "").lower() if paragraph.style is not None else ""
    level = _heading(style)
    if level:
        builder.add(text, Hint.HEADING, level)
        return
    numbered = _numbered(paragraph)
    if numbered:
        number, depth = numbered
        at = counts.next(number, depth)
        label = shown(formats.get((number, depth), ""), at)
        builder.add(text, Hint.ITEM, depth + 1, label)
    elif style.startswith("list"):
        builder.add(text, Hint.ITEM, 1)
    else:
        builder.add(text)


def _heading(style: str) -> int:
    """The level that a style's name gives: `heading 2`, `titre 2`, `kop 2`."""
    word, _, number = style.partition(" ")
    if style == "title":
        return 1
    known = word in {"heading", "titre", "kop"} and number.isdigit()
    return min(int(number), 9) if known and len(number) < 3 else 0


def _numbered(paragraph: Paragraph) -> tuple[str, int] | None:
    """(list, level) of the paragraph itself, or of its style."""
    elements: list[Any] = [paragraph._p]  # noqa: SLF001  # its own interface does not tell numbers
    if paragraph.style is not None:
        elements.append(paragraph.style.element)
    for element in elements:
        found = element.find(f"{_W}pPr/{_W}numPr/{_W}numId")
        if found is not None and found.get(f"{_W}val") not in {None, "0"}:
            level = element.find(f"{_W}pPr/{_W}numPr/{_W}ilvl")
            deep = level.get(f"{_W}val", "0") if level is not None else "0"
            return found.get(f"{_W}val"), min(int(deep), 8) if deep.isdigit() else 0
    return None


def _formats(document: Document) -> dict[tuple[str, int], str]:
    """(list, level) to how its numbers are shown: `a`, `i`, `1`, or empty for a bullet."""
    try:
        root = document.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return {}
    shapes = {
        abstract.get(f"{_W}abstractNumId"): list(abstract.iter(f"{_W}lvl"))
        for abstract in root.iter(f"{_W}abstractNum")
    }
    found = {}
    for number in root.iter(f"{_W}num"):
        link = number.find(f"{_W}abstractNumId")
        for level in shapes.get(link.get(f"{_W}val"), []) if link is not None else []:
            shape, at = level.find(f"{_W}numFmt"), level.get(f"{_W}ilvl", "0")
            if shape is not None and at.isdigit():
                kind = _KINDS.get(shape.get(f"{_W}val", ""), "")
                found[str(number.get(f"{_W}numId")), int(at)] = kind
    return found
