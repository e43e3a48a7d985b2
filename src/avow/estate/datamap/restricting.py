"""How rows of a dataset are kept from use while their use is restricted (GDPR art. 18).

`flag`: a column is set, and readers must honour it. `vault`: the cells of the row leave the system
and come back when the restriction is lifted. A dataset without either enforces nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """What is done to restricted rows."""

    FLAG = "flag"
    VAULT = "vault"


@dataclass(frozen=True, slots=True)
class Restriction:
    """The mode of a dataset; `column` and the `value` that it is set to belong to a flag."""

    mode: Mode
    column: str = ""
    value: str = ""
