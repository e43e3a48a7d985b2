"""Decide one right of a request: accepted, or with a ground, its law and until when."""

from __future__ import annotations

from datetime import date

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from avow.duties.requests.steps import Decided, Refusal
from avow.duties.requests.words import Ground, Outcome
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import act, back, found
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told


@post("/{language:str}/requests/{request_id:str}/decide", sync_to_thread=True, action=Action.DECIDE)
def request_decide(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Redirect:
    """Decide it as who is signed in, who shows a fresh code."""
    pages.frame(request, language, "requests")
    mine, step = found(staff, request_id), decided(data)
    if step is None:
        return back(language, request_id, Told.NOT_POSSIBLE)
    if not prove(staff.accounts, signed_of(request).person, data.get("code", ""), staff.now()):
        return back(language, request_id, Told.UNKNOWN_PERSON)
    told = act(
        request, staff, mine, Action.DECIDE, step, Told.DECIDED, item=step.item,
        words=data.get("words", ""),
    )  # fmt: skip
    return back(language, request_id, told)


def decided(form: dict[str, str]) -> Decided | None:
    """The decision that a form says; None for what is none."""
    item, outcome = form.get("item", ""), form.get("outcome", "")
    if not item.isdecimal() or len(item) > 4 or int(item) == 0 or outcome not in set(Outcome):
        return None
    if outcome == Outcome.ACCEPTED:
        return Decided(item=int(item), outcome=Outcome.ACCEPTED)
    ground, law, until = form.get("ground", ""), form.get("law", "").strip(), form.get("until", "")
    if ground not in set(Ground) or not 0 < len(law) <= 200:
        return None
    try:
        last = date.fromisoformat(until) if until else None
    except ValueError:
        return None
    refusal = Refusal(ground=Ground(ground), law=law, until=last)
    return Decided(item=int(item), outcome=Outcome(outcome), refusals=(refusal,))
