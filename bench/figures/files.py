"""Lines of a log that are due leave it, beside three ways to do it by hand."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from avow.faces.cli.desk import Desk
from bench.figure import Better, Say, Scale, bare, beside
from bench.floors.files import FLOORS, Floor, trusting
from bench.stand import Stand
from bench.worlds.files import CUTOFF, DECLARATION, build

MIB = 1 << 20


def measure(stand: Stand, scale: Scale, say: Say) -> None:
    """Bytes of the log per second, from a plan that is approved to one that is checked."""
    folder = stand.stage.folder / "web"
    folder.mkdir(mode=0o700)
    whole, log = folder / "whole.txt", folder / "access.log"
    due = build(whole, scale.log_mib * MIB)
    size = whole.stat().st_size
    shutil.copyfile(whole, log)
    desk = stand.in_force(DECLARATION, {"BENCH_FILES": str(folder)})
    spent: dict[str, float] = {}
    for turn in range(2 if scale.name == "full" else scale.repeats):
        for name, floor in FLOORS.items():
            _least(spent, name, _by_hand(whole, log, floor, due))
        _least(spent, "avow", _by_avow(stand, desk, whole, log, due, spent))
        if not turn:
            _least(spent, "trusting", _by_hand(whole, log, trusting, None))
    rates = {name: size / MIB / seconds for name, seconds in spent.items()}
    told = ", ".join(f"{n} {rates[n]:,.0f}" for n in FLOORS)
    say(
        beside(
            "files: expire lines of a log",
            rates["avow"],
            "MiB/s",
            [rates[n] for n in FLOORS],
            target=0.7,
            better=Better.HIGHER,
            note=f"{due:,} lines of {size / MIB:,.0f} MiB; by hand: {told}; "
            f"a cut that trusts the order of lines and reads none: {rates['trusting']:,.0f}",
        )
    )
    say(bare("files: counting for the plan", rates["counting"], "MiB/s", note="told apart"))
    shutil.rmtree(folder)


def _least(spent: dict[str, float], name: str, seconds: float) -> None:
    spent[name] = min(seconds, spent.get(name, seconds))


def _fresh(whole: Path, log: Path) -> None:
    """The log as it was, old enough not to be taken for one that is being written."""
    shutil.copyfile(whole, log)
    with log.open("rb+") as file:
        file.flush()
    time.sleep(2.5)


def _by_hand(whole: Path, log: Path, floor: Floor, due: int | None) -> float:
    _fresh(whole, log)
    began = time.perf_counter()
    gone = floor(log, CUTOFF)
    seconds = time.perf_counter() - began
    assert due is None or gone == due, f"{gone} of {due}"
    return seconds


def _by_avow(
    stand: Stand, desk: Desk, whole: Path, log: Path, due: int, spent: dict[str, float]
) -> float:
    _fresh(whole, log)
    began = time.perf_counter()
    plan = stand.sweep(desk, "web", {"visits": due})
    _least(spent, "counting", time.perf_counter() - began)
    done, seconds = stand.apply(desk, plan)
    assert done.rows == due, f"{done.status}: {done.rows} of {due}"
    return seconds
