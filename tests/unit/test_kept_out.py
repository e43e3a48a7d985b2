"""A list before it is imported: who was erased or objected is found, whoever else is not."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime

import psycopg
import pytest

from avow.common.masked import Masked
from avow.duties.requests.acting.keeping_out import Through, UnreadableList, look_through
from avow.engine.db.store import Store, Transaction
from avow.engine.facts.about import OBJECTED, suppress
from avow.engine.facts.kept_out import CHUNK, kept_out
from avow.engine.facts.standing import Who
from avow.engine.keys.ring import rotated
from tests.requests_room import Office

DAY, LAST = date(2027, 3, 15), date(2032, 3, 15)
LIST = "mail,name,nr\nAna@Mail.example ,Ana,1\nbob@mail.example,Bob,X7\ncy@mail.example,Cy,3\n"


@pytest.fixture
def office(store: Store) -> Office:
    """Ana was erased, Bob's number too; Cy objected to the newsletter."""
    office = Office(store)
    for kind, value, reason, purpose in (
        ("email", "ana@mail.example", "erased", ""),
        ("customer", "X7", "erased", ""),
        ("email", "cy@mail.example", OBJECTED, "news"),
    ):
        at = datetime(2027, 1, 1, tzinfo=UTC)
        suppress(store, office.ring, Who(kind, Masked(value)), reason, purpose, "9.6", LAST, at)
    return office


def through(
    office: Office, text: str = LIST, *purposes: str, day: date = DAY
) -> tuple[Through, list[Sequence[str]]]:
    left: list[Sequence[str]] = []
    columns = {"mail": "email", "nr": "customer"}
    wanted = frozenset(purposes) or None
    source = io.StringIO(text, newline="")
    found = look_through(office.book, source, columns, day, purposes=wanted, out=left.append)
    return found, left


def test_lines_of_who_was_erased_or_objected_are_counted_and_left_out(office: Office) -> None:
    found, left = through(office)
    assert (found.lines, found.kept_out) == (3, 3)
    assert found.reasons == {("erased", ""): 2, (OBJECTED, "news"): 1}
    assert left == [["mail", "name", "nr"]]


def test_an_objection_keeps_out_of_its_purpose_and_an_erasure_out_of_all(office: Office) -> None:
    found, left = through(office, LIST, "bills")
    assert found.kept_out == 2
    assert [line[1] for line in left] == ["name", "Cy"]
    assert through(office, LIST, "news")[0].kept_out == 3


def test_after_the_term_and_under_an_older_key(office: Office) -> None:
    office.ring = rotated(office.ring, "hash")
    assert through(office)[0].kept_out == 3
    assert through(office, day=date(2032, 3, 16))[0].kept_out == 0


@pytest.mark.parametrize(
    "text",
    ["", "name\nAna\n", 'mail,nr\n"open', "mail,nr\nana@mail.example\n"],
    ids=["empty", "no column", "no CSV", "too short"],
)
def test_what_is_no_list_is_refused_without_a_value(office: Office, text: str) -> None:
    with pytest.raises(UnreadableList, match="AV947") as refused:
        through(office, text)
    assert "ana" not in str(refused.value).lower()


def test_a_long_list_costs_a_statement_per_chunk(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    sql = Transaction._sql

    def heard(tx: Transaction, name: str) -> psycopg.sql.SQL:
        asked.append(name)
        return sql(tx, name)

    monkeypatch.setattr(Transaction, "_sql", heard)
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(["mail", "name", "nr"])
    lines.writerows([f"p{n}@mail.example", "", ""] for n in range(2 * CHUNK))
    assert through(office, out.getvalue())[0].lines == 2 * CHUNK
    assert asked == ["suppressed"] * 2


def test_another_sphere_keeps_nobody_out(office: Office) -> None:
    ana = [[("email", Masked("ana@mail.example"))]]
    assert list(kept_out(office.store, office.ring, ana, DAY, sphere="tenant:7")) == [frozenset()]
