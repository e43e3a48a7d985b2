"""How well the triage does on four made schemas: proposals against the truth, and decisions.

Who made the schemas made the triage too, so these numbers flatter it; docs/internals/triage.md says
what they can and cannot show. With AVOW_UPDATE=1 its table is written anew.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from avow.declaration.load import load, load_texts
from avow.duties.discovery.triage.answering import Standpoint, open_questions
from avow.duties.discovery.triage.declaring import entries
from avow.duties.discovery.triage.memory import Memory, State
from avow.duties.discovery.triage.patching import patched
from avow.duties.discovery.triage.reading import look_at
from avow.duties.discovery.triage.signals import Basis
from avow.estate.datamap.model import System
from tests.schemas import made
from tests.schemas.oracle import Oracle, Score, score

MOST_SHARE = 0.6
"""Decisions for a table: a small schema of doubtful tables needs the most."""
TODAY = date(2026, 11, 22)
PAGE = Path(__file__).parents[2] / "docs/internals/triage.md"
HEAD = "| schema | tables | questions | decisions | in words | found | missed | precision | owner |"
DECLARATION = """
avow: "1"
declaration: made
controller: {{name: Made, zone: UTC}}
people: [{{person: marc, name: Marc, roles: [approver]}}]
systems:
  - system: {system}
    connector: {connector}
    url: "{url}"
    datasets: {{}}
"""


def place(name: str, folder: Path, new_database: Callable[[], str]) -> tuple[System, str]:
    """The made schema in a database, and what stands before the names of its tables: the customer
    system lies in a file of SQLite, without one foreign key, the others in PostgreSQL."""
    tables = made.schema(name)
    if name == "crm":
        made.fill_sqlite(folder / "crm.db", tables)
        return System(name, "sqlite", str(folder / "crm.db")), ""
    url = new_database()
    made.fill_postgresql(url, tables)
    return System(name, "postgresql", url), "public."


@pytest.mark.parametrize("name", made.NAMES)
def test_proposals_and_decisions_on_a_schema_of_real_shape(
    name: str, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    """Everything true is written down in the end, nothing personal is waved through on the way,
    and fewer decisions are asked than there are tables."""
    system, before = place(name, tmp_path, new_database)
    signals = look_at(system)
    oracle = Oracle(made.schema(name), before)
    start = Standpoint(signals, {}, Memory(name), TODAY)
    asked = len(open_questions(start))
    judged = score(oracle, start.proposals())
    end = oracle.answer_all(start)

    line = row(name, judged, asked, oracle)
    sys.stdout.write(f"\n{HEAD}\n{line}\nmissed: {', '.join(judged.missed) or 'none'}\n")
    assert said_in_page(line), f"docs/internals/triage.md says otherwise than {line}"
    assert 50 <= len(signals.looks) <= 300
    assert oracle.decisions < MOST_SHARE * len(signals.looks)
    open_ones = {n for n, r in end.known.items() if r.state is not State.SETTLED}
    assert open_ones == set(oracle.asked), "only what nobody can tell is left to be asked"
    assert_written_truly(end, system, oracle, tmp_path)


@pytest.mark.parametrize("name", ["shop", "clinic"])
def test_the_same_schema_in_mariadb_needs_the_same_decisions(name: str, mariadb_url: str) -> None:
    """The line of the page is the one that PostgreSQL gave."""
    made.fill_mariadb(mariadb_url, made.schema(name))
    signals = look_at(System(name, "mariadb", mariadb_url))
    oracle = Oracle(made.schema(name))
    start = Standpoint(signals, {}, Memory(name), TODAY)
    asked = len(open_questions(start))
    judged = score(oracle, start.proposals())
    oracle.answer_all(start)
    line = row(name, judged, asked, oracle)
    assert line in PAGE.read_text(encoding="utf-8").splitlines(), line
    refused = [p for p in signals.pointers if p.inclusion is None]
    assert {p.basis for p in refused} <= {Basis.FOREIGN_KEY}, "every question was answered"


def row(name: str, judged: Score, asked: int, oracle: Oracle) -> str:
    """The numbers of a schema as a line of the page."""
    return (
        f"| {name} | {judged.tables} | {asked} | {oracle.decisions} | {oracle.stated} "
        f"| {judged.found} of {judged.personal} | {len(judged.missed)} "
        f"| {judged.right} of {judged.proposed} | {judged.owner} of {judged.owned} |"
    )


def said_in_page(line: str) -> bool:
    """Whether the page holds the line; written into it first where that was asked for."""
    text = PAGE.read_text(encoding="utf-8")
    first = line.split("|")[1]
    if os.environ.get("AVOW_UPDATE") == "1":
        lines = [line if old.startswith(f"|{first}|") else old for old in text.splitlines()]
        PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
        text = PAGE.read_text(encoding="utf-8")
    return line in text.splitlines()


def assert_written_truly(end: Standpoint, system: System, oracle: Oracle, folder: Path) -> None:
    """The patch loads without error, says the truth of every table that it names, and waits with
    nothing but what hangs on a question that is open."""
    file = folder / "avow.yaml"
    text = DECLARATION.format(system=system.name, connector=system.connector, url="${URL}")
    file.write_text(text, encoding="utf-8")
    loaded = load(file)
    declared = loaded.whole.datamap.systems[system.name]
    written, waiting = entries(end.settled, end.signals, {})
    changed = patched(loaded, declared, written, TODAY)
    again = load_texts({**loaded.sources, **changed})
    datasets = again.whole.datamap.systems[system.name].datasets
    assert datasets.keys() == {e.table for e in written}
    for name, dataset in datasets.items():
        truth = oracle.of(name).truth
        assert (dataset.nobody is not None) == (truth in {"nobody", "program"}), name
        assert (dataset.subject is not None) == (truth == "person"), name
    assert {e.table for e in waiting} <= open_below(end)
    assert made.MARK not in "".join(changed.values())


def open_below(end: Standpoint) -> set[str]:
    """Tables that were answered and whose owner is still asked for."""
    found = {n for n, r in end.known.items() if r.state is not State.SETTLED}
    while True:
        more = {
            n
            for n, c in end.settled.items()
            if n not in found and any(hop.to in found for hop in c.hops)
        }
        if not more:
            return found
        found |= more
