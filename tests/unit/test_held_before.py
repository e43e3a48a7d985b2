"""An older, shorter period that goes on counting for data held when the promise was lengthened."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from avow.declaration.load import load_texts
from avow.declaration.model import Declaration
from avow.engine.db.store import Store
from avow.engine.planner.making import Estate, Memory, Wish, counted
from avow.engine.verifier.oldest import Aged, Asked, Looking, look
from tests.unit.test_retention_checks import DECLARATION, TABLES, Shop

ONE_MONTH = """    starts: seen
    at_most: 1 month
"""
LONGER = """    whichever_first:
      - {starts: seen, at_most: 1 year}
      - {starts: seen, at_most: 1 month, before: 2026-04-10}
"""


def lengthened(shop: Shop) -> Declaration:
    """A year for visits, and a month still for those before 10 April."""
    prefix = "public." if shop.kind == "postgresql" else ""
    assert ONE_MONTH in DECLARATION
    text = DECLARATION.replace(ONE_MONTH, LONGER).replace("KIND", shop.kind)
    return load_texts({"shop.yaml": text.replace("PREFIX", prefix)}).whole


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, store: Store, postgres_url: str, tmp_path: Path) -> Shop:
    """Visits 8 and 9 April are older than the change, 10 and 11 April are not."""
    url = postgres_url if request.param == "postgresql" else str(tmp_path / "shop.db")
    made = Shop(request.param, url, store)
    made.do(TABLES)
    made.do("DELETE FROM visit")
    days = ("2026-04-08", "2026-04-09", "2026-04-10", "2026-04-11")
    for number, day in enumerate(days, start=10):
        made.do(f"INSERT INTO visit VALUES ({number}, 1, '{day}', 'x')")
    return made


def due(shop: Shop, day: date) -> int:
    declaration = lengthened(shop)
    memory = Memory(shop.store, shop.ring, declaration, day)
    part = counted(Estate(declaration, {"SHOP": shop.url}), memory, Wish("shop", day))
    return sum(s.measure.rows for s in part.steps if "visits" in s.step.rules)


@pytest.mark.parametrize(
    ("day", "rows"), [("2026-05-08", 1), ("2026-05-09", 2), ("2026-12-31", 2), ("2027-04-11", 4)]
)
def test_older_data_end_by_the_older_promise(shop: Shop, day: str, rows: int) -> None:
    """A month after each of the two older visits, and after a year those of 10 and 11 April."""
    assert due(shop, date.fromisoformat(day)) == rows


def test_the_independent_reader_says_the_same(shop: Shop) -> None:
    """It finds the two older visits past their end on 16 May, without the compiled predicate."""
    declaration = lengthened(shop)
    name = "public.visit" if shop.kind == "postgresql" else "visit"
    asked = {("2.a", name): (Asked(declaration.rules["visits"].ends, ("page",)),)}
    system = replace(declaration.datamap.systems["shop"], url=shop.url)
    day = date(2026, 5, 16)
    found = look(system, Looking(day, "Europe/Brussels", frozenset()), asked)
    assert found["2.a", name] == Aged(4, 2, date(2026, 4, 8))
