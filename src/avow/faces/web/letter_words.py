"""What letters are called in the console, when they are written, and why one did not arrive."""

from __future__ import annotations

from collections.abc import Mapping

from avow.common.languages import mark
from avow.duties.correspondence.letters import Reason

KINDS: Mapping[str, tuple[str, str]] = {
    "request-received": (
        mark("Receipt of a request"),
        mark("to the person, when a request has arrived on any channel"),
    ),
    "request-link": (
        mark("Link to follow a request"),
        mark("to the person, when they ask how far it is"),
    ),
    "identity-link": (
        mark("Link that shows who somebody is"),
        mark("to an address that the data name, before anything is told"),
    ),
    "identity-facts": (
        mark("Questions that show who somebody is"),
        mark("to the person, where no address is enough"),
    ),
    "answer-ready": (
        mark("The answer is ready"),
        mark("to the person, with a link that works for some days"),
    ),
    "request-outcome": (
        mark("What came of a request"),
        mark("to the person, when something was done, or is not done"),
    ),
    "restriction-ending": (
        mark("A restriction ends"),
        mark("to the person, before their data are used again"),
    ),
    "whom-to-ask": (
        mark("Whom to ask instead"),
        mark("to the person, when a client company decides about the data"),
    ),
    "company-asked": (
        mark("A company asked about its user"),
        mark("to the user, when their company asks for a change"),
    ),
    "task": (mark("Task of an owner"), mark("to who owns a system that avow cannot read")),
    "task-recipient": (
        mark("Task of a recipient"),
        mark("to who got data of a person that were erased or corrected"),
    ),
    "task-controller": (
        mark("Task of a client company"),
        mark("to who decides about data that we hold for them"),
    ),
    "task-escalation": (
        mark("A task is not done"),
        mark("to who answers for all tasks, after the last day"),
    ),
    "instruction-done": (
        mark("An instruction is carried out"),
        mark("to the client company that gave it"),
    ),
    "instruction-contested": (
        mark("An instruction is held to be unlawful"),
        mark("to the client company that gave it"),
    ),
    "incident-authority": (
        mark("Notification of a breach"),
        mark("to the authority, within 72 hours"),
    ),
    "notice-change": (
        mark("The statement changes"),
        mark("to everybody whom we know, before it counts"),
    ),
    "consent-again": (
        mark("Consent is asked again"),
        mark("to who agreed to something that changes"),
    ),
    "data-from-others": (
        mark("Data came from somebody else"),
        mark("to the person, within the term of art. 14"),
    ),
    "purpose-ended": (
        mark("A use has ended"),
        mark("to who objected, or withdrew their consent"),
    ),
}
"""What each kind is called, and to whom it goes and when."""

CASES: Mapping[str, str] = {
    "first": mark("As it is usually written"),
    "again": mark("As a reminder"),
    "late": mark("After the term"),
    "partly": mark("Where something is left"),
    "corrected": mark("Where something was corrected"),
    "restricted": mark("Where data are kept from use"),
    "lifted": mark("Where data may be used again"),
    "refused": mark("As a refusal"),
    "kept": mark("Where the person wanted the data kept"),
    "unread": mark("Before anybody has read what is asked"),
    "company": mark("To a company that asks for its users"),
}

REASONS: Mapping[str, str] = {
    Reason.NO_ADDRESS: mark("no address is known"),
    Reason.INVALID_ADDRESS: mark("what was given is no address"),
    Reason.NO_SUCH_ADDRESS: mark("the address does not exist"),
    Reason.MAILBOX_CLOSED: mark("the mailbox is closed"),
    Reason.MAILBOX_FULL: mark("the mailbox is full"),
    Reason.REFUSED: mark("the server refused it"),
    Reason.TOO_LARGE: mark("it was too large"),
    Reason.NOT_SUPPORTED: mark("the server cannot write such an address"),
    Reason.PUT_OFF: mark("the server put it off for too long"),
    Reason.NO_ANSWER: mark("no server answered"),
    Reason.OTHER: mark("the server did not say why"),
}
