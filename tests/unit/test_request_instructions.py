"""What controllers instruct: who may, the confirmation, the log, and the one sphere."""

from __future__ import annotations

import pytest

from avow.duties.requests.processor.standing import Wants, standings
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.answering import TaskAnswer, answer_task
from avow.duties.requests.tasks.instructing import (
    Instruction,
    Instructs,
    NoAuthority,
    UnknownTenant,
    instruct,
    log_of,
    words_of_instruction,
)
from avow.duties.requests.tasks.kept import Evidence
from avow.duties.requests.tasks.machine import Act, Outcome
from avow.engine.db.store import Store
from avow.estate.datamap.model import Dataset, System
from tests.requests_room import NOON, Office
from tests.tasks_room import room, writes_to

APP = System(
    "app", "sqlite", owner="marc",
    datasets={"debtor": Dataset("debtor", ("id",), sphere_field="company_id", rest="debts")},
)  # fmt: skip
OURS = System("crm", "sqlite", datasets={"lead": Dataset("lead", ("id",), rest="email")})
WORDS = b"Erase the debtor Jan Claes, file 2027/13."


@pytest.fixture
def office(store: Store) -> Office:
    return room(store, APP, OURS)


def entered(office: Office, tenant: str = "tenant:app:42") -> str:
    said = Instruction(tenant, Instructs.ERASE, NOON, WORDS)
    return instruct(office.book, said, by="claire", at=office.clock.now())


def said(office: Office, task: str, outcome: Outcome, by: str, words: str = "") -> None:
    answer = TaskAnswer(task, outcome, Evidence(words=words), by)
    with office.store.transaction() as tx:
        answer_task(office.book, tx, answer, at=office.clock.now())


def test_an_unregistered_contact_instructs_nothing(office: Office) -> None:
    with pytest.raises(NoAuthority) as refused:
        entered(office)
    assert refused.value.code == "AV674"
    writes_to(office, "tenant:app:42", "info@creditor.example")
    with pytest.raises(NoAuthority):
        entered(office)
    assert log_of(office.book) == ()


@pytest.mark.parametrize("tenant", ["tenant:crm:42", "tenant:app:", "tenant:none:1", "app:42"])
def test_where_nothing_is_held_for_others_nobody_is_a_tenant(office: Office, tenant: str) -> None:
    with pytest.raises(UnknownTenant) as unknown:
        entered(office, tenant)
    assert unknown.value.code == "AV675"


def test_nothing_is_done_before_the_contact_confirms(office: Office) -> None:
    """Entered: one task, to confirm. Confirmed: one more, to the owner, for that sphere alone."""
    writes_to(office, "tenant:app:42", "info@creditor.example", may_instruct=True)
    name = entered(office)
    (confirm,) = kept.of_instruction(office.book, name)
    assert (confirm.task.act, confirm.task.asks) == (Act.CONFIRM, "tenant:app:42")
    assert log_of(office.book)[0].state == "unconfirmed"
    said(office, confirm.task.id, Outcome.DONE, "tenant:app:42")
    acts = {k.task.act: k.task for k in kept.of_instruction(office.book, name)}
    assert acts[Act.INSTRUCTED].asks == "person:marc"
    assert acts[Act.INSTRUCTED].place == "tenant:app:42"
    said(office, acts[Act.INSTRUCTED].id, Outcome.DONE, "person:marc", "Erased row 7.")
    assert log_of(office.book)[0].state == "done"


def test_who_says_it_is_not_theirs_stops_it(office: Office) -> None:
    writes_to(office, "tenant:app:42", "info@creditor.example", may_instruct=True)
    name = entered(office)
    (confirm,) = kept.of_instruction(office.book, name)
    said(office, confirm.task.id, Outcome.CANNOT, "tenant:app:42", "This is not from us.")
    assert {k.task.act for k in kept.of_instruction(office.book, name)} == {Act.CONFIRM}
    assert not log_of(office.book)[0].is_confirmed


def test_the_words_of_an_instruction_lie_sealed(office: Office) -> None:
    writes_to(office, "tenant:app:42", "info@creditor.example", may_instruct=True)
    name = entered(office)
    row = office.store.one("instruction_known", id=name)
    assert row is not None
    assert b"Claes" not in bytes(row["sealed"])
    assert "Jan Claes" in words_of_instruction(office.book, name)


def test_what_an_owner_did_by_hand_waits_for_nobody(office: Office) -> None:
    writes_to(office, "tenant:app:42", "info@creditor.example", may_instruct=True)
    name = entered(office)
    for act, by in ((Act.CONFIRM, "tenant:app:42"), (Act.INSTRUCTED, "person:marc")):
        tasks = {k.task.act: k.task for k in kept.of_instruction(office.book, name)}
        said(office, tasks[act].id, Outcome.DONE, by, "done")
    (found,) = standings(office.store, office.book.declaration, office.book.day(NOON))
    assert found.wants is Wants.NOTHING
