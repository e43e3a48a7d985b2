"""The words of the pages of corrections and restrictions."""

from __future__ import annotations

from collections.abc import Mapping

from avow.common.languages import mark
from avow.duties.requests.acting.correcting_next import Turn
from avow.duties.requests.acting.rectifying import Stays
from avow.duties.requests.acting.restricting import CONTESTED, NONE, Cause
from avow.duties.requests.acting.restriction_next import Turn as Use
from avow.engine.accounts.views import Kind
from avow.estate.datamap.restricting import Mode

WORDS: Mapping[str, str] = {
    f"fix-{Turn.CARRY_OUT}": mark("Carry the correction out: its plans are approved."),
    f"fix-{Turn.PLAN}": mark("Say what is right, and plan it."),
    f"fix-{Turn.ROWS}": mark("Say first which rows are theirs."),
    f"fix-{Turn.DECIDE}": mark("Decide first whether it is corrected."),
    f"fix-{Turn.APPROVE}": mark("It waits for two persons who approve its plans."),
    f"fix-{Turn.LEFT}": mark("It is corrected, and the old value still stands somewhere."),
    f"fix-{Turn.DONE}": mark("It is corrected."),
    f"fix-{Turn.NOTHING}": mark("Nothing is corrected here."),
    f"fix-{Stays.HISTORIC}": mark("it was right at the time that the row tells of"),
    f"fix-{Stays.ANOTHER}": mark("it says something else, or is about somebody else"),
    f"use-{Use.BEGIN}": mark("Restrict the use."),
    f"use-{Use.PLAN}": mark("Plan the restriction where there is no plan."),
    f"use-{Use.ENFORCE}": mark("Carry the restriction out: its plans are approved."),
    f"use-{Use.PLAN_LIFTING}": mark("Plan that the cells come back."),
    f"use-{Use.LIFT}": mark("The data may be used again: carry it out."),
    f"use-{Use.ROWS}": mark("Say first which rows are theirs."),
    f"use-{Use.DECIDE}": mark("Decide first whether the use is restricted."),
    f"use-{Use.APPROVE}": mark("It waits for two persons who approve its plans."),
    f"use-{Use.NOTICE}": mark("It ends once the person has had two days' notice."),
    f"use-{Use.STANDS}": mark("The use is restricted."),
    f"use-{Use.CONTESTED}": mark("The use is restricted until the correction is decided."),
    f"use-{Use.OFFER}": mark("The use can be restricted until the correction is decided."),
    f"use-{Use.CORRECT}": mark("The cells are back: carry the correction out."),
    f"use-{Use.LIFTED}": mark("The restriction has ended."),
    f"use-{Use.NOTHING}": mark("Nothing is restricted here."),
    f"do-use-{Use.PLAN}": mark("Plan the restriction"),
    f"do-use-{Use.PLAN_LIFTING}": mark("Plan the return of the cells"),
    f"cause-{Cause.ACCURACY}": mark("It is verified whether the data are right (art. 18(1)(a))."),
    f"cause-{Cause.UNLAWFUL}": mark("Use was unlawful, and they want no erasure (art. 18(1)(b))."),
    f"cause-{Cause.CLAIMS}": mark("They need the data for a legal claim (art. 18(1)(c))."),
    f"cause-{Cause.OBJECTION}": mark("An objection is not decided yet (art. 18(1)(d))."),
    f"cause-{CONTESTED}": mark("A correction of these rows is not decided (art. 18(1)(a))."),
    "cause-asked": mark("Nobody wrote down why."),
    f"mode-{Mode.FLAG}": mark("a mark that readers heed"),
    f"mode-{Mode.VAULT}": mark("the cells leave the system"),
    f"mode-{Mode.POLICY}": mark("the database hides the row"),
    f"mode-{Mode.GATE}": mark("readers ask first"),
    f"mode-{NONE}": mark("nothing is enforced here"),
    f"view-{Kind.CORRECTION}": mark("what is corrected"),
    "page-correct": mark("The correction"),
    "page-restrict": mark("The restriction of use"),
    "wanted-fix-carry-out": mark("Carry the correction out: its plans are approved."),
    "wanted-fix-plan": mark("Say what is right, and plan it."),
    "wanted-use-begin": mark("Restrict the use."),
    "wanted-use-plan": mark("Plan the restriction where there is no plan."),
    "wanted-use-enforce": mark("Carry the restriction out: its plans are approved."),
    "wanted-use-plan-lifting": mark("Plan that the cells come back."),
    "wanted-use-lift": mark("The data may be used again: carry it out."),
}
"""What is next, why a restriction stands, and how each place keeps rows from use."""

PROBLEMS: Mapping[str, str] = {
    "no-systems": mark("The systems cannot be reached from here."),
    "no-field": mark("Name a field that is there."),
    "no-reason": mark("Choose a reason."),
    "AV416": mark("Somebody said stop: nothing runs in this system."),
    "AV427": mark("Two persons approve the plan first."),
    "AV428": mark("The system does not answer now. Try again: what is done is not done twice."),
    "AV461": mark("The field cannot take this value, or the system cannot be written so."),
    "AV464": mark("The plan was made for something else: plan again."),
    "AV465": mark("The system refused the value, and nothing was written."),
    "AV645": mark("The person hears first that it ends."),
    "AV646": mark("No row there was accepted as theirs."),
    "AV647": mark("It is a key, or other rows point to it by its value: its owner changes both."),
    "AV948": mark("The database cannot hide rows from roles."),
    "AV954": mark("Cells are out of the system, or it is not decided what is right."),
    "AV955": mark("No old value stands there any more."),
}
"""What is wrong with a form, by its code."""
