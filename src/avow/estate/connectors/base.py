"""What every connector can be asked, and how it says what it cannot do.

A connector speaks to one kind of system. It knows the data map and predicates, and no law. All
reading and writing is set-based: an operation takes a predicate, never a list of rows. Key sets
reach a system as temporary relations (or bound arrays where we may only read) and go with the
connection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol, runtime_checkable

from avow.estate.connectors.catalogue import Catalogue
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import Blank, Identity, System
from avow.estate.datamap.predicates import Predicate
from avow.estate.datamap.reach import Key


class Capability(StrEnum):
    """What a connector may be able to do. A missing one is a spoken gap, never silence."""

    COUNT = "count rows"
    FETCH = "read rows"
    REMOVE = "remove rows"
    BLANK = "blank fields"
    KEYS = "hold key sets"
    TRANSACTIONS = "undo a failed batch"
    RECEIPTS = "leave a receipt in the batch's own transaction"
    LOCKS = "lock rows before removing"
    GRANTS = "say what we are allowed"
    EFFECTS = "refresh what is derived"
    INSERT = "bring rows back"
    RECOMPUTE = "compute columns again"
    POLICY = "hide rows from roles"
    WHOLE = "move all rows of a step at the price of one"


class Access(StrEnum):
    """How a connection is opened: `read` writes nothing, not even a temporary table."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Window:
    """A bounded stretch of a dataset in key order: rows with `after` < key <= `until`.

    `after` None starts at the beginning. `rows` is how many matching rows it holds. Where `along`
    names a column of moments, the stretch lies in its order: the bounds are moments, in the form
    that the engine gave them.
    """

    after: Key | None
    until: Key
    rows: int
    along: str | None = None


@dataclass(frozen=True, slots=True)
class Oldest:
    """The oldest value of a moment column among the rows looked at; None where there is none.

    `rows` counts the rows with a value, `empty` those without.
    """

    day: date | None
    rows: int
    empty: int


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of a table all rows of which were due when it was looked at; `how` is what is run to
    drop it. `name` is as the engine quotes it."""

    name: str
    rows: int
    how: str


@runtime_checkable
class DropsPartitions(Protocol):
    """A connection to an engine that keeps a table in parts and can drop one of them."""

    def partitions(self, dataset: str, where: Predicate) -> tuple[Partition, ...]:
        """The parts that may go whole: every row satisfies `where`, the part's own range ended with
        a day that `where` compares, and dropping does no more and no less than deleting."""

    def look_at_partition(
        self, dataset: str, partition: Partition, where: Predicate
    ) -> tuple[int, int]:
        """(rows, rows that satisfy `where`), with writers kept out until the transaction ends.

        Raises:
            Refused: `lock` when others use it now, `schema` when it is no such part any more.
        """

    def drop_partition(self, dataset: str, partition: Partition, rows: int) -> None:
        """Drop the part in the running transaction; `rows` are those it was seen to hold.

        Raises:
            Refused: as `look_at_partition`.
        """


class Crowded(Exception):
    """More rows share one moment than a window may hold: the order of keys finds what is left."""


@runtime_checkable
class GoesByMoment(Protocol):
    """A connection to an engine that finds the oldest rows by an index on their moment. Looking for
    the next due rows in the order of keys passes by all that are not due."""

    def moment_of(self, dataset: str, where: Predicate) -> str | None:
        """A column of moments that `where` bounds and along which windows cost least: it has an
        index, and the rows lie on the disk nearly in its order. None where there is none."""

    def stretch(
        self, dataset: str, where: Predicate, along: str, after: Key | None, size: int
    ) -> Window | None:
        """The next stretch of at most `size` matching rows in the order of the column `along`, all
        of one moment together; None at the end.

        Raises:
            Crowded: the next `size` rows have one moment.
        """


@runtime_checkable
class ShowsSome(Protocol):
    """A connection to an engine that can show some rows of a large table without passing by the
    others."""

    def some(
        self, dataset: str, where: Predicate, fields: Sequence[str], limit: int
    ) -> Sequence[tuple[object, ...]]:
        """Values of `fields` of at most `limit` rows that satisfy `where`, taken from pages all
        over the table. Mostly fewer exist there than in the table, and none where it is small."""


class Connection(Protocol):
    """An open connection to one system."""

    @property
    def system(self) -> System:
        """The system of the data map that it speaks to."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this connection can do, with the rights that it has."""

    def catalogue(self) -> Catalogue:
        """The live schema; read once per connection."""

    def count(self, dataset: str, where: Predicate) -> int:
        """Rows of the dataset that satisfy `where`."""

    def fetch(
        self, dataset: str, where: Predicate, fields: Sequence[str], limit: int | None = None
    ) -> Iterator[tuple[object, ...]]:
        """Values of `fields` of the rows that satisfy `where`, in key order, as Python values."""

    def statement(self, dataset: str, where: Predicate, blanks: Mapping[str, Blank] | None) -> str:
        """The text of what would run (a deletion, or a blanking with `blanks`), for the eyes of
        the person who approves. Values of key sets never appear in it."""

    def put_keys(
        self, keys: str, dataset: str, rows: Sequence[tuple[int, Key, date | None]]
    ) -> None:
        """Make key set `keys` of (subject ordinal, key of `dataset`, day of the fact or None)."""

    def find(self, keys: str, dataset: str, identity: Identity, values: Mapping[int, str]) -> int:
        """Make key set `keys` of the rows of `dataset` whose identity field matches a value, with
        the value's ordinal as subject; returns how many. Values are compared normalised."""

    def spread(self, edge: Edge, to: Side, giver: str, taker: str) -> int:
        """Add to key set `taker` the rows on side `to` of `edge` that rows of key set `giver` point
        to or are pointed to by, keeping the subject; returns how many were new. Makes `taker`
        where it does not exist. Calling it until it returns 0 closes a cycle."""

    def keys(self, keys: str) -> list[tuple[int, Key]]:
        """The content of a key set: (subject ordinal, key)."""

    def drop_keys(self, keys: str) -> None:
        """Forget a key set."""

    def oldest(
        self, dataset: str, field: str, column_zone: str | None, zone: str, where: Predicate
    ) -> Oldest:
        """The oldest local day in `field`, without any compiled retention predicate."""

    def stream(
        self, table: str, columns: Sequence[str], size: int
    ) -> Iterator[list[tuple[object, ...]]]:
        """Every row's values of these live columns, in blocks of at most `size` rows, from one
        consistent reading, for readers that trust no map."""

    def window(self, dataset: str, where: Predicate, after: Key | None, size: int) -> Window | None:
        """The next stretch of at most `size` matching rows in key order; None at the end."""

    def transaction(self) -> AbstractContextManager[Batch]:
        """One batch: committed when the block ends, undone when it raises."""

    def effects(self, tables: Sequence[str]) -> list[str]:
        """Refresh what the system derives from these tables (statistics, materialized views) so
        that removed values cannot be read there; returns what was done, in words."""

    def close(self) -> None:
        """End the connection and every key set with it."""


