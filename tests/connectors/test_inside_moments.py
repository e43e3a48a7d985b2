"""Moments in leaves of JSON select, and are told, as the twin says: random documents, and every
kind of text that is nearly one."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from typing import Any

import pytest

from avow.estate.connectors.base import Connection, Refused
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, Table
from avow.estate.connectors.moments import day_of
from avow.estate.datamap.leaf_moments import Told, moment
from avow.estate.datamap.model import Dataset, EventMap, EventMode, Source, System
from avow.estate.datamap.moments import Estate, Unknown
from avow.estate.datamap.predicates import TRUE, Equal, Null, Predicate, Until, negate
from avow.estate.datamap.readings import Reader
from tests.connectors.engines import Make

DOC, BRUSSELS = "public.doc", "Europe/Brussels"
ENGINES = pytest.mark.parametrize(
    "engine", ["memory", "postgresql", "mariadb", "sqlite"], indirect=True
)
CATALOGUE = Catalogue(
    {
        DOC: Table(
            DOC,
            (
                Column("id", "bigint", ColumnKind.INTEGER, nullable=False),
                Column("data", "JSON", ColumnKind.JSON),
                Column("said", "text", ColumnKind.TEXT),
            ),
            ("id",),
        )
    }
)
SYSTEM = System("s", "memory", datasets={DOC: Dataset(DOC, key=("id",))})
MOMENTS = (
    "2025-03-29", "2025-03-30", "2025-03-30T00:00", "2025-03-29T23:59", "2025-03-29 22:59:59Z",
    "2025-03-29T23:00:00Z", "2025-03-29T22:59:59.999999999Z", "2025-03-30T12:59+14:00",
    "2025-03-30T12:59:59+13:59", "2025-03-29T20:00-03:00", "2025-03-29T19:59:59.5-03:00",
    "2024-02-29", "2000-02-29", "1000-01-01", "2999-12-31T23:59:59-13:59", "2025-10-26T02:30",
    "2025-12-31T23:59:59",
)  # fmt: skip
NO_MOMENTS = (
    "", " ", "yesterday", "null", "2025-02-29", "2025-04-31", "1900-02-29", "2025-13-01",
    "2025-00-10", "2025-01-00", "0000-00-00", "0001-01-01", "9999-12-31", "2025-1-1", "2025-01",
    "20250101", "2025-01-01T24:00", "2025-01-01T10:60", "2025-01-01T10:00:60", "2025-01-01T10",
    "2025-01-01T10:00+1", "2025-01-01T10:00+0100", "2025-01-01T10:00z", "2025-01-01t10:00",
    "2025-01-01 ", " 2025-01-01", "2025-01-01\n", "2025-01-01T10:00+15:00", "٢٠٢٥-٠١-٠١",
    "infinity", "now", "epoch", "01/02/2025", "2025-01-01T10:00:00,5", "2025-01-01 BC",
)  # fmt: skip
NUMBERS = (
    0, 1, 1743289199, 1743289200, "1743289199", 1743289200.5, 9999999999, 1743289199000,
    1743289200000, 1743289199999, 9999999999999, 12345678901234567890, -1, -0.5, True, False,
    "1e9", "0x10", "1743289199.", ".5", "12 ", "--1",
)  # fmt: skip
OTHERS: tuple[Any, ...] = (None, [], {}, ["2025-03-29"], {"at": "2025-03-29"})
VALUES: tuple[Any, ...] = (*MOMENTS, *NO_MOMENTS, *NUMBERS, *OTHERS)
FIELDS = {told: f"data$.a.at${told}" for told in Told}
DAYS = (
    date(2025, 3, 28), date(2025, 3, 29), date(2025, 3, 30), date(1000, 1, 1), date.max,
)  # fmt: skip
ZONES = (None, "America/New_York")
ROWS = {n: {"a": {"at": v}} for n, v in enumerate(VALUES, 1)} | {900: {"a": 5}, 901: {}, 902: []}


def rows() -> dict[str, list[dict[str, object]]]:
    found: list[dict[str, object]] = [
        {"id": n, "data": json.dumps(d, ensure_ascii=bool(n % 2)), "said": json.dumps(d)}
        for n, d in ROWS.items()
    ]
    return {DOC: [*found, {"id": 903, "data": None, "said": None}]}


def ids(connection: Connection, where: Predicate) -> list[int]:
    return [int(str(n)) for (n,) in connection.fetch(DOC, where, ["id"])]


def _when(told: Told) -> dict[int, date]:
    """The moments that Python finds in these documents."""
    found = {n: moment(v, told) for n, v in enumerate(VALUES, 1)}
    return {n: m for n, m in found.items() if m is not None}


def test_what_is_a_moment() -> None:
    """The texts that are meant, and no other; numbers only where their unit is told."""
    assert {VALUES[n - 1] for n in _when(Told.MOMENT)} == set(MOMENTS)
    seconds = {VALUES[n - 1]: m.isoformat() for n, m in _when(Told.SECONDS).items()}
    assert seconds[1743289199] == seconds["1743289199"] == "2025-03-29T22:59:59+00:00"
    assert 1743289199000 not in seconds
    thousandths = {VALUES[n - 1]: m.isoformat() for n, m in _when(Told.MILLISECONDS).items()}
    assert thousandths[1743289199999] == "2025-03-29T22:59:59+00:00"
    assert 12345678901234567890 not in thousandths
    assert {"-1", "1e9", "0x10", "12 "}.isdisjoint(map(str, seconds))


@ENGINES
@pytest.mark.parametrize("column", ["data", "said"])
def test_days_are_found_in_leaves(make: Make, column: str) -> None:
    """Until a day, after it, told at all and not: on either connection, in three zones. Whatever
    stands in a leaf, a predicate and its complement share all rows between them."""
    estate = make(CATALOGUE, rows(), SYSTEM)
    every = sorted([*ROWS, 903])
    for connection, zones in ((estate.read(), ZONES), (estate.write(), ())):
        for told, path in FIELDS.items():
            field = path.replace("data", column)
            there = _when(told)
            assert ids(connection, Null(field, negated=True)) == sorted(there), told
            assert ids(connection, Null(field)) == [n for n in every if n not in there], told
            for day in DAYS:
                for zone in zones:
                    leaf = Until(field, day, BRUSSELS, zone)
                    early = [n for n, m in there.items() if _day(m, zone) <= day]
                    assert ids(connection, leaf) == early, (told, day, zone)
                    late = [n for n in every if n not in early]
                    assert ids(connection, negate(leaf)) == late, (told, day, zone)


def _day(at: date, zone: str | None) -> date:
    return day_of(at, BRUSSELS, zone)


@ENGINES
def test_a_moment_is_fetched_as_what_it_tells(make: Make) -> None:
    """The reading of whole tables, which the census does, sees the same moments."""
    estate = make(CATALOGUE, rows(), SYSTEM)
    reader = estate.read()
    for told, field in FIELDS.items():
        blocks = reader.stream(DOC, ["id", field], 50)
        found = {int(str(n)): t for block in blocks for n, t in block if t is not None}
        assert sorted(found) == sorted(_when(told)), told


@ENGINES
def test_the_oldest_day_is_found_though_texts_with_offsets_have_no_order(make: Make) -> None:
    """The text that comes first is not the moment that came first."""
    texts = ["2025-03-29T00:30+14:00", "2025-03-28T23:00-11:00", "2025-03-29", "soon", None]
    documents: list[dict[str, object]] = [
        {"id": n, "data": json.dumps({"at": t}), "said": None} for n, t in enumerate(texts, 1)
    ]
    reader = make(CATALOGUE, {DOC: documents}, SYSTEM).read()
    for where, day in ((TRUE, 28), (Equal("data$.at", texts[1] or ""), 29)):
        found = reader.oldest(DOC, "data$.at$moment", None, BRUSSELS, where)
        some, none = (3, 2) if where is TRUE else (1, 0)
        assert (found.day, found.rows, found.empty) == (date(2025, 3, day), some, none)
    nothing = reader.oldest(DOC, "data$.at$moment", None, BRUSSELS, Equal("data$.at", "soon"))
    assert (nothing.day, nothing.rows, nothing.empty) == (None, 0, 1)


@ENGINES
def test_a_leaf_that_is_not_read_as_a_moment_has_no_day(make: Make) -> None:
    reader = make(CATALOGUE, rows(), SYSTEM).read()
    with pytest.raises(Refused) as refused:
        reader.count(DOC, Until("data$.a.at", date(2025, 1, 1), BRUSSELS))
    assert refused.value.kind == "form"


@ENGINES
def test_random_moments_select_the_same_rows(make: Make) -> None:
    """At the limits of days, with every offset."""
    draw = random.Random(11)  # noqa: S311 (no secret)
    texts = [_text(draw) for _ in range(150)]
    documents: list[dict[str, object]] = [
        {"id": n, "data": json.dumps({"at": t}), "said": None} for n, t in enumerate(texts, 1)
    ]
    reader = make(CATALOGUE, {DOC: documents}, SYSTEM).read()
    for _ in range(8):
        day = date(2024, 2, 26) + timedelta(days=draw.randrange(6))
        leaf = Until("data$.at$moment", day, BRUSSELS, "America/New_York")
        found = [moment(t, Told.MOMENT) for t in texts]
        early = [n for n, m in enumerate(found, 1) if m and _day(m, "America/New_York") <= day]
        assert 0 < len(early) < len(texts)
        assert ids(reader, leaf) == early, day


def _text(draw: random.Random) -> str:
    day = f"2024-02-{draw.randrange(25, 31):02}" if draw.randrange(3) else "2024-03-01"
    if not draw.randrange(5):
        return day
    time = draw.choice(("00:00", "23:59:59", "22:59", "23:00:00", "05:59:59.9", "06:00", "12:30"))
    offset = draw.choice(("", "", "Z", "+01:00", "-00:30", "+05:45", "-09:30"))
    return f"{day}{draw.choice('T ')}{time}{offset}"


A, B = Source("data$.a$moment"), Source("data$.b$seconds")
MOVED = Source("data$.a$moment", None, "data$.to$moment", "data$.off")
MODES = (EventMode.LATEST, EventMode.EARLIEST, EventMode.END_OF)
READ = System(
    "s",
    "memory",
    zone=BRUSSELS,
    datasets={
        DOC: Dataset(
            DOC,
            key=("id",),
            events=(
                *(EventMap(str(mode), mode, (A, B)) for mode in MODES),
                EventMap("moved", EventMode.POINT, (MOVED,)),
            ),
        )
    },
)


@ENGINES
def test_events_are_read_from_leaves_as_in_memory(make: Make) -> None:
    """The last, the first and the end of two leaves, and one that is moved or called off. What
    cannot be read is missing, or lives where a state should end."""
    some = ("2025-03-29", "2025-03-30T00:00+01:00", "soon", None)
    documents: list[dict[str, object]] = [
        {"a": a, "b": b, "to": to, "off": off}
        for a in some
        for b in (1743289200, 5, "x", None)
        for to in ("2025-04-02", "", None)
        for off in (True, None)
    ]
    stored: list[dict[str, object]] = [
        {"id": n, "data": json.dumps(d), "said": None} for n, d in enumerate(documents, 1)
    ]
    estate = make(CATALOGUE, {DOC: stored}, READ)
    reader, asked = estate.read(), Reader(READ, BRUSSELS)
    for event in ("latest", "earliest", "end-of", "moved"):
        told = {
            n: Estate(READ, {DOC: stored}, BRUSSELS).moment(DOC, row, event)
            for n, row in enumerate(stored, 1)
        }
        assert len(set(told.values())) > 2, event
        missing = [n for n, at in told.items() if at is Unknown.MISSING]
        assert ids(reader, asked.missing(DOC, event)) == missing, event
        for day in (date(2025, 3, 28), date(2025, 3, 29), date(2025, 3, 30), date(2025, 4, 2)):
            reached = [n for n, at in told.items() if isinstance(at, date) and at <= day]
            assert ids(reader, asked.reached(DOC, event, day)) == reached, (event, day)
