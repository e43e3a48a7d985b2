"""Measure and print: `make bench`, or `python -m bench --scale small --only retention`."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import tempfile
from pathlib import Path

import psycopg

from bench import figures
from bench.figure import SCALES, Figure
from bench.machine import machine, versions
from bench.page import written
from bench.stand import standing


def main() -> None:
    """Every figure of one scale as a JSON line, then the page."""
    known = sorted(each.name for each in pkgutil.iter_modules(figures.__path__))
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--scale", choices=sorted(SCALES), default="full")
    parser.add_argument("--only", choices=known, action="append")
    parser.add_argument("--page", type=Path, default=Path(".cache/figures.html"))
    said = parser.parse_args()
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="avow-bench-") as folder:
        Path(folder).chmod(0o755)  # the server's own account has to enter
        for name in said.only or known:
            with standing(Path(folder) / name) as stand:
                with psycopg.connect(stand.stage.url) as link:
                    server = str(link.info.server_version)
                around = {"scale": said.scale, **machine(), **versions(postgresql=server)}

                def say(figure: Figure, around: dict[str, object] = around) -> None:
                    found.append(figure)
                    print(figure.line(around), flush=True)

                module = importlib.import_module(f"bench.figures.{name}")
                module.measure(stand, SCALES[said.scale], say)
    said.page.parent.mkdir(parents=True, exist_ok=True)
    said.page.write_text(written(found, said.scale), encoding="utf-8")
    print(f"written: {said.page}")


if __name__ == "__main__":
    main()
