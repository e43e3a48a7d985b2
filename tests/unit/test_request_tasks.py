"""Tasks to owners of systems that avow cannot read: made, sent, answered, never skipped."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.common.calendar import Period
from avow.declaration.requesting import Requesting
from avow.duties.correspondence.wording import all_wordings
from avow.duties.requests import steps
from avow.duties.requests.book import read
from avow.duties.requests.tasks import kept, machine
from avow.duties.requests.tasks.kept import Evidence, EvidenceRefused, UnknownTask, answer
from avow.duties.requests.tasks.machine import (
    Act,
    Answered,
    Asked,
    CameBack,
    Entry,
    Escalated,
    Made,
    Next,
    Outcome,
    Reminded,
    State,
    Task,
    TaskRefused,
    Withdrawn,
    next_of,
)
from avow.duties.requests.tasks.mailboxes import NobodyToAsk, owner_of
from avow.duties.requests.tasks.making import by_hand, due_of, gaps_of, make_tasks
from avow.duties.requests.tasks.sending import send_round
from avow.duties.requests.words import ItemState, Right, Rung
from avow.engine.db.store import Store
from avow.engine.evidence.entries import TaskStep
from avow.engine.planner.making import Estate
from avow.engine.planner.refusals import Guarded
from avow.estate.connectors.base import Access
from avow.estate.datamap.model import System
from tests.requests_room import NOON, Office
from tests.tasks_room import ARCHIVE, MARC, PAULA, POST, came_back, known, mail_to, room


@pytest.fixture
def office(store: Store) -> Office:
    return room(store)


def made(office: Office, request: str) -> tuple[str, ...]:
    return make_tasks(office.book, request, by="claire", at=office.clock.now())[0]


def sent(office: Office) -> None:
    send_round(office.book, POST, at=office.clock.now())


DAY = date(2027, 3, 15)


def walked(*found: machine.Steps, act: Act = Act.LOOK) -> Task:
    task = Task("task-x", act, "system:archive", "person:marc", DAY + timedelta(days=10))
    entries = [Entry(n, NOON, DAY, "avow", step) for n, step in enumerate(found, 1)]
    return machine.folded(task, entries)


@pytest.mark.parametrize(
    "walk",
    [
        (Asked(letter="x"),),
        (Made(), Made()),
        (Made(), Reminded(letter="x")),
        (Made(), CameBack(reason="refused")),
        (Made(), Answered(outcome=Outcome.CANNOT)),
        (Made(), Answered(outcome=Outcome.DISPROPORTIONATE, digest="x")),
        (Made(), Answered(outcome=Outcome.DONE), Answered(outcome=Outcome.NOTHING)),
        (Made(), Withdrawn(), Asked(letter="x")),
    ],
)
def test_a_step_out_of_order_is_refused(walk: tuple[machine.Steps, ...]) -> None:
    with pytest.raises(TaskRefused) as refused:
        walked(*walk)
    assert refused.value.code == "AV664"


ANY_STEP = st.one_of(
    st.just(Asked(letter="x")),
    st.just(Reminded(letter="x")),
    st.just(CameBack(reason="refused")),
    st.just(Escalated()),
    st.builds(Answered, outcome=st.sampled_from(Outcome), digest=st.sampled_from(["", "d"])),
    st.just(Withdrawn()),
)


@given(st.lists(ANY_STEP, max_size=12))
@settings(max_examples=100, deadline=None)
def test_silence_is_never_done(walk: list[machine.Steps]) -> None:
    """Whatever happens to a task: `done` and `nothing here` stand only where somebody said so."""
    task = walked(Made())
    said = None
    for step in walk:
        try:
            task = machine.after(task, Entry(task.steps + 1, NOON, DAY, "avow", step))
        except TaskRefused:
            continue
        said = step.outcome if isinstance(step, Answered) else said
    if task.state in {State.DONE, State.NOTHING}:
        assert str(said) == str(task.state)
    if said is None and task.state is not State.WITHDRAWN:
        assert task.is_overdue(date(2030, 1, 1))


def test_reminders_go_before_at_and_after_the_last_day() -> None:
    """Asked on the 15th, due on the 25th: the 22nd, the 25th, then every second day."""
    task, reminded = walked(Made(), Asked(letter="x")), []
    for n in range(20):
        day = DAY + timedelta(days=n)
        if Next.REMIND in next_of(task, day):
            reminded.append(day.day)
            entry = Entry(task.steps + 1, NOON, day, "avow", Reminded(letter="x"))
            task = machine.after(task, entry)
    assert reminded == [22, 25, 27, 29, 31, 2]
    assert Next.ESCALATE in next_of(task, DAY + timedelta(days=11))
    assert Next.ESCALATE not in next_of(task, DAY + timedelta(days=10))


def test_nobody_is_asked_before_it_is_settled_who_the_person_is(office: Office) -> None:
    request = office.arrive(Right.ACCESS)
    assert made(office, request.id) == ()
    office.take(request, steps.IdentityDoubted(person=1, rung=Rung.KNOWN_FACTS, final=True))
    assert made(office, request.id) == (), "who gave up has not shown who they are"
    office.take(request, steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS))
    assert len(made(office, request.id)) == 1
    assert made(office, request.id) == (), "and only once"


def test_what_acts_waits_until_the_item_is_accepted(office: Office) -> None:
    request = known(office, Right.ERASURE)
    assert made(office, request.id) == ()
    request = known(office, Right.ERASURE, accepted=True)
    (task,) = made(office, request.id)
    item = read(office.book, request.id).items[1]
    assert item.state is ItemState.ACTING
    assert item.records == (task,)
    assert kept.read(office.book, task).task.act is Act.ERASE


def test_a_task_ends_before_the_request(office: Office) -> None:
    """Due on 15 April; a task of ten days ends on 25 March, one of two months on 12 April."""
    request = known(office, Right.ACCESS)
    assert due_of(office.book, request, DAY) == date(2027, 3, 25)
    office.with_(requests=Requesting(task=Period(months=2)))
    assert due_of(office.book, request, DAY) == date(2027, 4, 12)
    late = date(2027, 4, 14)
    assert due_of(office.book, request, late) == late


def test_the_letter_holds_a_link_and_nothing_about_the_person(office: Office) -> None:
    made(office, known(office, Right.ACCESS).id)
    sent(office)
    (letter,) = mail_to(office, "person:marc", MARC)
    assert "https://ask.example/en/task/" in letter
    assert "archive" in letter
    assert not any(word in letter for word in ("Anna", "Peeters", "anna@", "what do you know"))
    sent(office)
    assert len(mail_to(office, "person:marc", MARC)) == 1


def test_the_words_of_every_letter_ask_for_the_same_in_each_language() -> None:
    for kind in ("task", "task-escalation", "task-recipient", "task-controller", "whom-to-ask"):
        assert len(all_wordings(kind)) == 3


def test_a_silent_owner_is_overdue_and_told_on_and_never_done(office: Office) -> None:
    request = known(office, Right.ACCESS)
    (task,) = made(office, request.id)
    for _ in range(12):
        sent(office)
        office.clock.move(timedelta(days=1))
    state = kept.read(office.book, task).task
    assert state.is_overdue(office.book.day(office.clock.now()))
    assert state.escalated_on == date(2027, 3, 26)
    assert len(mail_to(office, "person:paula", PAULA)) == 1
    assert by_hand(office.book, request.id) == (("archive", "pending", task),)
    assert gaps_of(office.book, read(office.book, request.id), 1) == ("archive",)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [(Outcome.DONE, "found"), (Outcome.NOTHING, "empty"), (Outcome.CANNOT, "unreachable")],
)
def test_what_an_owner_said_stands_in_the_completeness(
    office: Office, outcome: Outcome, state: str
) -> None:
    request = known(office, Right.ACCESS)
    assert by_hand(office.book, request.id) == (("archive", "pending", ""),)
    (task,) = made(office, request.id)
    at, said = office.clock.now(), Evidence(words="Looked in both cupboards.")
    answer(office.book, task, outcome, said, by="person:marc", at=at)
    assert by_hand(office.book, request.id) == ((("archive", state, task)),)
    gaps = gaps_of(office.book, read(office.book, request.id), 1)
    assert gaps == (("archive",) if outcome is Outcome.CANNOT else ())


def test_evidence_lies_sealed_and_the_ledger_knows_of_the_step(office: Office) -> None:
    (task,) = made(office, known(office, Right.ACCESS).id)
    file = Evidence(words="Zie map.", name="x.pdf", media_type="application/pdf", content=b"%PDF")
    answer(office.book, task, Outcome.DONE, file, by="person:marc", at=office.clock.now())
    found = kept.evidence_of(office.book, task)
    assert found is not None
    assert found.reveal() == file
    rows = office.store.run("task_steps", ids=[task])
    assert not any(b"Zie map" in bytes(row["sealed"] or b"") for row in rows)
    told = [b.step for b in office.told if isinstance(b, TaskStep)]
    assert told == ["made", "answered"]


@pytest.mark.parametrize(
    "file",
    [
        Evidence(media_type="text/html", content=b"<script>"),
        Evidence(media_type="application/pdf", content=b"x" * (kept.MOST_BYTES + 1)),
    ],
)
def test_evidence_of_another_kind_or_too_large_is_not_taken(office: Office, file: Evidence) -> None:
    (task,) = made(office, known(office, Right.ACCESS).id)
    with pytest.raises(EvidenceRefused) as refused:
        answer(office.book, task, Outcome.DONE, file, by="person:marc", at=NOON)
    assert refused.value.code == "AV677"
    assert kept.read(office.book, task).task.state is State.OPEN


def test_a_letter_that_came_back_is_told_to_who_answers_for_it(office: Office) -> None:
    (task,) = made(office, known(office, Right.ACCESS).id)
    sent(office)
    came_back(office, task)
    sent(office)
    assert kept.read(office.book, task).task.state is State.UNREACHABLE
    assert len(mail_to(office, "person:paula", PAULA)) == 1


def test_what_the_person_takes_back_is_asked_of_nobody(office: Office) -> None:
    request = known(office, Right.ACCESS)
    (task,) = made(office, request.id)
    office.take(request, steps.WithdrawnByPerson(items=(1,)))
    made(office, request.id)
    assert kept.read(office.book, task).task.state is State.WITHDRAWN
    assert by_hand(office.book, request.id) == ()


def test_a_system_that_nobody_owns_is_said(store: Store) -> None:
    office = room(store, System("attic", "by-hand"))
    request = known(office, Right.ACCESS)
    found = make_tasks(office.book, request.id, by="claire", at=NOON)
    assert found == ((), ("attic",))
    with pytest.raises(NobodyToAsk) as nobody:
        owner_of(office.book, "attic")
    assert nobody.value.code == "AV667"


def test_there_is_no_such_task(office: Office) -> None:
    with pytest.raises(UnknownTask) as unknown:
        kept.read(office.book, "task-none")
    assert unknown.value.code == "AV669"


def test_a_system_by_hand_is_opened_by_nobody(office: Office) -> None:
    """It is no error of the declaration, and no connector pretends to have read it."""
    with pytest.raises(Guarded) as guarded:
        Estate(office.declaration, {}).open(ARCHIVE.name, Access.READ)
    assert guarded.value.findings[0].code == "AV665"


def test_a_round_without_anything_due_does_nothing(office: Office) -> None:
    went = send_round(office.book, POST, at=datetime.fromisoformat("2027-03-15T12:00:00Z"))
    assert (went.asked, went.reminded, went.escalated, went.came_back) == (0, 0, 0, 0)
