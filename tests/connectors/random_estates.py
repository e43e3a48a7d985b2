"""Hypothesis strategies: rows of two tables with every kind of column, and predicates over them.

Values come from small pools, so that they meet often and every odd one is there.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st

from avow.estate.connectors.catalogue import Catalogue, ColumnKind, Table
from avow.estate.datamap.edges import Edge, Right, Side
from avow.estate.datamap.model import Dataset, Normaliser, System
from avow.estate.datamap.predicates import (
    And,
    Equal,
    InKeys,
    Null,
    Or,
    Predicate,
    Related,
    Until,
    negate,
)
from avow.estate.datamap.reach import Key
from tests.connectors.world import Row, column, table

K = ColumnKind
COLUMNS = {
    "t": K.TEXT, "i": K.INTEGER, "n": K.NUMBER, "b": K.BOOLEAN, "u": K.UUID, "d": K.DATE,
    "s": K.INSTANT, "v": K.NAIVE, "ref": K.INTEGER, "r2": K.TEXT,
}  # fmt: skip
ONE = table("public.one", ["id"], column("id", K.INTEGER), *(column(*c) for c in COLUMNS.items()))
TWO = table(
    "public.two",
    ["k1", "k2"],
    column("k1", K.INTEGER),
    column("k2", K.TEXT),
    *(column(*c) for c in COLUMNS.items()),
)
TABLES = (ONE, TWO)
CATALOGUE = Catalogue({t.name: t for t in TABLES})
SYSTEM = System("shop", "memory", datasets={t.name: Dataset(t.name, key=t.key) for t in TABLES})

TEXTS = (
    "",
    "",
    " ",
    "a",
    "a",
    "A",
    "A",
    " a ",
    " a ",
    "é",
    "É",
    "1",
    "01",
    "a1",
    "%",
    "'",
    "true",
    "\t",
    "2020-01-31",
)
NUMBERS = (-1, 0, 1, 2)
MOMENTS = tuple(
    map(
        datetime.fromisoformat,
        [
            "2025-03-29T22:59:59", "2025-03-29T23:00:00", "2025-03-30T00:59:59",
            "2025-03-30T22:00:00", "2024-02-29T12:00:00", "2025-10-26T00:30:00",
        ],
    )
)  # fmt: skip
DAYS = (
    date(2024, 2, 29),
    date(2025, 3, 29),
    date(2025, 3, 30),
    date(2025, 10, 25),
    date(2020, 1, 31),
)
ZONES = ("UTC", "Europe/Brussels", "America/New_York", "Pacific/Apia")
POOLS: dict[ColumnKind, tuple[object, ...]] = {
    K.TEXT: TEXTS,
    K.INTEGER: NUMBERS,
    K.NUMBER: tuple(map(Decimal, ("0", "1", "1.50", "-1"))),
    K.BOOLEAN: (True, False),
    K.UUID: tuple(UUID(int=n) for n in (1, 2)),
    K.DATE: DAYS,
    K.INSTANT: tuple(m.replace(tzinfo=UTC) for m in MOMENTS),
    K.NAIVE: MOMENTS,
}
SAID = (*TEXTS, "-1", "0", "2", "1.5", "1.50", "false", str(UUID(int=1)), "2024-02-29",
        "2025-03-29T23:00:00", "2025-03-29T23:00:00+00:00", "99999999999999999999")  # fmt: skip


def _row(table: Table) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries(
        {
            c.name: st.sampled_from(POOLS[c.kind])
            if not c.nullable
            else st.none() | st.sampled_from(POOLS[c.kind])
            for c in table.columns
        }
    )


def _rows(table: Table) -> st.SearchStrategy[list[Row]]:
    return st.lists(_row(table), max_size=7, unique_by=lambda r: tuple(r[k] for k in table.key))


ESTATES = st.fixed_dictionaries({t.name: _rows(t) for t in TABLES})
KEY_SETS: dict[str, st.SearchStrategy[list[tuple[int, Key, date | None]]]] = {
    t.name: st.lists(
        st.tuples(
            st.integers(1, 2),
            st.tuples(*(st.sampled_from(POOLS[COLUMNS.get(k, K.INTEGER)]) if k != "k2"
                        else st.sampled_from(TEXTS) for k in t.key)),
            st.none() | st.sampled_from(DAYS),
        ),
        max_size=4,
        unique_by=lambda e: e[:2],
    )
    for t in TABLES
}  # fmt: skip

_POINTERS = (
    (("ref",), ONE, ("id",)), (("i",), ONE, ("i",)), (("t",), ONE, ("t",)), (("r2",), ONE, ("t",)),
    (("r2",), ONE, ("id",)), (("n",), ONE, ("i",)), (("u",), ONE, ("u",)),
    (("ref", "r2"), TWO, ("k1", "k2")), (("r2",), TWO, ("k2",)), (("d",), TWO, ("d",)),
)  # fmt: skip
_WHENS = ((), (), (), (), (("b", "true"),), (("i", "1"),), (("t", "a"), ("b", "false")))


@st.composite
def edges(draw: st.DrawFn) -> Edge:
    """A link from any of the tables: real keys and values, alone and composite, on conditions."""
    fields, parent, theirs = draw(st.sampled_from(_POINTERS))
    child = draw(st.sampled_from(TABLES))
    return Edge(
        child.name, fields, parent.name, theirs, Right.OWN, Side.CHILD,
        draw(st.sampled_from(_WHENS)), normalise=draw(st.sampled_from(Normaliser)),
        by_value=theirs != parent.key,
    )  # fmt: skip


UNTILS = st.builds(
    Until,
    st.sampled_from(("d", "s", "v")),
    st.sampled_from(DAYS),
    st.sampled_from(ZONES),
    st.none() | st.sampled_from(ZONES),
    st.booleans(),
)


@st.composite
def _leaves(draw: st.DrawFn, dataset: str) -> Predicate:
    name = draw(st.sampled_from([c.name for c in CATALOGUE.tables[dataset].columns]))
    match draw(st.sampled_from(("equal", "null", "until", "keys", "keys2"))):
        case "equal":
            return Equal(name, draw(st.sampled_from(SAID)), draw(st.booleans()))
        case "null":
            return Null(name, draw(st.booleans()))
        case "until":
            return draw(UNTILS)
        case "keys":
            field = draw(st.sampled_from(("i", "ref", "n", "t", "r2")))
            return _in_keys(draw, (field,), ONE)
    return _in_keys(draw, (draw(st.sampled_from(("i", "ref"))), draw(st.sampled_from("t"))), TWO)


def _in_keys(draw: st.DrawFn, fields: tuple[str, ...], keys: Table) -> InKeys:
    until = draw(st.none() | st.sampled_from(DAYS))
    return InKeys(fields, keys.name, until, draw(st.booleans()))


@st.composite
def predicates(draw: st.DrawFn, dataset: str, depth: int = 3) -> Predicate:
    """A predicate over the rows of a dataset, links to any depth inside."""
    kinds = ("leaf", "leaf", "and", "or", "not", "related", "related") if depth else ("leaf",)
    match draw(st.sampled_from(kinds)):
        case "and":
            return And(tuple(draw(st.lists(predicates(dataset, depth - 1), max_size=3))))
        case "or":
            return Or(tuple(draw(st.lists(predicates(dataset, depth - 1), max_size=3))))
        case "not":
            return negate(draw(predicates(dataset, depth - 1)))
        case "related":
            edge = draw(edges().filter(lambda e: dataset in {e.child, e.parent}))
            to = Side.PARENT if edge.child == dataset else Side.CHILD
            there = edge.parent if to is Side.PARENT else edge.child
            return Related(edge, to, draw(predicates(there, depth - 1)), draw(st.booleans()))
    return draw(_leaves(dataset))
