"""The register of incidents: hours that never roll, reasons in writing, who must be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from avow.common.clock import SetClock
from avow.declaration.model import Controller, Declaration
from avow.duties.incidents import checks
from avow.duties.incidents.machine import (
    Advised,
    AuthorityTold,
    Closed,
    ControllersTold,
    Decided,
    Dismissed,
    Entry,
    Incident,
    IncidentRefused,
    Known,
    Nature,
    PersonsTold,
    Reported,
    Risk,
    Scoped,
    Stage,
    Steps,
    after,
)
from avow.duties.incidents.notification import Written, notification
from avow.duties.incidents.register import Register, entries_of, read, report, take, words_of
from avow.engine.db.store import Runs, Store
from avow.engine.evidence.checks import Answer
from avow.engine.evidence.entries import Body, IncidentStep
from avow.engine.keys.ring import new_ring

FRIDAY = datetime(2026, 3, 6, 17, 20, tzinfo=UTC)
"""18:20 in Brussels."""
SCOPE = Scoped(systems=("crm",), categories=("email",), rows=70, persons=12)
HOUSE = Declaration(
    "small", "1", Controller("Example NV", "Street 1", zone="Europe/Brussels", country="BE",
                             officer="officer@firm.example"),
    labels={"fr": {"category": {"email": "adresse électronique"}}},
)  # fmt: skip


def walk(*taken: Steps | tuple[Steps, bool], at: datetime = FRIDAY) -> Incident:
    """An incident after steps; a pair says whether words lie beside one."""
    state = Incident("incident-" + "a" * 26)
    for number, each in enumerate(taken, 1):
        step, words = each if isinstance(each, tuple) else (each, True)
        state = after(state, Entry(number, at, "claire", step, words))
    return state


def refused(code: str, *taken: Steps | tuple[Steps, bool], at: datetime = FRIDAY) -> None:
    """The last of these steps may not follow."""
    walk(*taken[:-1], at=at)
    with pytest.raises(IncidentRefused) as error:
        walk(*taken, at=at)
    assert error.value.code == code


KNOWN = Known(since=FRIDAY)
RISK = Decided(risk=Risk.RISK)


def test_the_hours_begin_with_the_next_one_and_run_over_the_week_end() -> None:
    """Known on Friday at 18:20: until Monday 19:00, whatever day it is."""
    incident = walk(Reported(), KNOWN)
    assert incident.due_at == datetime(2026, 3, 9, 18, tzinfo=UTC)
    assert not incident.is_late(datetime(2026, 3, 9, 18, tzinfo=UTC))
    assert incident.is_late(datetime(2026, 3, 9, 18, 0, 1, tzinfo=UTC))


def test_who_must_be_told_follows_from_the_risk_and_from_whose_data_it_is() -> None:
    assert walk(Reported(), KNOWN, SCOPE, RISK).open_duties == ("authority",)
    high = walk(Reported(), KNOWN, SCOPE, Decided(risk=Risk.HIGH))
    assert high.open_duties == ("authority", "persons")
    tenants = Scoped(systems=("app",), categories=(), rows=5, persons=0, tenants=3)
    unlikely = Decided(risk=Risk.UNLIKELY)
    processor = walk(Reported(), KNOWN, tenants, unlikely)
    assert processor.open_duties == ("controllers",)
    told = walk(Reported(), KNOWN, tenants, unlikely, ControllersTold(told=FRIDAY, tenants=3))
    assert (told.open_duties, told.stage) == ((), Stage.TOLD)


def test_it_is_closed_when_everybody_was_told() -> None:
    start = (Reported(), KNOWN, SCOPE, Decided(risk=Risk.HIGH))
    refused("AV921", *start, Closed())
    told = (AuthorityTold(told=FRIDAY), PersonsTold(told=FRIDAY, letters=12))
    assert walk(*start, *told, Closed()).stage is Stage.CLOSED
    refused("AV921", *start, AuthorityTold(told=FRIDAY, final=False), told[1], Closed())
    refused("AV921", *start, *told, Closed(), Advised())


def test_reasons_are_written_down() -> None:
    refused("AV922", Reported(), KNOWN, SCOPE, (RISK, False))
    refused("AV922", Reported(), (Dismissed(), False))
    refused("AV922", Reported(), (Advised(), False))


def test_after_72_hours_the_reasons_of_the_delay_go_with_it() -> None:
    late = FRIDAY + timedelta(hours=80)
    start = (Reported(), KNOWN, SCOPE, RISK)
    refused("AV923", *start, AuthorityTold(told=late), at=late)
    refused("AV922", *start, (AuthorityTold(told=late, late_because=True), False), at=late)
    assert walk(*start, AuthorityTold(told=late, late_because=True), at=late).is_late(late)


def test_nothing_is_known_later_than_it_was_and_steps_have_an_order() -> None:
    refused("AV921", KNOWN)
    refused("AV921", Reported(), RISK)
    refused("AV921", Reported(), AuthorityTold(told=FRIDAY))
    refused("AV921", Reported(), KNOWN, RISK)
    refused("AV921", Reported(), KNOWN, Known(since=FRIDAY + timedelta(hours=1)))
    refused("AV921", Reported(), Dismissed(), Advised())
    again = walk(Reported(), Dismissed(), KNOWN)
    assert again.stage is Stage.KNOWN


@dataclass
class Room:
    """A register with a clock, and what the ledger was told."""

    store: Store
    clock: SetClock = field(default_factory=lambda: SetClock(FRIDAY))
    told: list[Body] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.register = Register(self.store, new_ring(), "Europe/Brussels", self.tell)

    def tell(self, bodies: Sequence[Body], at: datetime, runs: Runs) -> None:  # noqa: ARG002
        self.told.extend(bodies)

    def take(self, incident: str, step: Steps, words: bytes = b"") -> Incident:
        return take(self.register, incident, step, words, by="claire", at=self.clock.now())

    def report(self) -> str:
        step = Reported(nature=(Nature.CONFIDENTIALITY,))
        words = "Une lettre à Anna est partie chez son voisin.".encode()
        return report(self.register, step, words, by="claire", at=self.clock.now())


@pytest.fixture
def room(store: Store) -> Room:
    return Room(store)


def test_every_step_is_in_the_ledger_and_no_word_of_it(room: Room) -> None:
    name = room.report()
    room.take(name, KNOWN)
    kinds = [(b.step, b.number) for b in room.told if isinstance(b, IncidentStep)]
    assert kinds == [("reported", 1), ("known", 2)]
    assert b"Anna" in words_of(room.register, name, 1).reveal()
    for row in room.store.run("incident_steps", id=name):
        assert b"Anna" not in bytes(row["step"]) + bytes(row["sealed"] or b"")
    assert read(room.register, name).steps == len(entries_of(room.register, name)) == 2


def test_a_notification_has_every_element_or_is_refused(room: Room) -> None:
    name = room.report()
    room.take(name, KNOWN)
    written = Written("Lettre reprise le jour même.")
    now = room.clock.now()
    with pytest.raises(IncidentRefused, match="AV924"):
        notification(room.register, HOUSE, name, written, language="fr", now=now)
    room.take(name, SCOPE)
    room.take(name, RISK, b"Adresse et solde connus d'un tiers.")
    for language in ("fr", "nl", "en"):
        said = notification(room.register, HOUSE, name, written, language=language, now=now)
        for part in ("officer@firm.example", "Anna", "12", "70", "solde connus", "reprise"):
            assert part in said.text
    french = notification(room.register, HOUSE, name, written, language="fr", now=now).text
    assert "adresse électronique" in french
    assert "confidentialité" in french
    room.clock.move(timedelta(hours=90))
    with pytest.raises(IncidentRefused, match="AV924"):
        notification(room.register, HOUSE, name, written, language="fr", now=room.clock.now())


def test_there_is_no_such_incident(room: Room) -> None:
    with pytest.raises(IncidentRefused, match="AV920"):
        read(room.register, "incident-" + "z" * 26)


def test_the_check_is_green_then_red_and_a_late_one_stays_a_case(room: Room) -> None:
    def asked() -> dict[str, tuple[Answer, int, bool | None]]:
        found = checks.answers(room.register, ["6.0-2"], at=room.clock.now())
        return {r.check + (r.case or ""): (r.outcome.answer, r.outcome.count, r.canary_seen)
                for _, r in found}  # fmt: skip

    assert asked() == {"incidents.in-time.6.0-2": (Answer.PASS, 0, True)}
    name = room.report()
    room.clock.move(timedelta(hours=23))
    assert asked()["incidents.in-time.6.0-2"][0] is Answer.PASS
    room.clock.move(timedelta(hours=2))
    assert asked()["incidents.in-time.6.0-2"][0] is Answer.FAIL, "nobody judged it for a day"
    room.take(name, KNOWN)
    room.take(name, SCOPE)
    room.take(name, RISK, b"why")
    assert asked()["incidents.in-time.6.0-2"][0] is Answer.PASS
    room.clock.move(timedelta(hours=72))
    assert asked()[f"incidents.late.6.0-2{name}"][0] is Answer.FAIL
    late = AuthorityTold(told=room.clock.now(), late_because=True)
    room.take(name, late, b"nobody read the mailbox")
    assert asked()[f"incidents.late.6.0-2{name}"][0] is Answer.FAIL, "late stays late"
