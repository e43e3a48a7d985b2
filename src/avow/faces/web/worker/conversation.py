"""A worker answers in a conversation, and waits there for the next message."""

from __future__ import annotations

from functools import partial

from litestar import Response, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT, HTTP_410_GONE

from avow.faces.web.security import Asked
from avow.faces.web.worker.desk import GivenDesk, Question, Wish, WorkerDesk, question


class Over(HTTPException):
    """The conversation is over; the worker undoes what it has open."""

    status_code = HTTP_410_GONE
    detail = "the conversation is over"


@post("/conversation/{name:str}", status_code=HTTP_200_OK)
async def conversation(request: Asked, name: FromPath[str], desk: GivenDesk) -> Response[bytes]:
    """Pass the answer on, and hold the question until the next message comes; 204 when none does.

    An empty body is no answer: the worker waits on.
    """
    asked = await question(request, desk)
    before, check = partial(passed_on, desk, name, asked), partial(_stands, desk, name)
    wish = Wish(f"{name} >", before, partial(_taken, desk, name), check, is_answer=bool(asked.body))
    box = await desk.waited(wish)
    if box is None:
        return Response(b"", status_code=HTTP_204_NO_CONTENT)
    return Response(box, media_type="application/octet-stream")


def passed_on(desk: WorkerDesk, name: str, asked: Question) -> None:
    """Take a worker's word in a conversation.

    Raises:
        Over: there is no such conversation of this worker any more, or it said this before.
    """
    who = asked.who
    with desk.store.transaction() as tx:
        if not tx.run("worker_call_asks", id=name, worker=who.worker, number=who.number):
            raise Over
        if asked.body:
            tx.run(
                "worker_message_put",
                conversation=name,
                to_worker=False,
                number=who.number,
                box=asked.body,
            )


def _taken(desk: WorkerDesk, name: str) -> bytes | None:
    found = desk.store.one("worker_message_take", conversation=name, to_worker=True)
    return None if found is None else bytes(found["box"])


def _stands(desk: WorkerDesk, name: str) -> None:
    """Raise Over for a conversation that was ended, or whose opener is gone."""
    if desk.store.run("worker_call_forsaken", id=name):
        raise Over
    if desk.store.one("worker_call_stands", id=name) is None:
        raise Over
