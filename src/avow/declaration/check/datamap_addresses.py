"""AV391: a password stands in the declaration."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avow.declaration.check.found import Found, error
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce

_PASSWORD = re.compile(r"://[^/@\s]*:(?!\$\{)[^/@\s]+@")


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Addresses with a password in the text; it is not repeated in the finding."""
    del law, universe
    for system in declaration.datamap.systems.values():
        if _PASSWORD.search(system.url):
            yield error(
                "AV391",
                f"the address of `{system.name}` holds a password",
                system.place,
                because="everybody who may read the declaration could read the data",
                hint="take the address from the environment: `url: ${NAME}`",
            )
