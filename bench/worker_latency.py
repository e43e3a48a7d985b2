"""What a worker costs: milliseconds for one operation and for one window, beside the direct way.

    python -m bench.worker_latency

Two databases, the server and the worker are processes of this machine, over loopback.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import psycopg

from avow.common.clock import SystemClock
from avow.engine.db import binaries
from avow.engine.db.migrate import migrate
from avow.engine.db.store import Store
from avow.engine.keys.conversation import Conversations
from avow.engine.keys.enrolment import make_code
from avow.engine.keys.ring import load_ring
from avow.estate.connectors.base import Access, Connection, Connector
from avow.estate.connectors.distant.connector import DistantConnector
from avow.estate.connectors.postgresql import PostgresqlConnector
from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.predicates import TRUE, Equal, Until
from avow.faces.worker.enrolling import enrol
from avow.faces.worker.setting import Home
from tests import postgres

PORT, ROWS, WINDOW, ASKED = 18411, 20_000, 1_000, 300
TABLE = "public.visit"
DUE = Until("at", date(2026, 1, 1), "UTC")
AVOW = (sys.executable, "-m", "avow.faces.cli.main", "worker")


def filled(url: str) -> None:
    """The table anew."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("DROP TABLE IF EXISTS visit")
        owner.execute("CREATE TABLE visit (id bigint PRIMARY KEY, at date, page text)")
        owner.execute(
            "INSERT INTO visit SELECT n, '2025-01-01', md5(n::text) FROM generate_series(1, %s) n",
            [ROWS],
        )
        owner.execute("ANALYZE visit")


def swept(connection: Connection) -> float:
    """Seconds for all windows: each is looked for, then removed in a transaction of its own."""
    began = time.perf_counter()
    while (window := connection.window(TABLE, DUE, None, WINDOW)) is not None:
        with connection.transaction() as batch:
            batch.remove(TABLE, DUE, window)
    return time.perf_counter() - began


def measured(name: str, connector: Connector, system: System, url: str) -> None:
    """One way, in numbers."""
    filled(url)
    began = time.perf_counter()
    with closing(connector.connect(system, Access.WRITE)) as connection:
        opened = time.perf_counter() - began
        connection.count(TABLE, TRUE)
        began = time.perf_counter()
        for _ in range(ASKED):
            connection.count(TABLE, Equal("id", "5"))
        one = (time.perf_counter() - began) / ASKED
        began = time.perf_counter()
        rows = sum(1 for _ in connection.fetch(TABLE, TRUE, ["id", "page"]))
        read = rows / (time.perf_counter() - began)
        window = swept(connection) / (ROWS / WINDOW)
    print(
        f"{name:>6}: open {opened * 1000:.0f} ms, count {one * 1000:.2f} ms, "
        f"read {read:,.0f} rows/s, window {window * 1000:.1f} ms"
    )


@contextmanager
def at_worker(folder: Path, own: str, url: str) -> Iterator[DistantConnector]:
    """The server and the worker, each a process."""
    with psycopg.connect(own, autocommit=True) as owner:
        migrate(owner, SystemClock().now())
    ring, home = load_ring(folder / "keys"), Home(folder, "app")
    home.setting.write_text(
        f'system = "app"\nconnector = "postgresql"\nurl = "{url}"\naccess = "write"\n'
        "rows_per_day = 1000000\n"
    )
    state = ("--state", str(folder), "--database-url", own)
    running = [subprocess.Popen([*AVOW, "serve", "--port", str(PORT), *state])]  # noqa: S603 (ours)
    try:
        with Store(own) as store:
            time.sleep(8)
            code = make_code(store, ring, "app", "marc", SystemClock().now())
            enrol(home, str(code), f"http://127.0.0.1:{PORT}")
            words = ("--system", "app", "--folder", str(folder))
            running.append(subprocess.Popen([*AVOW, *words]))  # noqa: S603 (ours)
            time.sleep(5)
            yield DistantConnector(Conversations(store, ring, SystemClock()))
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(10)


def main() -> None:
    """Measure the direct way, and the way through a worker."""
    with (
        postgres.server(binaries.in_wheel()[0]) as run,
        postgres.database(run) as own,
        postgres.database(run) as url,
        tempfile.TemporaryDirectory() as folder,
    ):
        system = System("app", "postgresql", url, datasets={TABLE: Dataset(TABLE, ("id",))})
        measured("direct", PostgresqlConnector(), system, url)
        with at_worker(Path(folder), own, url) as distant:
            measured("worker", distant, replace(system, url="worker"), url)


if __name__ == "__main__":
    main()
