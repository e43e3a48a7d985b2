"""The console as one ASGI application, over whatever source it is given."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from traceback import extract_tb

from litestar import Litestar, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.types import Scope

from avow.faces.web.asked.desk import AskedDesk
from avow.faces.web.asked.first import first as asked_first
from avow.faces.web.asked.frame import gone, is_asked
from avow.faces.web.asked.save import save
from avow.faces.web.asked.send import hand_over, review
from avow.faces.web.asked.show import begin
from avow.faces.web.asked.show import show as asked_show
from avow.faces.web.asked.thanks import thanks
from avow.faces.web.console.first import first
from avow.faces.web.asked.task import task_answer, task_page
from avow.faces.web.console.notice import notice, notice_page
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
from avow.faces.web.public.archive import archive, archive_first
from avow.faces.web.public.desk import PublicDesk
from avow.faces.web.public.difference import difference
from avow.faces.web.public.edition import as_published, current, current_first, edition_page
from avow.faces.web.public.frame import gone as public_gone
from avow.faces.web.public.frame import is_public
from avow.faces.web.public.well_known import well_known
from avow.faces.web.render import Pages
from avow.faces.web.security import Asked, add_headers, check_request
from avow.faces.web.source import PageSource
from avow.faces.web.static_files import style

log = logging.getLogger(__name__)

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
LARGEST_FORM = 20_000  # bytes; the longest of our forms has ten questions with a sentence each
HANDLERS = (
    first,
    today,
    today_twin,
    *promises,
    promise,
    *plans,
    plan,
    plan_approve,
    *notice,
    notice_page,
    *stop,
    stop_now,
    stop_release,
    *patterns,
    style,
)
ASKED_HANDLERS = (
    asked_first,
    begin,
    asked_show,
    save,
    review,
    hand_over,
    thanks,
    task_page,
    task_answer,
)
PUBLIC_HANDLERS = (
    current_first,
    current,
    archive_first,
    archive,
    edition_page,
    as_published,
    difference,
    well_known,
)


def web_app(
    source: PageSource,
    *,
    hosts: Iterable[str] = LOCAL_HOSTS,
    asked: AskedDesk | None = None,
    public: PublicDesk | None = None,
) -> Litestar:
    """The console. `hosts`: the names it answers to, without port; any other is refused. With
    their desks it shows one-time pages and the public pages of the notice too."""
    pages = Pages(source)

    def problem(request: Asked, error: HTTPException) -> Response[bytes]:
        if asked is not None and is_asked(request.url.path):
            return gone(request, asked.house.name, error.status_code)
        if public is not None and is_public(request.url.path):
            return public_gone(request, public.controller.name, error.status_code)
        return refused(request, error, pages)

    handlers: tuple[BaseRouteHandler, ...] = HANDLERS
    given: dict[str, Provide] = {"pages": Provide(lambda: pages, sync_to_thread=False)}
    if asked is not None:
        handlers, given = (*handlers, *ASKED_HANDLERS), given | _desk(asked)
    if public is not None:
        handlers, given = (*handlers, *PUBLIC_HANDLERS), given | _shelf(public)
    return _app(handlers, given, problem, hosts)


def public_app(public: PublicDesk, *, hosts: Iterable[str] = LOCAL_HOSTS) -> Litestar:
    """The public pages of the notice and nothing else: what everybody may reach."""

    def problem(request: Asked, error: HTTPException) -> Response[bytes]:
        return public_gone(request, public.controller.name, error.status_code)

    return _app((*PUBLIC_HANDLERS, style), _shelf(public), problem, hosts)


def asked_app(asked: AskedDesk, *, hosts: Iterable[str] = LOCAL_HOSTS) -> Litestar:
    """One-time pages and nothing else: what may be reached by who must not see the console."""

    def problem(request: Asked, error: HTTPException) -> Response[bytes]:
        return gone(request, asked.house.name, error.status_code)

    return _app((*ASKED_HANDLERS, style), _desk(asked), problem, hosts)


async def tell_fault(error: Exception, scope: Scope) -> None:
    """Say that a page failed: what kind of fault, and where in our code. Its words are left out,
    and so is the path: either may hold a person's value or a secret."""
    del scope
    if not isinstance(error, HTTPException):
        last = extract_tb(error.__traceback__)[-1]
        log.error(
            "a page failed: %s (%s:%s)", type(error).__name__, Path(last.filename).name, last.lineno
        )


def _desk(asked: AskedDesk) -> dict[str, Provide]:
    return {"asked": Provide(lambda: asked, sync_to_thread=False)}


def _shelf(public: PublicDesk) -> dict[str, Provide]:
    return {"public": Provide(lambda: public, sync_to_thread=False)}


def _app(
    handlers: Iterable[BaseRouteHandler],
    given: dict[str, Provide],
    problem: Callable[[Asked, HTTPException], Response[bytes]],
    hosts: Iterable[str],
) -> Litestar:
    answered = frozenset(hosts)

    async def before(request: Asked) -> None:
        check_request(request, answered)

    return Litestar(
        route_handlers=tuple(handlers),
        dependencies=given,
        before_request=before,
        before_send=[add_headers],
        after_exception=[tell_fault],
        exception_handlers={HTTPException: problem},
        openapi_config=None,
        logging_config=None,
        request_max_body_size=LARGEST_FORM,
    )
