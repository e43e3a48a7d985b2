"""What only SQLite has: moments in any form, and a file with one writer."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from avow.estate.connectors.base import Access, Refused, Unreachable
from avow.estate.connectors.sqlite import SqliteConnection, SqliteConnector
from avow.estate.datamap.model import Blank, BlankKind, Dataset, System
from avow.estate.datamap.predicates import TRUE, Equal, Until

LOG = "log"


def opened(tmp_path: Path, values: list[object], declared: str = "DATETIME") -> SqliteConnection:
    """A write connection to a file with one row per value."""
    path = tmp_path / "log.db"
    with sqlite3.connect(path) as owner:
        owner.execute(f"CREATE TABLE log (id INTEGER PRIMARY KEY, at {declared})")
        owner.executemany("INSERT INTO log (at) VALUES (?)", [(v,) for v in values])
    owner.close()
    system = System("s", "sqlite", str(path), datasets={LOG: Dataset(LOG, key=("id",))})
    return SqliteConnector(busy=0.1, statement=5).connect(system, Access.WRITE)


FORMS: list[tuple[str, object, bool]] = [
    ("a day alone", "2025-03-29", True),
    ("the next day alone", "2025-03-30", False),
    ("UTC, before local midnight", "2025-03-29T22:59:59Z", True),
    ("UTC, at local midnight", "2025-03-29T23:00:00Z", False),
    ("with an offset and a fraction", "2025-03-29 23:59:59.999+01:00", True),
    ("with an offset, at midnight", "2025-03-30T00:00:00+01:00", False),
    ("without offset, told in UTC", "2025-03-29 22:59:59", True),
    ("without offset, told in UTC, at midnight", "2025-03-29T23:00:00", False),
    ("seconds", 1743289199, True),
    ("seconds, at midnight", 1743289200, False),
    ("milliseconds", 1743289199999, True),
    ("milliseconds, at midnight", 1743289200000, False),
]


@pytest.mark.parametrize(
    ("stored", "until", "declared"),
    [
        pytest.param(stored, until, declared, id=f"{said}, declared {declared}")
        for said, stored, until in FORMS
        for declared in ("DATETIME", "TEXT", "INTEGER")
        if not (declared == "TEXT" and isinstance(stored, int))  # SQLite would make a text of it
    ],
)
def test_a_moment_is_read_in_the_form_in_which_it_stands(
    tmp_path: Path, stored: object, until: bool, declared: str
) -> None:
    """Brussels, 29 March 2025, whose next day begins at 23:00 UTC."""
    connection = opened(tmp_path, [stored, None], declared)
    leaf = Until("at", date(2025, 3, 29), "Europe/Brussels", "UTC")
    assert connection.count(LOG, leaf) == int(until)
    later = Until("at", date(2025, 3, 29), "Europe/Brussels", "UTC", negated=True)
    assert connection.count(LOG, later) == int(not until)
    found = connection.oldest(LOG, "at", "UTC", "Europe/Brussels", TRUE)
    assert (found.day, found.rows, found.empty) == (date(2025, 3, 29 if until else 30), 1, 1)
    connection.close()


def test_text_forms_may_stand_side_by_side(tmp_path: Path) -> None:
    forms = ["2025-03-29", "2025-03-29T10:00:00", "2025-03-29 10:00:00Z", "2025-03-30"]
    connection = opened(tmp_path, list(forms))
    assert connection.count(LOG, Until("at", date(2025, 3, 29), "UTC")) == 3
    connection.close()


@pytest.mark.parametrize(
    "values",
    [["2025-03-29", 1743289199], [5, 1743289199999], ["yesterday"], ["2025-99-99"], [1.5], [b"x"]],
)
def test_what_cannot_be_read_is_refused_and_not_guessed(
    tmp_path: Path, values: list[object]
) -> None:
    connection = opened(tmp_path, values)
    for ask in (
        lambda: connection.count(LOG, Until("at", date(2025, 3, 29), "UTC")),
        lambda: connection.oldest(LOG, "at", None, "UTC", TRUE),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert (refused.value.kind, refused.value.constraint) == ("form", "at")
    connection.close()


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("2025-03-29", "2025-01-01"),
        ("2025-03-29 10:11:12", "2025-01-01 00:00:00"),
        ("2025-03-29T10:11:12.5Z", "2025-01-01T00:00:00Z"),
        ("2025-03-29T10:11:12+02:00", "2025-01-01T00:00:00+02:00"),
        (1743289199, 1735689600),
    ],
)
def test_truncating_keeps_the_form(tmp_path: Path, stored: object, expected: object) -> None:
    connection = opened(tmp_path, [stored])
    with connection.transaction() as batch:
        assert batch.blank(LOG, TRUE, {"at": Blank(BlankKind.TRUNCATE)}) == 1
        assert batch.blank(LOG, TRUE, {"at": Blank(BlankKind.TRUNCATE)}) == 0
    assert connection.raw.execute("SELECT at FROM log").fetchone() == (expected,)
    connection.close()


def test_the_file_of_a_read_connection_cannot_be_changed(tmp_path: Path) -> None:
    """Planted: a deletion sent past our own checks."""
    opened(tmp_path, ["2025-03-29"]).close()
    system = System("s", "sqlite", str(tmp_path / "log.db"))
    reader = SqliteConnector().connect(system, Access.READ)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.raw.execute("DELETE FROM log")
    reader.close()


def test_a_second_writer_waits_and_is_refused(tmp_path: Path) -> None:
    writer = opened(tmp_path, ["2025-03-29"])
    other = SqliteConnector(busy=0.05).connect(writer.system, Access.WRITE)
    with writer.transaction(), pytest.raises(Refused) as refused, other.transaction():
        pass
    assert refused.value.kind == "lock"
    writer.close()
    other.close()


def test_a_statement_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    opened(tmp_path, [f"{year}-01-01" for year in range(1, 3000)]).close()
    system = System("s", "sqlite", str(tmp_path / "log.db"))
    reader = SqliteConnector(statement=0.0).connect(system, Access.READ)
    with pytest.raises(Refused) as refused:
        reader.count(LOG, Until("at", date(2025, 3, 29), "UTC"))
    assert refused.value.kind == "time"
    reader.close()


def test_deleted_values_are_not_in_the_file_any_more(tmp_path: Path) -> None:
    connection = opened(tmp_path, ["2025-03-29-unguessable-marker"], "TEXT")
    with connection.transaction() as batch:
        assert batch.remove(LOG, Equal("id", "1")) == 1
    connection.effects([LOG])
    connection.close()
    assert b"unguessable-marker" not in (tmp_path / "log.db").read_bytes()


def test_a_file_that_does_not_exist_is_unreachable_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        SqliteConnector().connect(System("s", "sqlite", str(tmp_path / "no.db")), Access.WRITE)
    assert not (tmp_path / "no.db").exists()
