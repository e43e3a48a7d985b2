"""The schema of a system as it was last accepted: a file beside the declaration, structure only.

It holds the mapped tables: columns with their types, keys, foreign keys, triggers, the paths inside
JSON columns, digests of definitions, and the rights of the account that looked. No number of rows
and no value is in it. Its text depends on the structure alone, one thing to a line, so that a
difference of two versions can be read.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from avow.common.errors import AvowError
from avow.duties.discovery.drift.definitions import Definitions
from avow.estate.connectors.catalogue import Catalogue, Column, ForeignKey, Table
from avow.estate.datamap.edges import edges
from avow.estate.datamap.model import System

FOLDER, VERSION = "schema", "1"
_WIDEST = 100
"""Characters of a line that holds a whole list or mapping."""

UNDEFINED = Definitions()

Paths = Mapping[tuple[str, str], tuple[str, ...]]
"""(table, column) -> the leaf paths of a JSON column."""


class Unreadable(AvowError):
    """The file of an accepted schema is none, or of another version (AV533)."""

    code = "AV533"


@dataclass(frozen=True, slots=True)
class AcceptedColumn:
    """A column: its type in the engine's own words."""

    type: str
    not_null: bool = False
    generated: bool = False


@dataclass(frozen=True, slots=True)
class AcceptedKey:
    """A foreign key, known by what it says and not by its name."""

    fields: tuple[str, ...]
    to: str
    to_fields: tuple[str, ...]
    on_delete: str


