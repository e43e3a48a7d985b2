"""Today: each thing that needs a person once, and what goes in the order of the clauses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from litestar import Litestar
from litestar.testing import TestClient

from avow.common.languages import words
from avow.duties.assurance.history import fold
from avow.duties.assurance.model import Clause, Evidenced
from avow.duties.requests.book import PERSON, Said, take
from avow.duties.requests.steps import IdentityShown, Noted, Paused, Resumed
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.making import make_tasks
from avow.duties.requests.words import Right, Rung, Waits
from avow.engine.db.store import Store
from avow.engine.evidence.checks import Check, CheckResult, Item, Outcome, failed, passed
from avow.faces.web.console.asks import Known, asks
from avow.faces.web.console.today import in_order, week
from avow.faces.web.labels import ask
from avow.faces.web.requests_today import (
    letters_ask,
    mailbox_ask,
    requests_ask,
    silent_ask,
    tasks_ask,
)
from avow.faces.web.source import (
    Ask,
    AskKind,
    Digest,
    HoldToReview,
    Novelty,
    NoveltyKind,
    PlanState,
    Sweep,
    Upcoming,
    Waiting,
)
from tests.letters_room import Room
from tests.pages.document import read
from tests.requests_room import Office
from tests.tasks_room import known as known_by
from tests.tasks_room import room

NOW = datetime(2027, 3, 15, 9, tzinfo=UTC)
TODAY = NOW.date()
LATE = failed(7, "past their end", count=90)


def known(digest: Digest, *broken: tuple[str, str, Outcome], check: str = "overdue") -> Known:
    """Promises that are broken at (clause, system), as the fold of their checks says."""
    clauses = tuple(dict.fromkeys(clause for clause, _, _ in broken))
    checks = tuple(Check(f"retention.{check}.{c}", frozenset({c})) for c in clauses)
    results = tuple(
        CheckResult(f"retention.{check}.{c}", frozenset({c}), Item(system, "t"), said, NOW, 1)
        for c, system, said in broken
    )
    scope = {c: frozenset(Item(s, "t") for k, s, _ in broken if k == c) for c in clauses}
    found = fold(Evidenced(tuple(Clause(c) for c in clauses), scope, checks, results), NOW)
    return Known(digest, found, (), (), TODAY)


def sweep(state: PlanState, **levels: str) -> Sweep:
    return Sweep("app", "P-1", TODAY, state, levels={"6.a": "approve", "6.b": "approve", **levels})


def said(found: tuple[Ask, ...]) -> list[tuple[AskKind, str, tuple[str, ...]]]:
    return [(ask.kind, ask.subject, ask.clauses) for ask in found]


BOTH = (("6.a", "app", LATE), ("6.b", "app", LATE))


def test_two_promises_broken_in_one_system_ask_for_one_thing() -> None:
    refused = replace(sweep(PlanState.REFUSED), codes=("AV401",))
    (ask,) = asks(known(Digest(sweeps=(refused,)), *BOTH))
    assert said((ask,)) == [(AskKind.SOLVE_REFUSAL, "app", ("6.a", "6.b"))]
    assert (ask.link, ask.detail) == (("plans", "P-1"), "AV401")


def test_a_plan_that_waits_is_asked_for_once() -> None:
    """Its approval would make the promises kept: nothing else is asked."""
    waiting = Waiting("P-1", "app", TODAY, 2, ("6.a", "6.b"))
    found = asks(known(Digest(sweeps=(sweep(PlanState.WAITING),), waiting=(waiting,)), *BOTH))
    assert said(found) == [(AskKind.APPROVE_PLAN, "app", ("6.a", "6.b"))]
    assert found[0].n == 2


def test_what_keeps_rows_past_their_end_depends_on_where_the_sweep_stands() -> None:
    def kinds(*sweeps: Sweep) -> list[AskKind]:
        return [ask.kind for ask in asks(known(Digest(sweeps=sweeps), *BOTH))]

    assert kinds() == [AskKind.MAKE_PLAN]
    assert kinds(sweep(PlanState.DONE)) == [AskKind.MAKE_PLAN]
    assert kinds(sweep(PlanState.PAUSED)) == [AskKind.CARRY_OUT]
    assert kinds(sweep(PlanState.RUNNING)) == []


def test_a_level_that_forbids_writing_is_what_is_asked_for() -> None:
    """One clause may be erased and one only be shown: two different things are needed."""
    found = asks(known(Digest(sweeps=(sweep(PlanState.MADE, **{"6.b": "observe"}),)), *BOTH))
    assert said(found) == [
        (AskKind.MAKE_PLAN, "app", ("6.a",)),
        (AskKind.RAISE_LEVEL, "app", ("6.b",)),
    ]


def test_rows_without_a_date_are_asked_for_once_with_all_their_clauses() -> None:
    undated = replace(passed(90), undated=4)
    found = asks(known(Digest(), ("6.a", "app", undated), ("6.b", "app", undated)))
    assert said(found) == [(AskKind.HEAL, "undated", ("6.a", "6.b"))]
    assert found[0].n == 4, "the same rows of the same place, told once"


def test_a_breach_that_no_sweep_ends_asks_to_repair_what_was_found() -> None:
    found = asks(known(Digest(), ("7", "app", LATE), check="never"))
    assert said(found) == [(AskKind.HEAL, "failed", ("7",))]


def test_all_unsigned_decisions_are_one_ask_with_their_number() -> None:
    (ask,) = asks(known(Digest(unsigned=("one", "two", "three"))))
    assert (ask.kind, ask.n) == (AskKind.SIGN_DECISION, 3)


def test_a_hold_waits_from_the_day_of_its_review() -> None:
    holds = (HoldToReview("H-1", TODAY), HoldToReview("H-2", TODAY + timedelta(days=1)))
    assert [ask.subject for ask in asks(known(Digest(holds=holds)))] == ["H-1"]


def test_a_table_that_was_told_is_not_asked_for_twice() -> None:
    new = Novelty(NoveltyKind.DATASET, "crm", "lead", TODAY)
    told = Ask(AskKind.DECIDE_DATASET, "crm.lead")
    assert len(asks(known(Digest(asks=(told,), novelties=(new,))))) == 1
    assert len(asks(known(Digest(novelties=(new,))))) == 1
    both = asks(known(Digest(novelties=(new, replace(new, name="other")))))
    assert [(ask.subject, ask.n) for ask in both] == [("crm", 2)]


def test_clauses_stand_in_the_order_of_the_statement() -> None:
    assert sorted(("9.10", "10.1", "9.2", "6.a", ""), key=in_order) == [
        "", "6.a", "9.2", "9.10", "10.1",
    ]  # fmt: skip


def test_the_days_of_one_line_are_added_and_the_eighth_is_left_out() -> None:
    coming = tuple(
        Upcoming(TODAY + timedelta(days=n), "app", "login", "6.a", n, level="automatic")
        for n in (1, 7, 8)
    )
    (found,) = week(coming, TODAY) or ()
    (group,) = found.groups
    assert (found.erases, group.how) == (True, "automatic")
    assert [(line.rows, len(line.days)) for line in group.lines] == [(8, 2)]
    assert week(None, TODAY) is None


def test_the_page_says_each_ask_with_one_link(client: TestClient[Litestar]) -> None:
    page = read(client.get("/en").text)
    (section,) = [s for s in page.all("section") if s.attributes.get("aria-labelledby") == "h-asks"]
    lines = section.all("li")
    assert all(len(line.all("a")) == 1 for line in lines)
    assert f"What needs you today {len(lines)}" in section.text
    assert "Sign 2 proposed decisions, or reject them." in section.text
    sentences = [line.text for line in lines]
    assert len(sentences) == len(set(sentences))


def test_due_is_one_line_per_place_and_clause(client: TestClient[Litestar]) -> None:
    due = client.get("/en/today.json").json()["due"]
    marks = [(d["system"], d["dataset"], d["clause"]) for d in due]
    assert len(marks) == len(set(marks))
    assert [d["clause"] for d in due] == sorted((d["clause"] for d in due), key=in_order)
    said = read(client.get("/en").text).text
    assert "212 rows, 40 cells emptied phone.public.recording 212 overdue" in said
    assert "48,210 rows app.public.login since today" in said
    assert "3 rows app.public.visit no purpose needs it only counted" in said


def test_an_owner_who_lets_a_task_lie_is_named_by_system_with_its_page(store: Store) -> None:
    """Not on its last day, the day after; one sentence for the system, one link to its page."""
    office = room(store)
    request = known_by(office, Right.ACCESS)
    now = office.clock.now()
    (task,), _ = make_tasks(office.book, request.id, by="claire", at=now)
    due = kept.read(office.book, task).task.due
    assert tasks_ask(store, due) == ()
    (asked,) = tasks_ask(store, due + timedelta(days=1))
    assert (asked.kind, asked.subject, asked.n) == (AskKind.OWNER_TASK, "archive", 1)
    assert asked.link == ("systems", "archive")


def test_what_a_person_did_since_is_named_whenever_it_ends(store: Store) -> None:
    """A request from the portal is no news of its own; what they add to it, or show, is; and no
    more when somebody of ours took a step."""
    office = Office(store)
    request, day = office.arrive(Right.ACCESS), office.book.day(office.clock.now())
    assert [ask.kind for ask in requests_ask(store, day)] == [AskKind.ACCEPT_IDENTITY]
    office.clock.move(timedelta(minutes=1))
    shown = Said(IdentityShown(person=1, rung=Rung.SIGNED_LINK))
    take(office.book, request.id, [shown], by=PERSON, at=office.clock.now())
    (asked,) = requests_ask(store, day)
    assert (asked.kind, asked.link) == (AskKind.HEAR_PERSON, ("requests", request.id))
    office.clock.move(timedelta(minutes=1))
    office.take(request, Noted(what="looked"))
    assert [ask.kind for ask in requests_ask(store, day)] == [AskKind.ANSWER_REQUEST]


def test_a_term_that_stands_is_asked_for_when_nothing_happens_for_two_weeks(store: Store) -> None:
    """Not while the person may well be writing; a step, such as a reminder, puts it off; once the
    term runs it is asked for by its day."""
    office = Office(store)
    request, day = office.arrive(Right.ACCESS), office.book.day(office.clock.now())
    office.take(request, Paused(waits=Waits.SCOPE))
    assert requests_ask(store, day) == ()
    assert silent_ask(store, day + timedelta(days=13)) == ()
    (asked,) = silent_ask(store, day + timedelta(days=14))
    assert (asked.kind, asked.link) == (AskKind.REMIND_PERSON, ("requests", request.id))
    assert "stands for 14 days: remind the person" in ask(asked, words("en"))
    office.clock.move(timedelta(days=10))
    office.take(request, Noted(what="reminded"))
    assert silent_ask(store, day + timedelta(days=23)) == ()
    assert len(silent_ask(store, day + timedelta(days=24))) == 1
    office.take(request, Resumed(waits=Waits.SCOPE))
    assert silent_ask(store, day + timedelta(days=60)) == ()


def reading(store: Store, at: datetime, unread: int, oldest: datetime | None) -> None:
    """The mailbox of requests was read, and this was found in it."""
    store.run("intake_reading_add", at=at, messages=9, fresh=0, unread=unread, oldest=oldest,
              box=b"i" * 32, validity=1, next_uid=10)  # fmt: skip


def test_what_lies_unread_for_longer_than_is_promised_is_asked_for(store: Store) -> None:
    """Not on the first day; a message that was read asks for nothing; and a mailbox that nobody
    reads any more is named, since nobody knows what lies in it."""
    declared, now = Office(store).declaration, NOW
    hours = timedelta(hours=declared.requests.acknowledge_hours)
    assert mailbox_ask(store, declared, now) == ()
    reading(store, now - timedelta(minutes=9), 2, now - hours)
    assert mailbox_ask(store, declared, now) == ()
    reading(store, now - timedelta(minutes=8), 2, now - hours - timedelta(hours=2))
    (asked,) = mailbox_ask(store, declared, now)
    assert (asked.kind, asked.n, asked.link) == (AskKind.READ_MAILBOX, 2, ("requests",))
    assert asked.due is not None
    assert asked.due <= TODAY
    reading(store, now - timedelta(minutes=7), 0, None)
    assert mailbox_ask(store, declared, now) == ()
    later = now + hours + timedelta(hours=2)
    (nobody,) = mailbox_ask(store, declared, later)
    assert (nobody.kind, nobody.n) == (AskKind.READ_MAILBOX, 0)
    sentences = {ask(each, words("en")) for each in (asked, nobody)}
    assert sentences == {
        "2 messages lie unread in the mailbox of requests: they may be requests.",
        "Nobody reads the mailbox of requests: what comes there waits.",
    }


def test_letters_that_did_not_arrive_this_week_are_one_ask(store: Store) -> None:
    """Those of people whom no address is known of too; older ones stand on the page of letters."""
    letters = Room(store)
    letters.write([None, None, "ada@mail.example"])
    now = letters.clock.now()
    (asked,) = letters_ask(store, now)
    assert (asked.kind, asked.n, asked.link) == (AskKind.REACH_PERSON, 2, ("letters",))
    assert ask(asked, words("fr")).startswith("2 lettres ne sont pas arrivées cette semaine")
    assert letters_ask(store, now + timedelta(days=8)) == ()
