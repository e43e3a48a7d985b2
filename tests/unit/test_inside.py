"""Fields inside a column: how they are written, and what an engine says that cannot read them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Column, ColumnKind
from avow.estate.connectors.render import Grammar
from avow.estate.datamap.paths import Inside, inside, look, looks, put

ROW = {"id": 1, "data": {"a": {"b": 5}, "who": [{"n": 1}, 2, {"n": 3}]}, "text": '{"a": "x"}'}


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("data$.a.b", Inside("data", ("a", "b"))),
        ("ids$[]", Inside("ids", (), True)),
        ("data$.who[].n", Inside("data", ("who",), True, ("n",))),
        ("data", None),
        ("price$", None),
        ("$.a", None),
        ("a$b", None),
    ],
)
def test_how_a_field_inside_a_column_is_written(written: str, place: Inside | None) -> None:
    """A name with a dollar sign alone is that of a plain column."""
    assert inside(written) == place


def test_what_stands_there() -> None:
    """Leaves of documents that come as values or as text, and of every object in a list."""
    assert (look(ROW, "data$.a.b"), look(ROW, "text$.a"), look(ROW, "data$.c.d")) == (5, "x", None)
    assert looks(ROW, "data$.who[].n") == (1, None, 3)
    assert looks(ROW, "data$.a[]") == ()


def test_only_a_leaf_that_is_there_is_changed() -> None:
    """A leaf is taken out or replaced; nothing is added."""
    document = {"a": {"b": 1, "c": 2}}
    assert put(document, ("a", "b"), None) == {"a": {"c": 2}}
    assert put(document, ("a", "b"), "-") == {"a": {"b": "-", "c": 2}}
    assert put(document, ("x", "b"), "-") == document


def test_an_engine_that_cannot_look_inside_says_so() -> None:
    """Refused, and never a statement that means something else."""
    column = Column("data$.a", "text", ColumnKind.TEXT, inside=Inside("data", ("a",)))
    with pytest.raises(Refused, match="form"):
        Grammar().leaf(sa.column("data"), column)
    with pytest.raises(Refused, match="form"):
        Grammar().elements(sa.column("data"), column)
