"""The most memory that a worker's process holds: erasures of two sizes, a sweep, and a log."""

from __future__ import annotations

import shutil

import psycopg

from avow.engine.planner.refusals import PlannerError
from bench.carrying import Held, carried
from bench.figure import Figure, Say, Scale, bare
from bench.stand import Stand
from bench.worlds import files, retention
from bench.worlds.persons import ELEVEN, Supply, declaration, fill_postgresql, rows_each

MIB = 1 << 20
MOST = 300.0
"""MiB that a worker may hold."""
MANY = (1_000, 10_000)


def measure(stand: Stand, scale: Scale, say: Say) -> None:
    """MiB at most, each plan in a new process."""
    _erasures(stand, scale, say)
    _sweep(stand, scale, say)
    _log(stand, scale, say)


def _erasures(stand: Stand, scale: Scale, say: Say) -> None:
    url = stand.database("memory_persons")
    fill_postgresql(url, ELEVEN, scale.persons)
    text = declaration(ELEVEN, "postgresql", "${BENCH_MEMORY}", "public.")
    desk, supply = stand.in_force(text, {"BENCH_MEMORY": url}), Supply(scale.persons)
    for many in MANY:
        roots = {"public.person": [(each,) for each in supply.take(many)]}
        try:
            plan = stand.erasure(desk, "app", roots)
        except PlannerError as refused:
            say(Figure(f"memory: {_of(many, scale)}", 0.0, "MiB", met=False, note=str(refused)))
            continue
        found = carried(stand, text, plan)
        assert found.rows == many * rows_each(ELEVEN), found
        say(_figure(_of(many, scale), found))
    stand.drop("memory_persons")


def _of(many: int, scale: Scale) -> str:
    return f"erasure of {many:,} of {scale.persons:,} persons"


def _sweep(stand: Stand, scale: Scale, say: Say) -> None:
    url = stand.database("memory_visits")
    due = retention.build(url, scale.rows)
    desk = stand.in_force(retention.DECLARATION, {"BENCH_RETENTION": url})
    with psycopg.connect(url) as link:
        persons = link.execute("SELECT count(*) FROM person").fetchone()
    found = carried(stand, retention.DECLARATION, stand.sweep(desk, "app", {"visits": due}))
    assert found.rows == due, found
    say(_figure(f"sweep of {due:,} rows, {persons[0] if persons else 0:,} persons", found))
    stand.drop("memory_visits")


def _log(stand: Stand, scale: Scale, say: Say) -> None:
    folder = stand.stage.folder / "memory"
    folder.mkdir(mode=0o700)
    size = min(scale.log_mib, 1_000) * MIB
    due = files.build(folder / "access.log", size)
    desk = stand.in_force(files.DECLARATION, {"BENCH_FILES": str(folder)})
    plan = stand.sweep(desk, "web", {"visits": due})
    found = carried(stand, files.DECLARATION, plan)
    assert found.rows == due, found
    say(_figure(f"a log of {size // MIB:,} MiB, {due:,} lines", found))
    shutil.rmtree(folder)


def _figure(what: str, found: Held) -> Figure:
    return bare(
        f"memory: {what}",
        found.most / MIB,
        "MiB",
        target=MOST,
        note=f"{found.before / MIB:.0f} MiB before the plan, "
        f"{(found.most - found.before) / MIB:.0f} more by it",
    )
