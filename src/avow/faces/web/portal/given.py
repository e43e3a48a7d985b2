"""What a form of persons holds: counted as a try before anything of it is read."""

from __future__ import annotations

from litestar.di import NamedDependency, Provide

from avow.faces.web.asked.desk import TooMany
from avow.faces.web.portal.make import GivenPortal
from avow.faces.web.security import Asked
from avow.faces.web.sent_form import Given, has_files, read_sent, read_typed


async def read_given(request: Asked, portal: GivenPortal) -> Given:
    """Read a form. It counts as a try, before anything of it is read.

    Raises:
        TooMany: this reader sent too many within a minute.
        ClientException: what came is no form.
    """
    reader, now = request.client.host if request.client else "", portal.clock.now()
    if portal.tries.is_over(reader, now):
        raise TooMany
    portal.tries.note(reader)
    return await read_sent(request) if has_files(request) else await read_typed(request)


GIVEN = {"given": Provide(read_given)}
GivenForm = NamedDependency[Given]
