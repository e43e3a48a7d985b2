"""Which rows are found from the entries of key sets, so that a table need not be read whole."""

from __future__ import annotations

from avow.estate.connectors.catalogue import Table
from avow.estate.datamap.edges import Side
from avow.estate.datamap.paths import inside
from avow.estate.datamap.predicates import And, InKeys, Or, Predicate, Related, near


def leads(predicate: Predicate) -> bool:
    """Whether an engine can go by indexes from the entries of key sets to all rows that satisfy it.

    It looks into alternatives, but into none that stand inside others.
    """
    match predicate:
        case And(parts):
            return any(map(leads, parts))
        case Or(parts):
            return bool(parts) and all(map(_leads_alone, parts))
    return _leads_alone(predicate)


def _leads_alone(predicate: Predicate) -> bool:
    match predicate:
        case InKeys(negated=negated):
            return not negated
        case Related(to=to, where=where, negated=negated):
            return to is Side.PARENT and not negated and leads(where)
        case And(parts):
            return any(map(_leads_alone, parts))
    return False


def names_none(leaf: Related, table: Table) -> bool:
    """Whether it says that a pointer names no such row of `table`, and an index finds the row that
    it names: then a few rows are cheaply asked one by one."""
    if not leaf.negated or leaf.to is not Side.PARENT or any(map(inside, near(leaf))):
        return False
    known = (table.key, *table.indexes, *table.unique)
    return any(each[:1] == leaf.edge.parent_fields[:1] for each in known)
