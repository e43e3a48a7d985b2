"""A worker registers the public half of its key, with a code that was made here."""

from __future__ import annotations

import asyncio
from functools import partial
from hashlib import sha256

import msgspec
from litestar import Response, post
from litestar.exceptions import ClientException, PermissionDeniedException
from litestar.status_codes import HTTP_200_OK

from avow.common.errors import KeyringError
from avow.engine.evidence.entries import WorkerEnrolled, WorkerRevoked
from avow.engine.keys import enrolment
from avow.engine.keys.enrolment import Enrolled
from avow.faces.web.security import Asked
from avow.faces.web.worker.desk import GivenDesk, WorkerDesk

LARGEST_FORM = 4_000  # bytes; anybody may send it


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the worker says."""

    system: str
    lookup: bytes
    public_key: bytes
    proof: bytes


class Told(msgspec.Struct, frozen=True):
    """What it is told: its id, and our public key, which it holds against the code."""

    worker: str
    avow_key: bytes


@post("/enrol", status_code=HTTP_200_OK, request_max_body_size=LARGEST_FORM)
async def enrol(request: Asked, desk: GivenDesk) -> Response[bytes]:
    """Enrol a worker, once for each code."""
    try:
        form = msgspec.json.decode(await request.body(), type=Form)
    except msgspec.MsgspecError:
        raise ClientException("this enrols no worker") from None
    done = await asyncio.to_thread(partial(_enrolled, desk, form))
    body = msgspec.json.encode(Told(done.worker, done.avow_key))
    return Response(body, media_type="application/json")


def _enrolled(desk: WorkerDesk, form: Form) -> Enrolled:
    asked = enrolment.Asked(form.system, form.lookup, form.public_key, form.proof)
    at = desk.clock.now()
    try:
        done = enrolment.enrol(desk.store, desk.ring, asked, at)
    except KeyringError as error:
        raise PermissionDeniedException(f"{error.code}: {error.what}: {error.because}") from None
    for before in done.retired:
        desk.note(WorkerRevoked(worker=before, system=form.system, by=done.by), at)
    key = sha256(form.public_key).hexdigest()
    entry = WorkerEnrolled(worker=done.worker, system=form.system, by=done.by, public_key=key)
    desk.note(entry, at)
    return done
