"""Data we hold for others: recognised by key and count, handed over with proof, nothing shown."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from avow.common.masked import Masked
from avow.declaration.publishing import Edition
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests import steps
from avow.duties.requests.acting.handing_over import (
    ByLetter,
    HandOver,
    NotHandedOver,
    NotLookedFor,
    hand_over,
    names,
    tenants_named,
    tenants_of,
)
from avow.duties.requests.acting.others_checks import PROMISED, answers, crossings
from avow.duties.requests.book import read
from avow.duties.requests.tasks.kept import Evidence, answer
from avow.duties.requests.tasks.machine import Outcome
from avow.duties.requests.words import ItemState, Right
from avow.engine.db.store import Store
from avow.engine.evidence.checks import CheckResult
from avow.engine.planner.identities import Asked
from avow.engine.planner.making import Estate
from avow.engine.planner.tenants import Holding, tenants_holding
from avow.estate.datamap.model import Dataset, Identity, Normaliser, System
from tests.requests_room import Office
from tests.tasks_room import known, room, writes_to

EMAIL = Identity("email", "email", normalise=Normaliser.ASCII_LOWER)
TENANT = "tenant:app:42"
BY_LETTER = ByLetter("example.be")
SCHEMA = """
CREATE TABLE debtor (id INTEGER PRIMARY KEY, email TEXT, company_id INTEGER, secret TEXT);
CREATE TABLE lead (id INTEGER PRIMARY KEY, email TEXT);
INSERT INTO debtor VALUES (1, 'Anna@mail.example', 42, 'zzq'), (2, 'anna@mail.example', 42, 'zzq'),
    (3, 'anna@mail.example', 7, 'zzq'), (4, 'bert@mail.example', 9, 'zzq');
