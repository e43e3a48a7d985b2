"""The look ahead in the terminal: what becomes due on each of the next days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from rich.table import Table
from rich.text import Text

from avow.engine.planner.forecast import DAYS, Forecast, Foreseen
from avow.engine.planner.program import Move


def forecast_table(found: Iterable[Forecast], day: date) -> Table:
    """One line per system, dataset and clause: due today, then what each day adds."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", overflow="fold", min_width=30)
    table.add_column("clause")
    table.add_column("due", justify="right")
    for number in range(1, DAYS + 1):
        table.add_column(f"{day + timedelta(days=number):%d}", justify="right")
    for look in found:
        if look.why:
            table.add_row(look.system, "", Text(look.why, style="magenta"))
        for each in look.found:
            name = Text(f"{look.system}.{each.dataset}{_cells(each)}")
            numbers = (f"{n:,}" if n else "·" for n in _added(each, day))
            table.add_row(name, Text(each.clause), f"{each.rows.get(day, 0):,}", *numbers)
    return table


def forecast_json(look: Forecast) -> dict[str, object]:
    """The same as plain data; `rows` are totals by day."""
    return {
        "system": look.system,
        "day": look.day,
        "why": look.why,
        "due": [
            {"dataset": f.dataset, "clause": f.clause, "move": f.move, "rows": f.rows}
            for f in look.found
        ],
        "gaps": [{"dataset": dataset, "why": why} for dataset, why in look.gaps],
        "new": [{"kind": d.kind, "name": d.name} for d in look.drift],
    }


def gap_lines(found: Iterable[Forecast]) -> Iterator[str]:
    """What could not be counted, a line each."""
    for look in found:
        yield from (f"{look.system}.{dataset}: not counted ({why})" for dataset, why in look.gaps)


def _cells(each: Foreseen) -> str:
    return " cells" if each.move is Move.BLANK else ""


def _added(each: Foreseen, day: date) -> Iterator[int]:
    for number in range(1, DAYS + 1):
        today, before = day + timedelta(days=number), day + timedelta(days=number - 1)
        yield max(0, each.rows.get(today, 0) - each.rows.get(before, 0))
