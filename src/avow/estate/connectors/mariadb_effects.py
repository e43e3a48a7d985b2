"""Where removed values can still be read by SQL in MariaDB: the statistics of columns.

`ANALYZE TABLE … PERSISTENT` keeps the least and the greatest value of a column, and with histograms
many more, in `mysql.column_stats`. They stay when the rows go, until the table is analysed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pymysql

_KEPT = "SELECT DISTINCT table_name FROM mysql.column_stats WHERE db_name = database()"


def refresh(connection: pymysql.Connection[Any], tables: Sequence[str]) -> list[str]:
    """Analyse those of the tables of which values are kept; returns what was done, in words. What
    the owner of the database must do begins with `not done`. Ends a running transaction."""
    with connection.cursor() as cursor:
        try:
            cursor.execute(_KEPT)
        except pymysql.OperationalError:
            return [
                f"not done: statistics of {t} (we may not see whether any are kept)" for t in tables
            ]
        kept = {str(table) for (table,) in cursor.fetchall()}
        return [_analysed(cursor, table) for table in tables if table in kept]


def _analysed(cursor: Any, table: str) -> str:  # noqa: ANN401 (the driver's)
    name = table.replace("`", "``")
    try:
        cursor.execute(
            f"ANALYZE NO_WRITE_TO_BINLOG TABLE `{name}` PERSISTENT FOR ALL".replace("%", "%%"), ()
        )
        went = all(str(row[2]).lower() != "error" for row in cursor.fetchall())
    except pymysql.OperationalError:
        went = False
    if not went:
        return f"not done: statistics of {table} (we may not analyse it)"
    return f"refreshed: statistics of {table}"
