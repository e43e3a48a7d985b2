"""Why an edition of the notice is not proposed, approved, published or withdrawn."""

from __future__ import annotations

from avow.common.errors import AvowError


class PublishingError(AvowError):
    """Something about an edition forbids going on (AV65x)."""

    code = "AV650"
