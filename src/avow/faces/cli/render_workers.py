"""Workers as text and JSON: which there are, and when each was last heard."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from avow.engine.db.store import Row


def worker_json(row: Row) -> dict[str, Any]:
    """One worker for programs; `silent_seconds` by the clock of avow's database."""
    heard: datetime | None = row["heard_at"]
    return {
        "worker": row["id"],
        "system": row["system"],
        "enrolled_by": row["enrolled_by"],
        "enrolled_at": row["enrolled_at"].isoformat(),
        "heard_at": None if heard is None else heard.isoformat(),
        "silent_seconds": None if heard is None else round(row["silent"]),
        "connector": row["kind"],
        "access": row["access"],
    }


def worker_lines(rows: Iterable[Row]) -> list[str]:
    """One line for each worker."""
    return [_line(row) for row in rows]


def _line(row: Row) -> str:
    who = f"{row['system']}: {row['id']}"
    if row["heard_at"] is None:
        return f"{who}, never heard"
    heard = f"{row['heard_at']:%Y-%m-%d %H:%M:%S} UTC, {round(row['silent'])} s ago"
    return f"{who}, {row['kind']}, {row['access']}, last heard {heard}"