class Batch(Protocol):
    """What may be done inside one transaction."""

    def lock(self, dataset: str, where: Predicate) -> int:
        """Lock the rows against concurrent change, in key order; returns how many."""

    def remove(self, dataset: str, where: Predicate, window: Window | None = None) -> int:
        """Delete the rows that satisfy `where` (within the window); returns how many."""

    def blank(
        self,
        dataset: str,
        where: Predicate,
        blanks: Mapping[str, Blank],
        window: Window | None = None,
    ) -> int:
        """Empty fields of the rows that satisfy `where`; rows already blank are not counted."""

    def copies(
        self,
        dataset: str,
        where: Predicate,
        columns: Sequence[str],
        window: Window | None = None,
    ) -> list[tuple[object, ...]]:
        """Values of the rows that satisfy `where` (within the window), in key order, in a form
        that `insert` and `restore` write back exactly: what the engine itself says of them."""

    def insert(
        self, dataset: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> int:
        """Bring back rows that were copied; returns how many. A row whose key is there again is
        passed over. `columns` are those of `Table.insertable`."""

    def restore(
        self,
        dataset: str,
        key: Sequence[str],
        blanks: Mapping[str, Blank],
        rows: Sequence[tuple[object, ...]],
    ) -> int:
        """Set blanked columns back to what was copied before they were blanked so; returns in how
        many rows. `rows` hold the values of `key`, then of the columns of `blanks`. A row that is
        gone, or was written since, is passed over."""

    def receipt(self, plan: str, step: int, batch: int, rows: int) -> None:
        """Leave a receipt in this transaction (where the system allows it)."""


class Connector(Protocol):
    """One kind of system."""

    @property
    def kind(self) -> str:
        """The word for it in the data map: `postgresql`."""

    def connect(self, system: System, access: Access) -> Connection:
        """Open a connection with time limits.

        Raises:
            Unreachable: the system does not answer, or refuses us.
        """


class Unreachable(Exception):
    """The system does not answer or refuses us; the message names it and never its password."""


LONGEST_VALUE = 64 * 1024 * 1024
"""Bytes of a value; a table with a longer one is not streamed, so that no row fills the memory."""
TOO_LONG = "a value that is too long"
OTHER_ENCODING = "a text in another encoding"
"""Words of a refusal of this `form`."""
NO_SPACE = "no space is left on the disk"
"""Word of a `lost` batch: it may be tried again when there is."""


class Refused(Exception):
    """The database refused a batch: a constraint, a missing right, a lock that did not come.

    `kind` is one of

    * `constraint`: a key, a NOT NULL, a check or a trigger of the database says no
    * `lock`: somebody else holds the rows, or two batches met; the batch may be tried again
    * `time`: the statement took longer than it may
    * `rights`: we may not, or row security would hide rows from us
    * `lost`: the connection is gone
    * `schema`: there is no such table or column
    * `key`: the table has no key, or rows with an absent part of it
    * `keys`: there is no such key set
    * `worker`: the worker at the owner's side may not; `constraint` says which bound it is
    * `form`: values that cannot be compared with a day, or emptied in the way asked
    * `other`: with the engine's own code as `constraint`

    `table` and `constraint` name the place; no value of a row is ever part of it.
    """

    def __init__(self, kind: str, table: str = "", constraint: str = "") -> None:
        super().__init__(f"{kind}: {table} {constraint}".strip())
        self.kind, self.table, self.constraint = kind, table, constraint
