"""What changes cells from a page: corrections and restrictions, by the same hands as commands."""

from __future__ import annotations

from avow.duties.requests.acting.restricting import Hands
from avow.engine.planner.making import noted
from avow.engine.planner.plan import Plan
from avow.engine.planner.stop import Stops
from avow.faces.web.signin.desk import StaffDesk


def changing_hands(staff: StaffDesk) -> Hands | None:
    """What acts on systems; None where none can be read from here. Any stop is heeded, also one by
    a file in the state directory where plans are carried out from here."""
    if staff.estate is None:
        return None
    folder = staff.tools().folder if staff.tools is not None else None

    def note_plan(plan: Plan) -> None:
        staff.note(noted(plan), staff.now())

    return Hands(
        staff.book, staff.estate, Stops(staff.book.runs, folder).reason, note_plan=note_plan
    )
