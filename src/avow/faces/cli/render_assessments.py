"""How the register of assessments looks in a terminal, and the reviews that come near."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from rich.table import Table
from rich.text import Text

from avow.declaration.assessing import State
from avow.declaration.interpretation import in_force
from avow.declaration.model import Declaration
from avow.duties.notice.assessments import Entry, register

_LOOK = {
    State.VALID: ("●", "green"),
    State.DUE_SOON: ("●", "green"),
    State.DUE_NOW: ("◆", "yellow"),
    State.OVERDUE: ("▲", "red"),
    State.OPEN: ("○", "yellow"),
    State.VOID: ("▲", "red"),
    State.FAILS: ("▲", "red"),
    State.MISSING: ("▲", "red"),
}
_NAGS = frozenset({State.DUE_NOW, State.OVERDUE})


def as_table(entries: Iterable[Entry]) -> Table:
    """One line per assessment: kind, what it is of, its clause, how it stands, and why."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("kind", "of", "clause", "state", "review", "asked for by", ""):
        table.add_column(title, no_wrap=title != "")
    for entry in entries:
        mark, colour = _look(entry)
        due = entry.stands.due
        table.add_row(
            str(entry.needed.kind),
            entry.needed.of,
            entry.needed.clause,
            Text(f"{mark} {_word(entry)}", style=colour),
            due.isoformat() if due else "",
            ", ".join(entry.needed.because),
            entry.stands.why,
        )
    return table


def _look(entry: Entry) -> tuple[str, str]:
    is_suggested = not entry.needed.is_asked_by_law and entry.stands.state is State.MISSING
    return ("○", "yellow") if is_suggested else _LOOK[entry.stands.state]


def _word(entry: Entry) -> str:
    is_suggested = not entry.needed.is_asked_by_law and entry.stands.state is State.MISSING
    return "suggested" if is_suggested else str(entry.stands.state)


def plain(entry: Entry) -> dict[str, object]:
    """An entry for machines."""
    return {
        "kind": entry.needed.kind,
        "of": entry.needed.of,
        "clause": entry.needed.clause,
        "because": entry.needed.because,
        "asked_by_law": entry.needed.is_asked_by_law,
        "state": entry.stands.state,
        "assessment": entry.stands.assessment.id if entry.stands.assessment else None,
        "review": entry.stands.due,
        "why": entry.stands.why,
    }


def review_lines(declaration: Declaration, day: date) -> Iterator[str]:
    """A line for each review that is past, or comes within thirty days."""
    law, _ = in_force(declaration, day)
    for entry in register(declaration, law, day):
        due = entry.stands.due
        if entry.stands.state in _NAGS and due is not None:
            left = (due - day).days
            about = f"the {entry.needed.kind} assessment of `{entry.needed.of}`"
            if left < 0:
                yield f"{about} was to be looked at again by {due}"
            else:
                unit = "day" if left == 1 else "days"
                yield f"{about} is to be looked at again by {due}, in {left} {unit}"