@dataclass(frozen=True, slots=True)
class AcceptedTable:
    """A table or, where `is_view`, a view that stands in its place.

    `bodies` are digests of what its triggers do, `definition` is that of a view; `row_security` is
    `off`, `on` or `forced`; `led` are the columns of links that an index begins with; `rights` are
    those of the account that looked. Of a file written before they were kept they are empty.
    """

    columns: dict[str, AcceptedColumn]
    key: tuple[str, ...] = ()
    foreign_keys: tuple[AcceptedKey, ...] = ()
    triggers: tuple[str, ...] = ()
    leaves: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_view: bool = False
    bodies: dict[str, str] = field(default_factory=dict)
    definition: str = ""
    row_security: str = ""
    led: tuple[tuple[str, ...], ...] = ()
    rights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The mapped tables of a system, by name; `account` is whose rights were seen, empty where
    they could not be told."""

    system: str
    tables: dict[str, AcceptedTable]
    account: str = ""


@dataclass(frozen=True, slots=True)
class _Written:
    avow_schema: str
    system: str
    tables: dict[str, AcceptedTable]
    account: str = ""


def file_of(declaration: Path, system: str) -> Path:
    """Where the accepted schema of a system lies: `schema/<system>.json` beside the declaration, a
    folder or one file."""
    folder = declaration if declaration.is_dir() else declaration.parent
    return folder / FOLDER / f"{system}.json"


def accept(
    system: System,
    catalogue: Catalogue,
    paths: Paths,
    before: Accepted | None = None,
    defined: Definitions = UNDEFINED,
) -> Accepted:
    """The live schema of the mapped tables, with what is `defined` of them. Paths accepted before
    stay as long as their column does: that a sample has none today does not say that they are
    gone."""
    pointers = pointers_of(catalogue)
    names = sorted(name for name in system.datasets if name in catalogue.tables)
    wanted = followed(system)
    return Accepted(
        system.name,
        {
            name: _defined(
                _table(catalogue.tables[name], pointers.get(name, ()), paths, before),
                defined,
                name,
                tuple(fields for fields in wanted[name] if is_led(catalogue.tables[name], fields)),
            )
            for name in names
        },
        defined.account,
    )


def _defined(
    table: AcceptedTable, defined: Definitions, name: str, led: tuple[tuple[str, ...], ...]
) -> AcceptedTable:
    bodies = defined.bodies.get(name, {})
    return replace(
        table,
        bodies={trigger: bodies[trigger].digest for trigger in sorted(bodies)},
        definition=defined.views.get(name, ""),
        row_security=defined.secured.get(name, ""),
        led=led,
        rights=defined.rights.get(name, ()),
    )


def followed(system: System) -> dict[str, tuple[tuple[str, ...], ...]]:
    """The columns along which the links of each dataset are followed, from either end."""
    found: defaultdict[str, dict[tuple[str, ...], None]] = defaultdict(dict)
    for edge in edges(system):
        found[edge.child][edge.child_fields] = None
        found[edge.parent][edge.parent_fields] = None
    return {name: tuple(found[name]) for name in system.datasets}


def is_led(table: Table, fields: tuple[str, ...]) -> bool:
    """Whether an index begins with these columns, in any order."""
    known = (*table.indexes, table.key, *table.unique)
    return bool(fields) and any(set(index[: len(fields)]) == set(fields) for index in known)


def _table(
    table: Table, pointers: Iterable[ForeignKey], paths: Paths, before: Accepted | None
) -> AcceptedTable:
    old = before.tables.get(table.name) if before else None
    leaves = {
        c.name: tuple(sorted({*paths.get((table.name, c.name), ()), *known}))
        for c in table.columns
        if (known := old.leaves.get(c.name, ()) if old else ()) or (table.name, c.name) in paths
    }
    keys = {key_of(key) for key in pointers}
    return AcceptedTable(
        {column.name: column_of(column) for column in table.columns},
        table.key,
        tuple(sorted(keys, key=lambda k: (k.fields, k.to, k.to_fields))),
        tuple(sorted(table.triggers)),
        leaves,
        not table.writable,
    )


def pointers_of(catalogue: Catalogue) -> dict[str, tuple[ForeignKey, ...]]:
    """The foreign keys of each table that has one."""
    found: defaultdict[str, list[ForeignKey]] = defaultdict(list)
    for key in catalogue.foreign_keys:
        found[key.child].append(key)
    return {table: tuple(keys) for table, keys in found.items()}


def column_of(column: Column) -> AcceptedColumn:
    """A live column as it is accepted."""
    return AcceptedColumn(column.native, not column.nullable, column.generated)


def key_of(key: ForeignKey) -> AcceptedKey:
    """A live foreign key as it is accepted."""
    return AcceptedKey(key.child_fields, key.parent, key.parent_fields, str(key.on_delete))


def text_of(accepted: Accepted) -> str:
    """The content of the file."""
    written = _Written(VERSION, accepted.system, accepted.tables, accepted.account)
    plain = msgspec.to_builtins(written)
    plain["tables"] = {name: _spare(table) for name, table in plain["tables"].items()}
    if not accepted.account:
        del plain["account"]
    return _lines(plain, 0) + "\n"


def _spare(table: dict[str, object]) -> dict[str, object]:
    """Without what says nothing: empty lists, and `false`."""
    kept = {name: value for name, value in table.items() if value}
    columns = table["columns"]
    if isinstance(columns, dict):
        kept["columns"] = {
            name: {k: v for k, v in column.items() if v} for name, column in columns.items()
        }
    return kept


def _lines(value: object, depth: int) -> str:
    """JSON with every container that holds containers, or is long, one entry to a line."""
    short = json.dumps(value, ensure_ascii=False)
    match value:
        case dict():
            inner = list(value.values())
            starts = [f"{json.dumps(key, ensure_ascii=False)}: " for key in value]
        case list() | tuple():
            inner, starts = list(value), [""] * len(value)
        case _:
            return short
    is_flat = not any(isinstance(each, dict | list | tuple) for each in inner)
    if not inner or (is_flat and len(short) + 2 * depth <= _WIDEST):
        return short
    entries = [
        "  " * (depth + 1) + start + _lines(each, depth + 1)
        for start, each in zip(starts, inner, strict=True)
    ]
    return f"{short[0]}\n" + ",\n".join(entries) + "\n" + "  " * depth + short[-1]


def read(file: Path) -> Accepted | None:
    """The schema accepted in a file; None where there is no file.

    Raises:
        Unreadable: it is no such file, or of another version (AV533).
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(file, error.strerror or "unreadable") from None
    try:
        written = msgspec.json.decode(content, type=_Written)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(file, str(error)) from None
    if written.avow_schema != VERSION:
        raise _unreadable(file, f"it is of version {written.avow_schema}, and {VERSION} is read")
    return Accepted(written.system, written.tables, written.account)


def _unreadable(file: Path, why: str) -> Unreadable:
    return Unreadable(
        f"the accepted schema `{file}` cannot be read",
        because=why,
        help="bring it back from its history, or accept the live schema with `avow drift --accept`",
    )
