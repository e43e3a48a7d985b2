"""A worker asks for work: the next conversation that somebody opened with it, as soon as there is
one."""

from __future__ import annotations

from functools import partial
from typing import Literal

import msgspec
from litestar import Response, post
from litestar.exceptions import ClientException
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT

from avow.engine.db.store import Row
from avow.faces.web.security import Asked
from avow.faces.web.worker.desk import GivenDesk, Question, Wish, WorkerDesk, question, refusal


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a worker says of itself; shown, and trusted for nothing."""

    kind: str
    access: Literal["observe", "write"]


@post("/calls", status_code=HTTP_200_OK)
async def calls(request: Asked, desk: GivenDesk) -> Response[bytes]:
    """Hold the question until there is a conversation; 204 when none comes."""
    asked = await question(request, desk)
    who = asked.who
    take = partial(desk.store.one, "worker_call_take", worker=who.worker, number=who.number)
    before, check = partial(_noted, desk, asked), partial(_may_speak, desk, who.worker)
    call: Row | None = await desk.waited(Wish(who.worker, before, take, check))
    if call is None:
        return Response(b"", status_code=HTTP_204_NO_CONTENT)
    return Response(
        bytes(call["hello"]),
        media_type="application/octet-stream",
        headers={"avow-conversation": call["id"]},
    )


def _may_speak(desk: WorkerDesk, worker: str) -> None:
    if desk.store.one("worker_key", id=worker) is None:
        raise refusal("it was revoked")


def _noted(desk: WorkerDesk, asked: Question) -> None:
    try:
        said = msgspec.json.decode(asked.body, type=Said)
    except msgspec.MsgspecError:
        raise ClientException("the worker does not say what it is") from None
    who = asked.who
    noted = desk.store.run(
        "worker_asks", id=who.worker, number=who.number, kind=said.kind[:40], access=said.access
    )
    if not noted:
        raise refusal("the question was sent before; is the clock of the worker's machine right?")
    desk.store.run("worker_calls_forsaken", worker=who.worker)
