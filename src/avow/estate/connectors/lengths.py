"""Values that would fill the memory, found by their lengths before anything is read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from avow.estate.connectors.base import LONGEST_VALUE
from avow.estate.connectors.catalogue import Column

_POSTGRESQL = frozenset({"text", "bytea", "character varying"})
_MARIADB = ("longtext", "longblob")
"""Types whose values may be as long as the server can hold; MariaDB says the character set too."""


def too_long(rows: sa.FromClause, columns: Iterable[Column]) -> sa.Select[Any]:
    """A row of a relation in which one of these columns is too long to be read. PostgreSQL knows
    the length of a value without reading it."""
    stored = (c.base or c for c in columns)
    long = [c for c in stored if c.native in _POSTGRESQL or c.native.startswith(_MARIADB)]
    over = (sa.func.octet_length(rows.c[c.name]) > LONGEST_VALUE for c in long)
    return sa.select(sa.literal(1)).select_from(rows).where(sa.or_(sa.false(), *over)).limit(1)
