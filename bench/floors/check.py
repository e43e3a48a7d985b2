"""Three ways to read a declaration's files by hand, and three to print a help: whole processes.

Run as `python -m bench.floors.check NAME [FOLDER]`. A reader gives what stands in the files, and
judges nothing of it. Imports stand in the functions, since they are part of what each costs.
"""

# ruff: noqa: PLC0415

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

COMMANDS = 34
"""Lines of the help."""


def _texts(folder: str) -> Iterator[str]:
    return (file.read_text(encoding="utf-8") for file in sorted(Path(folder).rglob("*.yaml")))


def values(folder: str) -> None:
    """Values without their places, by the C parser."""
    import yaml

    for text in _texts(folder):
        yaml.load(text, Loader=yaml.CSafeLoader)


def nodes(folder: str) -> None:
    """Nodes with their places, by the C parser."""
    import yaml

    for text in _texts(folder):
        yaml.compose(text, Loader=yaml.CSafeLoader)


def events(folder: str) -> None:
    """A stream of events with their places, by the C parser; nothing is built from them."""
    import yaml

    for text in _texts(folder):
        for _ in yaml.parse(text, Loader=yaml.CSafeLoader):
            pass


def printed(_: str) -> None:
    """Lines that were written beforehand."""
    print("\n".join(f"  command-{n}  What it does." for n in range(COMMANDS)))


def argparse_help(_: str) -> None:
    """The help of the library that comes with Python."""
    import argparse

    parser = argparse.ArgumentParser(prog="floor")
    added = parser.add_subparsers()
    for n in range(COMMANDS):
        added.add_parser(f"command-{n}", help="What it does.")
    parser.print_help()


def click_help(_: str) -> None:
    """The help of the library that avow uses."""
    import click

    group = click.Group("floor")
    for n in range(COMMANDS):
        group.add_command(click.Command(f"command-{n}", short_help="What it does."))
    print(group.get_help(click.Context(group)))


READERS = ("values", "nodes", "events")
HELPS = ("printed", "argparse", "click")
BY_NAME: Mapping[str, Callable[[str], None]] = {
    "values": values,
    "nodes": nodes,
    "events": events,
    "printed": printed,
    "argparse": argparse_help,
    "click": click_help,
}


if __name__ == "__main__":
    BY_NAME[sys.argv[1]](sys.argv[-1])
