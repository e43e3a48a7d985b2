"""Clause 3.3-P: what we hold for others is theirs. A controller's instruction is carried out on a
real database among its own rows alone, after its contact confirmed it and two persons approved the
plan; one that is unlawful is sent back. `avow verify` sees what went otherwise."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from litestar import Litestar
from litestar.testing import TestClient

from avow.app import open_state
from avow.common.languages import LANGUAGES
from avow.duties.requests.processor.giving import give
from avow.duties.requests.processor.instructed import NotInstructed
from avow.duties.requests.tasks.instructing import log_of
from avow.engine.planner.release import in_force
from avow.faces.cli.desk import Desk
from avow.faces.cli.main import main
from avow.faces.cli.serve_command import desk_of, source_of
from avow.faces.web.application import asked_app
from tests.kept_room import CLAIRE, Kept
from tests.pages.document import read
from tests.pages.test_accessible import faults
from tests.processor_room import (
    CREDITOR,
    ONE,
    OTHER,
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


def corrected(shop: Kept, name: str, field: str, value: str, ends: int | None = 0) -> str:
    """What came of planning that a field of the rows of one debtor is corrected."""
    place = ["--state", str(shop.folder / "state"), "--database-url", shop.state]
    whom = shop.file("whom.csv", f"kind,value\nemail,{OURS}\n")
    words = ["request", "carry-out", name, "--for", whom, "--field", f"shop:{field}", *CLAIRE]
    done = CliRunner().invoke(main, [*words, *place], input=f"{value}\n")
    assert ends is None or done.exit_code == ends, (done.output, done.exception)
    return f"{done.output}{done.exception or ''}"


def sums(shop: Kept) -> list[object]:
    return [due for (due,) in shop.run("SELECT sum FROM claim ORDER BY id")]


def test_a_controller_lets_us_correct_its_own_rows_and_no_other(shop: Kept) -> None:
    """Both claims of its debtor; a claim of the other creditor against the same debtor stays."""
    shop.run(CROSSED)
    name = instructed(shop, ONE, "correct")
    for field in ("public.claim:company_id", "public.claim:debtor_id", "public.buyer:name"):
        assert re.search("AV968|AV647", corrected(shop, name, field, "43", ends=None)), field
    said = corrected(shop, name, "public.claim:sum", "1")
    (plan,) = set(re.findall(r"plan-\w+", said))
    for person in ("marc", "paul"):
        shop.says("approve", plan, "--as", person)
    before = sums(shop)
    out = shop.says("request", "carry-out", name, "--run", *CLAIRE).output
    assert "2 rows corrected, 0 not" in out
    assert sums(shop) == [1, 1, *before[2:]]
    shop.says("request", "carry-out", name, "--finish", *CLAIRE)
    (letter,) = letters(shop, ONE, CREDITOR)
    assert "public.claim: 2 rows" in letter
    assert "done" in shop.says("request", "instruct").output
    assert {shop.verified("3.3-P")[each] for each in BOTH} == {"pass"}


def test_a_row_that_became_another_tenants_is_not_corrected(shop: Kept) -> None:
    """Between approval and run one of the claims is handed over to the other creditor."""
    name = instructed(shop, ONE, "correct")
    (plan,) = set(re.findall(r"plan-\w+", corrected(shop, name, "public.claim:sum", "1")))
    for person in ("marc", "paul"):
        shop.says("approve", plan, "--as", person)
    shop.run("UPDATE claim SET company_id = 43 WHERE id = 2")
    out = shop.says("request", "carry-out", name, "--run", *CLAIRE).output
    assert "1 rows corrected, 1 not" in out
    assert sums(shop) == [1, 30, 5, 9]
    shop.says("request", "carry-out", name, "--finish", *CLAIRE, ends=None)
    assert "1 row that changed meanwhile" in letters(shop, ONE, CREDITOR)[0]


def asked_to_fetch(shop: Kept) -> str:
    """The address in the letter that leads its contact to the copy."""
    shop.says("request", "tasks", "--send", ends=None)
    (letter,) = [text for text in letters(shop, ONE, CREDITOR) if "fetch the copy" in text]
    (address,) = re.findall(r"http://127\.0\.0\.1:8400(/\S+)", letter)
    return str(address)


@contextmanager
def its_page(shop: Kept) -> Iterator[TestClient[Litestar]]:
    """The one-time pages, as its contact reaches them."""
    with open_state(shop.folder / "state", shop.state) as state:
        declared = in_force(state.store)
        source = source_of(declared, state)
        app = asked_app(desk_of(source, declared, state), hosts=("127.0.0.1",))
        with TestClient(app, base_url="http://127.0.0.1") as client:
            client.headers.update({"sec-fetch-site": "same-origin", "origin": "null"})
            yield client


def fetched(shop: Kept, address: str, code: str) -> bytes | None:
    """What the page gives to who has the link and this code; None where it gives nothing."""
    with its_page(shop) as client:
        answer = client.post(f"{address}/fetch", data={"code": code})
    return answer.content if answer.status_code == 200 else None


def inside(package: bytes, dataset: str) -> list[dict[str, object]]:
    """The rows of a dataset in a package."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        name = f"data/{dataset}.jsonl"
        text = archive.read(name).decode() if name in archive.namelist() else ""
    return [json.loads(line) for line in text.splitlines()]


