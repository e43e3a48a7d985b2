"""What everybody else sees of rows in PostgreSQL while a batch of ours is open."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

from avow.estate.connectors.base import Access, Connection, Refused, Unreachable
from avow.estate.connectors.sql import SqlConnection
from avow.estate.datamap.predicates import Predicate


class SeesAside(SqlConnection):
    """A connection that can look from outside of its own batch."""

    _limits: Any

    def seen_by_others(
        self, dataset: str, where: Predicate, fields: Sequence[str], limit: int
    ) -> list[tuple[object, ...]]:
        """As `fetch`, over a connection of its own, which sees only what was committed.

        Raises:
            Refused: also where no further connection is given to us (`lost`).
        """
        another: Any = type(self)
        try:
            aside: Connection = another(self._system, Access.READ, self._limits)
        except Unreachable:
            raise Refused("lost", dataset) from None
        with closing(aside):
            vars(aside)["_catalogue"] = self.catalogue()  # one reading of the schema is enough
            return list(aside.fetch(dataset, where, fields, limit))
