"""A worker leaves a conversation in which something is wrong, so that nobody waits for it."""

from __future__ import annotations

import asyncio
from functools import partial

from litestar import Response, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from avow.faces.web.security import Asked
from avow.faces.web.worker.desk import GivenDesk, question


@post("/conversation/{name:str}/leave", status_code=HTTP_200_OK)
async def leave(request: Asked, name: FromPath[str], desk: GivenDesk) -> Response[bytes]:
    """End the conversation; whoever opened it sees that it is lost."""
    asked = await question(request, desk)
    gone = partial(desk.store.run, "worker_call_leave", id=name, worker=asked.who.worker)
    await asyncio.to_thread(gone)
    return Response(b"")
