"""The console as one ASGI application, over whatever source it is given."""

from __future__ import annotations

from collections.abc import Iterable

from litestar import Litestar, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException

from avow.faces.web.console.first import first
from avow.faces.web.console.patterns import patterns
from avow.faces.web.console.plan import plan
from avow.faces.web.console.plan_approve import plan_approve
from avow.faces.web.console.plans import plans
from avow.faces.web.console.promise import promise
from avow.faces.web.console.promises import promises
from avow.faces.web.console.refused import refused
from avow.faces.web.console.stop import stop
from avow.faces.web.console.stop_now import stop_now
from avow.faces.web.console.stop_release import stop_release
from avow.faces.web.console.today import today, today_twin
from avow.faces.web.render import Pages
from avow.faces.web.security import Asked, add_headers, check_request
from avow.faces.web.source import PageSource
from avow.faces.web.static_files import style

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
LARGEST_FORM = 20_000  # bytes; the longest of our forms has three short fields
HANDLERS = (
    first,
    today,
    today_twin,
    *promises,
    promise,
    *plans,
    plan,
    plan_approve,
    *stop,
    stop_now,
    stop_release,
    *patterns,
    style,
)


def web_app(source: PageSource, *, hosts: Iterable[str] = LOCAL_HOSTS) -> Litestar:
    """The console. `hosts`: the names it answers to, without port; any other is refused."""
    pages, answered = Pages(source), frozenset(hosts)

    async def before(request: Asked) -> None:
        check_request(request, answered)

    def problem(request: Asked, error: HTTPException) -> Response[bytes]:
        return refused(request, error, pages)

    return Litestar(
        route_handlers=HANDLERS,
        dependencies={"pages": Provide(lambda: pages, sync_to_thread=False)},
        before_request=before,
        before_send=[add_headers],
        exception_handlers={HTTPException: problem},
        openapi_config=None,
        request_max_body_size=LARGEST_FORM,
    )
