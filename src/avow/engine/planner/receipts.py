"""Reading the receipt that a batch left in the system, in its own transaction.

Where the owner of a system made a table `avow_receipts` (plan, step, batch, rows) and lets us
write into it, the count of a batch that died between the two commits is exact.
"""

from __future__ import annotations

from collections.abc import Callable

from avow.estate.connectors.base import Capability, Connection
from avow.estate.datamap.predicates import Equal, all_of


def reader(connection: Connection, plan: str) -> Callable[[int, int], int | None]:
    """Asks how many rows a batch (step, number) of a plan changed; None where none are left.

    A missing receipt of a system that takes them means that the batch was never committed.
    """
    tables = connection.catalogue().tables
    table = next((name for name, each in tables.items() if each.is_receipts), None)

    def read(step: int, batch: int) -> int | None:
        if table is None or Capability.RECEIPTS not in connection.capabilities:
            return None
        pairs = {"plan": plan, "step": str(step), "batch": str(batch)}
        where = all_of(Equal(column, value) for column, value in pairs.items())
        found = [int(str(rows)) for (rows,) in connection.fetch(table, where, ["rows"])]
        return found[0] if found else 0

    return read
