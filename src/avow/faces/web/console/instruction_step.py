"""Plan an instruction in its own sphere, carry the approved plan out, and tell its controller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.common.errors import AvowError
from avow.duties.requests.acting.restricting import Hands
from avow.duties.requests.processor.correcting import prepare_correction, run_changes
from avow.duties.requests.processor.instructed import CHANGED, finish, prepare
from avow.duties.requests.processor.restricting import prepare_lifting, prepare_restriction
from avow.duties.requests.processor.standing import Standing
from avow.duties.requests.tasks.instructing import Instructs
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.engine.planner import identities
from avow.engine.planner.instructed import Named
from avow.engine.planner.making import Estate
from avow.engine.planner.working import Bench
from avow.faces.web.changing_hands import changing_hands, erasing_hands
from avow.faces.web.console.instruction import PATH, TEMPLATE, context
from avow.faces.web.correct_form import wishes_of
from avow.faces.web.instruction_values import asked_by, unnamed_of, values_of
from avow.faces.web.instruction_views import allow_for_clients, back, known_instruction
from avow.faces.web.mistakes import Mistake
from avow.faces.web.plan_running import MAY_RUN, run_plans
from avow.faces.web.render import GivenPages, Pages
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told


@post(f"{PATH}/plan", sync_to_thread=True, action=Action.CARRY_OUT)
def instruction_plan(
    request: Asked,
    language: FromPath[str],
    instruction_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Plan it among the rows of its controller alone. Nothing goes by it."""
    mine = carried_out_by(request, language, instruction_id, pages, staff)
    if staff.estate is None:
        return back(language, mine.id, Told.NOT_POSSIBLE)
    lines, code = values_of(staff, mine, data)
    named = None
    if not code:
        named, code = _planned(
            staff, staff.estate, mine, asked_by(data.get("kind", ""), lines), data
        )
    if code:
        mistake = Mistake(mine.id, "plan", code, typed=data)
        return mistaken(request, language, mine, pages, staff, mistake)
    if named is None or not (named.missing or named.gaps):
        return back(language, mine.id, Told.INSTRUCTION_PLANNED)
    unnamed = unnamed_of(named, lines)
    page = context(request, language, mine.id, pages, staff, unnamed=unnamed)
    return pages.answer(request, TEMPLATE, page, 200)


def _planned(
    staff: StaffDesk,
    estate: Estate,
    mine: Standing,
    asked: Sequence[identities.Asked],
    form: Mapping[str, str],
) -> tuple[Named | None, str]:
    """Whom the values named, and the code of why there is no plan or the guard refused it."""
    try:
        changing = changing_hands(staff)
        if mine.what in CHANGED and changing is not None:
            return _changes(changing, mine, asked, form, staff.now())
        prepared = prepare(erasing_hands(staff, estate), mine.id, asked, at=staff.now())
    except AvowError as problem:
        return None, problem.code
    findings = prepared.made.findings
    return prepared.named, findings[0].code if findings else ""


def _changes(
    hands: Hands,
    mine: Standing,
    asked: Sequence[identities.Asked],
    form: Mapping[str, str],
    at: datetime,
) -> tuple[Named | None, str]:
    """The same of an instruction that changes cells of rows which stay."""
    if mine.what == Instructs.LIFT:
        prepare_lifting(hands, mine.id, form.get("lifts", ""), at=at)
        return None, ""
    if mine.what == Instructs.RESTRICT:
        return prepare_restriction(hands, mine.id, asked, at=at).named, ""
    wished = wishes_of(form)
    if not wished:
        return None, "no-field"
    return prepare_correction(hands, mine.id, asked, wished, at=at).named, ""


@post(f"{PATH}/run", sync_to_thread=True, action=Action.CARRY_OUT)
def instruction_run(
    request: Asked,
    language: FromPath[str],
    instruction_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Carry out the plan that two persons approved, as who is signed in and shows a fresh code."""
    mine = carried_out_by(request, language, instruction_id, pages, staff)
    if staff.tools is None:
        return back(language, mine.id, Told.NOT_POSSIBLE)
    if not mine.plan or mine.status not in MAY_RUN:
        code = "moved"
    elif not prove(staff.accounts, signed_of(request).person, data.get("code", ""), staff.now()):
        code = "code"
    else:
        code = _run(staff, mine, staff.tools())
    if not code:
        return back(language, mine.id, Told.PLANS_RUN)
    return mistaken(request, language, mine, pages, staff, Mistake(mine.id, "run", code))


def _run(staff: StaffDesk, mine: Standing, bench: Bench) -> str:
    """Carry its plan out; the code of why it did not go on, or nothing."""
    changing = changing_hands(staff)
    if mine.what not in CHANGED or changing is None:
        return run_plans(bench, [mine.plan])
    try:
        run_changes(changing, mine.id, at=staff.now())
    except AvowError as problem:
        return problem.code
    return ""


@post(f"{PATH}/tell", sync_to_thread=True, action=Action.CARRY_OUT)
def instruction_tell(
    request: Asked,
    language: FromPath[str],
    instruction_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect | Response[bytes]:
    """Write to the controller what went and what is left, with a fresh code."""
    mine = carried_out_by(request, language, instruction_id, pages, staff)
    if staff.estate is None:
        return back(language, mine.id, Told.NOT_POSSIBLE)
    by, at, code = signed_of(request).person, staff.now(), ""
    domain = staff.book.declaration.controller.email.rpartition("@")[2]
    if not domain:
        code = "no-sender"
    elif not prove(staff.accounts, by, data.get("code", ""), at):
        code = "code"
    else:
        try:
            finish(erasing_hands(staff, staff.estate), mine.id, domain=domain, at=at)
        except AvowError as problem:
            code = problem.code
    if not code:
        return back(language, mine.id, Told.CONTROLLER_TOLD)
    return mistaken(request, language, mine, pages, staff, Mistake(mine.id, "tell", code))


def carried_out_by(
    asked: Asked, language: str, instruction: str, pages: Pages, staff: StaffDesk
) -> Standing:
    """The instruction, for who may carry it out in the sphere of a client."""
    pages.frame(asked, language, "instructions")
    allow_for_clients(asked, Action.CARRY_OUT)
    return known_instruction(staff, instruction)


def mistaken(
    asked: Asked, language: str, mine: Standing, pages: Pages, staff: StaffDesk, mistake: Mistake
) -> Response[bytes]:
    """The page again, with what is wrong beside the form."""
    page = context(asked, language, mine.id, pages, staff, mistake=mistake)
    answer = pages.answer(asked, TEMPLATE, page, 422)
    answer.headers["cache-control"] = "no-store"
    return answer
