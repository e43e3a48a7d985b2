"""What a figure was measured on: nothing that names the machine's owner or where it stands."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("psycopg", "sqlalchemy", "msgspec", "litestar")


def machine() -> dict[str, object]:
    """Processors, memory, kind of machine."""
    return {
        "machine": {
            "processors": os.cpu_count() or 0,
            "memory_gib": _memory_gib(),
            "kind": platform.machine(),
            "system": platform.system(),
        }
    }


def versions(**databases: str) -> dict[str, object]:
    """Versions of what took part."""
    found = {name: version(name) for name in LIBRARIES}
    return {"versions": {"python": platform.python_version(), **found, **databases}}


def _memory_gib() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def peak_mib(pid: int | str = "self") -> float:
    """The most memory a process held at once (VmHWM of proc(5)), in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0
