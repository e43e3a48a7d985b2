"""Fields inside a column: how they are written, and what an engine says that cannot read them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Column, ColumnKind
from avow.estate.connectors.render import Grammar
from avow.estate.datamap.leaf_moments import Told
from avow.estate.datamap.model import Source
from avow.estate.datamap.paths import Inside, inside, look, looks, put
from tests.unit.declared import SOUND, reading

ROW = {"id": 1, "data": {"a": {"b": 5}, "who": [{"n": 1}, 2, {"n": 3}]}, "text": '{"a": "x"}'}


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("data$.a.b", Inside("data", ("a", "b"))),
        ("ids$[]", Inside("ids", (), True)),
        ("data$.who[].n", Inside("data", ("who",), True, ("n",))),
        ("a.b$.c.d$seconds", Inside("a.b", ("c", "d"), told=Told.SECONDS)),
        ("data$.a$days", None),
        ("data$moment", None),
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


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("answered_at", Source("answered_at")),
        ("data$.at", Source("data$.at$moment")),
        ("data$.when.at$seconds", Source("data$.when.at$seconds")),
        ("{latest: [caller.data$.at]}", Source("data$.at$moment")),
        (
            "{field: data$.at, moved_by: data$.to, cancelled_by: data$.off}",
            Source("data$.at$moment", None, "data$.to$moment", "data$.off"),
        ),
        ("{latest: [call.data$.at.day]}", Source("data$.at.day$moment", "call")),
    ],
)
def test_an_event_reads_a_leaf_as_a_moment(written: str, read: Source) -> None:
    """However it is written, and also of a linked dataset: the dots of a leaf are its own."""
    call = "      call: {owned_by: {caller: caller_id}, rest: message}\n"
    loaded = reading(SOUND.replace("answered: answered_at", f"answered: {written}") + call)
    assert [f for f in loaded.findings if f.is_error] == []
    dataset = loaded.whole.datamap.systems["desk"].datasets["caller"]
    assert dataset.events[0].sources == (read,)
