"""Telling of a change: one letter per address, a reason for everybody else, and a day to keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from avow.common.calendar import Period
from avow.common.clock import SetClock
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.duties.assurance.judge import judge
from avow.duties.assurance.model import Status
from avow.duties.correspondence.bounces import follow
from avow.duties.correspondence.letters import State, Words
from avow.duties.correspondence.relay import RelayError
from avow.duties.correspondence.wording import WordingError
from avow.duties.notice.telling import (
    Announcement,
    Consent,
    Person,
    Publication,
    Told,
    Unreached,
    Wordings,
    asked_again,
    tell,
    unreached,
)
from avow.duties.notice.telling_checks import Asked, ask, forget_letters
from avow.engine.db.store import Store
from avow.engine.evidence.checks import ORGANISATION, Answer, CheckResult, Item
from avow.engine.evidence.kept import keep
from tests.letters_room import Room
from tests.post_office import PostOffice, post_office
from tests.unit.test_letters_returned import status

ZONE = "Europe/Brussels"
EFFECTIVE = date(2027, 5, 1)
CHANGE = Publication(new_id("publication"), EFFECTIVE, Period(days=30), "2.b")
WORDS = Wordings(
    {each: Words(f"Subject {each}", f"Text {each}\n") for each in ("fr", "nl", "en")}, "fr"
)
SAID = Announcement(WORDS, "firm.example", Masked("privacy@firm.example"))
BEGIN = datetime(2027, 3, 1, 9, tzinfo=UTC)


def person(
    number: int,
    address: str | None = "",
    *,
    dataset: str = "account",
    language: str | None = "nl-BE",
    sphere: str = "controller",
    postal: str | None = None,
) -> Person:
    """A person of the shop; with an address of their own unless another is given."""
    to = f"person{number}@mail.example" if address == "" else address
    return Person(
        "shop", dataset, Masked(str(number)), Masked(to) if to is not None else None, language,
        Masked(postal) if postal else None, sphere,
    )  # fmt: skip


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as made:
        yield made


@pytest.fixture
def room(store: Store) -> Room:
    return Room(store, clock=SetClock(BEGIN))


def told(room: Room, persons: Sequence[Person], change: Publication = CHANGE) -> Told:
    """These persons are told, on the day of the room's clock."""
    at = room.clock.now()
    return tell(room.store, room.ring, change, persons, SAID, at=at, day=at.date(), note=room.tell)


def asked(room: Room, *others: Publication) -> Asked:
    """What the check says on the day of the room's clock."""
    at = room.clock.now()
    return ask(room.store, others, ZONE, day=at.date(), at=at)


def answer(room: Room, item: Item = Item("shop", "account")) -> CheckResult:  # noqa: B008 (frozen)
    """What the check says about one dataset."""
    (found,) = [each for each in asked(room).results if each.item == item]
    return found


def word(room: Room) -> Status:
    """The worst word of all datasets, as the status of promises has it."""
    found = asked(room)
    words = [judge(found.checks[0], [r], room.clock.now()).status for r in found.results]
    return min(words, key=list(Status).index)


# --- letters ---------------------------------------------------------------------------------


def test_one_letter_to_an_address_whatever_the_number_of_rows(
    room: Room, office: PostOffice
) -> None:
    same = [person(n, "Ada@mail.example") for n in range(3)]
    elsewhere = [person(7, "ada@MAIL.example", dataset="contact")]
    assert told(room, [*same, *elsewhere, person(9)]).letters == 3  # two, and the organisation's
    room.send(office.relay)
    assert sorted(office.recipients) == [
        "Ada@mail.example", "person9@mail.example", "privacy@firm.example",
    ]  # fmt: skip
    counts = {str(r.item): r.outcome.count for r in asked(room).results}
    assert counts == {"shop.account": 4, "shop.contact": 1}


def test_each_in_their_language_or_the_declared_one(room: Room, office: PostOffice) -> None:
    languages = ["nl-BE", "EN_us", "de", None, "fr"]
    told(room, [person(n, language=each) for n, each in enumerate(languages)])
    room.send(office.relay)
    said = {m["To"]: m["Subject"] for m in office.messages if "person" in m["To"]}
    assert [said[f"person{n}@mail.example"][-2:] for n in range(5)] == [
        "nl",
        "en",
        "fr",
        "fr",
        "fr",
    ]


def test_a_fallback_without_words_is_refused_before_anybody_is_told() -> None:
    with pytest.raises(WordingError, match="AV624"):
        Wordings({"fr": Words("a", "b\n")}, "de")


