"""What a form of persons holds: counted as a try before anything of it is read."""

from __future__ import annotations

from urllib.parse import parse_qsl

from litestar.di import NamedDependency, Provide
from litestar.exceptions import ClientException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge

from avow.faces.web.asked.desk import TooMany
from avow.faces.web.portal.make import GivenPortal
from avow.faces.web.security import Asked
from avow.faces.web.sent_form import MOST_PARTS, Given, has_files, read_sent

MOST_TYPED = 200_000
"""Bytes of a form without files: the longest words, where each letter takes nine."""
MOST_SENT = 128 << 20
"""Bytes of a form that are read at all; of its files no more than `MOST_BYTES` are remembered."""


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
    return await read_sent(request) if has_files(request) else await _typed(request)


async def _typed(request: Asked) -> Given:
    """A form without files, which is small."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_TYPED:
            raise RequestEntityTooLarge
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_PARTS)
    except ValueError:
        raise ClientException from None
    return Given(dict(pairs))


GIVEN = {"given": Provide(read_given)}
GivenForm = NamedDependency[Given]
