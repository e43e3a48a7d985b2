"""What a batch would do, in words for who approves it. Content of key sets is never shown."""

from __future__ import annotations

from collections.abc import Mapping

from avow.estate.datamap.edges import Side
from avow.estate.datamap.model import Blank
from avow.estate.datamap.predicates import And, Equal, InKeys, Null, Or, Predicate, Related, Until


def deletion(files: str, where: Predicate, blanks: Mapping[str, Blank] | None) -> str:
    """The rewriting of files without some rows, or with fields of them emptied."""
    if blanks:
        return f"rewrite {files}, with {', '.join(blanks)} emptied in rows where {said(where)}"
    return f"rewrite {files} without rows where {said(where)}"


def said(where: Predicate) -> str:
    """A predicate in words."""
    match where:
        case And(parts):
            return " and ".join(f"({said(p)})" for p in parts) or "true"
        case Or(parts):
            return " or ".join(f"({said(p)})" for p in parts) or "false"
        case Equal(field, value, negated):
            return f"{field} {'is not' if negated else 'is'} {value!r}"
        case Null(field, negated):
            return f"{field} is {'there' if negated else 'absent'}"
        case Until(field, day, zone, _, negated):
            return f"{field} is {'after' if negated else 'until'} {day} ({zone})"
        case InKeys(fields, keys, until, negated):
            since = f" since {until} or before" if until else ""
            return f"{'+'.join(fields)} is {'not ' if negated else ''}in {keys}{since}"
        case Related(edge, to, inner, negated):
            there = edge.parent if to is Side.PARENT else edge.child
            return f"{'no' if negated else 'some'} row of {there} is linked where {said(inner)}"
    raise TypeError(f"not a predicate: {type(where).__name__}")
