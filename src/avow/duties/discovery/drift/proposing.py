"""What a person would probably write for a new column, table or pointer: by names and structure.

Nothing is proposed that the declaration does not know: a category that it does not declare is
mentioned, and what cannot be guessed is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from avow.duties.discovery.columns import named_guess
from avow.duties.discovery.drift.change import (
    AddDataset,
    AddLink,
    NameColumn,
    link_text,
    names_text,
)
from avow.duties.discovery.drift.view import View, is_ours
from avow.duties.discovery.lexicon import folded, is_weak_name, is_writer_word
from avow.duties.discovery.survey import is_framework
from avow.duties.discovery.writing import word
from avow.estate.connectors.catalogue import Column, ColumnKind, ForeignKey, Table
from avow.estate.datamap.model import Dataset, LinkWord


@dataclass(frozen=True, slots=True)
class Guessed:
    """A declared category for a column, and why."""

    category: str
    why: str


def category_for(column: Column, dataset: Dataset | None, view: View) -> Guessed | None:
    """The category that a column seems to hold: by the map's own words, by the words of three
    languages, else that of the rest of its row."""
    if dataset and dataset.rest and not is_ours(dataset, view.system):
        return Guessed(dataset.rest, "proposed as the rest of its row, which is a tenant's")
    own = view.spoken.get(folded(column.name))
    if own:
        return Guessed(own, "so the map calls other columns of this name")
    known = spoken_of(column, dataset)
    if known in view.categories:
        return Guessed(known, "proposed by its name")
    if dataset and dataset.rest:
        return Guessed(dataset.rest, "proposed as the rest of its row")
    return None


def spoken_of(column: Column, dataset: Dataset | None) -> str:
    """The category that the column's type or name speaks of, declared or not; empty for none."""
    guess = named_guess(column)
    if guess:
        return guess.category
    is_person = dataset is not None and dataset.subject is not None
    weak = is_person and is_weak_name(column.name) and column.kind is ColumnKind.TEXT
    return "name" if weak else ""


def naming(column: Column, dataset: Dataset, view: View) -> NameColumn | None:
    """Name a column under `fields`; None where no declared category can be proposed."""
    found = category_for(column, dataset, view)
    if found is None:
        return None
    return NameColumn(dataset.place, column.name, found.category, found.why)


def linking(key: ForeignKey, dataset: Dataset, parent: Dataset) -> AddLink | None:
    """Declare a foreign key as a pointer that gives no right: the narrowest that can be said."""
    if not parent.key or not key.parent_fields:
        return None
    theirs = () if key.parent_fields == parent.key else key.parent_fields
    why = "does it give a right: owned_by, accessed_by?"
    return AddLink(dataset.place, LinkWord.NO_RIGHT, parent.name, key.child_fields, theirs, why)


def adding(table: Table, view: View) -> AddDataset | None:
    """Map a new table: whose rows it holds follows from a foreign key to a mapped person's table;
    what programs keep for themselves is nobody's. None for all others: nothing says whose they
    are."""
    system = view.system
    if is_framework(table.name):
        keys = {"owned_by": "nobody", "because": "a table that a program keeps for itself"}
        why = "proposed by its name"
        return AddDataset(system.name, system.place.file, table.name, keys, why)
    pointers = list(_pointers(table, view))
    owner = next((p for p in pointers if p[0].parent != table.name), None)
    if owner is None:
        return None
    key, parent = owner
    rest = parent.rest or next(iter(parent.categories()), None)
    if rest is None:
        return None
    keys = {"key": f"[{', '.join(map(word, table.key))}]"} if table.key else {}
    keys["owned_by"] = _link(key, parent.key)
    others = [p for p in pointers if p[0] is not key]
    if others:
        keys["no_right"] = _links(others)
    structure = {*table.key, *(c for k, _ in pointers for c in k.child_fields)}
    fields = _fields(table, view, structure, rest) if is_ours(parent, system) else ""
    if fields:
        keys["fields"] = fields
    keys["rest"] = rest
    why = f"proposed by its foreign key to {parent.name}, and by names"
    return AddDataset(system.name, system.place.file, table.name, keys, why)


def _pointers(table: Table, view: View) -> Iterator[tuple[ForeignKey, Dataset]]:
    """Foreign keys of a table to mapped persons' rows, or to itself; one to whom the row is about
    goes before one to who wrote it."""
    own = Dataset(table.name, table.key)
    keys = [k for k in view.of(table.name) if k.parent_fields]
    for key in sorted(keys, key=lambda k: any(map(is_writer_word, k.child_fields))):
        parent = own if key.parent == table.name else view.system.datasets.get(key.parent)
        if parent is not None and parent.is_personal and parent.key:
            yield key, parent


def _link(key: ForeignKey, parent_key: tuple[str, ...]) -> str:
    theirs = () if key.parent_fields == parent_key else key.parent_fields
    return link_text(key.parent, key.child_fields, theirs)


def _links(pointers: list[tuple[ForeignKey, Dataset]]) -> str:
    """Several links: short where each target stands once and is named by its key."""
    targets = [key.parent for key, _ in pointers]
    plain = all(key.parent_fields == parent.key for key, parent in pointers)
    if plain and len(set(targets)) == len(targets):
        said = (f"{word(k.parent)}: {names_text(k.child_fields)}" for k, _ in pointers)
        return f"{{{', '.join(said)}}}"
    return f"[{', '.join(_long(key) for key, _ in pointers)}]"


def _long(key: ForeignKey) -> str:
    return link_text(key.parent, key.child_fields, key.parent_fields)


def _fields(table: Table, view: View, structure: set[str], rest: str) -> str:
    """The columns whose names speak of something, as a mapping; empty without one. What the
    declaration has no word for is said to be as the rest."""
    found: dict[str, str] = {}
    for column in table.columns:
        guessed = category_for(column, None, view)
        if column.name not in structure and (guessed or spoken_of(column, None)):
            found[column.name] = guessed.category if guessed else rest
    said = ", ".join(f"{word(name)}: {category}" for name, category in found.items())
    return f"{{{said}}}" if said else ""
