"""Clause 3.3-P: what we hold for others is theirs. A controller's instruction is carried out on a
real database among its own rows alone, after its contact confirmed it and two persons approved the
plan; one that is unlawful is sent back. `avow verify` sees what went otherwise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from avow.common.masked import Masked
from avow.duties.correspondence.outbox import letters_to
from tests.kept_room import CLAIRE, DECLARATION, Kept, made

OURS, ONE, OTHER = "p1@example.org", "tenant:shop:42", "tenant:shop:43"
CREDITOR = "privacy@creditor.example"
MORE = """
      public.debtor:
        subject: debtor
        key: [id]
        sphere: {processor_for: company_id}
        identities: {email: {field: email, strength: unique}}
        rest: claims
      public.claim:
        key: [id]
        sphere: {processor_for: company_id}
        owned_by: {public.debtor: debtor_id}
        rest: claims
"""
CHANGES = {
    '"10.2": {kind: E}}': '"10.2": {kind: E}, "3.3-P": {kind: E}}\n'
    'notice: {version: "1", promises: {processor: "3.3-P"}}',
    'message: {clause: "1.a"}}\nsubjects: {buyer: {}}': 'message: {clause: "1.a"}, '
    'claims: {clause: "3.3-P"}}\nsubjects: {buyer: {}, debtor: {}}',
    "    zone: Europe/Brussels\n    datasets:": "    zone: Europe/Brussels\n"
    "    owner: {person: claire}\n    datasets:",
}
TABLES = """
CREATE TABLE debtor (id integer PRIMARY KEY, email text, company_id integer NOT NULL);
CREATE TABLE claim (id integer PRIMARY KEY, sum integer, company_id integer NOT NULL,
                    debtor_id integer NOT NULL REFERENCES debtor);
CREATE INDEX claim_of ON claim (debtor_id);
INSERT INTO debtor VALUES (1, 'p1@example.org', 42), (2, 'b@example.org', 42),
                          (3, 'p1@example.org', 43);
INSERT INTO claim VALUES (1, 70, 42, 1), (2, 30, 42, 1), (3, 5, 42, 2), (4, 9, 43, 3);
"""
BOTH = ("requests.transmitted", "requests.processor-left-alone")


@pytest.fixture
def shop(
    postgres_url: str, state_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Kept:
    text = DECLARATION + MORE.lstrip("\n")
    for old, new in CHANGES.items():
        assert old in text, old
        text = text.replace(old, new)
    shop = made(postgres_url, tmp_path, state_url, monkeypatch.setenv, text)
    shop.run(TABLES)
    for who, address, *more in (
        (ONE, CREDITOR, "--may-instruct"),
        (OTHER, "other@creditor.example", "--may-instruct"),
        ("person:claire", "claire@shop.example"),
    ):
        shop.says("request", "mailbox", who, address, "--by", "claire", *more)
    return shop


def instructed(shop: Kept, tenant: str, what: str, *, confirmed: bool = True) -> str:
    """An instruction as it was written, confirmed by the contact of the tenant."""
    words = shop.file("words.txt", "Remove what we no longer need.")
    said = shop.says("request", "instruct", tenant, what, "--words", words, "--by", "claire")
    name = said.output.strip()
    if confirmed:
        shop.says("request", "tasks", "--answer", task_of(shop, "confirm"), "done", "--by", tenant)
    return name


def task_of(shop: Kept, act: str) -> str:
    """The open task of this kind."""
    with shop.desk() as desk:
        rows = desk.book.runs.run("tasks_open")
    (found,) = [row["id"] for row in rows if row["act"] == act]
    return str(found)


def planned(shop: Kept, instruction: str, *words: str) -> str:
    """The plan of an instruction, approved by two persons."""
    said = shop.says("request", "carry-out", instruction, *words, *CLAIRE).output
    (plan,) = set(re.findall(r"plan-\w+", said))
    for person in ("marc", "paul"):
        shop.says("approve", plan, "--as", person)
    return str(plan)


def letters(shop: Kept, tenant: str, address: str) -> list[str]:
    """What was written to the contact of a tenant."""
    with shop.desk() as desk:
        found = letters_to(desk.book.runs, desk.book.ring, f"task {tenant}", [Masked(address)])
    return [each.content.text for each in found]


def rows(shop: Kept) -> tuple[list[object], list[object], list[object]]:
    """The keys of the debtors, the claims and our own buyers."""
    tables = ("debtor", "claim", "buyer")
    debtors, claims, buyers = (
        [key for (key,) in shop.run(f"SELECT id FROM {name} ORDER BY id")] for name in tables
    )
    return debtors, claims, buyers


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
