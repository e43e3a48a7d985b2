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


def word_of(code: str, words: Words) -> str:
    """What a word of the closed lists is called; itself where it is none of them."""
    return words.say(WORDS[code]) if code in WORDS else code
