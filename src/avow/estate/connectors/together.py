"""Questions that are put to a system together: key sets that grow from each other, and the rows in
them, in one round trip.

A connection may offer it beside the contract; without it the same is asked step by step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from graphlib import CycleError, TopologicalSorter
from typing import Protocol, TypeAlias, runtime_checkable

from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.reach import Key

Seeds: TypeAlias = Mapping[str, tuple[str, Sequence[tuple[int, Key, date | None]]]]
"""Key set -> (dataset, its content), as `Connection.put_keys` takes it."""
Answer: TypeAlias = tuple[int, tuple[object, ...]]
"""The place of the question; and the ordinal of a subject, followed by the values of one row."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Key set `taker` holds what `Connection.spread` would add to it from `giver`."""

    edge: Edge
    to: Side
    giver: str
    taker: str


@dataclass(frozen=True, slots=True)
class Question:
    """The rows of a dataset that are in a key set."""

    dataset: str
    keys: str
    columns: tuple[str, ...]


@runtime_checkable
class ReadsTogether(Protocol):
    """A connection that answers all of it in one round trip."""

    def together(
        self, seeds: Seeds, growths: Sequence[Growth], asked: Sequence[Question], most: int
    ) -> Iterator[Answer]:
        """The rows of every question, question after question, at most `most` of each, in the order
        of keys and then of subjects. A row comes once for each subject that holds it, or more often
        where several rows lead to it. Nothing stays on the connection.

        Raises:
            Refused: as `fetch`; ValueError: the key sets grow in a circle (see `in_order`).
        """


def in_order(growths: Sequence[Growth]) -> tuple[str, ...] | None:
    """The key sets, each behind those that it grows from; None where they grow in a circle."""
    grows: dict[str, set[str]] = {}
    for each in growths:
        grows.setdefault(each.taker, set()).add(each.giver)
    try:
        return tuple(TopologicalSorter(grows).static_order())
    except CycleError:
        return None
