"""The notice as a tagged PDF (PDF/UA-1): the same words, tables and links as the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from unicodedata import category

from avow.common.languages import LANGUAGES, SOURCE_LANGUAGE, Words, words
from avow.duties.notice.rendering.model import (
    Block,
    Card,
    Cell,
    Clause,
    Fact,
    Line,
    Notice,
    Part,
    Piece,
    Table,
)
from avow.duties.notice.rendering.refusals import NoticeError
from avow.duties.notice.rendering.said import href_of

TIME = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands in every document as its time, so that the same notice gives the same bytes. The day of
the edition is told in the text."""

_NO_LETTERS = frozenset({"Cc", "Zl", "Zp"})
_HEAD = """\
#set document(title: {title}, author: {house})
#set page(paper: "a4", margin: (x: 22mm, y: 24mm), numbering: "1 / 1")
#set text(font: "Libertinus Serif", size: 10.5pt, lang: {language}, fill: rgb("#1c1d1b"))
#set par(leading: 0.62em, spacing: 0.85em)
#set table(stroke: (x, y) => (top: 0.4pt + rgb("#b9bdb6")), inset: (x: 3pt, y: 4pt))
#show heading: set block(above: 1.5em, below: 0.7em)
#show heading: set text(fill: rgb("#17594a"))
#show figure: set block(breakable: true)
#show figure.where(kind: table): set figure.caption(position: top)
#show figure.caption: it => align(left, strong(it.body))
#show figure: set align(left)
#show link: set text(fill: rgb("#14513f"))
#show table: set text(size: 9pt)
#show table: set par(justify: false)
#let soft(body) = text(fill: rgb("#565a56"), body)
#let gap(body) = text(fill: rgb("#8a4b00"), body)
"""


def can_typeset() -> bool:
    """Whether the typesetter is installed."""
    return find_spec("typst") is not None


def render_pdf(notice: Notice) -> bytes:
    """The document. The same notice, and the same release of the typesetter, give the same bytes.

    Raises NoticeError where the typesetter is not installed (AV642), or no font has its letters
    (AV643).
    """
    if not can_typeset():
        raise NoticeError(
            "a PDF cannot be made here",
            because="the typesetter is not installed",
            help="install avow with its extra: `avow[paper]`",
            code="AV642",
        )
    document = source(notice).encode()
    try:
        return _typeset(document, own_fonts=True)
    except _Unprintable:
        return _with_fonts_of_the_machine(document)


class _Unprintable(Exception):
    """A letter is in none of the fonts; the words say which."""


def _with_fonts_of_the_machine(document: bytes) -> bytes:
    """For letters that the typesetter's own fonts lack. Other machines may give other bytes."""
    try:
        return _typeset(document, own_fonts=False)
    except _Unprintable as wrong:
        raise NoticeError(
            "a PDF of these words cannot be made here",
            because=str(wrong),
            help="install a font that has these letters, or write other ones",
            code="AV643",
        ) from None


def _typeset(document: bytes, *, own_fonts: bool) -> bytes:
    import typst  # noqa: PLC0415 -- the extra `paper`

    compiler = typst.Compiler(document, ignore_system_fonts=own_fonts)
    try:
        made = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=TIME)
    except typst.TypstError as error:
        raise _Unprintable(error.message) from None
    assert isinstance(made, bytes)  # noqa: S101 -- one document was asked for, in memory
    return made


def source(notice: Notice) -> str:
    """The document as the typesetter reads it. Every word is a string in it, never markup."""
    spoken = words(notice.language if notice.language in LANGUAGES else SOURCE_LANGUAGE)
    anchors = frozenset(_anchors(notice))
    return "\n".join(_document(notice, spoken, anchors)) + "\n"


def _anchors(notice: Notice) -> Iterator[str]:
    for part in notice.parts:
        yield href_of(part.anchor)
        yield from (href_of(clause.anchor) for clause in part.clauses)


def _document(notice: Notice, spoken: Words, known: frozenset[str]) -> Iterator[str]:
    title = f"{notice.title} – {notice.house}"
    yield _HEAD.format(
        title=_text(title), house=_text(notice.house), language=_text(notice.language)
    )
    yield f"#text(size: 26pt, weight: 600, hyphenate: false, {_text(notice.title)})"
    yield f"\n#text(size: 13pt, soft({_text(notice.lead)}))\n"
    yield from _facts(notice.facts, known)
    if notice.draft:
        yield f"\n#gap[#strong({_text(spoken.say('Draft'))}) #{_text(notice.draft)}]\n"
    yield _heading(1, spoken.say("In short"))
    for card in notice.cards:
        yield from _card(card, known)
    yield from _bars(notice, spoken, known)
    for part in notice.parts:
        yield from _part(part, known)


