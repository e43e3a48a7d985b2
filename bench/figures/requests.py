"""Requests of many persons at once: copies and erasures from their arrival to the end.

Each step is done for all requests before the next begins. Beside each half stands what bare
statements need for the same rows, all persons at once. Processor time is that of this process: what
is spent waiting for the estate, or by the servers, is not in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import psycopg

from avow.duties.requests import steps
from avow.duties.requests.acting.erasing_together import begin_all, finish_all, plans_of
from avow.duties.requests.answering.drafting import review
from avow.duties.requests.answering.gathering import Sources
from avow.duties.requests.answering.records import Records
from avow.duties.requests.answering.together import answer_all
from avow.duties.requests.book import Arrival, Asking, Person, Said, open_request, take
from avow.duties.requests.rows_together import accept_all
from avow.duties.requests.words import Channel, Outcome, Right, Rung
from avow.engine.planner.approve import approve
from avow.engine.planner.working import carry_out
from avow.faces.cli.desk import Desk
from avow.faces.cli.request.erase_command import hands_of
from bench.figure import Say, Scale, bare, beside
from bench.floors import access, erasure
from bench.stand import Stand
from bench.worlds.persons import FIFTEEN, Supply, declaration, fill_postgresql

REQUESTS = {"small": 100, "full": 1_000}
OWN = 30.0
"""Milliseconds of our own processor that a request may take in all."""
CHUNK = 1_000


@dataclass
class Watch:
    """Seconds and processor seconds of each step, for so many requests."""

    many: int
    seconds: dict[str, float] = field(default_factory=dict)
    own: dict[str, float] = field(default_factory=dict)

    def of(self, step: str, work: Callable[[], object]) -> None:
        """Do a step, and note what it took."""
        began, spent = time.perf_counter(), time.process_time()
        work()
        self.seconds[step] = time.perf_counter() - began
        self.own[step] = time.process_time() - spent

    @property
    def told(self) -> str:
        """Milliseconds of each step per request, and of our own processor in them."""
        each = 1_000 / self.many
        return "; ".join(
            f"{step} {seconds * each:.1f} ({self.own[step] * each:.1f})"
            for step, seconds in self.seconds.items()
        )


def measure(stand: Stand, scale: Scale, say: Say) -> None:
    """Copies, then erasures, of so many persons."""
    many, persons = REQUESTS[scale.name], scale.persons // 5
    url = stand.database("requests")
    fill_postgresql(url, FIFTEEN, persons)
    text = declaration(FIFTEEN, "postgresql", "${BENCH_REQUESTS}", "public.")
    desk = stand.in_force(text, {"BENCH_REQUESTS": url})
    supply = Supply(persons)
    with psycopg.connect(url, autocommit=True) as link:
        copies = _copies(desk, supply.take(many))
        floor = _timed(partial(access.by_pipeline, link, FIFTEEN, supply.take(many)))
        _say(say, "copies", copies, floor)
        erased = _erasures(desk, supply.take(many))
        floor = _timed(partial(erasure.by_keys, link, FIFTEEN, supply.take(many), CHUNK))
        _say(say, "erasures", erased, floor)
    stand.drop("requests")


def _say(say: Say, what: str, watch: Watch, floor: float) -> None:
    whole, own = sum(watch.seconds.values()), sum(watch.own.values())
    say(
        beside(
            f"requests: {watch.many:,} {what} from arrival to end",
            whole,
            "s",
            [floor],
            note=f"{60 * watch.many / whole:,.0f} a minute; ms of each request by step, and of our"
            f" own processor: {watch.told}; by hand the rows alone",
        )
    )
    each = 1_000 * own / watch.many
    say(bare(f"requests: our own time of each of {watch.many:,} {what}", each, "ms", target=OWN))


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _copies(desk: Desk, ids: Sequence[int]) -> Watch:
    watch = Watch(len(ids))
    names = _asked(desk, ids, Right.ACCESS, watch)
    records = Records(desk.book)
    sources, answers = Sources(desk.estate, records, records), list[str]()

    def drawn() -> None:
        done = answer_all(desk.book, sources, by="claire", at=desk.now())
        assert [d.is_drafted for d in done] == [True] * len(names), done[:3]
        answers.extend(d.answer for d in done)

    watch.of("drawn and drafted", drawn)
    ledger = desk.state.ledger
    watch.of(
        "looked through, with proof",
        lambda: [review(desk.book, ledger, a, by="marc", at=desk.now()) for a in answers],
    )
    return watch


def _erasures(desk: Desk, ids: Sequence[int]) -> Watch:
    watch = Watch(len(ids))
    names = _asked(desk, ids, Right.ERASURE, watch)
    hands, plans = hands_of(desk), list[str]()

    def planned() -> None:
        placed = begin_all(hands, by="claire", at=desk.now())
        assert all(p.plan for each in placed for p in each.parts), placed[:3]
        plans.extend(plan for plan, _, _ in plans_of(placed))

    def ended() -> None:
        closed = finish_all(hands, by="claire", at=desk.now())
        assert [each.gaps for each in closed] == [()] * len(names), closed[:3]

    watch.of("planned, together", planned)
    state = desk.state
    watch.of(
        "approved by two",
        lambda: [
            approve(state.store, state.ring, desk.declaration, plan, person=person, at=desk.now())
            for plan in plans
            for person in ("marc", "paul")
        ],
    )
    watch.of("carried out", lambda: [carry_out(desk.office, desk.bench, plan) for plan in plans])
    watch.of("ended and looked for again, together", ended)
    return watch


def _asked(desk: Desk, ids: Sequence[int], right: Right, watch: Watch) -> list[str]:
    """Requests of these persons with their rows, decided."""
    names: list[str] = []

    def arrive() -> None:
        for number in ids:
            who = Person(language="en", email=f"p{number}@example.org")
            arrival = Arrival(Channel.EMAIL, desk.now(), "en", (who,), (Asking(1, right),))
            names.append(open_request(desk.book, arrival, by="claire", at=desk.now()).id)

    def found() -> None:
        done = accept_all(desk.book, desk.estate, by="claire", at=desk.now())
        assert {d.request for d in done if not d.why} >= set(names), done[:3]

    shown = Said(steps.IdentityShown(person=1, rung=Rung.SIGNED_LINK))
    decided = Said(steps.Decided(item=1, outcome=Outcome.ACCEPTED))
    watch.of("entered", arrive)
    watch.of("whose rows", found)
    watch.of(
        "decided",
        lambda: [
            take(desk.book, name, [shown, decided], by="claire", at=desk.now()) for name in names
        ],
    )
    return names
