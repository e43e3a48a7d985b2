"""Whether a search that found nothing could have found something: it is run for somebody who is
there.

A system that shows no rows to us, or a map that names the wrong column, gives "nothing found" too.
So the same search looks for a value that one row of the system holds; nothing of that row is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing

from avow.common.masked import Masked
from avow.engine.planner.identities import Asked, search
from avow.engine.planner.making import Estate
from avow.engine.planner.refusals import Away, Guarded
from avow.estate.connectors.base import Access, Connection, Refused
from avow.estate.datamap.predicates import Null, negate


def seen(estate: Estate, systems: Iterable[str], kinds: Iterable[str]) -> Mapping[str, bool | None]:
    """Per system whether somebody who is there is found by these kinds of value; None where nobody
    is there, False where somebody is and is not found, or where the system refuses."""
    asked = tuple(kinds)
    return {name: _seen(estate, name, asked) for name in systems}


def _seen(estate: Estate, name: str, kinds: tuple[str, ...]) -> bool | None:
    try:
        with closing(estate.open(name, Access.READ)) as connection:
            there = list(_there(connection, kinds))
            if not there:
                return None
            found = search({name: connection}, there).candidates
            return {a.person for a in there} <= {c.person for c in found}
    except (Away, Guarded, Refused):
        return False


def _there(connection: Connection, kinds: tuple[str, ...]) -> Iterable[Asked]:
    """One value that is there, of each dataset and kind that persons are looked up by."""
    tables, number = connection.catalogue().tables, 0
    for dataset in connection.system.datasets.values():
        if not dataset.is_ours or dataset.name not in tables:
            continue
        for identity in dataset.identities:
            if identity.kind not in kinds:
                continue
            somebody = negate(Null(identity.field))
            for (value,) in connection.fetch(dataset.name, somebody, [identity.field], 1):
                if str(value).strip():
                    number += 1
                    yield Asked(number, identity.kind, Masked(str(value)))
