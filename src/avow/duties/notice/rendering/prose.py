"""The texts of clauses as blocks: paragraphs, lists of lines that begin with a dash, and links."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avow.duties.notice.rendering.model import Block, Line, Piece

_LINK = re.compile(r"https?://[^\s<>()]*[^\s<>().,;:!?]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ITEM = re.compile(r"^\s*[-*●]\s+")


def blocks_of(text: str) -> tuple[Block, ...]:
    """The paragraphs and lists of a text."""
    return tuple(_blocks(text))


def linked(text: str) -> Line:
    """A line with its addresses as links."""
    return tuple(_linked(text))


def reached_by(address: str) -> str:
    """The link that reaches an address: of mail, telephone or the web; empty for others."""
    if address.startswith(("https://", "http://")):
        return address
    if re.fullmatch(_LINK, address):
        return f"mailto:{address}"
    digits = re.sub(r"[\s./()-]", "", address)
    return f"tel:{digits}" if re.fullmatch(r"\+[0-9]{6,15}", digits) else ""


def _blocks(text: str) -> Iterator[Block]:
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = paragraph.split("\n")
        before = [line for line in lines if not _ITEM.match(line)]
        items = [_ITEM.sub("", line) for line in lines if _ITEM.match(line)]
        if " ".join(before).strip():
            yield Block(linked(" ".join(before)))
        if items:
            yield Block(items=tuple(linked(item) for item in items))


def _linked(text: str) -> Iterator[Piece]:
    at = 0
    for found in _LINK.finditer(text):
        if found.start() > at:
            yield Piece(text[at : found.start()])
        yield Piece(found[0], reached_by(found[0]))
        at = found.end()
    if at < len(text):
        yield Piece(text[at:])