INSERT INTO lead VALUES (1, 'anna@mail.example');
"""

DATASETS = {
    "debtor": Dataset("debtor", ("id",), "debtor", "company_id", (EMAIL,), rest="debts"),
    "lead": Dataset("lead", ("id",), "lead", identities=(EMAIL,), rest="email"),
}


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    """An application with debtors of three tenants, and leads of our own."""
    with sqlite3.connect(tmp_path / "app.db") as file:
        file.executescript(SCHEMA)
    file.close()
    app = System("app", "sqlite", f"sqlite:///{tmp_path}/app.db", owner="marc", datasets=DATASETS)
    office = room(store, app).with_(edition=Edition("1", promises={PROMISED: "3.3-P"}))
    writes_to(office, TENANT, "privacy@creditor.example")
    return office


def estate(office: Office) -> Estate:
    return Estate(office.declaration, {})


def handed(office: Office, request: str, *, only: bool = False) -> str:
    what = HandOver(request, 1, TENANT, only)
    return hand_over(office.book, what, BY_LETTER, by="claire", at=office.clock.now())


def verdicts(office: Office) -> dict[str, CheckResult]:
    now = office.clock.now()
    found = answers(office.book, day=office.book.day(now), at=now)
    return {c.id: r for c, r in found}


def test_the_search_gives_tenants_and_counts_and_nothing_else(office: Office) -> None:
    """Our own lead of the same address is not counted, nor is any value of a row given."""
    found = tenants_of(office.book, estate(office), known(office, Right.ACCESS).id)
    assert found.found == (Holding(1, "tenant:app:42", 2), Holding(1, "tenant:app:7", 1))
    assert "zzq" not in repr(found)
    assert "anna" not in repr(found).lower()


def test_nobody_is_looked_for_before_it_is_settled_who_asks(office: Office) -> None:
    request = office.arrive(Right.ACCESS)
    with pytest.raises(NotLookedFor) as refused:
        tenants_of(office.book, estate(office), request.id)
    assert refused.value.code == "AV676"


def test_a_dataset_that_is_not_there_is_a_gap_and_not_nobody(office: Office) -> None:
    app = office.declaration.datamap.systems["app"]
    gone = Dataset("claim", ("id",), "debtor", "company_id", (EMAIL,), rest="debts")
    more = replace(app, datasets={**app.datasets, "claim": gone})
    there = replace(office.declaration.datamap, systems={"app": more})
    asked = [Asked(1, "email", Masked("nobody@mail.example"))]
    found = tenants_holding(Estate(replace(office.declaration, datamap=there), {}), asked)
    assert found.found == ()
    assert found.gaps == ("`app.claim` is declared and not there, or not shown to us",)
    by_phone = tenants_holding(estate(office), [Asked(1, "phone", Masked("021"))])
    assert by_phone.gaps == ("`app.debtor` names nobody by such a value",)


@pytest.mark.parametrize(
    ("said", "name", "is_named"),
    [
        ("I owe Créances  du NORD 12 €.", "Creances du Nord", True),
        ("Nordic lights", "Nord", False),
        ("anything", "", False),
        ("(Creditor NV)", "creditor nv", True),
    ],
)
def test_a_name_is_found_as_whole_words(said: str, name: str, *, is_named: bool) -> None:
    assert names(said, name) is is_named


def test_our_own_data_go_on_and_the_others_are_transmitted(office: Office) -> None:
    """Item 1 stays ours; a second one goes, with the task as proof, before the first is decided."""
    request = known(office, Right.ERASURE)
    task = handed(office, request.id)
    items = read(office.book, request.id).items
    assert items[1].state is ItemState.ASKED
    assert (items[2].state, items[2].records) == (ItemState.TRANSMITTED, (task,))
    assert handed(office, request.id) == task, "once"
    assert len(read(office.book, request.id).items) == 2


def test_what_is_about_the_others_data_alone_goes_itself(office: Office) -> None:
    request = known(office, Right.ACCESS)
    task = handed(office, request.id, only=True)
    (item,) = read(office.book, request.id).items.values()
    assert (item.state, item.records) == (ItemState.TRANSMITTED, (task,))
    assert handed(office, request.id, only=True) == task


def test_the_person_is_told_whom_to_ask_and_nothing_of_what_is_held(office: Office) -> None:
    request = known(office, Right.ACCESS)
    handed(office, request.id)
    to = [Masked("anna@mail.example")]
    (letter,) = letters_to(office.store, office.ring, "controller", to)
    assert "privacy@creditor.example" in letter.content.text
    assert letter.language == "nl"
    assert not any(word in letter.content.text for word in ("zzq", "debtor", "rows", " 2 "))


def test_the_letter_is_the_same_whether_or_not_anything_is_held(office: Office) -> None:
    """Planted: the rows are gone. The letter must not tell."""
    to, texts = [Masked("anna@mail.example")], []
    for _ in range(2):
        request = known(office, Right.ACCESS)
        handed(office, request.id)
        found = letters_to(office.store, office.ring, "controller", to)
        (text,) = [x.content.text for x in found if request.id in x.content.text]
        texts.append(text.replace(request.id, "·"))
        url = office.declaration.datamap.systems["app"].url.removeprefix("sqlite:///")
        with sqlite3.connect(url) as file:
            file.execute("DELETE FROM debtor")
        file.close()
    assert texts[0] == texts[1]


def test_a_stranger_hands_over_only_what_they_named(office: Office) -> None:
    request = office.arrive(Right.ACCESS, words=b"What does creditor know of me?")
    with pytest.raises(NotHandedOver) as refused:
        handed(office, request.id)
    assert refused.value.code == "AV673"
    office.store.run("mailbox_end", who=TENANT)
    with pytest.raises(NotHandedOver):
        handed(office, request.id)


def test_who_names_a_creditor_is_passed_on_without_any_search(office: Office) -> None:
    request = office.arrive(Right.ACCESS, words=b"What does app:42 know of me?")
    assert tenants_named(office.book, request.id) == (TENANT,)
    handed(office, request.id, only=True)
    assert read(office.book, request.id).items[1].state is ItemState.TRANSMITTED


def test_what_is_decided_is_not_handed_over(office: Office) -> None:
    request = known(office, Right.ACCESS, accepted=True)
    with pytest.raises(NotHandedOver):
        handed(office, request.id)


def test_a_hand_over_without_receipt_is_red(office: Office) -> None:
    request = known(office, Right.ACCESS)
    task = handed(office, request.id)
    name = "requests.transmitted.3.3-P"
    assert not verdicts(office)[name].outcome.bad
    assert verdicts(office)[name].canary_seen
    office.clock.move(timedelta(days=11))
    assert verdicts(office)[name].outcome.failed == 1
    at = office.clock.now()
    answer(office.book, task, Outcome.DONE, Evidence(), by=TENANT, at=at)
    assert not verdicts(office)[name].outcome.bad


def test_a_hand_over_that_came_late_is_red_for_good(office: Office) -> None:
    request = known(office, Right.ACCESS)
    office.clock.move(timedelta(days=6))
    task = handed(office, request.id)
    at = office.clock.now()
    answer(office.book, task, Outcome.DONE, Evidence(), by=TENANT, at=at)
    assert verdicts(office)["requests.transmitted.3.3-P"].outcome.failed == 1


def test_a_transmission_without_proof_is_red(office: Office) -> None:
    """Planted: somebody wrote the step by hand, naming a task that never was."""
    request = known(office, Right.ACCESS)
    office.take(request, steps.Transmitted(item=1, record="task-" + "a" * 26))
    assert verdicts(office)["requests.transmitted.3.3-P"].outcome.failed == 1


def test_a_plan_of_ours_among_debtors_is_found(office: Office) -> None:
    """Planted: a plan that ran in a dataset held for others; its canary is of the same kind."""
    found = verdicts(office)["requests.processor-left-alone.3.3-P"]
    assert not found.outcome.bad
    assert found.canary_seen
    others = frozenset({("app", "debtor")})
    assert crossings({("app", "lead"), ("app", "debtor")}, others) == others
    assert crossings({("app", "lead"), ("crm", "debtor")}, others) == frozenset()