@pytest.mark.parametrize(
    ("whom", "reason"),
    [
        (person(1, None), Unreached.NO_ADDRESS),
        (person(1, "  "), Unreached.NO_ADDRESS),
        (person(1, "at home"), Unreached.INVALID_ADDRESS),
        (person(1, "Info@firm.example"), Unreached.GROUP_MAILBOX),
        (person(1, sphere="processor:7"), Unreached.ANOTHER_CONTROLLER),
        (person(1), None),
        (person(1, None, postal="Rue Haute 1"), None),
        (person(1, "info@firm.example", postal="Rue Haute 1"), None),
    ],
)
def test_who_gets_no_letter_has_a_reason(whom: Person, reason: Unreached | None) -> None:
    assert unreached(whom) is reason


def test_a_mailbox_of_a_function_is_left_for_paper(room: Room) -> None:
    told(room, [person(1, "info@firm.example", postal="Rue Haute 1")])
    assert {row["channel"] for row in room.rows("channel")} == {"mail", "paper"}


def test_telling_again_writes_to_those_who_are_new(room: Room) -> None:
    """What happens after a crash in the middle, and when somebody joins before the day."""
    assert told(room, [person(n) for n in range(5)]).letters == 6
    assert told(room, [person(n) for n in range(7)]).letters == 2
    assert answer(room).outcome.why == "7 of 7 letters wait to be sent"


def test_a_crash_in_the_stream_leaves_the_list_unfinished(room: Room, office: PostOffice) -> None:
    """Planted: the system goes away after three persons. Unknown, and broken after the day."""

    def breaks() -> Iterator[Person]:
        yield from (person(n) for n in range(3))
        raise ConnectionError

    with pytest.raises(ConnectionError):
        told(room, breaks())  # type: ignore[arg-type]
    assert word(room) is Status.UNKNOWN
    room.clock.at = datetime(2027, 4, 2, 9, tzinfo=UTC)
    assert word(room) is Status.BROKEN


def test_a_list_that_is_not_whole_never_keeps_the_promise(room: Room, office: PostOffice) -> None:
    """Planted: one system of two could not be read. All who were found are told, and it is unknown
    before the day; told again from a whole list it is kept, and stays so when a system is away
    another time: what was whole once had everybody in it."""
    persons = [person(n) for n in range(3)]
    said_again(room, persons, whole=False)
    room.send(office.relay)
    assert word(room) is Status.UNKNOWN
    said_again(room, persons, whole=True)
    assert word(room) is Status.KEPT
    said_again(room, persons, whole=False)
    room.clock.at = datetime(2027, 4, 2, 9, tzinfo=UTC)
    assert word(room) is Status.KEPT


def test_a_list_that_is_never_whole_breaks_the_promise(room: Room, office: PostOffice) -> None:
    said_again(room, [person(n) for n in range(3)], whole=False)
    room.send(office.relay)
    room.clock.at = datetime(2027, 4, 2, 9, tzinfo=UTC)
    assert word(room) is Status.BROKEN


def said_again(room: Room, persons: Sequence[Person], *, whole: bool) -> None:
    """These persons are told, from a list that is whole or not."""
    at = room.clock.now()
    tell(
        room.store, room.ring, CHANGE, persons, SAID, at=at, day=at.date(), note=room.tell,
        whole=lambda: whole,
    )  # fmt: skip


# --- the promise -----------------------------------------------------------------------------


def test_nobody_told_is_unknown_before_the_day_and_broken_after_it(room: Room) -> None:
    """The change counts from 1 May; 30 days ahead, so 1 April is the last day in time."""
    assert date(2027, 4, 1) == CHANGE.last_day
    room.clock.at = datetime(2027, 4, 1, 9, tzinfo=UTC)
    (before,) = asked(room, CHANGE).results
    assert (before.outcome.answer, before.item) == (Answer.BLIND, ORGANISATION)
    room.clock.at = datetime(2027, 4, 2, 9, tzinfo=UTC)
    (late,) = asked(room, CHANGE).results
    assert late.outcome.bad


def test_all_told_in_time_is_kept_and_stays_kept(room: Room, office: PostOffice) -> None:
    told(room, [*(person(n) for n in range(4)), person(5, None)])
    assert word(room) is Status.UNKNOWN
    room.send(office.relay)
    assert word(room) is Status.KEPT
    assert answer(room).outcome.count == 5
    room.clock.at = datetime(2027, 5, 20, 9, tzinfo=UTC)
    assert word(room) is Status.KEPT


def test_a_letter_that_still_waits_when_the_day_is_over_breaks_it(
    room: Room, office: PostOffice
) -> None:
    office.on_rcpt = lambda to: "450 4.7.1 later" if to.startswith("person2") else None
    told(room, [person(n) for n in range(4)])
    room.send(office.relay)
    assert word(room) is Status.UNKNOWN
    room.clock.at = datetime(2027, 4, 2, 9, tzinfo=UTC)
    assert word(room) is Status.BROKEN
    assert answer(room).outcome.failed == 1


