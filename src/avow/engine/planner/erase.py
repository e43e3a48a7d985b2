"""Applying an erasure: persons in chunks, one transaction per chunk, the other persons untouched.

Parents are locked top-down before their children are looked for, so that nothing can be added
below a row that is about to go; then the steps run, children first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from avow.engine.planner.chunks import Chunk
from avow.engine.planner.ground import Block, Ground, exceeded
from avow.engine.planner.journal import LeaseLost, Seat
from avow.engine.planner.keysets import Roots, persons, settle, sole
from avow.engine.planner.moving import Done, move
from avow.engine.planner.plan import Part
from avow.engine.planner.program import Move, Program, Spread, Step
from avow.engine.planner.refusals import PlannerError, Stopped
from avow.engine.planner.sweep import TRIES
from avow.estate.connectors.base import Batch, Capability, Connection, Refused
from avow.estate.datamap.edges import Side
from avow.estate.datamap.predicates import InKeys, all_of
from avow.estate.datamap.reach import Key


class Leaver(NamedTuple):
    """One person on the way: the number in the plan, the row that names them, and for whose sake
    (empty where the plan has one request)."""

    number: int
    dataset: str
    key: Key
    case: str


People = list[Leaver]

DONE = {Move.DELETE: "deleted", Move.BLANK: "blanked", Move.UNLINK: "unlinked"}
"""What a step did, in the words of the ledger."""


@dataclass(slots=True)
class Erasing:
    """One erasure on its way: the person it is at, and how many go in the next chunk. `warm`: a
    chunk was done, so the next one's statements are known; the first one's time tells of writing
    them down and planning them, and not of its persons."""

    ground: Ground
    part: Part
    seat: Seat
    chunk: Chunk
    tries: int = 0
    warm: bool = False
    total: Counter[str] = field(default_factory=Counter)
    blocked: list[Block] = field(default_factory=list)

    def run(self) -> tuple[Block, ...]:
        """Chunk after chunk; gives the persons who stay, each with what refused."""
        everyone = leavers(self.ground.roots, self.ground.cases)
        self.total = self.ground.journal.counted(self.seat.step)
        while self.seat.person < len(everyone):
            self.ground.heed()
            start = self.seat.person
            self.batch(everyone[start : self._end(everyone, start)])
        return tuple(self.blocked)

    def _end(self, everyone: People, start: int) -> int:
        """Where the next chunk ends: what goes for one request goes together, as far as a chunk
        reaches, so that it goes whole or stays whole."""
        end = min(start + self.chunk.size, len(everyone))
        most = min(start + max(self.chunk.size, self.chunk.largest), len(everyone))
        while end < most and everyone[end].case and everyone[end].case == everyone[end - 1].case:
            end += 1
        return end

    def batch(self, people: People) -> None:
        """One chunk of persons, without those who are spared by now."""
        ground = self.ground
        spared = ground.spared()
        going = [each for each in people if each.number not in spared]
        ground.journal.start(self.seat)
        ground.crash("started")
        ground.held.refresh(self.part.program)
        began = ground.monotonic()
        try:
            moved = self._erase(going) if going else {}
        except (Refused, PlannerError) as error:
            self._drop(error)
            if isinstance(error, Refused):
                self._refused(error, people)
            elif isinstance(error, Stopped):
                self._too_many(error, people)
            else:
                raise
            return
        # What others of the system wait for ends with the commit; our journal keeps nobody.
        took = ground.monotonic() - began
        ground.crash("committed")
        self._ended(moved, len(people), len(going), len(people) - len(going))
        ground.crash("journalled")
        if self.warm:
            self.chunk = self.chunk.after(took * 1000)
        self.warm = True

    def _erase(self, people: People) -> dict[int, Done]:
        ground = self.ground
        program = ground.held.all_settled(self.part.program)
        with ground.connection.transaction() as batch:
            self._seat(batch, people)
            memory = ground.checker.before(ground.connection, program, ground.journal.plan)
            if ground.erased is not None:
                ground.erased.begin(ground.connection, program, [each.case for each in people])
            moved = {i: self._moved(batch, i, step) for i, step in enumerate(program.steps)}
            self._within(moved)
            if ground.erased is not None:
                ground.erased.write(self.seat)
                ground.crash("kept")
            totals = {i: done.total for i, done in moved.items()}
            ground.settle(batch, self.seat, program, totals, memory)
        return moved

    def _moved(self, batch: Batch, place: int, step: Step) -> Done:
        """Keep the rows of a step where the erasure can be taken back, and move them. What came in
        between the two is kept nowhere, so the chunk is tried again."""
        ground = self.ground
        if ground.erased is None:
            return move(ground.connection, batch, step)
        seen = ground.erased.keep(ground.connection, batch, step, place, self.seat)
        done = move(ground.connection, batch, step)
        if done.rows > seen[step.dataset] or any(n > seen[d] for d, n in done.others.items()):
            raise Refused("lock", step.dataset)
        return done

    def _drop(self, error: Refused | PlannerError) -> None:
        """Forget what was kept for a chunk that was surely undone. Where the system went away
        nobody knows whether it committed, and where another worker took over the chunk is theirs:
        what was kept stays, and is harmless if it never went."""
        lost = isinstance(error, LeaseLost) or getattr(error, "kind", "") == "lost"
        if self.ground.erased is not None and not lost:
            self.ground.erased.drop(self.seat)

    def _seat(self, batch: Batch, people: People) -> None:
        """Key sets of these persons, every parent locked before its children are looked for."""
        connection, program = self.ground.connection, self.part.program
        roots: dict[str, list[tuple[int, Key, None]]] = {}
        for number, each in enumerate(people):
            roots.setdefault(each.dataset, []).append((number, each.key, None))
        for spread in program.spreads:
            connection.put_keys(spread.taker, taken(spread), [])
        for dataset, name in program.roots.items():
            connection.put_keys(name, dataset, roots.get(dataset, []))
            self._lock(batch, dataset, name)
        for spread in program.spreads:
            found = connection.spread(spread.edge, spread.to, spread.giver, spread.taker)
            pointer = sole(connection, program, spread)
            held = self._lock(batch, taken(spread), spread.taker, pointer)
            if pointer is not None and held not in (None, found):
                # Somebody gave a row to another owner before it was ours: look again.
                raise Refused("lock", taken(spread))
        for again in _circles(connection, program):
            self._lock(batch, taken(again), again.taker)
        settle(connection, program)

    def _lock(
        self, batch: Batch, dataset: str, name: str, pointer: InKeys | None = None
    ) -> int | None:
        """Lock the rows of a key set, where their pointer is still in another; how many. None where
        nothing can be locked."""
        connection = self.ground.connection
        if Capability.LOCKS not in connection.capabilities:
            return None
        mine = InKeys(connection.system.datasets[dataset].key, name)
        return batch.lock(dataset, all_of([mine, *([pointer] if pointer is not None else [])]))

    def _within(self, moved: dict[int, Done]) -> None:
        """Raise Stopped when now more rows were moved than was approved.

        A row that was approved to go may be blanked instead: a hold placed since makes shells. And
        it may be unlinked first: of a row of two persons who leave, the first one's chunk takes one
        pointer off, since the other is still there, and the last one's takes the row.
        """
        bounds, done = Counter[str](), self.total + self._counts(moved)
        for each in self.part.steps:
            bounds[named(each.step)] += each.bound
        for each in self.part.steps:
            gone = f"{Move.DELETE} {each.step.dataset}"
            if each.step.move is Move.BLANK:
                bounds[named(each.step)] += max(0, bounds[gone] - done[gone])
            elif each.step.move is Move.UNLINK:
                bounds[named(each.step)] += bounds[gone]
        for name, bound in bounds.items():
            if done[name] > bound:
                raise exceeded(name, bound)

    def _counts(self, moved: dict[int, Done]) -> Counter[str]:
        """Rows by what was done where. Rows along are deletions of their own dataset."""
        counts = Counter[str]()
        for place, done in moved.items():
            counts[named(self.part.program.steps[place])] += done.rows
            counts.update({f"{Move.DELETE} {dataset}": n for dataset, n in done.others.items()})
        return counts

    def _ended(self, moved: dict[int, Done], people: int, gone: int, spared: int = 0) -> None:
        counts = self._counts(moved)
        self.total += counts
        self.seat = self.ground.journal.end(
            self.seat,
            sum(done.total for done in moved.values()),
            {"persons": gone, **({"spared": spared} if spared else {}), **counts},
            person=self.seat.person + people,
            checked=self.ground.checks,
        )
        self.tries = 0

    def _refused(self, refusal: Refused, people: People) -> None:
        """Undone: try again for a race, halve, or let the one person stand alone."""
        self.ground.journal.failed(self.seat)
        if refusal.kind not in ("constraint", "lock"):
            raise refusal
        self.tries += 1
        if not _is_one(people) and (self.tries >= TRIES or refusal.kind == "constraint"):
            self._halve(people)
        elif self.tries >= TRIES:
            self._block(refusal, people)

    def _too_many(self, stopped: Stopped, people: People) -> None:
        """More rows would go than were approved. In a plan of many requests that is no reason to
        stop the others: the one for whom nothing is left of what was approved is left out."""
        if not self.ground.cases:
            raise stopped
        self.ground.journal.failed(self.seat)
        if _is_one(people):
            self._block(Refused("other", "", stopped.code), people)
        else:
            self._halve(people)

    def _halve(self, people: People) -> None:
        half = min(self.chunk.size, len(people)) // 2
        self.chunk, self.tries = replace(self.chunk, size=max(1, half)), 0

    def _block(self, refusal: Refused, people: People) -> None:
        for each in people:
            self.blocked.append(
                self.ground.block(
                    self.seat.step, each.dataset, each.key, refusal, each.case or None
                )
            )
        self.ground.journal.start(self.seat)
        self._ended({}, len(people), 0)
        self.chunk = self.ground.chunks


def _is_one(people: People) -> bool:
    """Whether all of it goes for one request, or is one person."""
    return len({each.case or each.number for each in people}) == 1


def leavers(roots: Roots, cases: Mapping[int, str]) -> People:
    """Everybody of a plan in the order of going: as they are numbered, those of one request behind
    each other."""
    found = [
        Leaver(n, dataset, key, cases.get(n, "")) for n, (dataset, key) in enumerate(persons(roots))
    ]
    first: dict[str, int] = {}
    for each in found:
        first.setdefault(each.case, each.number)
    return sorted(found, key=lambda each: first[each.case] if each.case else each.number)


def named(step: Step) -> str:
    """A step as the journal counts it: `delete public.login`."""
    return f"{step.move} {step.dataset}"


def taken(spread: Spread) -> str:
    """The dataset whose rows a spread finds."""
    return spread.edge.child if spread.to is Side.CHILD else spread.edge.parent


def _circles(connection: Connection, program: Program) -> Iterator[Spread]:
    """Run the cyclic spreads until none finds a row; gives those that did."""
    cyclic = [s for s in program.spreads if s.cyclic]
    while found := [s for s in cyclic if connection.spread(s.edge, s.to, s.giver, s.taker)]:
        yield from found
