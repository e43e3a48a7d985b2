"""The discovery file: which editions of the notice there are, for programs."""

from __future__ import annotations

import msgspec
from litestar import Response, get

from avow.duties.notice.publishing.discovery_file import discovery
from avow.faces.web.public.desk import GivenDesk
from avow.faces.web.public.frame import ASK_AGAIN, kept
from avow.faces.web.security import Asked

OPEN = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
"""Programs of other sites may read it: it is public, and nothing in it depends on who asks."""


@get("/.well-known/privacy-notice.json", sync_to_thread=True)
def well_known(request: Asked, public: GivenDesk) -> Response[bytes]:
    """The controller, how to reach it, and every public edition."""
    known = public.editions()
    said = discovery(public.house(known), known, public.today)
    body = msgspec.json.format(msgspec.json.encode(said), indent=2)
    return kept(request, body, "application/json", ASK_AGAIN, 200, dict(OPEN))
