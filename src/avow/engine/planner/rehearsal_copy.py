"""Opening a copy of a system for writing, and never anything that is in use.

The server behind the address is asked which database it is, and so is every system of the map of
the same kind, and avow's own database, while both are connected. Who cannot be told apart from the
copy is taken for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

from avow.common.findings import Finding
from avow.declaration.load import MissingVariable, resolve_url
from avow.engine.db.store import Runs
from avow.engine.planner.making import Estate
from avow.engine.planner.refusals import Away, PlannerError
from avow.estate.connectors.base import Access, Connection, Unreachable
from avow.estate.connectors.itself import Itself, itself, of_postgresql, reach
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import System


@dataclass(frozen=True, slots=True)
class Opened:
    """A system for reading, and a copy of it for writing."""

    original: Connection
    copy: Connection


@contextmanager
def opened(estate: Estate, runs: Runs, name: str, url: str) -> Iterator[Opened]:
    """The system and its copy at `url` (in which `${NAME}` is taken from the environment).

    Raises:
        PlannerError: AV571, the address leads to something in use; AV572, that cannot be told.
        Away: the system or the copy does not answer.
    """
    with closing(estate.open(name, Access.READ)) as original:
        copy = _copy(estate, original.system, url)
        with closing(copy):
            _apart(estate, runs, original, copy)
            yield Opened(original, copy)


def _copy(estate: Estate, system: System, url: str) -> Connection:
    connector = connector_for(system)
    if isinstance(connector, Finding):
        raise PlannerError(connector.message, because=connector.because, code=connector.code)
    try:
        there = replace(system, url=url)
        return connector.connect(
            replace(there, url=resolve_url(there, estate.environment)), Access.WRITE
        )
    except (Unreachable, MissingVariable) as error:
        raise Away(f"the copy of `{system.name}` does not answer", because=str(error)) from None


def _apart(estate: Estate, runs: Runs, original: Connection, copy: Connection) -> None:
    """Raise unless the copy is none of the systems of the map, and not avow's own database."""
    name = f"`{original.system.name}`"
    there = _known(copy, name)
    _differs(copy, there, _known(original, name), name)
    for system in estate.declaration.datamap.systems.values():
        if system.connector == original.system.connector and system.name != original.system.name:
            with closing(_other(estate, system)) as other:
                _differs(copy, there, _known(other, f"`{system.name}`"), f"`{system.name}`")
    row = runs.one("rehearsal_itself")
    if row is not None:
        own = of_postgresql(
            row["system_identifier"], row["database"], row["started"], row["follows"]
        )
        _differs(copy, there, own, "avow's own database")


def _known(connection: Connection, name: str) -> Itself:
    found = itself(connection)
    if found is None:
        raise _untold(name, f"the server of {name} does not say which database it is")
    return found


def _other(estate: Estate, system: System) -> Connection:
    """Another system of the map. What does not answer here may answer there."""
    try:
        return estate.open(system.name, Access.READ)
    except (Away, MissingVariable) as error:
        raise _untold(f"`{system.name}`", error.what) from None


def _differs(copy: Connection, there: Itself, other: Itself, name: str) -> None:
    if there.is_same(other):
        raise PlannerError(
            f"the address is no copy: it leads to {name}",
            because="the server there says that it is the same database",
            help="restore a backup into a database of its own, and give its address",
            code="AV571",
        )
    if why := reach(copy, there, other):
        raise _untold(name, f"the address is on the same server, and {why}")


def _untold(name: str, because: str) -> PlannerError:
    return PlannerError(
        f"it cannot be told that the address does not lead to {name}",
        because=because,
        help="nothing is written where that is not sure: every system of its kind has to answer",
        code="AV572",
    )
