"""Programs as JSON and back: the form in which a plan is stored, shown and signed.

Every predicate is an object with `is` naming its kind. The bytes are canonical (sorted keys, no
white space), so that equal programs have equal digests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar, get_type_hints

import msgspec

from avow.engine.planner.program import Pick, Program, Spread, Step
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.predicates import And, Equal, InKeys, Null, Or, Predicate, Related, Until

Json = dict[str, Any]
T = TypeVar("T")

_LEAVES: Mapping[str, type[Equal | Null | Until | InKeys]] = {
    "equal": Equal,
    "null": Null,
    "until": Until,
    "in-keys": InKeys,
}
_NAMES = {kind: name for name, kind in _LEAVES.items()}


def canonical(value: object) -> bytes:
    """The canonical JSON of a value that msgspec can write."""
    return msgspec.json.encode(value, order="deterministic")


def digest_of(value: object) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


@lru_cache(maxsize=8192)
def predicate_json(predicate: Predicate) -> Json:
    """A predicate as plain data, which nobody may change: predicates share their parts, and so do
    their data."""
    match predicate:
        case And(parts):
            return {"is": "and", "parts": [predicate_json(p) for p in parts]}
        case Or(parts):
            return {"is": "or", "parts": [predicate_json(p) for p in parts]}
        case Related(edge, to, where, negated):
            return {
                "is": "related",
                "edge": _edge(msgspec.to_builtins(edge)),
                "to": str(to),
                "where": predicate_json(where),
                "negated": negated,
            }
    return {"is": _NAMES[type(predicate)], **msgspec.to_builtins(predicate)}


def _edge(plain: Json) -> Json:
    """Without what edges did not say when the first plans were written, where they do not."""
    return {k: v for k, v in plain.items() if v or k not in ("hides", "hides_row", "copy")}


def predicate_of(data: Json) -> Predicate:
    """The predicate that was written.

    Raises:
        ValueError: the data are no predicate.
    """
    kind, rest = data.get("is", ""), {k: v for k, v in data.items() if k != "is"}
    if kind in ("and", "or"):
        parts = tuple(predicate_of(p) for p in rest["parts"])
        return And(parts) if kind == "and" else Or(parts)
    if kind == "related":
        edge, where = msgspec.convert(rest["edge"], Edge), predicate_of(rest["where"])
        return Related(edge, Side(rest["to"]), where, rest["negated"])
    if kind not in _LEAVES:
        raise ValueError(f"`{kind}` is no predicate")
    return msgspec.convert(rest, _LEAVES[kind])


def step_json(step: Step) -> Json:
    """One step as plain data."""
    data = {f: getattr(step, f) for f in Step.__slots__ if f not in ("where", "counted")}
    plain: Json = msgspec.to_builtins(data)
    if not step.undo_days:  # as plans were written before steps could be undone
        del plain["undo_days"]
    if not step.derives:  # and before anything was made again
        del plain["derives"]
    for each in plain.get("derives", ()):
        each["edge"] = each["edge"] and _edge(each["edge"])
    for each in plain["along"]:
        each["edge"] = _edge(each["edge"])
        each["through"] = [_edge(e) for e in each["through"]]
        if not each["through"]:  # and before rows could go along with rows along
            del each["through"]
    plain["where"] = predicate_json(step.where)
    plain["counted"] = None if step.counted is None else predicate_json(step.counted)
    return plain


def step_of(data: Json) -> Step:
    """The step that was written."""
    fields = _typed(data, Step, without=("where", "counted"))
    counted = data.get("counted")
    return Step(
        **fields,
        where=predicate_of(data["where"]),
        counted=None if counted is None else predicate_of(counted),
    )


def program_json(program: Program) -> Json:
    """A whole program as plain data."""
    plain: Json = {
        "system": program.system,
        "day": program.day.isoformat(),
        "steps": [step_json(s) for s in program.steps],
        "roots": dict(program.roots),
        "spreads": _spreads(program.spreads),
        "facts": sorted(program.facts),
    }
    if program.picks:  # as plans were written before rows could own rows of their own kind
        picks = [(p.dataset, predicate_json(p.where), p.taker) for p in program.picks]
        plain |= {"picks": picks, "downs": _spreads(program.downs)}
    if program.within:
        plain["within"] = {name: list(whose) for name, whose in program.within.items()}
    return plain


def _spreads(spreads: tuple[Spread, ...]) -> list[Json]:
    plain: list[Json] = msgspec.to_builtins(spreads)
    return [each | {"edge": _edge(each["edge"])} for each in plain]


def program_of(data: Json) -> Program:
    """The program that was written."""
    fields = _typed(data, Program, without=("steps", "spreads", "picks", "downs"))
    steps = tuple(step_of(s) for s in data["steps"])
    picks = tuple(Pick(d, predicate_of(w), taker) for d, w, taker in data.get("picks", ()))
    spreads, downs = (
        msgspec.convert(data.get(part, ()), tuple[Spread, ...]) for part in ("spreads", "downs")
    )
    return Program(**fields, steps=steps, spreads=spreads, picks=picks, downs=downs)


def _typed(data: Json, kind: type[T], without: tuple[str, ...]) -> dict[str, Any]:
    """The plain fields of a dataclass, each converted to its declared type."""
    types = {n: t for n, t in get_type_hints(kind).items() if n in data and n not in without}
    return {name: msgspec.convert(data[name], of) for name, of in types.items()}
