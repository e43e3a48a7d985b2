"""Types under the names that PostgreSQL gives them, and moments that Python has no value for."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import psycopg
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader
from sqlalchemy.types import UserDefinedType


class Native(UserDefinedType[Any]):
    """A type under the name that the database itself gives it."""

    cache_ok = True

    def __init__(self, native: str) -> None:
        self.native = native

    def get_col_spec(self, **_: object) -> str:
        return self.native


class _Date(DateLoader):
    """Dates that Python has none for (infinity, before the year 1) come as their text."""

    def load(self, data: Any) -> date:  # noqa: ANN401 (a buffer)
        try:
            return super().load(data)
        except psycopg.DataError:
            return cast("date", bytes(data).decode())


class _Naive(TimestampLoader):
    """See `_Date`."""

    def load(self, data: Any) -> Any:  # noqa: ANN401 (a buffer)
        try:
            return super().load(data)
        except psycopg.DataError:
            return bytes(data).decode()


class _Instant(TimestamptzLoader):
    """See `_Date`."""

    def load(self, data: Any) -> Any:  # noqa: ANN401 (a buffer)
        try:
            return super().load(data)
        except psycopg.DataError:
            return bytes(data).decode()


LENIENT: dict[str, type[Any]] = {"date": _Date, "timestamp": _Naive, "timestamptz": _Instant}