CROSSED = """
INSERT INTO claim VALUES (8, 11, 43, 1), (9, 12, 42, 3);
INSERT INTO message VALUES (9, 'claims@of.nobody', 1);
"""
"""A claim of the other creditor against a debtor of the first, and the other way round."""


def test_a_controller_gets_a_copy_of_its_own_rows_and_no_other(shop: Kept) -> None:
    """The same address names a debtor of another creditor and a buyer of ours; rows of the two
    point to each other."""
    shop.run(CROSSED)
    name = instructed(shop, ONE, "extract")
    whom = ("--for", shop.file("whom.csv", f"kind,value\nemail,{OURS}\n"))
    said = shop.says("request", "carry-out", name, *whom, *CLAIRE).output.splitlines()
    assert said[:2] == ["public.claim: 2 rows packed", "public.debtor: 1 rows packed"]
    address = asked_to_fetch(shop)
    with its_page(shop) as client:
        for language in LANGUAGES:
            page = client.get(address.replace("/en/", f"/{language}/", 1))
            assert page.status_code == 200
            assert faults(read(page.text)) == []
            assert OURS not in page.text.partition("<pre>")[0]
    assert fetched(shop, address, "00000000") is None
    package = fetched(shop, address, said[-1])
    assert package is not None
    assert [row["id"] for row in inside(package, "public.debtor")] == [1]
    assert [row["id"] for row in inside(package, "public.claim")] == [1, 2]
    assert {row["company_id"] for row in inside(package, "public.claim")} == {42}
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert {n for n in archive.namelist() if "buyer" in n or "message" in n} == set()
    assert sealed(shop), "it lies there until they say that they have it"
    with its_page(shop) as client:
        client.post(f"{address}/answer", files={"file": b""}, data={"outcome": "done"})
    assert not sealed(shop)
    assert fetched(shop, address, said[-1]) is None
    assert "done" in shop.says("request", "instruct").output
    assert rows(shop)[0] == [1, 2, 3], "a copy erases nothing"


def sealed(shop: Kept) -> bool:
    """Whether a package lies there, and whether its rows can be read without the key."""
    with shop.desk() as desk:
        boxes = desk.book.runs.run("instruction_package_lock", instruction=_newest(desk))
    lying = [bytes(box["sealed"]) for box in boxes if box["sealed"] is not None]
    assert not any(b"p1@example.org" in box or box.startswith(b"PK") for box in lying)
    return bool(lying)


def _newest(desk: Desk) -> str:
    return log_of(desk.book)[0].id


def test_at_the_end_everything_is_returned_and_only_a_second_instruction_erases(
    shop: Kept,
) -> None:
    shop.run(CROSSED)
    name = instructed(shop, ONE, "return")
    said = shop.says("request", "carry-out", name, *CLAIRE).output.splitlines()
    assert said[:2] == ["public.claim: 4 rows packed", "public.debtor: 2 rows packed"]
    package = fetched(shop, asked_to_fetch(shop), said[-1])
    assert package is not None
    assert [row["id"] for row in inside(package, "public.claim")] == [1, 2, 3, 9]
    assert [row["id"] for row in inside(package, "public.debtor")] == [1, 2]
    assert rows(shop)[0] == [1, 2, 3]
    assert len(shop.run("SELECT 1 FROM claim")) == 6


