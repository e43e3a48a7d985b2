"""The test stand: avow as an organisation runs it, with permission given and time taken.

State and estates lie in one PostgreSQL server of the stand, so avow and a floor have the same
server, disk and cache. Everything that a real run does is done: plan, guard, two signatures,
journal, receipts, the look inside each batch, the ledger. Only the evidence that raises a level is
given by hand, since it takes days.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg

from avow.common.clock import SetClock
from avow.common.ids import new_id
from avow.declaration.load import load_texts
from avow.declaration.model import Level
from avow.engine.db.launcher import url
from avow.engine.evidence.entries import PlanMade
from avow.engine.planner import release, standings
from avow.engine.planner.apply import Applied
from avow.engine.planner.approve import approve
from avow.engine.planner.erasure_plan import Erasure, make_erasure
from avow.engine.planner.keysets import Roots
from avow.engine.planner.making import Made, Wish, make
from avow.engine.planner.running import Running
from avow.engine.planner.trust import Evidence, Standing, climbed
from avow.engine.planner.working import carry_out
from avow.faces.cli.desk import Desk
from avow.faces.cli.stage import Stage

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
TODAY = date(2026, 6, 1)
PROVED = Evidence(7, unknown=False, rehearsal="r", sample="s", steps_checked=True)


@dataclass
class Stand:
    """A state, a server, and the seconds that refreshing statistics took (told apart)."""

    stage: Stage
    refreshing: float = 0.0

    @property
    def folder(self) -> Path:
        """Where other servers and files of a figure may lie; it goes with the stand."""
        return self.stage.folder

    def database(self, name: str, template: str | None = None) -> str:
        """A new database of the stand's server, or a copy of one; gives its address."""
        if template is None:
            return self.stage.database(name)
        with psycopg.connect(self.stage.url, autocommit=True) as owner:
            owner.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
            # Each variant begins right after a checkpoint: the pages in the log cost all the same.
            owner.execute("CHECKPOINT")
            row = owner.execute("SHOW unix_socket_directories").fetchone()
        assert row is not None
        return url(Path(str(row[0])), name)

    def drop(self, name: str) -> None:
        """Drop a database of the stand."""
        with psycopg.connect(self.stage.url, autocommit=True) as owner:
            owner.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def in_force(self, declaration: str, addresses: Mapping[str, str]) -> Desk:
        """The desk of a declaration that was activated, each rule raised as far as it goes."""
        os.environ.update(addresses)
        loaded = load_texts({"all.yaml": declaration})
        state, at = self.stage.state, NOW
        whole = release.take_in(state.store, loaded, Path(), at)
        release.activate(state.store, whole, release.Activation("claire", ("marc", "paul")), at)
        desk = self.stage.desk(loaded)
        for system in whole.datamap.systems:
            for rule in whole.rules:
                self._raise(desk, Standing(system, rule))
        return desk

    def _raise(self, desk: Desk, now: Standing) -> None:
        store, declaration = self.stage.state.store, desk.declaration
        for level in (Level.REHEARSE, Level.APPROVE):
            standings.raise_level(
                store,
                declaration,
                Standing(now.system, now.rule, level),
                by=["marc", "paul"],
                evidence=PROVED,
                at=NOW,
                author="claire",
            )
        for _ in range(3):
            now = standings.standings(store, now.system)[now.rule]
            standings.climb(store, declaration, now, climbed(now), new_id("plan"), NOW)

    def sweep(self, desk: Desk, system: str, rows: Mapping[str, int]) -> str:
        """The id of an approved sweep; `rows` are the accepted numbers per rule."""
        wish = Wish(system, desk.today, accepted=tuple(rows.items()))
        return self._approved(desk, make(desk.office, desk.estate, desk.memory, wish, desk.now()))

    def erasure(self, desk: Desk, system: str, roots: Roots) -> str:
        """The id of an approved erasure."""
        wish = Erasure(system, roots, new_id("request"))
        made = make_erasure(desk.office, desk.estate, desk.memory, wish, desk.now())
        return self._approved(desk, made.made)

    def _approved(self, desk: Desk, made: Made) -> str:
        if made.findings:
            raise RuntimeError("; ".join(f"{f.code} {f.message}" for f in made.findings))
        state, plan = self.stage.state, made.plan
        desk.note(
            PlanMade(
                plan=plan.id,
                digest=plan.digest,
                release=plan.release,
                system=plan.system,
                as_of=plan.day,
                rows=plan.rows,
                clauses=(),
            ),
            desk.now(),
        )
        for person in ("marc", "paul"):
            approve(
                state.store, state.ring, desk.declaration, plan.id, person=person, at=desk.now()
            )
        return plan.id

    def apply(self, desk: Desk, plan: str) -> tuple[Applied, float]:
        """Apply an approved plan; gives the seconds until all of it was checked and entered,
        without those that refreshing statistics took (in `refreshing`)."""
        self.refreshing = 0.0
        began = time.perf_counter()
        done = carry_out(desk.office, desk.bench, plan)
        seconds = time.perf_counter() - began
        return done, seconds - self.refreshing

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Time the refreshing of what systems derive apart, while the block runs."""
        whole = Running._refresh  # noqa: SLF001 (time is taken inside the run)

        def timed(running: Running) -> None:
            began = time.perf_counter()
            whole(running)
            self.refreshing += time.perf_counter() - began

        Running._refresh = timed  # type: ignore[assignment,method-assign]  # noqa: SLF001
        try:
            yield
        finally:
            Running._refresh = whole  # type: ignore[method-assign]  # noqa: SLF001


@contextmanager
def standing(folder: Path) -> Iterator[Stand]:
    """A stand in an empty folder, ended with the block."""
    from rich.console import Console  # noqa: PLC0415

    stage = Stage(folder / "stand", Console(stderr=True), NOW, 1.0, 1)
    stage.clock = SetClock(NOW)
    with stage.opened():
        with psycopg.connect(stage.url, autocommit=True) as owner:
            owner.execute("ALTER SYSTEM SET max_wal_size = '8GB'")
            owner.execute("SELECT pg_reload_conf()")
        stand = Stand(stage)
        with stand.apart():
            yield stand
