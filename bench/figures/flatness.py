"""Flatness: what one person costs when there are five and twenty-five times as many others."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import psycopg

from avow.engine.planner.identities import Candidate
from avow.engine.planner.requested import disclose
from avow.faces.cli.desk import Desk
from bench.figure import Figure, Say, Scale, bare, beside
from bench.stand import Stand
from bench.worlds.persons import Linked, Supply, declaration, fill_postgresql

TABLES = (
    Linked("account", "person", 1), Linked("login", "person", 3), Linked("purchase", "person", 2),
    Linked("line", "purchase", 2),
)  # fmt: skip
"""With `person`, 5 tables and 11 rows per person: a million persons can be filled in a minute."""
PARTS = (100, 10, 1)
"""Of the persons of the full scale; of the small one a twenty-fifth, a fifth, and all."""
SMALL_PARTS = (25, 5, 1)
SYSTEMS = ("few", "more", "many")
"""Each size is a system of its own: trust is raised in each."""
TURNS = 9
"""Persons of each table size; the median counts."""
WITHIN = 1.5
ROOT = "public.person"
PAGES = """
SELECT coalesce(sum(heap_blks_hit + heap_blks_read + coalesce(idx_blks_hit + idx_blks_read, 0)), 0)
FROM pg_statio_user_tables
"""
Link: TypeAlias = psycopg.Connection[tuple[Any, ...]]
WORK = ("planned", "erased", "read")


@dataclass
class Cost:
    """Medians of one person among `persons`: seconds, and pages of the tables and their indexes."""

    system: str
    persons: int
    seconds: dict[str, list[float]] = field(default_factory=dict)
    pages: dict[str, list[float]] = field(default_factory=dict)
    refreshing: int = 0


def measure(stand: Stand, scale: Scale, say: Say) -> None:
    """Seconds and pages for planning, erasing and reading one person, among few and among many."""
    parts = SMALL_PARTS if scale.name == "small" else PARTS
    sizes = zip(SYSTEMS, parts, strict=True)
    costs = [Cost(name, scale.persons // part) for name, part in sizes]
    places = _places(stand, costs)
    for turn in range(-1, TURNS):  # in turn, so that a busy moment meets all of them
        for place in places:
            place.one(Cost("", 0) if turn < 0 else place.cost)
    for place in places:
        place.end()
    for what in WORK:
        for unit, of in (("ms", _milliseconds), ("pages", _pages)):
            say(_figure(costs, what, unit, of))

    told = ", ".join(f"{cost.refreshing:,} of {cost.persons:,}" for cost in costs)
    say(bare("flatness: statistics refreshed", costs[-1].refreshing, "pages", note=told))


def _milliseconds(cost: Cost, what: str) -> float:
    return statistics.median(cost.seconds[what]) * 1000


def _pages(cost: Cost, what: str) -> float:
    return statistics.median(cost.pages[what])


def _figure(costs: list[Cost], what: str, unit: str, of: Callable[[Cost, str], float]) -> Figure:
    told = ", ".join(f"{of(cost, what):,.0f} of {cost.persons:,}" for cost in costs)
    return beside(
        f"flatness: one person {what}",
        of(costs[-1], what),
        unit,
        [of(costs[0], what)],
        target=WITHIN,
        note=f"beside the fewest persons; {unit}: {told}",
    )


@dataclass
class Place:
    """A database of so many persons."""

    stand: Stand
    desk: Desk
    url: str
    link: Link
    cost: Cost
    supply: Supply

    def one(self, to: Cost) -> None:
        """Read, plan and erase the next person, and note what it cost."""
        ((person,), system) = self.supply.take(1), self.cost.system
        asked = [Candidate(0, system, ROOT, ("id",), ((person,),))]
        roots = {ROOT: [(person,)]}
        self._timed(to, "read", lambda: disclose(self.desk.estate, asked))
        plan = self._timed(to, "planned", lambda: self.stand.erasure(self.desk, system, roots))
        self._timed(to, "erased", lambda: self.stand.apply(self.desk, str(plan)))
        to.seconds["erased"][-1] -= self.stand.refreshing
        row = self.link.execute("SELECT count(*) FROM person WHERE id = %s", (person,)).fetchone()
        assert row == (0,), "nobody went"

    def _timed(self, to: Cost, what: str, work: Callable[[], object]) -> object:
        before, began = pages(self.link), time.perf_counter()
        done = work()
        to.seconds.setdefault(what, []).append(time.perf_counter() - began)
        to.pages.setdefault(what, []).append(pages(self.link) - before)
        return done

    def end(self) -> None:
        """Take apart what refreshing the statistics looks at, as each erasure does at its end: a
        sample that grows with a table, up to 30,000 pages."""
        before = pages(self.link)
        with psycopg.connect(self.url, autocommit=True) as other:
            other.execute(f"ANALYZE person, {', '.join(t.name for t in TABLES)}".encode())
        self.cost.refreshing = pages(self.link) - before
        erased = self.cost.pages["erased"]
        self.cost.pages["erased"] = [each - self.cost.refreshing for each in erased]
        self.link.close()
        self.stand.drop(self.cost.system)


def _places(stand: Stand, costs: Sequence[Cost]) -> list[Place]:
    """The databases, each a system of one declaration."""
    whole, urls = "", {}
    for cost in costs:
        url = urls[cost.system] = stand.database(cost.system)
        fill_postgresql(url, TABLES, cost.persons)
        text = declaration(TABLES, "postgresql", f"${{BENCH_{cost.system.upper()}}}", "public.")
        before, _, system = text.partition("systems:\n")
        whole = whole or f"{before}systems:\n"
        whole += system.replace("system: app", f"system: {cost.system}")
    desk = stand.in_force(whole, {f"BENCH_{name.upper()}": url for name, url in urls.items()})
    return [
        Place(stand, desk, urls[c.system], _linked(urls[c.system]), c, Supply(c.persons))
        for c in costs
    ]


def _linked(url: str) -> Link:
    return psycopg.connect(url, autocommit=True)


def pages(link: Link) -> int:
    """Pages that all sessions looked at until now: each tells them at its end, a moment late."""
    time.sleep(0.05)
    link.execute("SELECT pg_stat_clear_snapshot()")
    row = link.execute(PAGES).fetchone()
    assert row is not None
    return int(row[0])
