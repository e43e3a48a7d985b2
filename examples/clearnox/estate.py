"""The estate of a made-up Clearnox: four systems full of people who do not exist.

`load` fills empty systems as they would be found on the first day, with a known number of faults
for every retention rule; `play_day` (in `simulation.py`) lives on from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

import psycopg

from examples.clearnox.app_rows import AppRows
from examples.clearnox.marketing_rows import MarketingRows
from examples.clearnox.people import population
from examples.clearnox.plants import Planted
from examples.clearnox.rows import Size, Times, into_postgresql, into_sqlite
from examples.clearnox.support_rows import SupportRows
from examples.clearnox.web_rows import WebRows

SYSTEMS = ("app", "marketing", "support", "web")
"""The systems that `load` needs an address for; `web` is an SQLite file, the others PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Made:
    """The rows of the four systems, made and not yet loaded."""

    app: AppRows
    marketing: MarketingRows
    support: SupportRows
    web: WebRows

    def planted(self) -> list[Planted]:
        """What is wrong, system by system, in order of the clauses."""
        every = (self.app, self.marketing, self.support, self.web)
        return [p for each in every for p in each.tally.planted()]


def make(*, today: date, seed: int = 1, scale: float = 1.0) -> Made:
    """Make all rows in memory. The same arguments give the same rows.

    `scale` 1.0 makes about half a million rows of twenty thousand people; every date is relative
    to `today`.
    """
    size = Size(scale)
    app = AppRows(_times(today, seed, "app"), _random(seed, "app"), size)
    firms, people = population(seed, app.firms, max(3 * app.firms, size.of(18000, 600)))
    app.fill(firms, people)
    times, rng = _times(today, seed, "marketing"), _random(seed, "marketing")
    marketing = MarketingRows(times, rng, size, people)
    marketing.fill()
    times, rng = _times(today, seed, "support"), _random(seed, "support")
    support = SupportRows(times, rng, size, people)
    support.fill()
    web = WebRows(_times(today, seed, "web"), _random(seed, "web"), size)
    web.fill()
    return Made(app, marketing, support, web)


def load(
    urls: Mapping[str, str], *, today: date, seed: int = 1, scale: float = 1.0
) -> list[Planted]:
    """Fill four empty systems and say what is wrong in them.

    `urls` gives a PostgreSQL address for `app`, `marketing` and `support`, and a file that does not
    exist yet for `web`. The other arguments are those of `make`.
    """
    made = make(today=today, seed=seed, scale=scale)
    into_postgresql(urls["app"], "app", made.app.tables())
    into_postgresql(urls["marketing"], "marketing", made.marketing.tables())
    _refresh(urls["marketing"])
    into_postgresql(urls["support"], "support", made.support.tables())
    into_sqlite(urls["web"], "web", made.web.tables())
    return made.planted()


def _random(seed: int, what: str) -> Random:
    return Random(f"{seed}:{what}")  # noqa: S311 - made-up data must be repeatable


def _times(today: date, seed: int, what: str) -> Times:
    return Times(today, _random(seed, f"{what} times"))


def _refresh(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("REFRESH MATERIALIZED VIEW contact_directory")
