"""A worker says that it is still at it, when a statement of its database takes long."""

from __future__ import annotations

import asyncio
from functools import partial

from litestar import Response, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from avow.faces.web.security import Asked
from avow.faces.web.worker.conversation import passed_on
from avow.faces.web.worker.desk import GivenDesk, question


@post("/conversation/{name:str}/beat", status_code=HTTP_200_OK)
async def beat(request: Asked, name: FromPath[str], desk: GivenDesk) -> Response[bytes]:
    """Note that the worker was heard; 410 tells it that nobody waits any more."""
    asked = await question(request, desk)
    await asyncio.to_thread(partial(passed_on, desk, name, asked))
    return Response(b"")
