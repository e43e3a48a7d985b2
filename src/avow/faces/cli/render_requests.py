"""Candidates, counts and what stays, as people read them in a terminal, and as JSON. No values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from avow.duties.requests.answering.extract import counts
from avow.engine.planner.erasure_plan import MadeErasure
from avow.engine.planner.identities import SAYS, Candidate
from avow.engine.planner.requested import Disclosure, Looked
from avow.engine.planner.staying import Stay
from avow.faces.cli.render_plans import made_json


def _table(title: str, words: str, numbers: str = "") -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in words.split():
        table.add_column(name)
    for name in numbers.split():
        table.add_column(name, justify="right")
    return table


def candidate_table(looked: Looked, persons: int) -> Table:
    """Candidates person by person, each with the way it was found and what has to be asked."""
    table = _table(f"candidates of {persons} persons", "person dataset way ask", "rows")
    for person in range(1, persons + 1):
        mine = [c for c in looked.found.candidates if c.person == person]
        for each in mine:
            table.add_row(*_candidate(looked, each), f"{len(each.keys):,}")
        if not mine:
            table.add_row(str(person), "nothing was found", "", "", "0")
    return table


def _candidate(looked: Looked, each: Candidate) -> tuple[str, str, str, str]:
    whole = [q for n, q in looked.found.asks if n == each.person]
    asks = dict.fromkeys([*whole, *each.asks])
    said = "; ".join(f"{q}: {SAYS[q]}" for q in asks)
    return str(each.person), f"{each.system}.{each.dataset}", " > ".join(each.path), said


def candidates_json(looked: Looked, persons: int) -> dict[str, Any]:
    """The same for machines."""
    return {
        "persons": persons,
        "candidates": [
            {
                "person": c.person,
                "system": c.system,
                "dataset": c.dataset,
                "path": list(c.path),
                "rows": len(c.keys),
                "asks": [str(q) for q in c.asks],
            }
            for c in looked.found.candidates
        ],
        "asks": [{"person": n, "code": str(q), "says": SAYS[q]} for n, q in looked.found.asks],
        "unnamed": [{"system": s, "kind": kind} for s, kind in looked.found.unnamed],
        "gaps": list(looked.gaps),
    }


def count_table(disclosure: Disclosure) -> Table:
    """How much was read of each dataset."""
    table = _table("rows", "dataset", "own see total")
    for each in counts(disclosure):
        cut = "  (not all)" if each["truncated"] else ""
        name = f"{each['system']}.{each['dataset']}{cut}"
        table.add_row(name, f"{each['own']:,}", f"{each['see']:,}", f"{each['total']:,}")
    return table


def stay_table(system: str, stays: Sequence[Stay]) -> Table:
    """What stays of the persons, and why."""
    table = _table(f"stays in {system}", "dataset categories why clauses until", "rows")
    for each in stays:
        why = f"{each.why}: {', '.join(each.what)}" if each.what else str(each.why)
        until = str(each.until) if each.until else each.ends
        clauses = " ".join(each.clauses)
        table.add_row(
            each.dataset,
            ", ".join(each.categories) or "the row",
            why,
            clauses,
            until,
            f"{each.rows:,}",
        )
    return table


def made_erasure_json(each: MadeErasure) -> dict[str, Any]:
    """A plan of erasure with what it leaves, for machines."""
    return {**made_json(each.made), "stays": [stay_json(s) for s in each.stays]}


def stay_json(stay: Stay) -> dict[str, Any]:
    """What stays of one dataset, and why, for machines."""
    return {
        "dataset": stay.dataset,
        "categories": list(stay.categories),
        "rows": stay.rows,
        "why": str(stay.why),
        "what": list(stay.what),
        "clauses": list(stay.clauses),
        "until": stay.until.isoformat() if stay.until else None,
        "ends": stay.ends,
    }