def test_told_late_stays_broken_until_somebody_answers_for_it(
    room: Room, office: PostOffice
) -> None:
    """One day late; that all letters arrived afterwards heals nothing by itself."""
    told(room, [person(n) for n in range(3)])
    room.clock.at = datetime(2027, 4, 1, 22, 30, tzinfo=UTC)  # 2 April in Brussels
    room.send(office.relay)
    at = room.clock.now()
    late = ask(room.store, (), ZONE, day=date(2027, 4, 2), at=at)
    assert late.results[0].outcome.failed == 3
    keep(room.store, late.checks, late.results, release=None, at=at)


def test_the_last_minute_of_the_last_day_is_in_time(room: Room, office: PostOffice) -> None:
    told(room, [person(n) for n in range(3)])
    room.clock.at = datetime(2027, 4, 1, 21, 59, tzinfo=UTC)
    room.send(office.relay)
    assert word(room) is Status.KEPT


def test_a_bounce_takes_the_proof_back_and_is_a_reason(room: Room, office: PostOffice) -> None:
    told(room, [person(n) for n in range(3)])
    room.send(office.relay)
    paths = [path for path, to, _ in office.taken if "person1" in to]
    follow(room.store, [status(to=paths[0])], at=room.clock.now(), tell=room.tell)
    assert room.in_state(State.BOUNCED) == 1
    assert (word(room), answer(room).outcome.count) == (Status.KEPT, 3)


def test_a_dataset_in_which_nobody_can_be_told_proves_nothing(
    room: Room, office: PostOffice
) -> None:
    """Planted: the column of addresses is not read. Kept would be a lie with a reason for each."""
    told(room, [person(n, None) for n in range(50)])
    room.send(office.relay)
    assert word(room) is Status.UNKNOWN
    assert "no-address: 50" in answer(room).outcome.where


def test_without_the_organisations_own_letter_nothing_is_proven(
    room: Room, office: PostOffice
) -> None:
    """Planted: the server takes every letter but the canary."""
    office.on_rcpt = lambda to: "550 5.1.1 no" if to.startswith("privacy") else None
    told(room, [person(n) for n in range(3)])
    room.send(office.relay)
    assert answer(room).outcome.answer is Answer.PASS
    assert word(room) is Status.UNKNOWN


def test_that_our_own_server_was_away_is_no_reason(room: Room, office: PostOffice) -> None:
    """Planted: it hangs up for five weeks; the letters still wait, and that breaks it."""
    office.on_data = lambda _: "drop"
    told(room, [person(n) for n in range(3)])
    for _ in range(5):
        with pytest.raises(RelayError):
            room.send(office.relay)
        room.clock.move(timedelta(days=7))
    assert room.in_state(State.WAITING) == 3
    assert word(room) is Status.BROKEN


def test_when_letters_are_forgotten_their_counts_stay(room: Room, office: PostOffice) -> None:
    """Half a year after the change: no letter, no person, the same answer."""
    told(room, [*(person(n) for n in range(4)), person(5, None)])
    room.send(office.relay)
    room.clock.at = datetime(2027, 11, 3, 9, tzinfo=UTC)
    before = answer(room)
    day = room.clock.now().date()
    assert forget_letters(room.store, ZONE, day=date(2027, 11, 1), at=room.clock.now()) == 0
    assert forget_letters(room.store, ZONE, day=day, at=room.clock.now()) == 5
    assert answer(room) == before
    assert room.rows() == []
    with room.store.outside() as connection:
        assert connection.execute("SELECT count(*) AS n FROM avow.told").fetchone() == {"n": 0}


def test_the_table_of_who_was_told_names_nobody(room: Room) -> None:
    told(room, [person(1, "ada.lovelace@mail.example"), person(2, None)])
    with room.store.outside() as connection:
        rows = connection.execute("SELECT told::text AS said FROM avow.told").fetchall()
    assert len(rows) == 2
    assert "lovelace" not in str(rows)


# --- who is asked again ----------------------------------------------------------------------


def test_only_consents_that_the_change_touches_are_asked_again() -> None:
    day = date(2027, 5, 1)

    def consent(purpose: str, on: date, *, withdrawn: bool = False) -> Consent:
        return Consent(Masked("1"), purpose, on, withdrawn)

    touched = consent("newsletter", date(2026, 1, 1))
    given = [
        touched,
        consent("survey", date(2026, 1, 1)),
        consent("newsletter", day),
        consent("newsletter", date(2026, 1, 1), withdrawn=True),
    ]
    assert list(asked_again(given, {"newsletter": day})) == [touched]
    assert list(asked_again(given, {})) == []
