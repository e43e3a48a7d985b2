"""Made-up proposals for tests of their text."""

from __future__ import annotations

from datetime import date

from avow.duties.discovery.proposal import (
    Candidate,
    Guess,
    Measure,
    Moment,
    Owner,
    Proposal,
    Source,
)
from avow.estate.connectors.catalogue import Column, ColumnKind, Table


def proposal(table: str, column: str, moment: str, *, is_owned: bool) -> Proposal:
    """A proposal for a log with one column and one moment of these names."""
    columns = (
        Column("id", "bigint", ColumnKind.INTEGER, nullable=False),
        Column(column, "text", ColumnKind.TEXT),
        Column(moment, "date", ColumnKind.DATE),
    )
    chosen = Candidate(
        Table(table, columns, ("id",)),
        Moment(moment, "logged", date(2019, 3, 2)),
        (Guess(column, "email", "name"),),
        Owner("public.account", ("account_id",), ("id",)) if is_owned else None,
        412_007,
    )
    source = Source("shop", "postgresql", "${SHOP_DATABASE_URL}", "SHOP_DATABASE_URL", "UTC")
    measure = Measure(412_007, date(2019, 3, 2), 3)
    return Proposal(source, 300, chosen, measure, "1 year", (), (), date(2026, 11, 22))
