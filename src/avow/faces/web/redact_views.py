"""The places of a copy that may be somebody else's, and the copy as its person will see it.

Need to know: whoever decides places sees the kinds of data in which they are; other kinds are shown
only to people whose declaration names them (`matrix.seen`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from avow.common.masked import SHOWN
from avow.duties.requests.answering import drafting, marks
from avow.duties.requests.answering.contents import saying_of, shown
from avow.duties.requests.answering.copy import Copy, Row, Table
from avow.duties.requests.answering.drafting import Draft
from avow.duties.requests.answering.marks import GROUNDS, AnswerRefused, Keeps, Mark
from avow.duties.requests.answering.saying import Saying, spoken
from avow.duties.requests.book import Book
from avow.duties.requests.machine import Request
from avow.duties.requests.words import Ground
from avow.engine.accounts.matrix import seen

MOST_PLACES, MOST_ROWS = 100, 50
"""Places on one page, and rows of a table as the person will see them."""
_Cell = tuple[str, tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place: where, what it looks like, what was decided. The text is a shape of dots unless it
    was opened."""

    number: int
    place: str
    column: str
    category: str
    kind: str
    decision: str
    by: str
    before: str = field(repr=False)
    piece: str = field(repr=False)
    after: str = field(repr=False)
    is_open: bool
    may_open: bool


