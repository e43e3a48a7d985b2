"""What tasks are called, on the page of who does them and where they are listed."""

from __future__ import annotations

from collections.abc import Mapping

from avow.common.languages import mark
from avow.duties.requests.tasks.machine import Act

TITLES: Mapping[Act, str] = {
    Act.LOOK: mark("Look for a person's data"),
    Act.ERASE: mark("Erase a person's data"),
    Act.CORRECT: mark("Correct a person's data"),
    Act.RESTRICT: mark("Keep a person's data unused"),
    Act.STOP: mark("Stop using a person's data"),
    Act.TELL_ERASED: mark("A person's data were erased"),
    Act.TELL_CORRECTED: mark("A person's data were corrected"),
    Act.TELL_RESTRICTED: mark("A person's data are restricted"),
    Act.HAND_OVER: mark("A person asks about data you decide about"),
    Act.CONFIRM: mark("Confirm your instruction"),
    Act.INSTRUCTED: mark("Carry out an instruction"),
    Act.FETCH: mark("Fetch the copy of your data"),
}
