"""The data map: systems, datasets, fields, identities, links and events.

A system is one real place where personal data lives; a dataset is a table of it; a field is a
column; categories are opaque words here. Each dataset says whose its rows are (rows first) and may
say what each column holds (columns second). Nothing in this folder knows law.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from avow.common.places import NOWHERE, Place
from avow.estate.datamap.paths import inside
from avow.estate.datamap.restricting import Restriction
from avow.estate.datamap.stored import Stored


class LinkWord(StrEnum):
    """Who a row belongs to, as a link says it: direction and right."""

    OWNED_BY = "owned_by"
    OWNS = "owns"
    ACCESSED_BY = "accessed_by"
    ACCESSES = "accesses"
    COPY_OF = "copy_of"
    NO_RIGHT = "no_right"


class Normaliser(StrEnum):
    """How two values are compared: the four byte-wise forms that every SQL engine can do alike."""

    EXACT = "exact"
    TRIM = "trim"
    ASCII_LOWER = "ascii-lower"
    DIGITS = "digits"


class Gone(StrEnum):
    """What happens to a row when the row its link points to goes."""

    UNLINK = "unlink"
    SHELL = "shell"
    ALONG = "along"


class BlankKind(StrEnum):
    """How one value is emptied while its row stays."""

    NULL = "null"
    CONSTANT = "constant"
    GHOST = "ghost"
    TRUNCATE = "truncate"
    RECOMPUTE = "recompute"


class Then(StrEnum):
    """What happens to what is made from rows when those rows change or go."""

    REFRESH = "refresh"
    RECOMPUTE = "recompute"
    ERASE = "erase"


class Coarse(StrEnum):
    """How much of a value is told: the month of a day, the first two signs, or the whole value of a
    column that holds few different ones (a product)."""

    MONTH = "month"
    START = "start"
    VALUE = "value"


class EventMode(StrEnum):
    """How the moment of an event is read from its sources."""

    POINT = "point"
    LATEST = "latest"
    EARLIEST = "earliest"
    END_OF = "end-of"
    FACT = "fact"


class Strength(StrEnum):
    """Whether an identity value names one person (`unique`) or may be shared (`shared`)."""

    UNIQUE = "unique"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Blank:
    """How a field is emptied; `value` is the constant, or what a ghost points to."""

    kind: BlankKind
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One column with the category of what it holds; `of` names the link it speaks about."""

    name: str
    category: str
    of: str | None = None
    collected_at: str | None = None
    zone: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """What names a person here: a kind (`email`), the field that holds it, its strength."""

    kind: str
    field: str
    strength: Strength = Strength.UNIQUE
    normalise: Normaliser = Normaliser.EXACT


