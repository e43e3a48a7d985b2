"""The estate of a made-up Clearnox: four systems full of people who do not exist.

`load` fills empty systems as they would be found on the first day, with a known number of faults
for every retention rule; `play_day` (in `simulation`) lives on from there.
"""

from __future__ import annotations

from collections.abc import Mapping
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


def load(
    urls: Mapping[str, str], *, today: date, seed: int = 1, scale: float = 1.0
) -> list[Planted]:
    """Fill four empty systems and say what is wrong in them.

    `urls` gives a PostgreSQL address for `app`, `marketing` and `support`, and a file that does not
    exist yet for `web`. Every date is relative to `today`. The same arguments give the same rows.
    `scale` 1.0 makes about half a million rows of twenty thousand people.
    """
    size = Size(scale)
    app = AppRows(_times(today, seed, "app"), _random(seed, "app"), size)
    firms, people = population(seed, app.firms, max(3 * app.firms, size.of(18000, 600)))
    app.fill(firms, people)
    into_postgresql(urls["app"], "app", app.tables())
    marketing = MarketingRows(
        _times(today, seed, "marketing"), _random(seed, "marketing"), size, people
    )
    marketing.fill()
    into_postgresql(urls["marketing"], "marketing", marketing.tables())
    _refresh(urls["marketing"])
    support = SupportRows(_times(today, seed, "support"), _random(seed, "support"), size, people)
    support.fill()
    into_postgresql(urls["support"], "support", support.tables())
    web = WebRows(_times(today, seed, "web"), _random(seed, "web"), size)
    web.fill()
    into_sqlite(urls["web"], "web", web.tables())
    return [p for each in (app, marketing, support, web) for p in each.tally.planted()]


def _random(seed: int, what: str) -> Random:
    return Random(f"{seed}:{what}")  # noqa: S311 - made-up data must be repeatable


def _times(today: date, seed: int, what: str) -> Times:
    return Times(today, _random(seed, f"{what} times"))


def _refresh(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("REFRESH MATERIALIZED VIEW contact_directory")
