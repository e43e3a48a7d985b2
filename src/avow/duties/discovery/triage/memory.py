"""What was answered, in a file beside the declaration, so that nobody is asked twice.

The file holds names of tables and columns, ids of persons of the declaration, and days. A table
whose columns have changed since is asked about again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from pathlib import Path

import msgspec

from avow.common.errors import AvowError
from avow.duties.discovery.triage.choices import Choice
from avow.duties.discovery.triage.signals import Signals
from avow.estate.connectors.catalogue import Table


class UnreadableMemory(AvowError):
    """The file of remembered answers cannot be read, so nothing is asked and nothing is lost."""

    code = "AV544"


class State(StrEnum):
    """How far a table is."""

    APART = "apart"
    """The answer for its group was no: it is asked alone."""
    REFUSED = "refused"
    """Some of what was proposed was refused; the next best is asked."""
    OPEN = "open"
    """All that was proposed was refused, or a person did not know."""
    ASKED = "asked"
    """A named person was asked."""
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is remembered of one table. `form` is a digest of its columns; `offered` are the choices
    put to `person` in a `language`, in the
    order of their letters; `person` stays when the answer came. `invitation` is the one-time page
    on which the question stands."""

    state: State
    form: str
    on: date
    choice: Choice | None = None
    refused: tuple[Choice, ...] = ()
    offered: tuple[Choice, ...] = ()
    person: str | None = None
    language: str = "en"
    holds: tuple[str, ...] = ()
    rows: int = 0
    invitation: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """All answers about one system."""

    system: str
    tables: Mapping[str, Remembered] = field(default_factory=dict)

    def of(self, table: str, form: str) -> Remembered | None:
        """What is remembered of a table of this form; None when its columns were others then."""
        found = self.tables.get(table)
        return found if found and found.form == form else None

    def without(self, tables: Collection[str]) -> Memory:
        """The memory as if these tables had never been answered."""
        return replace(self, tables={n: r for n, r in self.tables.items() if n not in tables})

    def with_table(self, table: str, remembered: Remembered) -> Memory:
        """The memory with one more answer."""
        return replace(self, tables={**self.tables, table: remembered})


def current(memory: Memory, signals: Signals) -> dict[str, Remembered]:
    """What is remembered of tables that are still as they were."""
    found = {n: memory.of(n, form_of(look.table)) for n, look in signals.looks.items()}
    return {name: remembered for name, remembered in found.items() if remembered}


def form_of(table: Table) -> str:
    """A digest of the table's columns and key: it moves when one comes, goes or changes type."""
    said = [f"{c.name}\0{c.native}" for c in table.columns]
    return hashlib.sha256("\0\0".join([*said, *table.key]).encode()).hexdigest()[:16]


def file_of(declaration: Path, system: str) -> Path:
    """Where the answers about a system are kept: beside the declaration, not a part of it."""
    folder = declaration if declaration.is_dir() else declaration.parent
    return folder / f"map-{system}.json"


def remembered(file: Path, system: str) -> Memory:
    """The answers in a file; none where there is no file. Raises UnreadableMemory (AV544)."""
    if not file.exists():
        return Memory(system)
    try:
        found = msgspec.json.decode(file.read_bytes(), type=Memory)
    except (msgspec.MsgspecError, UnicodeDecodeError, OSError):
        raise UnreadableMemory(
            f"`{file.name}` cannot be read",
            because="it holds the answers about a system, and was changed or cut short",
            help="bring it back from version control, or remove it and answer again",
        ) from None
    if found.system != system:
        raise UnreadableMemory(f"`{file.name}` speaks of system `{found.system}`")
    return found


def text_of(memory: Memory) -> str:
    """The file's text: sorted, so that two versions can be compared."""
    ordered = replace(memory, tables=dict(sorted(memory.tables.items())))
    return msgspec.json.format(msgspec.json.encode(ordered)).decode() + "\n"