def test_a_copy_that_its_controller_does_not_fetch_is_seen(shop: Kept) -> None:
    """Planted: the last day of the task to fetch it is over."""
    name = instructed(shop, ONE, "return")
    shop.says("request", "carry-out", name, *CLAIRE)
    assert shop.verified("3.3-P")["requests.transmitted"] == "pass"
    shop.own("UPDATE avow.task SET due_on = due_on - 400 WHERE act = 'fetch'")
    assert shop.verified("3.3-P")["requests.transmitted"] == "fail"


def test_a_copy_is_gone_once_its_instruction_is_held_to_be_unlawful(shop: Kept) -> None:
    name = instructed(shop, ONE, "return")
    code = shop.says("request", "carry-out", name, *CLAIRE).output.splitlines()[-1]
    address = asked_to_fetch(shop)
    why = shop.file("why.txt", "A court ordered you to leave these claims where they are.")
    shop.says("request", "carry-out", name, "--unlawful", why, *CLAIRE)
    assert fetched(shop, address, code) is None
    assert not sealed(shop)


def test_five_wrong_codes_lock_a_copy_and_another_is_drawn(shop: Kept) -> None:
    name = instructed(shop, ONE, "return")
    code = shop.says("request", "carry-out", name, *CLAIRE).output.splitlines()[-1]
    address = asked_to_fetch(shop)
    for _ in range(5):
        assert fetched(shop, address, "1") is None
    assert fetched(shop, address, code) is None
    code = shop.says("request", "carry-out", name, *CLAIRE).output.splitlines()[-1]
    assert fetched(shop, address, code) is not None


def test_a_copy_that_is_too_large_is_not_cut_in_silence(shop: Kept) -> None:
    name = instructed(shop, ONE, "return")
    with shop.desk() as desk, pytest.raises(NotInstructed, match="more than 1 rows"):
        give(desk.book, desk.estate, name, by="claire", at=desk.now(), most=1)


def test_what_a_backup_brings_back_is_removed_again(shop: Kept) -> None:
    """Everything of one creditor was removed; then the database is restored from before that. An
    instruction that was carried out before the backup was taken stays over."""
    before = instructed(shop, OTHER, "delete-all")
    shop.says("apply", planned(shop, before))
    shop.says("request", "carry-out", before, "--finish", *CLAIRE)
    shop.own(f"UPDATE avow.plan SET ended_at = ended_at - interval '9 days' "
             f"WHERE id = (SELECT plan FROM avow.instruction WHERE id = '{before}')")  # fmt: skip
    shop.run("CREATE TABLE kept_debtor AS TABLE debtor; CREATE TABLE kept_claim AS TABLE claim")
    with shop.desk() as desk:
        taken = desk.now() - timedelta(days=1)
    name = instructed(shop, ONE, "delete-all")
    first = planned(shop, name)
    shop.says("apply", first)
    shop.says("request", "carry-out", name, "--finish", *CLAIRE)
    assert rows(shop) == ([], [], [1, 2])
    shop.run("INSERT INTO debtor SELECT * FROM kept_debtor;"
             "INSERT INTO claim SELECT * FROM kept_claim")  # fmt: skip
    refused = shop.says("request", "carry-out", name, *CLAIRE, ends=None)
    assert "AV968" in f"{refused.output}{refused.exception}", "it is over"

    again = ("request", "instruct", "--restored", "shop", "--since", f"{taken:%Y-%m-%d}")
    said = shop.says(*again, "--by", "claire").output
    assert name in said
    assert before not in said
    assert rows(shop)[0] == [1, 2], "nothing is removed by saying so"
    second = planned(shop, name)
    shop.says("apply", second)
    assert rows(shop) == ([], [], [1, 2])
    shop.says("request", "carry-out", name, "--finish", *CLAIRE)
    told = letters(shop, ONE, CREDITOR)
    assert [sum(plan in text for text in told) for plan in (first, second)] == [1, 1]
    refused = shop.says("request", "carry-out", name, *CLAIRE, ends=None)
    assert "AV968" in f"{refused.output}{refused.exception}"


def test_a_value_of_nobody_there_plans_nothing(shop: Kept) -> None:
    """The address of a debtor of the other creditor alone."""
    shop.run("UPDATE debtor SET email = 'only@other.example' WHERE id = 3")
    name = instructed(shop, ONE, "erase")
    whom = shop.file("whom.csv", "kind,value\nemail,only@other.example\n")
    refused = shop.says("request", "carry-out", name, "--for", whom, *CLAIRE, ends=None)
    assert "AV968" in f"{refused.output}{refused.exception}"
    assert "only@other" not in f"{refused.output}{refused.exception}"
