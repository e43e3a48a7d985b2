"""What workers dial, as one ASGI application of its own: no page of the console is behind it, so
its address may be reached by machines that must not see the console."""

from __future__ import annotations

from collections.abc import Iterable

from litestar import Litestar, Response, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException

from avow.faces.web.security import Asked, add_headers, check_host
from avow.faces.web.worker.beat import beat
from avow.faces.web.worker.calls import calls
from avow.faces.web.worker.conversation import conversation
from avow.faces.web.worker.desk import LARGEST, WorkerDesk
from avow.faces.web.worker.enrol import enrol
from avow.faces.web.worker.leave import leave

HANDLERS = (enrol, calls, conversation, beat, leave)


def worker_app(desk: WorkerDesk, *, hosts: Iterable[str]) -> Litestar:
    """`/worker/…`: enrolment, calls, conversations. `hosts`: the names it answers to."""
    answered = frozenset(hosts)

    async def before(request: Asked) -> None:
        # Who asks is known by a signature, which no page of another site can make.
        check_host(request, answered)

    return Litestar(
        route_handlers=[Router("/worker", route_handlers=HANDLERS)],
        dependencies={"desk": Provide(lambda: desk, sync_to_thread=False)},
        before_request=before,
        before_send=[add_headers],
        exception_handlers={HTTPException: _said},
        on_startup=[desk.bell.start],
        on_shutdown=[desk.bell.stop],
        openapi_config=None,
        request_max_body_size=LARGEST,
    )


def _said(request: Asked, error: HTTPException) -> Response[bytes]:
    """A refusal as one line of text."""
    del request
    return Response(error.detail.encode(), status_code=error.status_code, media_type="text/plain")
