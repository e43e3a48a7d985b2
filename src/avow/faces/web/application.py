"""The console as one ASGI application, over whatever source it is given."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from traceback import extract_tb
from typing import Any

from litestar import Litestar, Response, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.types import Scope

from avow.engine.accounts.matrix import Action
from avow.faces.web.asked.desk import AskedDesk
from avow.faces.web.asked.first import first as asked_first
from avow.faces.web.asked.frame import gone, is_asked
from avow.faces.web.asked.save import save
from avow.faces.web.asked.send import hand_over, review
from avow.faces.web.asked.show import begin
from avow.faces.web.asked.show import show as asked_show
from avow.faces.web.asked.task import task_answer, task_fetch, task_page
from avow.faces.web.asked.thanks import thanks
from avow.faces.web.console.account_add import account_add
from avow.faces.web.console.account_end import account_end
from avow.faces.web.console.accounts import accounts
from avow.faces.web.console.erase_together import erase_all, erase_together
from avow.faces.web.console.erasure_back import erasure_back, erasure_back_say
from avow.faces.web.console.first import first
from avow.faces.web.console.hold_count import hold_count
from avow.faces.web.console.hold_place import hold_place, hold_release
from avow.faces.web.console.holds import holds
from avow.faces.web.console.incident import incident
from avow.faces.web.console.incident_letter import incident_letter
from avow.faces.web.console.incident_report import incident_report
from avow.faces.web.console.incident_step import incident_advise, incident_step
from avow.faces.web.console.incidents import incidents
from avow.faces.web.console.instruction import instruction
from avow.faces.web.console.instruction_contest import instruction_contest
from avow.faces.web.console.instruction_draw import instruction_draw
from avow.faces.web.console.instruction_enter import instruction_enter
from avow.faces.web.console.instruction_open import instruction_open
from avow.faces.web.console.instruction_step import (
    instruction_plan,
    instruction_run,
    instruction_tell,
)
from avow.faces.web.console.instructions import instructions
from avow.faces.web.console.letter import letter
from avow.faces.web.console.letters import staff_letters
from avow.faces.web.console.notice import notice, notice_page
from avow.faces.web.console.patterns import patterns
from avow.faces.web.console.plan import plan
from avow.faces.web.console.plan_approve import plan_approve
from avow.faces.web.console.plan_changes import plan_changes
from avow.faces.web.console.plans import plans
from avow.faces.web.console.promise import promise
from avow.faces.web.console.promises import promises
from avow.faces.web.console.refused import refused
from avow.faces.web.console.request import request
from avow.faces.web.console.request_answer import request_answer
from avow.faces.web.console.request_answer_draw import answer_draw, answer_write
from avow.faces.web.console.request_answer_letter import answer_edit, answer_open
from avow.faces.web.console.request_answer_page import answer_page
from avow.faces.web.console.request_answer_send import answer_review, answer_send
from avow.faces.web.console.request_answer_take import answer_take
from avow.faces.web.console.request_correct import request_correct
from avow.faces.web.console.request_correct_look import correct_look
from avow.faces.web.console.request_correct_step import correct_act
from avow.faces.web.console.request_decide import request_decide
from avow.faces.web.console.request_end import request_end
from avow.faces.web.console.request_end_act import end_act
from avow.faces.web.console.request_enter import request_enter, request_entered
from avow.faces.web.console.request_erase import request_erase
from avow.faces.web.console.request_erase_step import erase_end, erase_plan, erase_run
from avow.faces.web.console.request_extend import request_extend
from avow.faces.web.console.request_file_add import file_add
from avow.faces.web.console.request_files import file_see, request_files
from avow.faces.web.console.request_hand_over import request_hand_over
from avow.faces.web.console.request_hand_over_step import hand_over_go, hand_over_look
from avow.faces.web.console.request_identity import request_identity
from avow.faces.web.console.request_identity_document import identity_document, identity_judge
from avow.faces.web.console.request_identity_questions import (
    identity_questions,
    identity_questions_send,
)
from avow.faces.web.console.request_identity_speaker import identity_speaker
from avow.faces.web.console.request_identity_step import identity_step
from avow.faces.web.console.request_minor import minor_sent, request_minor
from avow.faces.web.console.request_note import request_note
from avow.faces.web.console.request_open import request_open
from avow.faces.web.console.request_outcome import request_outcome
from avow.faces.web.console.request_outcome_letter import outcome_edit, outcome_open, outcome_write
from avow.faces.web.console.request_outcome_send import outcome_review, outcome_send
from avow.faces.web.console.request_redact import request_redact
from avow.faces.web.console.request_redact_decide import redact_decide, redact_point
from avow.faces.web.console.request_redact_open import redact_look, redact_open
from avow.faces.web.console.request_restrict import request_restrict
from avow.faces.web.console.request_restrict_act import restrict_act
from avow.faces.web.console.request_rows import request_rows
from avow.faces.web.console.request_rows_accept import rows_accept, rows_search
from avow.faces.web.console.request_wait import request_wait
from avow.faces.web.console.requests import requests
from avow.faces.web.console.stop import stop
from avow.faces.web.console.stop_now import stop_now
from avow.faces.web.console.stop_release import stop_release
from avow.faces.web.console.system import system
from avow.faces.web.console.system_task import (
    system_task,
    system_task_answer,
    system_task_open,
)
from avow.faces.web.console.systems import systems
from avow.faces.web.console.today import today, today_twin
from avow.faces.web.console.views import views
from avow.faces.web.portal.add import added
from avow.faces.web.portal.confirm import leave, prove, proved
from avow.faces.web.portal.follow import follow, wished, wishing
from avow.faces.web.portal.know import knew, know
from avow.faces.web.portal.letters import letters
from avow.faces.web.portal.make import PortalDesk, ask
from avow.faces.web.portal.receive import fetch, receive, refuse
from avow.faces.web.portal.review import change, send
from avow.faces.web.portal.review import review as portal_review
from avow.faces.web.portal.withdraw import withdraw, withdrawn
from avow.faces.web.public.archive import archive, archive_first
from avow.faces.web.public.desk import PublicDesk
from avow.faces.web.public.difference import difference
from avow.faces.web.public.edition import as_published, current, current_first, edition_page
from avow.faces.web.public.frame import gone as public_gone
from avow.faces.web.public.frame import is_public
from avow.faces.web.public.well_known import well_known
from avow.faces.web.render import Pages
from avow.faces.web.security import Asked, add_headers, check_request
from avow.faces.web.signin.desk import StaffDesk, admit
from avow.faces.web.signin.enrol import enrol, enrol_begin, enrol_finish
from avow.faces.web.signin.sign_in import sign_in, signed_in
from avow.faces.web.signin.sign_out import sign_out
from avow.faces.web.source import PageSource
from avow.faces.web.static_files import style

log = logging.getLogger(__name__)

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
LARGEST_FORM = 20_000  # bytes; the longest of our forms has ten questions with a sentence each
OPEN = {"action": Action.OPEN}
"""Pages that have locks of their own, or none: nobody signs in for them."""
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
)
STAFF_HANDLERS = (
    sign_in,
    signed_in,
    sign_out,
    enrol,
    enrol_begin,
    enrol_finish,
    *requests,
    *request_enter,
    request_entered,
    *erase_together,
    erase_all,
    *request,
    request_open,
    request_note,
    request_extend,
    request_wait,
    request_decide,
    *request_answer,
    answer_draw,
    answer_write,
    answer_open,
    answer_page,
    *request_minor,
    minor_sent,
    answer_take,
    plan_changes,
    answer_edit,
    answer_review,
    answer_send,
    *request_redact,
    redact_open,
    redact_look,
    redact_decide,
    redact_point,
    *request_identity,
    identity_step,
    identity_document,
    identity_judge,
    identity_speaker,
    identity_questions,
    identity_questions_send,
    *request_hand_over,
    hand_over_look,
    hand_over_go,
    *request_end,
    end_act,
    *request_correct,
    correct_look,
    correct_act,
    *request_restrict,
    restrict_act,
    *request_erase,
    *erasure_back,
    erasure_back_say,
    erase_plan,
    erase_run,
    erase_end,
    *request_files,
    file_see,
    file_add,
    *request_rows,
    rows_search,
    rows_accept,
    *request_outcome,
    outcome_write,
    outcome_open,
    outcome_edit,
    outcome_review,
    outcome_send,
    *instructions,
    instruction_enter,
    *instruction,
    instruction_open,
    instruction_contest,
    instruction_plan,
    instruction_draw,
    instruction_run,
    instruction_tell,
    *systems,
    system,
    *staff_letters,
    letter,
    system_task,
    system_task_open,
    system_task_answer,
    *holds,
    hold_place,
    hold_count,
    hold_release,
    *incidents,
    incident_report,
    *incident,
    incident_step,
    incident_advise,
    incident_letter,
    *accounts,
    account_add,
    account_end,
    *views,
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
    task_fetch,
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

PORTAL_HANDLERS = (
    ask,
    portal_review,
    change,
    send,
    follow,
    wishing,
    wished,
    withdraw,
    withdrawn,
    added,
    letters,
    receive,
    fetch,
    refuse,
    prove,
    proved,
    know,
    knew,
    leave,
)


def web_app(
    source: PageSource,
    *,
    hosts: Iterable[str] = LOCAL_HOSTS,
    asked: AskedDesk | None = None,
    public: PublicDesk | None = None,
    staff: StaffDesk | None = None,
    portal: PortalDesk | None = None,
) -> Litestar:
    """The console. `hosts`: the names it answers to, without port; any other is refused. With
    their desks it shows one-time pages and the public pages of the notice too, and with that of
    staff it lets in who is signed in and may do what a page is for."""
    pages = Pages(source)

    def problem(request: Asked, error: HTTPException) -> Response[bytes]:
        if asked is not None and is_asked(request.url.path):
            return gone(request, asked.house.name, error.status_code)
        if public is not None and is_public(request.url.path):
            return public_gone(request, public.controller.name, error.status_code)
        if staff is not None and request.state.get("guarded") is None:
            request.state.guarded = True  # no page, so nobody looked who it is
        return refused(request, error, pages)

    open_to_all: tuple[BaseRouteHandler, ...] = (style,)
    handlers: tuple[BaseRouteHandler, ...] = HANDLERS
    given: dict[str, Provide] = {"pages": Provide(lambda: pages, sync_to_thread=False)}
    if asked is not None:
        open_to_all, given = (*open_to_all, *ASKED_HANDLERS), given | _desk(asked)
    if public is not None:
        open_to_all, given = (*open_to_all, *PUBLIC_HANDLERS), given | _shelf(public)
    if portal is not None:
        open_to_all, given = (*open_to_all, *PORTAL_HANDLERS), given | _counter(portal)
    if staff is not None:
        handlers = (*handlers, *STAFF_HANDLERS)
        given["staff"] = Provide(lambda: staff, sync_to_thread=False)
    routes: tuple[BaseRouteHandler | Router, ...] = (
        *handlers,
        Router("/", route_handlers=open_to_all, opt=OPEN),
    )
    return _app(routes, given, problem, hosts, staff)


def public_app(
    public: PublicDesk,
    *,
    hosts: Iterable[str] = LOCAL_HOSTS,
    portal: PortalDesk | None = None,
) -> Litestar:
    """The public pages of the notice, with its desk the form by which persons ask, and nothing
    else: what everybody may reach."""

    def problem(request: Asked, error: HTTPException) -> Response[bytes]:
        return public_gone(request, public.controller.name, error.status_code)

    handlers, given = (*PUBLIC_HANDLERS, style), _shelf(public)
    if portal is not None:
        return _app((*handlers, *PORTAL_HANDLERS), given | _counter(portal), problem, hosts)
    return _app(handlers, given, problem, hosts)


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


def _counter(portal: PortalDesk) -> dict[str, Provide]:
    return {"portal": Provide(lambda: portal, sync_to_thread=False)}


def _shelf(public: PublicDesk) -> dict[str, Provide]:
    return {"public": Provide(lambda: public, sync_to_thread=False)}


def _app(
    handlers: Iterable[BaseRouteHandler | Router],
    given: dict[str, Provide],
    problem: Callable[[Asked, HTTPException], Response[bytes]],
    hosts: Iterable[str],
    staff: StaffDesk | None = None,
) -> Litestar:
    answered = frozenset(hosts)

    async def before(request: Asked) -> Response[Any] | None:
        check_request(request, answered)
        return await admit(request, staff)

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
