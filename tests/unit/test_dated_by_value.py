"""A row that gives a moment by value is retained for its own reasons, whatever it dates."""

from __future__ import annotations

from datetime import date

from avow.common.calendar import Period
from avow.declaration.model import Action, End, InForce, Rule, Scope
from avow.engine.planner.judge import Judge
from avow.engine.planner.lower import sweep
from avow.estate.connectors.base import Access
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, Table
from avow.estate.connectors.twin import TwinConnector, TwinDatabase
from avow.estate.datamap.model import Dataset, EventMap, EventMode, Link, LinkWord, Source, System
from tests.properties.carry_out import carry_out

DAY = date(2026, 3, 1)
TEXT = (Column("id", "integer", ColumnKind.INTEGER), Column("email", "text", ColumnKind.TEXT))
ENDED = Column("ended", "date", ColumnKind.DATE)
MODEL = System(
    "w",
    "memory",
    zone="UTC",
    datasets={
        "reader": Dataset(
            "reader",
            ("id",),
            subject="person",
            rest="address",
            events=(EventMap("ended", EventMode.END_OF, (Source("ended", "consent"),)),),
        ),
        "consent": Dataset(
            "consent",
            ("id",),
            links=(Link(LinkWord.OWNED_BY, "reader", ("email",), ("email",)),),
            rest="proof",
            events=(EventMap("ended", EventMode.END_OF, (Source("ended"),)),),
        ),
    },
)
LAW = InForce(
    (
        Rule(
            "r",
            "1",
            Scope(category=frozenset({"address"})),
            (End("ended", Period()),),
            Action.ERASE,
        ),
        Rule(
            "p",
            "2",
            Scope(category=frozenset({"proof"})),
            (End("ended", Period(months=60)),),
            Action.ERASE,
        ),
    ),
    zone="UTC",
)


def test_the_proof_of_a_consent_outlives_the_address_it_is_about() -> None:
    """The address goes when the consent ends, its proof five years later."""
    tables = {
        "reader": Table("reader", TEXT, ("id",)),
        "consent": Table("consent", (*TEXT, ENDED), ("id",)),
    }
    rows = {
        "reader": [{"id": 1, "email": "a@x.org"}],
        "consent": [{"id": 5, "email": "a@x.org", "ended": date(2026, 1, 1)}],
    }
    database = TwinDatabase(rows, Catalogue(tables))
    connection = TwinConnector({"w": database}).connect(MODEL, Access.WRITE)
    carry_out(connection, sweep(Judge(MODEL, LAW, DAY), Catalogue(tables)))
    assert {name: len(left) for name, left in database.tables.items()} == {
        "reader": 0,
        "consent": 1,
    }
