"""Where a system is: its address in the data map, with the names of the environment filled in."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from avow.estate.connectors.base import Unreachable
from avow.estate.datamap.model import System

_NAME = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def address(system: System, environment: Mapping[str, str] | None = None) -> str:
    """The system's address; `${NAME}` is taken from the environment, so that no declaration holds
    a password.

    Raises:
        Unreachable: the system has no address, or a name is not set.
    """
    known = os.environ if environment is None else environment
    missing = sorted(set(_NAME.findall(system.url)) - set(known))
    if missing:
        raise Unreachable(f"`{system.name}` has no address: `{missing[0]}` is not set")
    if not system.url:
        raise Unreachable(f"`{system.name}` has no address")
    return _NAME.sub(lambda found: known[found[1]], system.url)