@dataclass(frozen=True, slots=True)
class Redacting:
    """The places of one copy: those to decide first; `more` are not on this page. `grounds` counts
    what is hidden, `by_map` what the data map hides by itself."""

    person: int
    answer: str
    is_drafted: bool
    undecided: int
    places: tuple[PlaceLine, ...]
    more: int
    grounds: tuple[tuple[str, int], ...]
    by_map: int
    tables: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeenCell:
    """A cell as the person will see it: `grounds` are why something of it is hidden or to decide;
    masked where the reader's task does not need its kind."""

    column: str
    value: str = field(repr=False)
    is_masked: bool
    grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A row as the person will see it. Its key is for who points out places; empty for others."""

    key: str
    cells: tuple[SeenCell, ...]


@dataclass(frozen=True, slots=True)
class SeenTable:
    """A table as the person will see it; `more` rows are not on this page."""

    answer: str
    place: str
    language: str
    rows: tuple[SeenRow, ...]
    more: int


def redacting_of(
    book: Book,
    state: Request,
    language: str,
    sees: frozenset[str],
    *,
    decides: bool,
    opened: frozenset[int] = frozenset(),
) -> tuple[Redacting, ...]:
    """The newest copy of each person of a request, by what its reader may see. `opened` are places
    that were just opened, which somebody wrote down."""
    saying = Saying(book.declaration, spoken(language, book.declaration))
    found = (drafting.newest(book, state.id, person) for person in state.persons)
    return tuple(
        _redacting(saying, draft, needed_of(draft, decides=decides), sees, opened)
        for draft in found
        if draft is not None
    )


def needed_of(draft: Draft, *, decides: bool) -> frozenset[str]:
    """The kinds of data that deciding places needs: those in which there are places."""
    categories = categories_of(draft.copy)
    return (
        frozenset(categories.get(cell_of(m), "") for m in draft.marks) if decides else frozenset()
    )


def cell_of(mark: Mark) -> _Cell:
    """Which cell a mark is in."""
    return mark.place, mark.key, mark.column


def categories_of(copy: Copy) -> Mapping[_Cell, str]:
    """The category of every cell that holds something; keys and pointers have none."""
    return {(t.place, r.key, name): category for t, r, name, category, _ in copy.cells()}


def may_see(draft: Draft, number: int, sees: frozenset[str], *, decides: bool) -> bool:
    """Whether a place of an answer is shown to a reader."""
    categories, needed = categories_of(draft.copy), needed_of(draft, decides=decides)
    mine = (m for m in draft.marks if m.number == number)
    return any(seen(sees, needed, categories.get(cell_of(m), "")) for m in mine)


def _redacting(
    saying: Saying,
    draft: Draft,
    needed: frozenset[str],
    sees: frozenset[str],
    opened: frozenset[int],
) -> Redacting:
    categories = categories_of(draft.copy)
    every = sorted(
        marks.view(draft.copy, draft.marks, opened),
        key=lambda each: bool(each.mark.decision) and each.mark.number not in opened,
    )
    places = []
    for each in every[:MOST_PLACES]:
        category, is_open = categories.get(cell_of(each.mark), ""), each.mark.number in opened
        may_open = seen(sees, needed, category)
        places.append(_place(saying, each, category, is_open=is_open, may_open=may_open))
    grounds = Counter(m.decision for m in draft.marks if m.is_hidden)
    tables = [table for table in draft.copy.tables if table.rows]
    return Redacting(
        draft.person,
        draft.id,
        bool(draft.version),
        draft.undecided,
        tuple(places),
        max(0, len(every) - MOST_PLACES),
        tuple(sorted(grounds.items())),
        sum(len(row.hidden) for table in tables for row in table.rows),
        tuple(table.place for table in tables),
        tuple(f"{table.place} {name}" for table in tables for name, _ in table.columns),
    )


def _place(
    saying: Saying, each: marks.Shown, category: str, *, is_open: bool, may_open: bool
) -> PlaceLine:
    return PlaceLine(
        each.mark.number,
        each.mark.place,
        each.mark.column,
        saying.label("category", category) if category else "",
        str(each.mark.kind),
        each.mark.decision,
        each.mark.by,
        each.before,
        each.piece,
        each.after,
        is_open,
        may_open,
    )


def as_seen(
    book: Book, draft: Draft, place: str, sees: frozenset[str], *, decides: bool
) -> SeenTable | None:
    """A table of an answer as its person will see it, in their language; None where it has none of
    that name. Places that nobody has decided are left out, and said to be open."""
    waiting = [m.number for m in draft.marks if not m.decision]
    hiding = marks.decided(draft.marks, waiting, Ground.OTHERS_RIGHTS, "")
    saying = saying_of(book.declaration, draft.copy)
    try:
        veiled = marks.veiled(draft.copy, hiding, saying.phrase("hidden_mark")).copy
    except AnswerRefused:  # nothing would be left
        return None
    table = next((t for t in veiled.tables if t.place == place), None)
    if table is None:
        return None
    needed, why = needed_of(draft, decides=decides), _why(draft.marks)
    rows = tuple(
        SeenRow(
            ", ".join(row.key) if decides else "",
            tuple(_cells(saying, table, row, why, (needed, sees))),
        )
        for row in table.rows[:MOST_ROWS]
    )
    more = max(0, len(table.rows) - MOST_ROWS)
    return SeenTable(draft.id, place, saying.language, rows, more)


def _why(every: Sequence[Mark]) -> Mapping[_Cell, tuple[str, ...]]:
    found: dict[_Cell, dict[str, None]] = {}
    for m in every:
        if m.is_hidden or not m.decision:
            found.setdefault(cell_of(m), {})[m.decision or "open"] = None
    return {cell: tuple(grounds) for cell, grounds in found.items()}


def _cells(
    saying: Saying,
    table: Table,
    row: Row,
    why: Mapping[_Cell, tuple[str, ...]],
    kinds: tuple[frozenset[str], frozenset[str]],
) -> Iterator[SeenCell]:
    needed, sees = kinds
    for (name, category), value in zip(table.columns, row.values, strict=True):
        grounds = why.get((table.place, row.key, name), ())
        is_hidden = name in row.hidden
        if is_hidden and not grounds:
            grounds = ("by-map",)
        if value is None and not is_hidden:
            continue
        is_masked = not is_hidden and not seen(sees, needed, category or "")
        said = saying.phrase("hidden_mark") if is_hidden else shown(saying, value)
        yield SeenCell(name, SHOWN if is_masked else said, is_masked, grounds)


DECISIONS = (tuple(str(g) for g in GROUNDS), tuple(str(k) for k in Keeps))
"""What can be decided of a place: hidden on a ground, or shown for a reason."""