@dataclass(frozen=True, slots=True)
class Link:
    """A pointer from the rows of a dataset to those of `to`, and the right it gives.

    `parent_fields` is empty when the pointer names the target's key. `when` holds (own column,
    value) pairs that must all match. `of` names the link so that fields may refer to it. `gone`
    overrides what happens to a row that stays when the row it points to goes. Whoever reaches a row
    only over links that hide a column (or the row, `hide_row`) is not shown it.
    """

    word: LinkWord
    to: str
    fields: tuple[str, ...]
    parent_fields: tuple[str, ...] = ()
    when: tuple[tuple[str, str], ...] = ()
    of: str | None = None
    normalise: Normaliser = Normaliser.EXACT
    gone: Gone | None = None
    hide: tuple[str, ...] = ()
    hide_row: bool = False
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Derivation:
    """That a dataset, or some columns of it, are made from the rows of `of`.

    A row is made from those rows whose `source_fields` (empty: their key) hold the values of its
    own `fields`. `columns` says how a column is computed, as an expression of the system's own
    language over a row of the dataset. A view is refreshed whole, and has none of these.
    """

    of: str
    then: Then
    fields: tuple[str, ...] = ()
    source_fields: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Source:
    """Where an event is read: a field of the dataset itself, or of one linked to it.

    `moved_by` names a column whose value, where present, replaces the field's. `cancelled_by`
    names a column whose presence takes the event away. `zone` is that of a naive column.
    """

    field: str
    dataset: str | None = None
    moved_by: str | None = None
    cancelled_by: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class EventMap:
    """How a dataset gives the moment of one event. `via` names the parent it is inherited from."""

    event: str
    mode: EventMode
    sources: tuple[Source, ...] = ()
    via: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Dataset:
    """One table with all that is declared of it. `nobody` is the reason when its rows are no one's.

    `uses`: columns that give the moment at which data of a row's persons were used, with the
    purpose. `known_facts`: columns about which somebody may be asked to show that they are the
    person of a row, and how much of the value is told. `sphere_field` names the column that says
    for which tenant we are processor; None means the controller's own. `tenant` is the one from
    whose sphere the map is seen (`in_sphere`); None: from the controller's own.
    `needs` lists, per linked dataset, the columns a retained row pulls along. `stored` says how it
    lies in files, where it does.
    """

    name: str
    key: tuple[str, ...] = ()
    subject: str | None = None
    sphere_field: str | None = None
    identities: tuple[Identity, ...] = ()
    links: tuple[Link, ...] = ()
    collected_at: str | None = None
    fields: tuple[Field, ...] = ()
    rest: str | None = None
    events: tuple[EventMap, ...] = ()
    blanks: Mapping[str, Blank] = field(default_factory=dict)
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    nobody: str | None = None
    zone: str | None = None
    stored: Stored | None = None
    derived: tuple[Derivation, ...] = ()
    restriction: Restriction | None = None
    uses: Mapping[str, str] = field(default_factory=dict)
    known_facts: Mapping[str, Coarse] = field(default_factory=dict)
    tenant: str | None = None
    place: Place = field(default=NOWHERE, compare=False)

    @property
    def is_personal(self) -> bool:
        """Whether its rows belong to persons."""
        return self.nobody is None

    @property
    def is_ours(self) -> bool:
        """Whether its rows are of the sphere from which the map is seen: ours as controller, and
        not a tenant's whose processor we are; or, seen from a tenant's, the other way round."""
        return (self.sphere_field is None) is (self.tenant is None)

    @property
    def made(self) -> frozenset[str]:
        """The columns that are computed from others: they hold no cells of their own."""
        return frozenset(column for each in self.derived for column in each.columns)

    def categories(self) -> tuple[str, ...]:
        """Every category of its cells, declared order, each once; `rest` last."""
        named = [f.category for f in self.fields] + ([self.rest] if self.rest else [])
        return tuple(dict.fromkeys(named))

    def event(self, name: str) -> EventMap | None:
        """The dataset's own reading of an event, or None when it has none."""
        return next((e for e in self.events if e.event == name), None)


@dataclass(frozen=True, slots=True)
class System:
    """One real place: the kind of connector that speaks to it, its address, zone and datasets."""

    name: str
    connector: str
    url: str = ""
    zone: str = "UTC"
    owner: str | None = None
    datasets: Mapping[str, Dataset] = field(default_factory=dict)
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class DataMap:
    """All systems together."""

    systems: Mapping[str, System] = field(default_factory=dict)

    def datasets(self) -> Iterator[tuple[System, Dataset]]:
        """Every dataset with its system, in declared order."""
        for system in self.systems.values():
            for dataset in system.datasets.values():
                yield system, dataset


def personal_columns(dataset: Dataset, columns: tuple[str, ...]) -> dict[str, str]:
    """Live column -> category, for every column that holds personal data.

    Columns that are declared keep their category; the others take `rest`. Keys and the columns of
    links are structure: they carry a category only where `fields` names them.
    """
    named = {f.name: f.category for f in dataset.fields}
    found = dict(named)
    if dataset.rest:
        beside = structure(dataset) | named.keys()
        found |= {c: dataset.rest for c in columns if c not in beside}
    return found


def structure(dataset: Dataset) -> frozenset[str]:
    """The columns that hold the map together: keys, pointers, their conditions and the tenant. A
    pointer inside a column is one itself; the column is one too where it is a list of pointers."""
    links = {c for link in dataset.links for c in link.fields}
    conditions = {c for link in dataset.links for c, _ in link.when}
    sphere = {dataset.sphere_field} if dataset.sphere_field else set()
    places = ((c, inside(c)) for c in links)
    lists = {p.column for _, p in places if p is not None and p.each and not (p.keys or p.of_each)}
    return frozenset(set(dataset.key) | links | lists | conditions | sphere)
