"""What instructions of controllers are called, on their pages and on Today."""

from __future__ import annotations

from collections.abc import Mapping

from avow.common.languages import mark
from avow.duties.requests.processor.standing import Wants
from avow.duties.requests.tasks.instructing import Instructs

WORDS: Mapping[str, str] = {
    f"instructs-{Instructs.ERASE}": mark("Erase persons"),
    f"instructs-{Instructs.EXTRACT}": mark("Give a copy of persons' data"),
    f"instructs-{Instructs.CORRECT}": mark("Correct persons' data"),
    f"instructs-{Instructs.RESTRICT}": mark("Keep persons' data unused"),
    f"instructs-{Instructs.LIFT}": mark("Let persons' data be used again"),
    f"instructs-{Instructs.RETURN}": mark("Return all of its data: the contract ends"),
    f"instructs-{Instructs.DELETE_ALL}": mark("Erase all of its data: the contract ends"),
    f"instruction-{Wants.TELL}": mark("tell the controller what was done"),
    f"instruction-{Wants.CARRY_OUT}": mark("carry its plan out"),
    f"instruction-{Wants.REST}": mark("plan what is left"),
    f"instruction-{Wants.PLAN}": mark("plan it"),
    f"instruction-{Wants.DRAW}": mark("draw the copy"),
    f"instruction-{Wants.NOT_FETCHED}": mark("hand the copy over in another way"),
    f"instruction-{Wants.FETCH}": mark("the controller fetches the copy"),
    f"instruction-{Wants.OWNER}": mark("name an owner of the system"),
    f"instruction-{Wants.NOT_THEIRS}": mark("find out who sent it"),
    f"instruction-{Wants.APPROVE}": mark("two persons approve its plan"),
    f"instruction-{Wants.BY_HAND}": mark("the owner of the system does it"),
    f"instruction-{Wants.CONFIRM}": mark("the controller confirms it"),
    f"instruction-{Wants.CONTESTED}": mark("held to be unlawful"),
    f"instruction-{Wants.TAKEN_BACK}": mark("taken back"),
    f"instruction-{Wants.NOTHING}": mark("done"),
    "happened-confirm-made": mark("Entered in the log"),
    "happened-confirm-asked": mark("Its contact was asked to confirm it"),
    "happened-confirm-reminded": mark("Its contact was reminded"),
    "happened-confirm-came-back": mark("The letter to its contact did not arrive"),
    "happened-confirm-escalated": mark("Who answers for it all was told that nobody confirmed it"),
    "happened-confirm-done": mark("Its contact confirmed it"),
    "happened-confirm-cannot": mark("Its contact says that it is not theirs"),
    "happened-confirm-withdrawn": mark("Nobody is asked to confirm it any more"),
    "happened-owner-made": mark("The owner of the system has the task"),
    "happened-owner-asked": mark("The owner of the system was written to"),
    "happened-owner-reminded": mark("The owner of the system was reminded"),
    "happened-owner-came-back": mark("The letter to the owner did not arrive"),
    "happened-owner-escalated": mark("Who answers for it all was told that it is not done"),
    "happened-owner-done": mark("Done"),
    "happened-owner-nothing": mark("Nothing of it is held"),
    "happened-owner-cannot": mark("Something of it is left"),
    "happened-owner-withdrawn": mark("The task of the owner was taken back"),
    "happened-fetch-made": mark("Its contact is asked to fetch the copy"),
    "happened-fetch-asked": mark("Its contact was sent the link"),
    "happened-fetch-reminded": mark("Its contact was reminded to fetch the copy"),
    "happened-fetch-came-back": mark("The letter to its contact did not arrive"),
    "happened-fetch-escalated": mark("Who answers for it all was told that nobody fetched it"),
    "happened-fetch-done": mark("Its contact says that it has the copy"),
    "happened-fetch-cannot": mark("Its contact says that the copy cannot be fetched"),
    "happened-fetch-withdrawn": mark("Nobody is asked to fetch it any more"),
    "happened-drawn": mark("The copy was drawn"),
    "happened-fetched": mark("The copy was fetched"),
    "happened-planned": mark("Planned"),
    "happened-approved": mark("The plan was approved"),
    "happened-restored": mark("A backup brought back what it had removed"),
    "happened-told": mark("The controller was told what was done"),
    "happened-contested": mark("The controller was told that we hold it to be unlawful"),
}
"""What is instructed, what it waits for, and what happened with it."""
ASKS: Mapping[str, str] = {
    Wants.TELL: mark("Tell the controller what became of {subject}."),
    Wants.CARRY_OUT: mark("Carry out the approved plan of {subject}."),
    Wants.REST: mark("Plan what is left of {subject}."),
    Wants.PLAN: mark("Plan {subject}: its controller confirmed it."),
    Wants.DRAW: mark("Draw the copy that {subject} asks for."),
    Wants.NOT_FETCHED: mark("Hand over otherwise the copy of {subject}: it could not be fetched."),
    Wants.OWNER: mark("Name who owns the system of {subject}: nobody can carry it out."),
    Wants.NOT_THEIRS: mark(
        "Find out who sent {subject}: its controller says that it is not theirs."
    ),
}
"""What an instruction asks of us today."""
PROBLEMS: Mapping[str, str] = {
    "AV674": mark("No contact of that controller is registered that may instruct us."),
    "AV968": mark("It cannot be: read above where it stands, and whom the values name."),
    "AV967": mark("A table of ours is made from these rows, and would go on telling of them."),
    "AV451": mark("Whose some of these rows are cannot be decided."),
    "no-instruction": mark("Say who instructs, what, and in which words."),
    "no-values": mark("Give the values that name the persons, one on each line."),
    "bad-values": mark("There are too many values: 500 at most; the command takes longer lists."),
    "no-infringement": mark("Say which law it infringes."),
}
"""What is wrong with a form about an instruction, by the code of it."""
