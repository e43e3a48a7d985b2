"""A worker's process of its own: carries out one plan and tells the most memory it ever held.

    python -m bench.carrying STATE URL PLAN < declaration

The addresses of systems stand in the environment. Prints bytes before the plan and at most, and
the rows that were moved.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from avow.app import open_state
from avow.common.clock import SetClock
from avow.declaration.load import load_texts
from avow.engine.planner.working import carry_out
from avow.faces.cli.stage import Stage
from bench.stand import NOW, Stand


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes of memory before the plan and at most, and the rows that were moved."""

    before: int
    most: int
    rows: int


def carried(stand: Stand, declaration: str, plan: str) -> Held:
    """Carry out an approved plan in a process of its own."""
    stage = stand.stage
    asked = (sys.executable, "-m", "bench.carrying", str(stage.folder), stage.url, plan)
    done = subprocess.run(  # noqa: S603 (our own module)
        asked, input=declaration, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Held(**json.loads(done.stdout.splitlines()[-1]))


def held(name: str) -> int:
    """Bytes of memory of this process: `VmRSS` now, or `VmHWM` at most."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) * 1024


def main(folder: str, url: str, plan: str) -> None:
    """Carry out the plan of an opened state."""
    stage = Stage(Path(folder), Console(stderr=True), NOW, 1.0, 1)
    stage.clock = SetClock(NOW)
    with open_state(stage.folder, url, clock=stage.clock) as state:
        stage._state = state  # noqa: SLF001 (the server is another process's)
        desk = stage.desk(load_texts({"all.yaml": sys.stdin.read()}))
        before = held("VmRSS")
        done = carry_out(desk.office, desk.bench, plan)
    print(json.dumps({"before": before, "most": held("VmHWM"), "rows": done.rows}))


if __name__ == "__main__":
    main(*sys.argv[1:])
