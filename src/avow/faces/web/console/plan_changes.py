"""Open what a plan of a correction changes, for who approves it: never without an entry in the log
of views."""

from __future__ import annotations

from litestar import Response, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from avow.common.errors import AvowError
from avow.duties.requests.acting.correcting_next import Differs, difference, plans_of
from avow.duties.requests.words import Right
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.views import Kind, Why, note_view
from avow.faces.web.changing_hands import changing_hands
from avow.faces.web.console.plan import context
from avow.faces.web.correct_form import without_secrets
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import allow, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff


@post(
    "/{language:str}/plans/{plan_id:str}/changes",
    sync_to_thread=True, status_code=200, action=Action.APPROVE_PLAN,
)  # fmt: skip
def plan_changes(
    request: Asked,
    language: FromPath[str],
    plan_id: FromPath[str],
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Show the values that stand in the rows now, and those that the plan writes. An approval signs
    the digest of the plan, and nobody can judge a correction by a digest.

    `NotFoundException` where it corrects nothing of ours, or is over.
    """
    page = context(request, language, plan_id, pages)
    if not page.can_open:
        raise NotFoundException(plan_id)
    changes = _opened(request, staff, page.plan.corrects, plan_id)
    page = context(request, language, plan_id, pages, changes, is_away=changes is None)
    answer = pages.answer(request, "plan.html", page, 200 if changes is not None else 422)
    answer.headers["cache-control"] = "no-store"
    return answer


def _opened(asked: Asked, staff: StaffDesk, name: str, plan: str) -> tuple[Differs, ...] | None:
    """What it changes; None where no system answers."""
    mine, hands = found(staff, name), changing_hands(staff)
    items = (i for i in mine.items.values() if i.right is Right.RECTIFICATION)
    item = next((i for i in items if plan in {p.plan for p in plans_of(staff.book, mine, i)}), None)
    if item is None:
        raise NotFoundException(plan)
    allow(asked, Action.APPROVE_PLAN, mine, item.item)
    if hands is None:
        return None
    by, at = signed_of(asked).person, staff.now()
    note_view(staff.accounts, mine.id, item.person, Kind.CORRECTION, Why.REVIEW, by=by, at=at)
    try:
        return without_secrets(difference(hands, mine, item, plan, at))
    except (AvowError, LookupError):
        return None
