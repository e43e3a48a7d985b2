"""What acts on systems from a page, by the same hands as commands: corrections and restrictions,
and erasures."""

from __future__ import annotations

from avow.duties.requests.acting import erasing
from avow.duties.requests.acting.restricting import Hands
from avow.engine.planner.apply import Office
from avow.engine.planner.making import Estate, Memory, noted
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


def erasing_hands(staff: StaffDesk, estate: Estate) -> erasing.Hands:
    """What erasing works with today."""
    book, today = staff.book, staff.today()
    office = Office(book.runs, book.ring, book.declaration, today)
    memory = Memory(book.runs, book.ring, book.declaration, today)
    return erasing.Hands(book, office, estate, memory)
