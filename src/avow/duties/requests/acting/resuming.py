"""An erasure goes on when what kept something of it is over: a hold released, a copy handed out, a
restriction lifted, the end of a term.

Nobody has to ask again. A plan is made for what can go now, one for many requests where one will
do; like every other it waits for two persons, and nothing is made where nothing can go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from avow.duties.requests.acting.erasing import Hands, Part, keep_stays, parts, set_plan
from avow.duties.requests.acting.erasing_together import Of, Together
from avow.duties.requests.book import Said, read_many, take
from avow.duties.requests.rows import accepted_of_many
from avow.duties.requests.sparing import case_of
from avow.duties.requests.steps import Noted
from avow.engine.db.store import Row, Runs
from avow.engine.planner.erasing_together import Counted, count_together, going_of, groups
from avow.engine.planner.erasure_plan import Erasure, make_due_erasure
from avow.engine.planner.making import noted
from avow.engine.planner.plan import Plan
from avow.engine.planner.records import OVER, Status, pass_to
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.requested import by_system
from avow.engine.planner.staying import Why

GOES_ON = "erasure-goes-on"
"""What is noted, with the system, when an erasure that had ended has a plan again."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """Plans that were made, erasures that go on with them, those of which nothing can go yet, and
    those of which a system did not answer or refused."""

    planned: tuple[str, ...]
    going: int
    staying: int
    missed: int


def resume(hands: Hands, *, by: str, at: datetime) -> Resumed:
    """Plan what can go now of every finished erasure that something was keeping. Called again it
    makes no second plan: one that waits is there already."""
    runs = hands.book.runs
    rows = runs.run("erasures_holding", held=str(Why.HELD), day=hands.book.day(at))
    wishes = list(_wishes(hands, rows))
    _drop_unheard(hands, wishes, at)
    items = {wish.case: of for of, wish in wishes}
    together = _Resuming(
        hands, items, by, at, {(_of(row), row["system"]): row["plan"] for row in rows}
    )
    for group in groups([wish for _, wish in wishes]):
        together.plan(group)
    made, missed = together.made, len(together.without)
    return Resumed(
        tuple(dict.fromkeys(made.values())), len(made), len(rows) - len(made) - missed, missed
    )


def _of(row: Row) -> Of:
    return row["request"], row["item"]


def _wishes(hands: Hands, rows: Sequence[Row]) -> Iterator[tuple[Of, Erasure]]:
    """The erasure of each item in each of these systems that its accepted rows are in."""
    names = sorted({row["request"] for row in rows})
    states, accepted = read_many(hands.book, names), accepted_of_many(hands.book, names)
    for row in rows:
        request, system, of = row["request"], row["system"], _of(row)
        person = states[request].items[row["item"]].person
        mine = [c for c in accepted.get(request, ()) if c.person == person]
        seeds = by_system(mine).get(system, {})
        if seeds:
            roots = {d: tuple(dict.fromkeys(key for _, key in keys)) for d, keys in seeds.items()}
            yield of, Erasure(system, roots, case_of(*of))


def _drop_unheard(hands: Hands, wishes: Sequence[tuple[Of, Erasure]], at: datetime) -> None:
    """Withdraw plans that a process made before it died, and of which nobody ever heard."""
    names = sorted({request for (request, _), _ in wishes})
    there = {(request, wish.system) for (request, _), wish in wishes}
    for row in hands.book.runs.run("plans_unheard", requests=names, over=[str(s) for s in OVER]):
        if (row["case_id"], row["system"]) in there:
            pass_to(hands.book.runs, row["id"], Status.WITHDRAWN, [Status(row["status"])], at)


@dataclass(frozen=True, slots=True)
class _Resuming(Together):
    """Erasures that had ended and go on. `before`: the plan of each item in each system that left
    something."""

    before: Mapping[tuple[Of, str], str]
    made: dict[tuple[Of, str], str] = field(default_factory=dict)
    without: set[tuple[Of, str]] = field(default_factory=set)

    def count(self, group: Sequence[Erasure]) -> Counted | None:
        """Those of whom something can go, as one plan; whoever is the only one is planned alone."""
        office, estate, memory = self.hands.office, self.hands.estate, self.hands.memory
        going = going_of(office, estate, memory, group)
        if len(going) > 1:
            return count_together(office, estate, memory, going)
        if going:
            self.alone(going[0])
        return None

    def alone(self, wish: Erasure) -> None:
        """A plan for one erasure in one system; none where nothing can go yet."""
        hands, of = self.hands, self.items[wish.case]
        alone = replace(wish, case=of[0])
        try:
            made = make_due_erasure(hands.office, hands.estate, hands.memory, alone, self.at)
        except PlannerError as error:
            self.missed(hands.book.runs, [wish], error.code)
            return
        if made is None or made.made.status is Status.REFUSED:
            return
        hands.crash("resumed")
        plan = made.made.plan
        with hands.book.runs.transaction() as tx:
            tx.run("requests_lock", requests=[of[0]])
            known = parts(replace(hands.book, runs=tx), *of)
            if not self.is_free(of, plan.system, known):
                # Somebody else was faster: what was counted here is for nobody.
                pass_to(tx, plan.id, Status.WITHDRAWN, [Status.WAITING], self.at)
                return
            keep_stays(tx, plan.id, [(*of, made.stays)])
            set_plan(tx, *of, plan.system, plan.id, "", self.at)
            take(hands.book, of[0], [Said(self.step(of, plan))], by=self.by, at=self.at, runs=tx)
            self.kept(tx, plan, [of])
            hands.book.tell([noted(plan)], self.at, tx)

    def missed(self, runs: Runs, group: Sequence[Erasure], code: str) -> None:
        """They stand as they stood, and are looked at again on the next day."""
        del runs, code
        self.without.update((self.items[wish.case], wish.system) for wish in group)

    def is_free(self, of: Of, system: str, known: Sequence[Part]) -> bool:
        """Its plan is still the one that left something: nobody was faster."""
        now = {part.system: part.plan for part in known}
        return now.get(system) == self.before[of, system]

    def step(self, of: Of, plan: Plan) -> Noted:
        """It goes on in this system."""
        del of
        return Noted(what=f"{GOES_ON}.{plan.system}")

    def kept(self, runs: Runs, plan: Plan, begun: Sequence[Of]) -> None:
        """What stays by the new plan as by the one before was told with that."""
        runs.many(
            "stays_told_before",
            [
                {
                    "plan": plan.id,
                    "before": self.before[of, plan.system],
                    "less": str(Why.SHELL),
                    "request": of[0],
                    "item": of[1],
                }
                for of in begun
            ],
        )
        self.made.update({(of, plan.system): plan.id for of in begun})
