"""Names of columns and tables that mean each other, in French, Dutch and English."""

from __future__ import annotations

import pytest

from avow.duties.discovery.triage.naming import (
    fit,
    is_called_pointer,
    is_of_organisations,
    is_of_persons,
    is_of_staff,
)


@pytest.mark.parametrize(
    ("column", "table", "expected"),
    [
        ("klant_id", "tbl_klanten", 3.0),
        ("klant_id", "klanten_old_2014", 3.0),
        ("id_client", "public.customer", 3.0),
        ("factuur_id", "facturen", 3.0),
        ("customer_id", "public.shop_customer", 2.5),
        ("billing_address_id", "addresses", 2.0),
        ("aangemaakt_door_klant", "tbl_klanten", 2.0),
        ("order_line_id", "orderline", 3.0),
        ("id", "tbl_klanten", 0.0),
        ("quantity", "tbl_klanten", 0.0),
    ],
)
def test_how_well_a_column_names_a_table(column: str, table: str, expected: float) -> None:
    assert fit(column, table) == expected


@pytest.mark.parametrize("table", ["klanten", "public.shop_customer", "Utilisateurs", "leden"])
def test_tables_called_after_persons(table: str) -> None:
    assert is_of_persons(table)


@pytest.mark.parametrize(
    "table", ["klant_adressen", "customer_address", "user_agent_list", "prijs"]
)
def test_the_last_word_says_what_the_rows_are(table: str) -> None:
    """`klant_adressen` holds addresses, whatever stands before."""
    assert not is_of_persons(table)


def test_staff_and_companies_are_told_apart_from_other_persons() -> None:
    assert is_of_staff("tbl_medewerkers")
    assert not is_of_staff("tbl_klanten")
    assert is_of_organisations("fournisseurs")
    assert not is_of_organisations("klanten")


def test_a_pointer_says_so_at_one_end() -> None:
    assert is_called_pointer("klant_id")
    assert is_called_pointer("fk_client")
    assert not is_called_pointer("orders")
    assert not is_called_pointer("id")
