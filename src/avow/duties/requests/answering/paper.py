"""An answer as a tagged PDF (PDF/UA-1), for reading and printing: the same words as the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from importlib.util import find_spec
from typing import Any
from unicodedata import category

import msgspec

from avow.duties.requests.answering.document import Block, Document, Facts, Grid, Points, Text
from avow.duties.requests.answering.marks import AnswerRefused

MOST = 400
"""Rows of one table, and blocks of one part, that are printed; all are on the page and in files."""
_NO_LETTERS = frozenset({"Cc", "Zl", "Zp"})
_SURE = re.compile(
    "[\n -~\u00a0-\u024f\u0370-\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1"
    "\u03a3-\u045f\u2010-\u2027\u202f-\u2040\u20a0-\u20bf]*"
)
"""Latin, Greek and Cyrillic letters, and the marks of European print."""


class _Dated(msgspec.Struct):
    at: datetime


def can_typeset() -> bool:
    """Whether the typesetter is installed."""
    return find_spec("typst") is not None


def words(document: Document, more: str, at: datetime) -> bytes:
    """All that the typesetter needs of the document, as JSON: what is made of it is the same
    whenever it is made. `more` says that rows are in the files, with `{n}`.
    """
    return msgspec.json.encode({**_plain(document, more), "at": at.replace(microsecond=0)})


def is_sure(said: bytes) -> bool:
    """Whether the typesetter's own fonts are known to have every letter of such words."""
    return _SURE.fullmatch(said.decode()) is not None


def typeset(said: bytes) -> bytes:
    """The PDF of such words.

    Raises:
        AnswerRefused: AV631, the typesetter is not installed, or no font has the letters.
    """
    if not can_typeset():
        raise _unprintable("the typesetter is not installed", "install `avow[paper]`")
    import typst  # noqa: PLC0415 -- the extra `paper`

    source = resources.files("avow.duties.requests.answering").joinpath("paper.typ").read_bytes()
    why = ""
    for own in (True, False):  # the typesetter's own fonts give the same bytes everywhere
        try:
            return bytes(
                typst.compile(
                    source,
                    format="pdf",
                    ignore_system_fonts=own,
                    sys_inputs={"answer": said.decode()},
                    pdf_standards="ua-1",
                    timestamp=msgspec.json.decode(said, type=_Dated).at,
                )
            )
        except typst.TypstError as error:
            why = error.message
    raise _unprintable(why, "install a font that has these letters")


def _unprintable(because: str, todo: str) -> AnswerRefused:
    return AnswerRefused(
        "a PDF of this answer cannot be made here", because=because, help=todo, code="AV631"
    )


def _plain(document: Document, more: str) -> Mapping[str, Any]:
    return {
        "language": document.language,
        "house": _text(document.house),
        "title": _text(document.title),
        "facts": [[_text(n), _text(v)] for n, v in document.facts],
        "letter": ["\n".join(map(_text, p.split("\n"))) for p in document.letter],
        "parts": [
            {
                "title": _text(part.title),
                "depth": part.depth,
                "blocks": [
                    *(_block(b, more) for b in part.blocks[:MOST]),
                    *_rest(len(part.blocks), more),
                ],
            }
            for part in document.parts
        ],
    }


def _rest(count: int, more: str) -> list[dict[str, Any]]:
    return [{"kind": "text", "words": more.format(n=count - MOST)}] if count > MOST else []


def _block(block: Block, more: str) -> dict[str, Any]:
    match block:
        case Text(words=words):
            return {"kind": "text", "words": _text(words)}
        case Points(items=items):
            return {"kind": "points", "items": [_text(i) for i in items]}
        case Grid(caption=caption, head=head, rows=rows):
            beyond = f" – {more.format(n=len(rows) - MOST)}" if len(rows) > MOST else ""
            return {
                "kind": "grid",
                "caption": _text(caption + beyond),
                "head": [_text(h) for h in head],
                "rows": [[_text(c) for c in row] for row in rows[:MOST]],
            }
        case Facts(caption=caption, pairs=pairs):
            return {
                "kind": "facts",
                "caption": _text(caption),
                "pairs": [[_text(n), _text(v)] for n, v in pairs],
            }


def _text(words: str) -> str:
    """Letters only: what no font can show because it is none (control characters) is a space."""
    if words.isprintable():
        return words
    return "".join(" " if category(letter) in _NO_LETTERS else letter for letter in words)
