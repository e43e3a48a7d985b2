"""Why a notice cannot be made."""

from __future__ import annotations

from avow.common.errors import AvowError


class NoticeError(AvowError):
    """The notice cannot be made as it was asked for; its code says why."""
