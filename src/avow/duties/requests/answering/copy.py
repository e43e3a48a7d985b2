"""A copy of a person's data as it was drawn from the systems: what an answer is made of.

Everything here is personal data. It lies sealed with its request and is never printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec

BY_HAND, WORDS, FILE = "by-hand", "words", "file"
"""The dataset of what an owner of a system gave, and its columns."""
FORM = 1
"""The form of the file; a later one reads this too."""


class State(StrEnum):
    """What is known of a system after it was asked for a person's data."""

    FOUND = "found"
    EMPTY = "empty"
    UNSEARCHED = "unsearched"
    UNREACHABLE = "unreachable"
    PENDING = "pending"


class Way(StrEnum):
    """How a system was asked."""

    READ = "read"
    BY_HAND = "by-hand"


class Row(msgspec.Struct, frozen=True):
    """A row of the person. `hidden` are columns of which the data map says that they speak of
    others: their values are not here."""

    key: tuple[str, ...]
    own: bool
    values: tuple[Any, ...]
    hidden: tuple[str, ...] = ()
    path: tuple[str, ...] = ()


class Table(msgspec.Struct, frozen=True):
    """What was read of a dataset. A column without category is a key or a pointer. `copies` counts
    rows that only hold again what is shown of the datasets `of`."""

    system: str
    dataset: str
    columns: tuple[tuple[str, str | None], ...]
    rows: tuple[Row, ...]
    truncated: bool = False
    copies: int = 0
    of: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """`system.dataset`."""
        return f"{self.system}.{self.dataset}"

    @property
    def is_by_hand(self) -> bool:
        """Whether its owner gave it, and no connector read it."""
        return self.dataset == BY_HAND

    def categories(self) -> tuple[str, ...]:
        """The categories of which some row shows or hides something."""
        there = {
            name
            for row in self.rows
            for (name, _), value in zip(self.columns, row.values, strict=True)
            if value is not None or name in row.hidden
        }
        return tuple(dict.fromkeys(c for name, c in self.columns if c and name in there))


class Lasting(msgspec.Struct, frozen=True):
    """Until when the cells of a category in a dataset are kept. `first` and `last` are the days on
    which the first and the last of the rows end, where they are known; `open` counts the rows whose
    day is not known. `rules` bind them, `floors` are reasons to keep them longer."""

    system: str
    dataset: str
    category: str
    rows: int
    first: date | None = None
    last: date | None = None
    open: int = 0
    due: int = 0
    rules: tuple[str, ...] = ()
    floors: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """What became of one system. `kinds` of value were looked up there, `unnamed` could not be: no
    dataset there names persons by them. `seen`: whether somebody who is there was found by the same
    search; None where nobody was there to be found. `rows` were found, `why` it is not whole,
    `evidence` is the id of a record where somebody was asked."""

    system: str
    state: State
    way: Way = Way.READ
    kinds: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    seen: bool | None = None
    rows: int = 0
    why: tuple[str, ...] = ()
    evidence: str = ""

    @property
    def is_open(self) -> bool:
        """Whether what the system holds is not known, or not all of it."""
        return self.state in (State.UNREACHABLE, State.PENDING) or bool(self.why)


class Received(msgspec.Struct, frozen=True):
    """Somebody who really got data of the person: the id of a recipient, or a name, of which
    categories, and when last."""

    recipient: str
    categories: tuple[str, ...] = ()
    last: date | None = None


class Attachment(msgspec.Struct, frozen=True):
    """A file that the owner of a system gave: it leaves only where a reviewer decided so."""

    system: str
    key: tuple[str, ...]
    name: str
    content: bytes

    def __repr__(self) -> str:
        return f"Attachment({self.system})"


class Sent(msgspec.Struct, frozen=True):
    """A letter of ours to the person."""

    day: date
    subject: str
    text: str


class Asked(msgspec.Struct, frozen=True):
    """A request of the person: its id, the day it came, the rights asked, where it stands."""

    request: str
    day: date
    rights: tuple[str, ...]
    state: str


class Known(msgspec.Struct, frozen=True):
    """An act of the person that we remember: its name, and since when."""

    name: str
    since: date


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was found of a person. `received` is None where no log says who got data;
    `logged` are the recipients of which one is kept.
    `names` are their own values: what names them is not somebody else's."""

    form: int = FORM
    request: str
    person: int
    name: str
    language: str
    country: str = ""
    names: tuple[str, ...] = ()
    drawn_at: datetime
    day: date
    release: str
    access: bool = True
    portable: bool = True
    tables: tuple[Table, ...] = ()
    lasting: tuple[Lasting, ...] = ()
    reports: tuple[Report, ...] = ()
    received: tuple[Received, ...] | None = None
    logged: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    sent: tuple[Sent, ...] = ()
    asked: tuple[Asked, ...] = ()
    known: tuple[Known, ...] = ()

    def __repr__(self) -> str:
        return f"Copy({self.request}, {self.person})"

    @property
    def rows(self) -> int:
        """Rows that were found, in all systems."""
        return sum(len(t.rows) for t in self.tables)

    @property
    def gaps(self) -> int:
        """Systems of which it is not known what they hold."""
        return sum(report.is_open for report in self.reports)

    @property
    def is_whole(self) -> bool:
        """Whether every system answered and everything was read."""
        return not self.gaps and not any(t.truncated for t in self.tables)

    def cells(self) -> Iterator[tuple[Table, Row, str, str, Any]]:
        """Every cell that holds something: table, row, column, category, value. Keys and pointers
        have no category: it is empty."""
        for table in self.tables:
            for row in table.rows:
                for (name, category), value in zip(table.columns, row.values, strict=True):
                    if value is not None:
                        yield table, row, name, category or "", value


def bytes_of(copy: Copy) -> bytes:
    """A copy as the bytes that are sealed."""
    return msgspec.json.encode(copy)


def read(data: bytes) -> Copy:
    """The copy of `bytes_of`. Raises msgspec.ValidationError."""
    return msgspec.json.decode(data, type=Copy)


def plain(value: object) -> object:
    """A value as JSON has it: bytes in base64, days as ISO 8601, what it does not know as text."""
    try:
        return msgspec.to_builtins(value)
    except (TypeError, msgspec.ValidationError):
        return str(value)
