"""Questions to a mailbox: predicates over its rows, key sets, and the way along links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from avow.estate.connectors.base import Refused
from avow.estate.connectors.files import asking
from avow.estate.connectors.files.asking import Pointer
from avow.estate.connectors.files.form import Getter
from avow.estate.connectors.files.rows import order
from avow.estate.connectors.mail.rows import Mailbox
from avow.estate.connectors.values import plain_all
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.predicates import TRUE, Predicate, Related, key_sets
from avow.estate.datamap.reach import Key

KeySet: TypeAlias = list[tuple[int, Key, date | None]]
Cells: TypeAlias = Mapping[str, Any]


def cell(name: str) -> Getter:
    """What reads a column of a row."""
    return lambda record: record[1][name]


class Asked:
    """A mailbox with the key sets of one connection."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self.keys: dict[str, KeySet] = {}

    def key_fields(self, dataset: str) -> tuple[str, ...]:
        """The columns of the key: declared, or else the table's own."""
        self.mailbox.shelf(dataset)
        declared = self.mailbox.system.datasets.get(dataset)
        return (declared.key if declared else ()) or self.mailbox.catalogue.tables[dataset].key

    def key(self, dataset: str, row: Cells) -> Key:
        """The key of a row."""
        return tuple(row[field] for field in self.key_fields(dataset))

    def rows(self, dataset: str, where: Predicate) -> Iterator[Cells]:
        """The rows that satisfy a predicate, in no order."""
        question = asking.resolved(where, self._known, self._pointers)
        for name in asking.columns(question):
            self.mailbox.column(dataset, name)
        for missing in sorted(key_sets(where) - self.keys.keys()):
            raise Refused("keys", missing)
        test = asking.test(question, cell, lambda name: self.mailbox.column(dataset, name))
        return (row for row in self.mailbox.rows(dataset) if test(("", row)))

    def _known(self, keys: str, until: date | None) -> Iterator[Key]:
        if keys not in self.keys:
            raise Refused("keys", keys)
        for _, key, at in self.keys[keys]:
            if until is None or (at is not None and at <= until):
                yield key

    def _pointers(self, related: Related) -> frozenset[Pointer]:
        found = self.pointing(related.dataset, related.where, related.edge, related.to)
        return frozenset(pointer for pointer, _ in found)

    def pointing(
        self, dataset: str, where: Predicate, edge: Edge, side: Side
    ) -> Iterator[tuple[Pointer, Cells]]:
        """Every row with a pointer over an edge, seen from a side of it, and the pointer."""
        for name in edge.child_fields if side is Side.CHILD else edge.parent_fields:
            self.mailbox.column(dataset, name)
        pointer = asking.pointing(edge, side, cell)
        for row in self.rows(dataset, where):
            found = pointer(("", row))
            if found is not None:
                yield found, row

    def in_order(self, dataset: str, where: Predicate) -> list[Cells]:
        """The rows that satisfy a predicate, in the order of their keys."""
        rows = self.rows(dataset, where)
        return sorted(rows, key=lambda row: order(self.key(dataset, row)))

    # --- along links ---------------------------------------------------------------------------

    def spread(self, edge: Edge, to: Side, giver: str, taker: str) -> int:
        """Add to `taker` the rows on a side of an edge that rows of `giver` lead to."""
        there = edge.parent if to is Side.PARENT else edge.child
        taken = self.keys.setdefault(taker, [])
        known = {(subject, plain_all(key)) for subject, key, _ in taken}
        before, given = len(known), self._given(edge, to, giver)
        for pointer, row in self.pointing(there, TRUE, edge, to):
            key = self.key(there, row)
            for subject in given.get(pointer, ()):
                if (subject, plain_all(key)) not in known:
                    known.add((subject, plain_all(key)))
                    taken.append((subject, key, None))
        return len(known) - before

    def _given(self, edge: Edge, to: Side, giver: str) -> dict[Pointer, list[int]]:
        """The subjects of each pointer. Where pointers name the key itself, rows that name it are
        that person's even if the row is gone."""
        here = edge.child if to is Side.PARENT else edge.parent
        near = Side.CHILD if to is Side.PARENT else Side.PARENT
        fields, entries = self.key_fields(here), list(self._entries(giver))
        found: dict[Pointer, list[int]] = {}
        if to is Side.CHILD and set(edge.parent_fields) <= set(fields):
            pointer = asking.pointing(edge, Side.PARENT, cell)
            for subject, key in entries:
                at = pointer(("", dict(zip(fields, key, strict=True))))
                if at is not None:
                    found.setdefault(at, []).append(subject)
            return found
        by_key: dict[Pointer | None, list[int]] = {}
        for subject, key in entries:
            by_key.setdefault(plain_all(key), []).append(subject)
        for at, row in self.pointing(here, TRUE, edge, near):
            mine = by_key.get(plain_all(self.key(here, row)), ())
            found.setdefault(at, []).extend(mine)
        return found

    def _entries(self, keys: str) -> Sequence[tuple[int, Key]]:
        if keys not in self.keys:
            raise Refused("keys", keys)
        return [(subject, key) for subject, key, _ in self.keys[keys]]
