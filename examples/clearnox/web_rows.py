"""Web statistics and the web server's log."""

from __future__ import annotations

from random import Random

from examples.clearnox.days import Limit
from examples.clearnox.plants import Tally
from examples.clearnox.rows import Size, Table, Times, table

SYSTEM = "web"
_PAGES = ("/", "/prices", "/product", "/webinars", "/blog/late-payment", "/contact", "/demo")
_AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/142.0"


class WebRows:
    """Fills the statistics and the log and counts what is wrong."""

    def __init__(self, times: Times, rng: Random, size: Size) -> None:
        self.times, self.rng, self.size = times, rng, size
        self.tally = Tally(SYSTEM)
        self.visit = table("visit", "visitor started_at landing_page referrer device")
        self.view = table("page_view", "visit_id at path seconds")
        self.log = table("web_log", "at ip method path status user_agent")

    def tables(self) -> list[Table]:
        """Every table, parents first."""
        return [self.visit, self.view, self.log]

    def fill(self) -> None:
        """Make all rows: 6.i fourteen months for statistics, 6.m six months for the log."""
        limit = Limit(self.times.today, 14)
        edges = [*limit.edges(), *limit.clamped()]
        late = [
            self.rng.randrange(limit.overdue, limit.overdue + 200) for _ in range(self.size.of(300))
        ]
        for n, age in enumerate([*edges, *late]):
            views = self._visit(self.times.utc_edge(age), n)
            self.tally.add("6.i", "visit", limit.kind(age))
            self.tally.add("6.i", "page_view", limit.kind(age), views)
        for n in range(self.size.of(25000)):
            self._visit(self.times.utc(int(self.rng.random() * limit.due)), n)
        self._logs()

    def _visit(self, at: str, n: int) -> int:
        visit = self.visit.add(
            f"{self.rng.getrandbits(64):016x}", at, _PAGES[n % 7], None, ("phone", "desktop")[n % 2]
        )
        for k in range(1 + n % 4):
            self.view.add(visit, at, _PAGES[(n + k) % 7], 5 + n % 120)
        return 1 + n % 4

    def _logs(self) -> None:
        limit = Limit(self.times.today, 6)
        edges = [*limit.edges(), *limit.clamped()]
        late = [
            self.rng.randrange(limit.overdue, limit.overdue + 200) for _ in range(self.size.of(500))
        ]
        for age in [*edges, *late]:
            self._line(self.times.utc_edge(age))
            self.tally.add("6.m", "web_log", limit.kind(age))
        for _ in range(self.size.of(60000)):
            self._line(self.times.utc(int(self.rng.random() * limit.due)))

    def _line(self, at: str) -> None:
        bits = self.rng.getrandbits(24)
        self.log.add(at, f"192.0.2.{bits & 255}", "GET", _PAGES[bits % 7], 200, _AGENT)
