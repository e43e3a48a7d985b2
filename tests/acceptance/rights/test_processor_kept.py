"""Clause 3.3-P: what we hold for others is theirs. A controller's instruction is carried out on a
real database among its own rows alone, after its contact confirmed it and two persons approved the
plan; one that is unlawful is sent back. `avow verify` sees what went otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kept_room import CLAIRE, Kept
from tests.processor_room import (
    CREDITOR,
    ONE,
    OURS,
    instructed,
    letters,
    opened_for_tenants,
    planned,
    rows,
    task_of,
)

BOTH = ("requests.transmitted", "requests.processor-left-alone")


@pytest.fixture
def shop(
    postgres_url: str, state_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Kept:
    return opened_for_tenants(postgres_url, tmp_path, state_url, monkeypatch.setenv)


def test_a_controller_lets_us_erase_one_of_its_own_debtors(shop: Kept) -> None:
    """The same address names a debtor of another creditor and a buyer of ours: both stay."""
    name = instructed(shop, ONE, "erase", confirmed=False)
    whom = ("--for", shop.file("whom.csv", f"kind,value\nemail,{OURS}\n"))
    refused = shop.says("request", "carry-out", name, *whom, *CLAIRE, ends=None)
    assert "AV968" in f"{refused.output}{refused.exception}", "nobody confirmed it"
    shop.says("request", "tasks", "--answer", task_of(shop, "confirm"), "done", "--by", ONE)

    plan = planned(shop, name, *whom)
    shop.says("apply", plan)
    assert rows(shop) == ([2, 3], [3, 4], [1, 2])

    said = shop.says("request", "carry-out", name, "--finish", *CLAIRE).output
    assert said.splitlines() == ["public.claim: 2 rows removed", "public.debtor: 1 rows removed"]
    shop.says("request", "carry-out", name, "--finish", *CLAIRE)
    (letter,) = letters(shop, ONE, CREDITOR)
    assert "public.debtor: 1 row\n" in letter
    assert plan in letter
    assert OURS not in letter
    assert "done" in shop.says("request", "instruct").output
    assert {shop.verified("3.3-P")[each] for each in BOTH} == {"pass"}

    shop.own(f"UPDATE avow.plan SET sphere = 'controller' WHERE id = '{plan}'")  # planted: ours
    assert shop.verified("3.3-P")["requests.processor-left-alone"] == "fail"


def test_at_the_end_of_the_contract_all_of_its_rows_go_and_no_other(shop: Kept) -> None:
    name = instructed(shop, ONE, "delete-all")
    shop.says("apply", planned(shop, name))
    assert rows(shop) == ([3], [4], [1, 2])
    shop.says("request", "carry-out", name, "--finish", *CLAIRE)
    assert {shop.verified("3.3-P")[each] for each in BOTH} == {"pass"}


def test_rows_that_come_in_for_others_meanwhile_are_not_in_the_plan(shop: Kept) -> None:
    """Between approval and apply the address gets one more row of the other creditor."""
    name = instructed(shop, ONE, "delete-all")
    plan = planned(shop, name)
    shop.run("INSERT INTO debtor VALUES (9, 'new@example.org', 43); UPDATE claim SET sum = 1 "
             "WHERE id = 4")  # fmt: skip
    shop.says("apply", plan)
    assert rows(shop) == ([3, 9], [4], [1, 2])


def test_what_is_unlawful_is_sent_back_and_not_done(shop: Kept) -> None:
    name = instructed(shop, ONE, "delete-all")
    why = shop.file("why.txt", "A court ordered you to keep these claims.")
    shop.says("request", "carry-out", name, "--unlawful", why, *CLAIRE)
    (letter,) = letters(shop, ONE, CREDITOR)
    assert "A court ordered you" in letter
    refused = shop.says("request", "carry-out", name, *CLAIRE, ends=None)
    assert "AV968" in f"{refused.output}{refused.exception}"
    assert rows(shop) == ([1, 2, 3], [1, 2, 3, 4], [1, 2])
    assert "contested" in shop.says("request", "instruct").output
    assert shop.verified("3.3-P")["requests.transmitted"] == "pass"


def test_an_instruction_that_nobody_carries_out_is_seen(shop: Kept) -> None:
    """Planted: it was confirmed, and its last day is over."""
    instructed(shop, ONE, "erase")
    assert shop.verified("3.3-P")["requests.transmitted"] == "pass"
    shop.own("UPDATE avow.task SET due_on = due_on - 400")
    assert shop.verified("3.3-P")["requests.transmitted"] == "fail"


def test_a_value_of_nobody_there_plans_nothing(shop: Kept) -> None:
    """The address of a debtor of the other creditor alone."""
    shop.run("UPDATE debtor SET email = 'only@other.example' WHERE id = 3")
    name = instructed(shop, ONE, "erase")
    whom = shop.file("whom.csv", "kind,value\nemail,only@other.example\n")
    refused = shop.says("request", "carry-out", name, "--for", whom, *CLAIRE, ends=None)
    assert "AV968" in f"{refused.output}{refused.exception}"
    assert "only@other" not in f"{refused.output}{refused.exception}"
