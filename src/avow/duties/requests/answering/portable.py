"""The part that a person may take along (art. 20 GDPR): what they provided, in a form for programs.

Provided is what they gave and what their use left behind, not what was concluded from it (WP 242).
The law gives it for data that rest on consent or a contract; a statement may promise more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from avow.declaration.check.universe import cells_of
from avow.declaration.interpretation import in_force
from avow.declaration.model import Basis, Declaration, InForce
from avow.declaration.scope import CellPlace, purpose_uses
from avow.duties.requests.answering.copy import Copy, Table
from avow.duties.requests.answering.saying import Saying

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LAWFUL = frozenset({Basis.CONSENT, Basis.CONTRACT})
FORM = "avow-portable/1"


def is_wider(declaration: Declaration) -> bool:
    """Whether the statement promises portability whatever the data rest on."""
    return any(r["right"] == "portability" and r.get("wider") == "yes" for r in declaration.rights)


def portable(declaration: Declaration, copy: Copy) -> Copy:
    """The copy with only what a person may take along. Columns of other data are left out; keys
    stay, so that rows can be put together."""
    law, _ = in_force(declaration, copy.day)
    wider = is_wider(declaration)
    tables = (_table(declaration, law, table, wider=wider) for table in copy.tables)
    kept = tuple(t for t in tables if t is not None)
    return Copy(
        request=copy.request,
        person=copy.person,
        name=copy.name,
        language=copy.language,
        drawn_at=copy.drawn_at,
        day=copy.day,
        release=copy.release,
        tables=kept,
    )


def _table(declaration: Declaration, law: InForce, table: Table, *, wider: bool) -> Table | None:
    if table.is_by_hand:
        return None
    system = declaration.datamap.systems[table.system]
    dataset = system.datasets[table.dataset]
    if table.of or any(d.of for d in dataset.derived if not d.columns):
        return None  # it only holds again, or is computed from, what other rows hold
    cells = {c.category: c for c in cells_of(system, dataset)}
    own = tuple(r for r in table.rows if r.own)
    taken = [
        n
        for n, (name, category) in enumerate(table.columns)
        if name in dataset.key
        or (
            category is not None
            and name not in dataset.made
            and category in cells
            and _is_provided(declaration, cells[category])
            and (wider or _rests(law, cells[category]))
        )
    ]
    columns = tuple(table.columns[n] for n in taken)
    if not own or not any(category for _, category in columns):
        return None
    names = {name for name, _ in columns}
    rows = tuple(
        type(r)(
            r.key,
            own=True,
            values=tuple(r.values[n] for n in taken),
            hidden=tuple(h for h in r.hidden if h in names),
        )
        for r in own
    )
    return Table(table.system, table.dataset, columns, rows, table.truncated)


def _is_provided(declaration: Declaration, cell: CellPlace) -> bool:
    """Whether the person gave these data or left them by their use."""
    point = declaration.points.get(cell.collected_at or "")
    category = declaration.categories.get(cell.category)
    if category is not None and (category.of_others or category.inferred):
        return False
    return point is None or point.source is None


def _rests(law: InForce, cell: CellPlace) -> bool:
    """Whether some purpose on consent or a contract uses these data."""
    return any(p.basis in LAWFUL and purpose_uses(p, cell) for p in law.purposes)


def as_json(declaration: Declaration, copy: Copy) -> dict[str, Any]:
    """What is taken along, as JSON: `schema` describes exactly this."""
    saying = Saying(declaration, copy.language)
    return {
        "form": FORM,
        "language": copy.language,
        "drawn": copy.drawn_at.isoformat(),
        "controller": declaration.controller.name,
        "datasets": [_dataset(saying, table) for table in copy.tables],
    }


def _dataset(saying: Saying, table: Table) -> dict[str, Any]:
    return {
        "name": table.place,
        "title": saying.heading(table),
        "rows": [
            {
                name: value
                for (name, _), value in zip(table.columns, row.values, strict=True)
                if name not in row.hidden
            }
            for row in table.rows
        ],
    }


def schema(declaration: Declaration, copy: Copy) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what is taken along; labels in the person's language."""
    saying = Saying(declaration, copy.language)
    datasets = [_described(saying, table) for table in copy.tables]
    return {
        "$schema": DIALECT,
        "type": "object",
        "required": ["form", "language", "drawn", "controller", "datasets"],
        "additionalProperties": False,
        "properties": {
            "form": {"const": FORM},
            "language": {"type": "string"},
            "drawn": {"type": "string", "format": "date-time"},
            "controller": {"type": "string"},
            "datasets": {
                "type": "array",
                "minItems": len(datasets),
                "maxItems": len(datasets),
                **({"prefixItems": datasets} if datasets else {}),
            },
        },
    }


def _described(saying: Saying, table: Table) -> dict[str, Any]:
    labels = saying.columns(table)
    return {
        "type": "object",
        "title": saying.heading(table),
        "required": ["name", "title", "rows"],
        "additionalProperties": False,
        "properties": {
            "name": {"const": table.place},
            "title": {"type": "string"},
            "rows": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": dict(_properties(table, labels)),
                },
            },
        },
    }


def _properties(table: Table, labels: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for n, (name, category) in enumerate(table.columns):
        kinds = sorted({_kind(row.values[n]) for row in table.rows})
        said: dict[str, Any] = {"type": kinds}
        if category:
            said |= {"title": labels[name], "$comment": category}
        yield name, said


def _kind(value: object) -> str:
    """The type that JSON Schema has for a value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list() | tuple():
            return "array"
    return "object"


_TYPES: Mapping[str, tuple[type, ...]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
}


def fits(value: object, described: Mapping[str, Any]) -> bool:
    """Whether a value is as a schema of ours describes it (the keywords that `schema` writes)."""
    if "const" in described and value != described["const"]:
        return False
    kinds = described.get("type", ())
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    if kinds and not _is_one_of(type(value), kinds):
        return False
    if isinstance(value, dict):
        return _object_fits(value, described)
    if isinstance(value, list):
        each = described.get("prefixItems", [])
        rest = described.get("items", {})
        few, many = described.get("minItems", 0), described.get("maxItems", len(value))
        return few <= len(value) <= many and all(
            fits(v, each[n] if n < len(each) else rest) for n, v in enumerate(value)
        )
    return True


def _object_fits(value: Mapping[str, object], described: Mapping[str, Any]) -> bool:
    known = described.get("properties", {})
    if not set(described.get("required", ())) <= value.keys():
        return False
    if described.get("additionalProperties") is False and not value.keys() <= known.keys():
        return False
    return all(fits(v, known[k]) for k, v in value.items() if k in known)


def _is_one_of(made: type, kinds: Iterable[str]) -> bool:
    """Whether JSON of one of these kinds is read as this very type: `true` is no number."""
    for kind in kinds:  # noqa: SIM110 -- asked for every cell of a copy
        if made in _TYPES[kind]:
            return True
    return False