def _card(card: Card, known: frozenset[str]) -> Iterator[str]:
    yield _heading(2, card.question)
    yield from _facts(card.facts, known)
    for line in card.lines:
        yield f"\n{_line(line, known)}\n"


def _bars(notice: Notice, spoken: Words, known: frozenset[str]) -> Iterator[str]:
    if not notice.bars:
        return
    yield _heading(2, notice.bars_title)
    for bar in notice.bars:
        said = "from: {event}" if bar.length else "until: {event}"
        rest = f"{bar.length} {spoken.say(said, event=bar.after)}".strip()  # both are marked
        yield f"- {_piece(bar.name, known)} – #{_text(rest)}"


def _part(part: Part, known: frozenset[str]) -> Iterator[str]:
    title = f"{part.id} {part.title.text}".strip()
    yield f"{_heading(part.depth + 1, title)} #label({_text(href_of(part.anchor))})"
    yield from _blocks(part.opening, known)
    for clause in part.clauses:
        yield from _clause(clause, known)
    for table in part.tables:
        yield from _table(table, known)
    yield from _blocks(part.after, known)


def _clause(clause: Clause, known: frozenset[str]) -> Iterator[str]:
    yield f"\n#soft({_text(clause.id)}) #h(0.4em) #label({_text(href_of(clause.anchor))})"
    yield from _blocks(clause.blocks, known)


def _blocks(blocks: Iterable[Block], known: frozenset[str]) -> Iterator[str]:
    for block in blocks:
        if block.words:
            yield _line(block.words, known) + "\n"
        yield from (f"- {_line(item, known)}" for item in block.items)
        yield ""


def _facts(facts: Iterable[Fact], known: frozenset[str]) -> Iterator[str]:
    for fact in facts:
        yield f"/ #{_text(fact.name)}: {_line(fact.value, known)}"
    yield ""


def _table(table: Table, known: frozenset[str]) -> Iterator[str]:
    if not table.rows:
        yield f"\n#strong({_text(table.caption)}) #gap({_text(table.gap)})\n"
    else:
        head = ", ".join(f"strong({_text(column)})" for column in table.columns)
        yield f"#figure(caption: {_text(table.caption)}, kind: table, supplement: none,"
        yield " numbering: none, table("
        yield f"  columns: ({_widths(len(table.columns))}),\n  table.header({head}),"
        for row in table.rows:
            first, *others = (_cell(cell, known) for cell in row)
            yield "  " + ", ".join((f"strong({first})", *others)) + ","
        yield "))"
    yield from _facts(table.facts, known)
    if table.note:
        yield f"\n#soft[{_line(table.note, known)}]\n"


def _cell(cell: Cell, known: frozenset[str]) -> str:
    more = f"#linebreak()#text(weight: 400, soft[{_line(cell.more, known)}])" if cell.more else ""
    return f"[{_line(cell.words, known)}{more}]"


def _widths(columns: int) -> str:
    """The first column is the widest; a column of clause ids, the last of five, the narrowest."""
    return {
        2: "1fr, 2fr",
        3: "3fr, 4fr, 3fr",
        4: "3fr, 3fr, 3fr, 2fr",
        5: "7fr, 5fr, 4fr, 5fr, 2fr",
    }.get(columns, ", ".join(["1fr"] * columns))


def _heading(level: int, title: str) -> str:
    return f"\n#heading(level: {level}, {_text(title)})"


def _line(line: Line, known: frozenset[str]) -> str:
    return "".join(_piece(piece, known) for piece in line)


def _piece(piece: Piece, known: frozenset[str]) -> str:
    words = _text(piece.text)
    body = f"gap({words})" if piece.is_missing else words
    if piece.href.startswith("#"):
        target = f"label({_text(piece.href)})"
        return f"#link({target}, {body})" if piece.href in known else f"#{body}"
    return f"#link({_text(piece.href)}, {body})" if piece.href else f"#{body}"


def _text(words: str) -> str:
    """A string of the typesetter's language: nothing in it is markup, and what no font can show
    because it is no letter (line ends, control characters) is a space."""
    shown = "".join(" " if category(letter) in _NO_LETTERS else letter for letter in words)
    kept = shown.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{kept}"'
