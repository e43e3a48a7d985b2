"""Place a hold, or release one: who does it is signed in, and a release takes a fresh code."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from avow.common.masked import Masked
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.signing_in import prove
from avow.engine.facts.standing import Who, row
from avow.engine.planner import hold
from avow.engine.planner.refusals import PlannerError
from avow.faces.web.render import GivenPages
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff
from avow.faces.web.source import Told

PATIENCE = 30
"""Looks at a batch that goes on, of a tenth of a second each, for which who places a hold waits."""
LONGEST = 200
"""Characters of a reason, a law, a value or a key."""


@post("/{language:str}/holds/place", sync_to_thread=True, action=Action.PLACE_HOLD)
def hold_place(
    request: Asked, language: FromPath[str], data: Form, pages: GivenPages, staff: GivenStaff
) -> Redirect:
    """Place it, and wait a moment until every batch that had begun before has ended. Where one goes
    on longer, a round says later that the hold is in effect."""
    pages.frame(request, language, "holds")
    about, why = about_of(staff, data), reason_of(staff, data)
    if about is None or why is None:
        return _back(language, Told.NOT_POSSIBLE)
    runs, by = staff.book.runs, signed_of(request).person
    name = hold.place(runs, staff.book.ring, [about], why, by=by, at=staff.now(), note=staff.note)
    since = hold.wait(runs, name, staff.clock, time.sleep, PATIENCE)
    return _back(language, Told.HOLD_PLACED if since is not None else Told.HOLD_WAITS)


@post("/{language:str}/holds/release", sync_to_thread=True, action=Action.RELEASE_HOLD)
def hold_release(
    request: Asked, language: FromPath[str], data: Form, pages: GivenPages, staff: GivenStaff
) -> Redirect:
    """Release it as who is signed in, who shows a fresh code; whom it was about is forgotten."""
    pages.frame(request, language, "holds")
    by = signed_of(request).person
    if not prove(staff.accounts, by, data.get("code", ""), staff.now()):
        return _back(language, Told.UNKNOWN_PERSON)
    name = data.get("hold", "")
    try:
        hold.release(staff.book.runs, name, by=by, at=staff.now(), note=staff.note)
    except PlannerError:
        return _back(language, Told.TOO_LATE)
    return _back(language, Told.HOLD_RELEASED)


def about_of(staff: StaffDesk, form: Mapping[str, str]) -> Who | None:
    """Whom or what a form names: a person by a value of a kind of the data map, or a row by its key
    (parts divided by commas). None where it names nothing, or both."""
    kind, value = form.get("kind", ""), form.get("value", "").strip()
    place, key = form.get("place", ""), form.get("key", "").strip()
    if bool(value) is bool(key) or max(len(value), len(key)) > LONGEST:
        return None
    known = tuple(staff.book.declaration.datamap.datasets())
    if value:
        kinds = {i.kind for _, dataset in known for i in dataset.identities}
        return Who(kind, Masked(value)) if kind in kinds else None
    for system, dataset in known:
        parts = [part.strip() for part in key.split(",")]
        if place == f"{system.name}:{dataset.name}" and len(parts) == len(dataset.key):
            return row(system.name, dataset.name, parts)
    return None


def reason_of(staff: StaffDesk, form: Mapping[str, str]) -> hold.Reason | None:
    """Why, by which law, and when it is looked at again: a day to come. None where one lacks."""
    word, law = form.get("reason", "").strip(), form.get("law", "").strip()
    try:
        review = date.fromisoformat(form.get("until", ""))
    except ValueError:
        return None
    if not word or not law or max(len(word), len(law)) > LONGEST or review <= staff.today():
        return None
    return hold.Reason(word, law, review)


def _back(language: str, told: Told) -> Redirect:
    return Redirect(f"/{language}/holds?told={told}", status_code=HTTP_303_SEE_OTHER)
