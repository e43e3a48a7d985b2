"""From a value to candidates: unique values are followed, doubtful ones are asked about."""

from __future__ import annotations

import pytest

from avow.common.masked import Masked
from avow.engine.planner.identities import Asked, Found, Question, gaps, search
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, Table
from avow.estate.connectors.twin import TwinConnector, TwinDatabase
from avow.estate.datamap.model import Dataset, Identity, Normaliser, Strength, System

EMAIL = Identity("email", "email", normalise=Normaliser.ASCII_LOWER)
NUMBER = Identity("number", "number")
PHONE = Identity("phone", "phone", Strength.SHARED, Normaliser.DIGITS)
Rows = dict[str, list[dict[str, object]]]


def connected(name: str, identities: dict[str, tuple[Identity, ...]], rows: Rows) -> Connection:
    """A system in memory whose datasets name persons by these identities."""
    datasets = {
        d: Dataset(
            d,
            key=("id",),
            subject="person",
            identities=found,
            rest="x",
            sphere_field="tenant" if d == "tenants" else None,
        )
        for d, found in identities.items()
    }
    columns = tuple(
        Column(c, "text", ColumnKind.TEXT) for c in ("email", "number", "phone", "tenant")
    )
    tables = {
        d: Table(d, (Column("id", "integer", ColumnKind.INTEGER), *columns), ("id",)) for d in rows
    }
    blank: dict[str, object] = {"email": None, "number": None, "phone": None, "tenant": None}
    full = {d: [{**blank, **r} for r in table] for d, table in rows.items()}
    database = TwinDatabase(full, Catalogue(tables))
    system = System(name, "memory", datasets=datasets)
    return TwinConnector({name: database}).connect(system, Access.READ)


def asked(*values: tuple[str, str]) -> list[Asked]:
    """One person per value."""
    return [Asked(n, kind, Masked(value)) for n, (kind, value) in enumerate(values, 1)]


def places(found: Found) -> list[tuple[int, str, int]]:
    """Person, dataset and number of rows of each candidate."""
    return [(c.person, f"{c.system}.{c.dataset}", len(c.keys)) for c in found.candidates]


def test_a_unique_value_leads_to_another_one_and_the_way_is_shown() -> None:
    """The address finds the firm in one system; its number finds the contract in the other."""
    one = connected("one", {"firm": (EMAIL, NUMBER)}, {"firm": [_row(1, "A@x.org", "N1")]})
    two = connected(
        "two", {"deal": (NUMBER,)}, {"deal": [_row(8, None, "N1"), _row(9, None, "N2")]}
    )
    found = search({"one": one, "two": two}, asked(("email", "a@X.ORG")))
    assert places(found) == [(1, "one.firm", 1), (1, "two.deal", 1)]
    assert found.candidates[1].path == ("email", "one.firm", "number", "two.deal")
    assert found.questions(1) == ()


def test_a_shared_value_is_asked_about_and_never_followed() -> None:
    one = connected(
        "one",
        {"firm": (EMAIL, PHONE)},
        {"firm": [_row(1, "a@x.org", phone="02 1"), _row(2, "b@x.org", phone="021")]},
    )
    by_phone = search({"one": one}, asked(("phone", "02/1")))
    assert places(by_phone) == [(1, "one.firm", 2)]
    assert by_phone.questions(1) == (Question.SHARED,)
    by_email = search({"one": one}, asked(("email", "a@x.org")))
    assert places(by_email) == [(1, "one.firm", 1)]
    assert by_email.questions(1) == ()


def test_a_mailbox_of_a_function_is_shared_whatever_the_map_says() -> None:
    one = connected("one", {"firm": (EMAIL, NUMBER)}, {"firm": [_row(1, "info@x.org", "N1")]})
    found = search({"one": one}, asked(("email", "Info@x.org")))
    assert found.questions(1) == (Question.SHARED,)


def test_two_keys_of_one_kind_stop_the_search() -> None:
    """The number leads to a row with another address: whether that is the same person is asked,
    and what the other address would find is not looked for."""
    one = connected(
        "one",
        {"firm": (EMAIL, NUMBER), "letter": (EMAIL,)},
        {
            "firm": [_row(1, "a@x.org", "N1"), _row(2, "b@x.org", "N1")],
            "letter": [_row(5, "b@x.org")],
        },
    )
    found = search({"one": one}, asked(("email", "a@x.org")))
    assert found.questions(1) == (Question.TWO_KEYS,)
    assert places(found) == [(1, "one.firm", 1), (1, "one.firm", 1)]


def test_two_keys_that_the_person_gave_are_no_question() -> None:
    one = connected("one", {"firm": (EMAIL,)}, {"firm": [_row(1, "a@x.org"), _row(2, "b@x.org")]})
    both = [Asked(1, "email", Masked("a@x.org")), Asked(1, "email", Masked("b@x.org"))]
    assert search({"one": one}, both).questions(1) == ()


def test_past_twenty_values_somebody_is_asked() -> None:
    """One address stands in thirty rows, each with a number of its own in a table of its own."""
    names = [f"t{n}" for n in range(30)]
    one = connected(
        "one",
        dict.fromkeys(names, (EMAIL, NUMBER)),
        {name: [_row(1, "a@x.org", f"N{name}")] for name in names},
    )
    found = search({"one": one}, asked(("email", "a@x.org")))
    assert Question.MANY in found.questions(1)


def test_a_row_of_two_persons_is_asked_about() -> None:
    """Two lines, one row: nothing is merged, and nobody is shown what is the other's."""
    one = connected("one", {"firm": (EMAIL, NUMBER)}, {"firm": [_row(1, "a@x.org", "N1")]})
    found = search({"one": one}, asked(("email", "a@x.org"), ("number", "N1")))
    assert found.questions(1) == found.questions(2) == (Question.OVERLAP,)


def test_the_rows_of_a_tenant_are_never_entered() -> None:
    one = connected(
        "one",
        {"firm": (EMAIL,), "tenants": (EMAIL,)},
        {"firm": [], "tenants": [_row(1, "a@x.org")]},
    )
    assert search({"one": one}, asked(("email", "a@x.org"))).candidates == ()


def test_a_kind_that_a_system_does_not_know_is_told() -> None:
    one = connected("one", {"firm": (NUMBER,)}, {"firm": []})
    found = search({"one": one}, asked(("email", "a@x.org")))
    assert (found.candidates, found.unnamed) == ((), (("one", "email"),))


def test_a_dataset_that_is_not_there_is_a_gap() -> None:
    one = connected("one", {"firm": (EMAIL,), "lost": (EMAIL,)}, {"firm": []})
    assert search({"one": one}, asked(("email", "a@x.org"))).candidates == ()
    (gap,) = gaps(one)
    assert "one.lost" in gap


@pytest.mark.parametrize("what", [asked(("email", "a@x.org"))[0]])
def test_a_value_is_never_shown(what: Asked) -> None:
    assert "a@x.org" not in repr(what)


def _row(
    number: int, email: str | None, code: str | None = None, phone: str | None = None
) -> dict[str, object]:
    return {"id": number, "email": email, "number": code, "phone": phone}
