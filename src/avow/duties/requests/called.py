"""What rights, states, steps and the other closed lists of requests are called."""

from __future__ import annotations

from collections.abc import Mapping

from avow.common.languages import Words, mark
from avow.duties.requests.words import (
    Channel,
    Ground,
    ItemState,
    Link,
    Outcome,
    Reason,
    Right,
    Rung,
    Status,
    Voice,
    Waits,
)

STEPS: Mapping[str, str] = {
    "received": mark("The request arrived"),
    "person-named": mark("A person was named"),
    "right-asked": mark("A right was asked"),
    "linked": mark("Linked to another request"),
    "identity-asked": mark("The person was asked who they are"),
    "identity-shown": mark("The person showed who they are"),
    "identity-doubted": mark("What the person showed was not enough"),
    "paused": mark("The term stands"),
    "resumed": mark("The term runs again"),
    "extended": mark("The term was extended by two months"),
    "decided": mark("A right was decided"),
    "begun": mark("Work began"),
    "done": mark("Carried out"),
    "brought-back": mark("The erasure was taken back"),
    "transmitted": mark("Handed over to the controller whose matter it is"),
    "withdrawn-by-person": mark("The person took it back"),
    "answer-drafted": mark("An answer was drafted"),
    "answer-edited": mark("The answer was edited"),
    "answer-reviewed": mark("The answer was reviewed"),
    "answer-sent": mark("The answer left"),
    "answer-collected": mark("The person fetched the answer"),
    "noted": mark("A note was made"),
    "closed": mark("The request was closed"),
}
NOTES: Mapping[str, str] = {
    "accepted-rows": mark("it was said which rows are theirs"),
    "accuracy-contested": mark("the person says that data are wrong"),
    "acknowledged": mark("the receipt was written"),
    "added-by-person": mark("the person added something"),
    "advice": mark("advice of the data-protection officer"),
    "answer-not-mine": mark("who got the answer had not asked for it"),
    "answer-taken": mark("the answer was taken out, to print it or to send it by e-mail"),
    "arrival-not-known": mark("when the message arrived is not known"),
    "attachments-in-the-message-only": mark("attachments are in the message alone"),
    "authority-came": mark("a paper came that shows that somebody may speak"),
    "bring-back": mark("somebody takes the erasure back"),
    "came-back": mark("the person is known again, by an act of their own"),
    "could-not-be-taken-apart": mark("the message could not be taken apart"),
    "erasure-goes-on": mark("a hold ended and the erasure goes on"),
    "file-seen": mark("a file was looked at"),
    "identity-document-came": mark("a document came"),
    "identity-document-seen": mark("the document was looked at"),
    "known-facts-answered": mark("the questions were answered"),
    "lifting-told": mark("the end of the restriction was announced"),
    "link-of-an-address-not-held": mark("a link was opened that led to nobody who is known"),
    "message-cut": mark("the message was too long and is kept in part"),
    "message-joined": mark("another message of theirs came"),
    "message-of-another-sender": mark("a message of another sender came"),
    "minor-found": mark("it was found to be a minor"),
    "no-address-to-write-to": mark("there is no address to write to"),
    "not-answered-by-itself": mark("nothing was answered automatically"),
    "note": mark("words of somebody of ours"),
    "nothing-asked": mark("nothing was asked"),
    "pdf-made": mark("its PDF was made"),
    "pdf-not-made": mark("no PDF could be made of it"),
    "person-named-again": mark("the person was named anew"),
    "place-opened": mark("a place was opened"),
    "places-decided": mark("places were decided"),
    "restriction-lifted": mark("the restriction ended"),
    "say-what-is-asked": mark("somebody has to say what is asked"),
    "scan-came": mark("a scan was added"),
    "sender-checked": mark("what the mail server said of its sender"),
    "sender-of-our-own-domain": mark("somebody of ours sent it on"),
    "stays-another": mark("the old value rightly stays: it says something else"),
    "stays-historic": mark("the old value rightly stays: it was right at its time"),
    "task-cannot": mark("a task cannot be done"),
    "task-disproportionate": mark("a task would be disproportionate"),
    "task-done": mark("a task is done"),
    "task-nothing": mark("a task found nothing"),
    "use-goes-on": mark("the use goes on"),
    "use-stands-still": mark("the use stands still"),
}
"""What was noted with a request, by the code that stands in the step, up to a dot."""
WORDS: Mapping[str, str] = {
    Right.INFORMATION: mark("information"),
    Right.ACCESS: mark("access"),
    Right.RECTIFICATION: mark("rectification"),
    Right.ERASURE: mark("erasure"),
    Right.RESTRICTION: mark("restriction"),
    Right.PORTABILITY: mark("portability"),
    Right.OBJECTION: mark("objection"),
    Right.WITHDRAWAL: mark("withdrawal of consent"),
    Right.AUTOMATED_DECISION: mark("review of an automated decision"),
    Channel.PORTAL: mark("by the portal"),
    Channel.EMAIL: mark("by e-mail"),
    Channel.LETTER: mark("by letter"),
    Channel.PHONE: mark("by phone"),
    Channel.API: mark("by program"),
    Channel.BULK: mark("in a list"),
    Channel.OTHER: mark("in another way"),
    "mail": mark("by e-mail"),
    "paper": mark("on paper"),
    Voice.SELF: mark("speaks for themselves"),
    Voice.REPRESENTATIVE: mark("a representative speaks for them"),
    Voice.COMPANY: mark("a client company speaks for them"),
    Rung.SESSION: mark("signed in"),
    Rung.SIGNED_LINK: mark("a link sent to them"),
    Rung.KNOWN_ADDRESS: mark("a known address"),
    Rung.KNOWN_FACTS: mark("facts only they know"),
    Rung.MANDATE: mark("a mandate"),
    Rung.AUTHORITY: mark("authority to speak"),
    Rung.DOCUMENT: mark("a document"),
    Outcome.PARTLY: mark("partly accepted"),
    ItemState.ASKED: mark("to be decided"),
    ItemState.ACCEPTED: mark("accepted"),
    ItemState.ACTING: mark("being carried out"),
    ItemState.DONE: mark("done"),
    ItemState.REFUSED: mark("refused"),
    ItemState.TRANSMITTED: mark("handed over"),
    ItemState.WITHDRAWN: mark("taken back"),
    Status.IDENTIFYING: mark("who is it?"),
    Status.DECIDING: mark("to be decided"),
    Status.ANSWERING: mark("to be answered"),
    Status.ANSWERED: mark("answered"),
    Status.CLOSED: mark("closed"),
    Waits.IDENTITY: mark("until they show who they are"),
    Waits.SCOPE: mark("until they say what they mean"),
    Reason.COMPLEXITY: mark("it is complex"),
    Reason.NUMBER: mark("there are many requests"),
    Link.THREAD: mark("the same conversation"),
    Link.PERSON: mark("the same person"),
    Ground.IDENTITY: mark("the identity was not shown"),
    Ground.UNFOUNDED: mark("manifestly unfounded"),
    Ground.EXCESSIVE: mark("excessive"),
    Ground.OTHERS_RIGHTS: mark("the rights of others"),
    Ground.PRIVILEGE: mark("legal privilege"),
    Ground.SECRET: mark("a trade secret"),
    Ground.LEGAL_DUTY: mark("a legal obligation"),
    Ground.LEGAL_CLAIMS: mark("legal claims"),
    Ground.CONTRACT: mark("the contract needs it"),
    Ground.EXPRESSION: mark("freedom of expression"),
    Ground.PUBLIC_HEALTH: mark("public health"),
    Ground.RESEARCH: mark("archiving or research"),
    Ground.COMPELLING: mark("compelling grounds"),
    Ground.NO_SUCH_BASIS: mark("the legal basis gives no such right"),
    Ground.ACCURATE: mark("the data are accurate"),
    Ground.NOT_OURS: mark("another controller is responsible"),
    Ground.NOTHING_HELD: mark("nothing is held"),
}


def step_word(name: str, words: Words) -> str:
    """What a step is called; its own name where no sentence is known yet."""
    return words.say(STEPS[name]) if name in STEPS else name


def note_word(code: str, words: Words) -> str:
    """What a note is called; what follows a dot in its code (a number, a system) is left out, but
    for a word that says something. A code that nobody gave words is shown as it is."""
    name, _, about = code.partition(".")
    if name not in NOTES:
        return code
    said = words.say(NOTES[name])
    return f"{said} ({about})" if about and not about[0].isdigit() else said


def word_of(code: str, words: Words) -> str:
    """What a word of the closed lists is called; itself where it is none of them."""
    return words.say(WORDS[code]) if code in WORDS else code
