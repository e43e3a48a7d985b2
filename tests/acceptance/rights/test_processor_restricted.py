"""Clause 3.3-P: a controller lets us keep its data from use, and lets us use them again. In a real
database its own rows alone are kept, and `avow verify` sees one that is open all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kept_room import CLAIRE, Kept
from tests.processor_room import (
    CREDITOR,
    ONE,
    OTHER,
    OURS,
    instructed,
    letters,
    locked,
    opened_for_tenants,
    opened_with_flags,
    planned,
)


@pytest.fixture
def shop(
    postgres_url: str, state_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Kept:
    return opened_with_flags(postgres_url, tmp_path, state_url, monkeypatch.setenv)


def whom(shop: Kept) -> tuple[str, str]:
    """The address that names a debtor of each creditor, and a buyer of ours."""
    return "--for", shop.file("whom.csv", f"kind,value\nemail,{OURS}\n")


def restricted(shop: Kept) -> str:
    """The instruction by which the first creditor keeps its debtor from use, carried out."""
    name = instructed(shop, ONE, "restrict")
    planned(shop, name, *whom(shop))
    shop.says("request", "carry-out", name, "--run", *CLAIRE)
    shop.says("request", "carry-out", name, "--finish", *CLAIRE)
    return name


def lifted(shop: Kept, of: str) -> str:
    """The instruction by which it may be used again, carried out."""
    name = instructed(shop, ONE, "lift")
    planned(shop, name, "--lifts", of)
    shop.says("request", "carry-out", name, "--run", *CLAIRE)
    shop.says("request", "carry-out", name, "--finish", *CLAIRE)
    return name


def test_its_own_rows_alone_are_kept_from_use_until_it_says_so(shop: Kept) -> None:
    with shop.steady():
        name = restricted(shop)
    assert locked(shop) == ([1], [1, 2])
    with shop.steady():
        lifted(shop, name)
    assert locked(shop) == ([], [])
    said = letters(shop, ONE, CREDITOR)
    (first,) = [each for each in said if "keep data from use" in each]
    assert "public.claim: 2 rows" in first
    assert "nothing else ends it" in first
    (again,) = [each for each in said if "let data be used again that" in each]
    assert "public.debtor: 1 row" in again


def test_a_row_that_is_open_all_the_same_is_red(shop: Kept) -> None:
    """Planted: somebody clears the column of one row; then sets it again."""
    restricted(shop)
    with shop.turns("3.3-P"):
        shop.run("UPDATE claim SET locked = 'free' WHERE id = 2")
    with shop.mended("3.3-P"):
        shop.run("UPDATE claim SET locked = 'yes' WHERE id = 2")


def test_a_row_that_went_to_another_controller_is_not_given_back(shop: Kept) -> None:
    name = restricted(shop)
    shop.run("UPDATE claim SET company_id = 43, debtor_id = 3 WHERE id = 2")
    lifted(shop, name)
    assert locked(shop) == ([], [2])


def test_only_who_restricted_lets_it_be_used_again(shop: Kept) -> None:
    name = restricted(shop)
    other = instructed(shop, OTHER, "lift")
    said = shop.says("request", "carry-out", other, "--lifts", name, *CLAIRE, ends=None).output
    assert "AV968" in said
    assert locked(shop) == ([1], [1, 2])


def test_a_table_that_keeps_nothing_from_use_is_left_to_its_owner(
    postgres_url: str, state_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = opened_for_tenants(postgres_url, tmp_path, state_url, monkeypatch.setenv)
    name = instructed(shop, ONE, "restrict")
    said = shop.says("request", "carry-out", name, *whom(shop), *CLAIRE, ends=None).output
    assert "AV968" in said
    assert "shop.public.debtor" in said
