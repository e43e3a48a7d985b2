"""Named queries: SQL lives in `queries/*.sql`, and Python calls it by name.

    -- name: ledger_head
    -- The last entry, or no row in an empty ledger.
    -- since: 1
    SELECT ...

`since` is the first schema version that can answer the query; 1 when it is not given. New code on
an older schema refuses only the queries that are newer than the schema.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

_HEAD = re.compile(
    r"^-- name: (?P<name>[a-z0-9_]+)\n-- (?P<says>.+)\n(?:-- since: (?P<since>\d+)\n)?"
)


@dataclass(frozen=True, slots=True)
class Query:
    """One named statement; its parameters are written `%(name)s`."""

    name: str
    says: str
    since: int
    sql: str


@cache
def queries() -> Mapping[str, Query]:
    """Every named query. Raises ValueError for one without a description, or a name used twice."""
    found: dict[str, Query] = {}
    for file in resources.files("avow.engine.db").joinpath("queries").iterdir():
        if file.name.endswith(".sql"):
            for query in parsed(file.read_text(encoding="utf-8"), file.name):
                if query.name in found:
                    raise ValueError(f"{file.name}: the query `{query.name}` exists twice")
                found[query.name] = query
    return MappingProxyType(found)


def parsed(text: str, file: str) -> Iterator[Query]:
    """The queries of one file. What stands before the first `-- name:` is a comment."""
    for part in re.split(r"^(?=-- name: )", text, flags=re.MULTILINE)[1:]:
        head = _HEAD.match(part)
        if head is None:
            raise ValueError(f"{file}: `{part.splitlines()[0]}` needs a line that describes it")
        sql = part[head.end() :].strip().rstrip(";")
        yield Query(head["name"], head["says"], int(head["since"] or 1), sql)
