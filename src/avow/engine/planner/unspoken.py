"""Systems to which no connector speaks: what is asked of them is asked of people."""

from __future__ import annotations

from avow.common.findings import Finding
from avow.declaration.model import Declaration
from avow.estate.connectors.registry import connector_for


def unspoken(declaration: Declaration) -> tuple[str, ...]:
    """The systems of a declaration that avow can neither read nor write, in declared order."""
    systems = declaration.datamap.systems.values()
    return tuple(s.name for s in systems if isinstance(connector_for(s), Finding))
