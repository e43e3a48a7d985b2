"""No edit without activation leads to a write, and nothing writes below level approve.

A machine walks at random over everything that persons can do: edit, activate, raise, lower, plan,
approve, hold, stop, apply. It knows the law only as three sentences, checked after every step.
"""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from avow.declaration.load import load_texts
from avow.declaration.model import Level
from avow.engine.db.store import Store
from avow.engine.planner import apply as applying
from avow.engine.planner import records, release, standings
from avow.engine.planner.approve import approve
from avow.engine.planner.plan import Plan
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.stop import release as release_stop
from avow.engine.planner.stop import stop
from avow.engine.planner.trust import LADDER, Evidence, Standing
from tests.faults.small import DECLARATION, NOON, TODAY, Facts, Small

FILE = DECLARATION.replace("1 month", "1 month\n    existing: new-rule")
PERIODS = ("1 month", "2 weeks", "6 months")
ENDED = {"1 month": 31, "2 weeks": 14, "6 months": 184}
"""Days after which a visit is surely past the period: none younger may ever go."""
PEOPLE = ("claire", "marc", "paul", "olivia", "nobody")
some_people = st.lists(st.sampled_from(PEOPLE), max_size=3)


def age(row: dict[str, object]) -> int:
    """Days since a visit."""
    seen = row["seen_on"]
    assert isinstance(seen, date)
    return (TODAY - seen).days


