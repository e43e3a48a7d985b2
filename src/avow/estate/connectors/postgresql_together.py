"""Key sets and the rows in them in one round trip of PostgreSQL.

Each key set is the text of a query over those that it grows from. A question names the queries that
it needs in front of itself (WITH), so nothing has to be kept on the server between questions, and
all of them are sent together in pipeline mode. Values come with the types that they have.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from avow.estate.connectors.catalogue import Column
from avow.estate.connectors.render import KeyRelation, key_pairs
from avow.estate.connectors.sql import SUBJECT, Entry, KeySet, SqlConnection, Statement, Written
from avow.estate.connectors.together import Answer, Growth, Question, Seeds, in_order
from avow.estate.datamap.edges import Side

SCATTERED: Written = (b"SELECT set_config('random_page_cost', '1.1', true)", {})
"""Few rows of many are looked for, also in large tables; for what is sent together only."""
_VALUE = re.compile(rb"%%|%\(([^)]+)\)s")


@dataclass(frozen=True, slots=True)
class Query:
    """A key set as a query: its name and key columns, its text, and the key sets that it names."""

    name: str
    columns: tuple[Column, ...]
    text: bytes
    values: dict[str, Any]
    named: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The columns of the query."""
        return [SUBJECT, *(f"k{n}" for n, _ in enumerate(self.columns, 1))]

    @property
    def written(self) -> bytes:
        """The query as WITH takes it."""
        return b"%s (%s) AS (%s)" % (self.name.encode(), ", ".join(self.names).encode(), self.text)


class AsksTogether(SqlConnection):
    """A connection to PostgreSQL that puts its questions together."""

    _queries: Mapping[str, Query] = MappingProxyType({})
    """Key sets that are queries while questions are put together."""

    @abstractmethod
    def _compiled(self, statement: Statement) -> Written:
        """The text and values of a statement."""

    @abstractmethod
    def answered(self, statements: Sequence[Written]) -> list[list[tuple[Any, ...]]]:
        """The rows of queries that are sent together; Refused when one is refused."""

    def _key_relation(self, keys: str) -> KeyRelation:
        query = self._queries.get(keys)
        if query is None:
            return super()._key_relation(keys)
        self._made += 1
        columns: list[sa.ColumnClause[Any]] = [sa.column(n) for n in query.names]
        return KeyRelation(sa.table(query.name, *columns).alias(f"k{self._made}"), query.columns)

    def together(
        self, seeds: Seeds, growths: Sequence[Growth], asked: Sequence[Question], most: int
    ) -> Iterator[Answer]:
        """See `ReadsTogether.together`."""
        order = in_order(growths)
        if order is None:
            raise ValueError("the key sets grow in a circle")
        grown = {name: [g for g in growths if g.taker == name] for name in order}
        # A key set that nothing grows from, and one link leads to, is not asked: the rows are.
        needed = {g.giver for g in growths}
        needed |= {a.keys for a in asked if len(grown.get(a.keys, ())) != 1}
        queries: dict[str, Query] = {}
        self._queries = queries
        try:
            for name, (dataset, rows) in seeds.items():
                queries[name] = self._seed(dataset, rows)
            for name in order:
                if name in needed and name not in seeds:
                    queries[name] = self._grown(grown[name])
            texts = [self._question(each, grown.get(each.keys, ()), most) for each in asked]
        finally:
            self._queries = MappingProxyType({})
        _, *answers = self.answered([SCATTERED, *texts])
        for place, found in enumerate(answers):
            yield from zip(repeat(place), found)

    def _seed(self, dataset: str, rows: Sequence[Entry]) -> Query:
        columns = self.renderer().key_columns(dataset)
        held = self.relation(KeySet(columns, None, tuple(rows)))
        keys = [held.c[f"k{n}"] for n, _ in enumerate(columns, 1)]
        return self._query(columns, sa.select(held.c[SUBJECT], *keys), ())

    def _grown(self, growths: Sequence[Growth]) -> Query:
        edge, to = growths[0].edge, growths[0].to
        there = edge.parent if to is Side.PARENT else edge.child
        found = [self._reached(g.edge, g.to, g.giver) for g in growths]
        whole: Any = found[0] if len(found) == 1 else sa.union(*found)
        givers = tuple(dict.fromkeys(g.giver for g in growths))
        return self._query(self.renderer().key_columns(there), whole, givers)

    def _query(
        self, columns: tuple[Column, ...], statement: Statement, givers: tuple[str, ...]
    ) -> Query:
        """A query under a name of its own; so are its values, since they end in one statement."""
        name = f"c{len(self._queries)}"
        mark, (text, values) = name.encode(), self._compiled(statement)
        named = dict.fromkeys(n for giver in givers for n in (*self._queries[giver].named, giver))
        return Query(
            name,
            columns,
            _VALUE.sub(lambda m: m[0] if m[1] is None else b"%%(%s_%s)s" % (mark, m[1]), text),
            {f"{name}_{key}": value for key, value in values.items()},
            tuple(named),
        )

    def _question(self, asked: Question, growths: Sequence[Growth], most: int) -> Written:
        """The rows as the last link finds them; or by their keys, where several links do."""
        render = self.renderer()
        if len(growths) == 1:
            only = growths[0]
            found = self._touched(only.edge, only.to, only.giver)
            subject, rows = found.selected_columns[0], found.selected_columns[1].table
            needed: Sequence[str] = (*self._queries[only.giver].named, only.giver)
        else:
            held, rows = self._key_relation(asked.keys), render.other(asked.dataset)
            subject = held.relation.c[SUBJECT]
            keys = zip(render.key_columns(asked.dataset), key_pairs(held), strict=True)
            same = [render.same((c, rows.c[c.name]), pair) for c, pair in keys]
            found = sa.select(subject).where(*same)
            needed = (*self._queries[asked.keys].named, asked.keys)
        own = [rows.c[f] for f in render.key(asked.dataset)]
        whole = found.with_only_columns(subject, *(rows.c[c] for c in asked.columns))
        text, values = self._compiled(whole.order_by(*own, subject).limit(most))
        queries = [self._queries[each] for each in needed]
        head = b"WITH %s " % b", ".join(each.written for each in queries)
        return head + text, {k: v for q in queries for k, v in q.values.items()} | values
