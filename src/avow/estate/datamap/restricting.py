"""How rows of a dataset are kept from use while their use is restricted (GDPR art. 18).

`flag`: a column is set, and readers must honour it. `policy`: the same column, and the database
itself hides the row from named roles. `vault`: the cells of the row leave the system and come back
when the restriction is lifted. `gate`: readers ask us before each use. A dataset without any of
these enforces nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """What is done to restricted rows."""

    FLAG = "flag"
    VAULT = "vault"
    POLICY = "policy"
    GATE = "gate"


@dataclass(frozen=True, slots=True)
class Restriction:
    """The mode of a dataset.

    `column` and the `value` that it is set to belong to a flag or a policy. `readers`: the roles
    that a policy hides rows from, or the programs that ask at a gate. `reads`: the address under
    which somebody else reads the dataset, with variables of the environment; the check looks
    through their eyes.
    """

    mode: Mode
    column: str = ""
    value: str = ""
    readers: tuple[str, ...] = ()
    reads: str = ""

    @property
    def writes(self) -> bool:
        """Whether cells of the system are changed; readers at a gate find them as they were."""
        return self.mode is not Mode.GATE