class Firm(RuleBasedStateMachine):
    """One firm, its people and its small estate."""

    store: Store
    writes = 0

    def __init__(self) -> None:
        super().__init__()
        self.small = Small(self.store)
        self.file = FILE
        self.active = "1 month"
        self.ages = {row["id"]: age(row) for row in self.small.database.tables["visit"]}
        self.plans: list[Plan] = []
        self.held: set[int] = set()
        self.stopped = False
        self.before = self.small.left()

    @initialize(begun=st.booleans(), ramp=st.integers(1, 4))
    def begin(self, ramp: int, *, begun: bool) -> None:
        """The first declaration is in force. Nobody trusts it yet, or a first plan was applied."""
        self.small.activate(self.file)
        for setting in standings.standings(self.store, "app").values():
            if setting.level is not Level.OBSERVE:
                self._lower(Level.OBSERVE)
        self._release_stops()
        self.small.database.tables["visit"][:3] = [
            {**row, "seen_on": date(2025, 1, 1)} for row in self.small.database.tables["visit"][:3]
        ]
        self.ages |= {row: (TODAY - date(2025, 1, 1)).days for row in (0, 1, 2)}
        if begun:
            self.usual(0, ramp, 1, "")

    @rule(period=st.sampled_from(PERIODS))
    def edit(self, period: str) -> None:
        """Somebody edits the file."""
        self.file = FILE.replace("1 month", period)

    @rule(people=some_people, author=st.sampled_from(PEOPLE))
    def activate(self, people: list[str], author: str) -> None:
        """Somebody tries to put the file in force."""
        now = self.small.clock.now()
        declaration = load_texts({"all.yaml": self.file}).whole
        with contextlib.suppress(PlannerError):
            loaded = load_texts({"all.yaml": self.file})
            release.may_activate(declaration, author, people)
            taken = release.take_in(self.store, loaded, Path(), now)
            release.activate(self.store, taken, release.Activation(author, tuple(people)), now)
            self.small.declaration = taken
            self.active = next(p for p in PERIODS if f"at_most: {p}" in self.file)

    @rule(
        to=st.sampled_from(LADDER), people=some_people, days=st.integers(0, 8), named=st.booleans()
    )
    def raise_level(self, to: Level, people: list[str], days: int, *, named: bool) -> None:
        """Somebody tries to raise the rule, with more or less evidence."""
        word = "r" if named else None
        evidence = Evidence(days, days < 7, word, word, steps_checked=named)
        with contextlib.suppress(PlannerError):
            standings.raise_level(
                self.store,
                self.small.declaration,
                Standing("app", "visits", to),
                by=people,
                evidence=evidence,
                at=NOON,
                author=release.author_of(self.store),
                daily_rows=5,
            )

    @rule(ramp=st.integers(0, 3))
    def trust(self, ramp: int) -> None:
        """The people whose task it is raise the rule as it should be done."""
        self.small.raise_to(Level.APPROVE)
        if standings.standings(self.store, "app")["visits"].level is Level.APPROVE:
            self.small.ramp_up(ramp)

    @rule(
        back=st.integers(0, 8),
        trusted=st.integers(0, 4),
        signed=st.integers(0, 4),
        between=st.sampled_from(["", "", "", "lower", "stop", "edit", "hold"]),
    )
    def usual(self, back: int, trusted: int, signed: int, between: str) -> None:
        """The whole way, as it should be done or with one thing left out or put in between."""
        if trusted:
            self.trust(trusted - 1)
        self.plan(60, back)
        if signed:
            with contextlib.suppress(PlannerError):
                self.small.approved(self.plans[-1])
        match between:
            case "lower":
                self._lower(Level.REHEARSE)
            case "stop":
                stop(self.store, "app", "olivia", NOON)
                self.stopped = True
            case "edit":
                self.edit("2 weeks")
                self.activate(["marc", "paul"], "claire")
            case "hold":
                self.hold(next(iter(self.small.left())))
        self.apply(0)

    @rule(to=st.sampled_from(LADDER))
    def lower(self, to: Level) -> None:
        """Anyone may lower it."""
        self._lower(to)

    def _lower(self, to: Level) -> None:
        with contextlib.suppress(PlannerError):
            wanted = Standing("app", "visits", to)
            standings.lower_level(self.store, self.small.declaration, wanted, "olivia", NOON)

    @rule(accept=st.sampled_from([0, 3, 60]), back=st.integers(0, 9))
    def plan(self, accept: int, back: int) -> None:
        """Somebody plans, perhaps for a day that is over."""
        day = TODAY - timedelta(days=back)
        self.plans.append(self.small.plan((("visits", accept),), day))

    @rule(which=st.integers(0, 9), person=st.sampled_from(PEOPLE))
    def approve(self, which: int, person: str) -> None:
        """Somebody tries to approve a plan."""
        if self.plans:
            plan = self.plans[which % len(self.plans)]
            with contextlib.suppress(PlannerError):
                approve(
                    self.store, self.small.ring, self.small.declaration, plan.id,
                    person=person, at=NOON,
                )  # fmt: skip

    @rule(visit=st.integers(0, 59))
    def hold(self, visit: int) -> None:
        """A row is held."""
        self.held |= {visit} & set(self.small.left())
        self.small.facts = Facts()
        self.small.facts.hold("visit", *sorted(self.held))

    @rule(really=st.integers(0, 3))
    def stop(self, really: int) -> None:
        """Somebody says stop."""
        if really:
            return
        stop(self.store, "app", "olivia", NOON)
        self.stopped = True

    @rule(people=some_people)
    def let_go(self, people: list[str]) -> None:
        """Somebody tries to release the stop."""
        with contextlib.suppress(PlannerError):
            release_stop(self.store, self.small.declaration.people, "app", people, NOON)
            self.stopped = False

    def _release_stops(self) -> None:
        release_stop(self.store, self.small.declaration.people, "app", ["marc", "paul"], NOON)
        self.stopped = False

    @rule(which=st.integers(0, 9))
    def apply(self, which: int) -> None:
        """Somebody tries to apply a plan; what goes has to have been allowed."""
        if not self.plans:
            return
        plan = self.plans[which % len(self.plans)]
        level = (
            standings.standings(self.store, "app").get("visits", Standing("app", "visits")).level
        )
        approvals = {a["person"] for a in self.store.run("approvals", plan=plan.id)}
        over = records.read(self.store, plan.id).status in records.OVER
        with contextlib.suppress(PlannerError):
            self.small.apply(plan)
        gone = self.before - self.small.left()
        if gone:
            Firm.writes += 1
            assert level in (Level.APPROVE, Level.AUTOMATIC)
            assert level is Level.AUTOMATIC or {"marc", "paul"} <= approvals
            assert plan.release == release.active(self.store)
            assert not over
            assert not self.stopped
            assert not gone & self.held
            assert all(self.ages[row] > ENDED[self.active] - 4 for row in gone)
            if level is Level.AUTOMATIC:
                assert len(gone) <= 5
        self.before = self.small.left()

    @invariant()
    def nothing_goes_but_by_an_application(self) -> None:
        """No other act of anyone removes a row."""
        assert self.small.left() == self.before


def walk(store: Store, examples: int) -> None:
    """Let the machine walk."""
    Firm.store, Firm.writes = store, 0
    run_state_machine_as_test(
        Firm,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_people_do_nothing_is_written_that_was_not_allowed(store: Store) -> None:
    """Some walks do write, or the test would prove nothing."""
    walk(store, 60)
    assert Firm.writes > 5


PLANTED = {
    "nobody is asked": ("_unapproved", {"signed": 0, "between": ""}),
    "the guard sleeps": ("guard", {"signed": 1, "between": "lower"}),
}


def begun(store: Store) -> Firm:
    """A machine at its start."""
    Firm.store = store
    firm = Firm()
    firm.begin(begun=False, ramp=1)
    return firm


@pytest.mark.parametrize("fault", PLANTED)
def test_the_machine_sees_what_is_planted(
    store: Store, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """One step of it, unsigned or lowered in between: refused, and with the fault seen."""
    name, step = PLANTED[fault]
    begun(store).usual(back=0, trusted=4, **step)
    monkeypatch.setattr(applying, name, lambda *_: ())
    with pytest.raises(AssertionError):
        begun(store).usual(back=0, trusted=4, **step)
