"""`avow check` on 2,000 fields and `avow --help`, as whole processes, and the checking alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from avow.declaration.cases import run_cases
from avow.declaration.check.run import check
from avow.declaration.load import load
from bench.figure import Say, Scale, bare, beside
from bench.floors.check import HELPS, READERS
from bench.stand import TODAY, Stand
from bench.worlds.declared import write

TURNS = 5
CHECK, HELP = 1.0, 0.3
"""Seconds that a whole process may take."""
COMMAND = ("-c", "from avow.faces.cli.main import main; main(prog_name='avow')")
FLOOR = ("-m", "bench.floors.check")


def measure(stand: Stand, scale: Scale, say: Say) -> None:
    """The least seconds of five turns, ours and by hand taking turns."""
    del scale
    folder = stand.folder / "declared"
    fields = write(folder)
    around = _compiled(stand.folder / "compiled")
    checked = {"avow": (*COMMAND, "check", str(folder)), **_floors(READERS, str(folder))}
    helped = {"avow": (*COMMAND, "--help"), **_floors(HELPS)}
    for name, words, target in (("check", checked, CHECK), ("--help", helped, HELP)):
        spent = _in_turn(words, around)
        ours = spent.pop("avow")
        told = ", ".join(f"{each} {seconds:.3f}" for each, seconds in spent.items())
        floors = list(spent.values())
        say(beside(f"`avow {name}`, whole process", ours, "s", floors, note=f"by hand: {told}"))
        say(bare(f"`avow {name}`, at most", ours, "s", target=target))
    reading, judging = _alone(folder)
    said = f"{fields:,} fields with places added to the example; reading them: {reading:.3f} s"
    say(bare("check: the checking alone", judging, "s", note=said))


def _floors(names: Sequence[str], folder: str = "") -> dict[str, tuple[str, ...]]:
    return {name: (*FLOOR, name, folder) for name in names}


def _compiled(folder: Path) -> Mapping[str, str]:
    """An environment in which modules are compiled once, as those of an installed program are."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder)}


def _in_turn(words: Mapping[str, Sequence[str]], around: Mapping[str, str]) -> dict[str, float]:
    """The least seconds of each process; the first turn compiles and is not counted."""
    found: dict[str, list[float]] = {name: [] for name in words}
    for turn in range(TURNS + 1):
        for name, said in words.items():
            began = time.perf_counter()
            subprocess.run(  # noqa: S603  # our own words, no shell
                [sys.executable, *said], env=around, check=True, capture_output=True
            )
            if turn:
                found[name].append(time.perf_counter() - began)
    return {name: min(spent) for name, spent in found.items()}


def _alone(folder: Path) -> tuple[float, float]:
    """The least seconds of reading the files, and of checking what they say with its tests."""
    reading, judging = [], []
    for _ in range(TURNS):
        began = time.perf_counter()
        declaration = load(folder).whole
        read = time.perf_counter()
        run_cases(declaration)
        check(declaration, TODAY)
        reading.append(read - began)
        judging.append(time.perf_counter() - read)
    return min(reading), min(judging)
