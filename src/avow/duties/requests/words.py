"""The words of requests: closed lists, the same in code, in the ledger and on pages."""

from __future__ import annotations

from enum import StrEnum


class Right(StrEnum):
    """What a person may ask. Articles of the GDPR."""

    INFORMATION = "information"  # 13, 14
    ACCESS = "access"  # 15
    RECTIFICATION = "rectification"  # 16
    ERASURE = "erasure"  # 17
    RESTRICTION = "restriction"  # 18
    PORTABILITY = "portability"  # 20
    OBJECTION = "objection"  # 21
    WITHDRAWAL = "withdrawal"  # 7(3)
    AUTOMATED_DECISION = "automated-decision"  # 22


class Channel(StrEnum):
    """How a request arrived. Any of them counts; none is a condition."""

    PORTAL = "portal"
    EMAIL = "email"
    LETTER = "letter"
    PHONE = "phone"
    API = "api"
    BULK = "bulk"
    OTHER = "other"


class Voice(StrEnum):
    """Who speaks for the person a request is about."""

    SELF = "self"
    REPRESENTATIVE = "representative"
    COMPANY = "company"


class Rung(StrEnum):
    """How a person showed who they are, from the least burden to the most."""

    SESSION = "session"
    SIGNED_LINK = "signed-link"
    KNOWN_ADDRESS = "known-address"
    KNOWN_FACTS = "known-facts"
    MANDATE = "mandate"
    AUTHORITY = "authority"
    DOCUMENT = "document"


class Outcome(StrEnum):
    """What was decided about one item of a request."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    REFUSED = "refused"


class Ground(StrEnum):
    """Why something asked for is refused or limited: the whole list."""

    IDENTITY = "identity-not-shown"  # 12(2), 12(6)
    UNFOUNDED = "manifestly-unfounded"  # 12(5)
    EXCESSIVE = "excessive"  # 12(5)
    OTHERS_RIGHTS = "rights-of-others"  # 15(4), 20(4)
    PRIVILEGE = "legal-privilege"
    SECRET = "trade-secret"  # noqa: S105 (a ground of refusal)
    LEGAL_DUTY = "legal-obligation"  # 17(3)(b)
    LEGAL_CLAIMS = "legal-claims"  # 17(3)(e), 18(2), 21(1)
    CONTRACT = "contract-needs-it"  # 17(1) does not apply while it runs
    EXPRESSION = "freedom-of-expression"  # 17(3)(a)
    PUBLIC_HEALTH = "public-health"  # 17(3)(c)
    RESEARCH = "archiving-or-research"  # 17(3)(d)
    COMPELLING = "compelling-grounds"  # 21(1) only
    NO_SUCH_BASIS = "right-does-not-apply"  # the legal basis gives no such right
    ACCURATE = "data-are-accurate"  # 16
    NOT_OURS = "not-the-controller"  # 28(3)(e)
    NOTHING_HELD = "nothing-held"


class Waits(StrEnum):
    """What a paused clock waits for."""

    IDENTITY = "identity"
    SCOPE = "scope"


class Reason(StrEnum):
    """Why the term is extended (art. 12(3)): nothing else is a reason."""

    COMPLEXITY = "complexity"
    NUMBER = "number-of-requests"


class Link(StrEnum):
    """Why two requests are one matter."""

    THREAD = "same-thread"
    PERSON = "same-person"


class Way(StrEnum):
    """How an answer reached the person."""

    PORTAL = "portal"
    MAIL = "mail"
    PAPER = "paper"


class Status(StrEnum):
    """Where a request stands. Nothing sets it: it follows from the steps."""

    IDENTIFYING = "identifying"
    DECIDING = "deciding"
    ACTING = "acting"
    ANSWERING = "answering"
    ANSWERED = "answered"
    CLOSED = "closed"


class ItemState(StrEnum):
    """Where one item of a request stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    ACTING = "acting"
    DONE = "done"
    REFUSED = "refused"
    TRANSMITTED = "transmitted"
    WITHDRAWN = "withdrawn"


SETTLED = frozenset({ItemState.DONE, ItemState.REFUSED, ItemState.TRANSMITTED, ItemState.WITHDRAWN})
"""Nothing more has to happen to an item in one of these states."""
