"""Why a file cannot be imported, in the user's words."""

from __future__ import annotations

from avow.common.errors import AvowError


class NotImported(AvowError):
    """The file gives no statement (AV150 to AV159). Nothing was written."""


def refuse(code: str, what: str, because: str = "", help_: str = "") -> NotImported:
    """The refusal with a code."""
    return NotImported(what, because=because, help=help_, code=code)
