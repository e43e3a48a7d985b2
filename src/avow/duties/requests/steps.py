"""The steps of a request: what happened, in words of closed lists, ids, numbers and days.

A step holds no personal value: what a person said lies sealed beside it (`book`), and its digest in
the ledger is a salted commitment.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from avow.duties.requests.words import (
    Channel,
    Ground,
    Link,
    Outcome,
    Reason,
    Right,
    Rung,
    Voice,
    Waits,
    Way,
)

Number = Annotated[int, Meta(ge=1, le=9999)]
Record = Annotated[str, Meta(pattern=r"\A[a-z]+-[a-z2-7]{26}\Z")]
Word = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_.∅-]{1,100}\Z")]


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="step"):
    """One step; its `tag` is its name."""


class Received(Step, frozen=True, kw_only=True, tag="received"):
    """A request arrived, on whatever channel. `day` is the local day of arrival: the term runs from
    it. `acknowledged`: the person hears of it by a letter of ours."""

    channel: Channel
    arrived: datetime
    day: date
    language: str


class PersonNamed(Step, frozen=True, kw_only=True, tag="person-named"):
    """Somebody whom the request is about, and who speaks for them."""

    person: Number
    voice: Voice = Voice.SELF


class RightAsked(Step, frozen=True, kw_only=True, tag="right-asked"):
    """An item: one right of one person. `purpose` limits an objection or a withdrawal to one
    purpose; `marketing` says that it is about direct marketing."""

    item: Number
    person: Number
    right: Right
    purpose: Word | None = None
    marketing: bool = False


class Linked(Step, frozen=True, kw_only=True, tag="linked"):
    """The request belongs to another one; both stay, neither is merged."""

    other: Record
    why: Link


class IdentityAsked(Step, frozen=True, kw_only=True, tag="identity-asked"):
    """The person is asked to show who they are; `pauses`: there is reasonable doubt, and the term
    stands until they answer (art. 12(6))."""

    person: Number
    rung: Rung
    pauses: bool = False


class IdentityShown(Step, frozen=True, kw_only=True, tag="identity-shown"):
    """The person showed who they are; a term that waited for it runs again."""

    person: Number
    rung: Rung


class IdentityDoubted(Step, frozen=True, kw_only=True, tag="identity-doubted"):
    """What the person showed was not enough; `final`: nothing more is asked."""

    person: Number
    rung: Rung
    final: bool = False


class Paused(Step, frozen=True, kw_only=True, tag="paused"):
    """The term stands until the person says more."""

    waits: Waits


class Resumed(Step, frozen=True, kw_only=True, tag="resumed"):
    """The person answered: the term runs again."""

    waits: Waits


class Extended(Step, frozen=True, kw_only=True, tag="extended"):
    """Two further months, told to the person within the first one."""

    reason: Reason


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why something is refused or limited: the ground, its law, where, and until when."""

    ground: Ground
    law: str
    clause: str = ""
    where: Word | None = None
    until: date | None = None


class Decided(Step, frozen=True, kw_only=True, tag="decided"):
    """One item was decided. Whatever is not given in full names its grounds."""

    item: Number
    outcome: Outcome
    refusals: tuple[Refusal, ...] = ()


class Begun(Step, frozen=True, kw_only=True, tag="begun"):
    """Work on an item began: a plan, a task or an extract, by the id of its record."""

    item: Number
    record: Record


class Done(Step, frozen=True, kw_only=True, tag="done"):
    """An item was carried out. `gaps`: places that could not be reached; with any it is not
    complete. `retained`: groups of data that stay with a reason."""

    item: Number
    gaps: int = 0
    retained: int = 0


class BroughtBack(Step, frozen=True, kw_only=True, tag="brought-back"):
    """An erasure was taken back while that could be done: it is to be decided anew. `rows` came
    back; `left` lay in no bundle, or were refused where they stood. `drafts` are letters that say
    that it is erased: they are none any more."""

    item: Number
    rows: int
    left: int = 0
    drafts: tuple[Record, ...] = ()


class Transmitted(Step, frozen=True, kw_only=True, tag="transmitted"):
    """The item is the matter of another controller: handed over with proof, the person told."""

    item: Number
    record: Record


class WithdrawnByPerson(Step, frozen=True, kw_only=True, tag="withdrawn-by-person"):
    """The person takes items back."""

    items: tuple[Number, ...]


class AnswerDrafted(Step, frozen=True, kw_only=True, tag="answer-drafted"):
    """An answer was written; `digest` is SHA-256 of its bytes. `final`: nothing follows it."""

    answer: Record
    digest: str
    final: bool = True


class AnswerEdited(Step, frozen=True, kw_only=True, tag="answer-edited"):
    """Somebody changed the words of an answer before it left."""

    answer: Record
    before: str
    digest: str


class AnswerReviewed(Step, frozen=True, kw_only=True, tag="answer-reviewed"):
    """Somebody looked through an answer and lets it leave."""

    answer: Record
    digest: str


class AnswerSent(Step, frozen=True, kw_only=True, tag="answer-sent"):
    """An answer left."""

    answer: Record
    way: Way


class AnswerCollected(Step, frozen=True, kw_only=True, tag="answer-collected"):
    """The person fetched an answer."""

    answer: Record


class Noted(Step, frozen=True, kw_only=True, tag="noted"):
    """Something to remember: words of people lie sealed beside the step."""

    what: Word


class Closed(Step, frozen=True, kw_only=True, tag="closed"):
    """Nothing more is to be done."""


Steps = (
    Received
    | PersonNamed
    | RightAsked
    | Linked
    | IdentityAsked
    | IdentityShown
    | IdentityDoubted
    | Paused
    | Resumed
    | Extended
    | Decided
    | Begun
    | Done
    | BroughtBack
    | Transmitted
    | WithdrawnByPerson
    | AnswerDrafted
    | AnswerEdited
    | AnswerReviewed
    | AnswerSent
    | AnswerCollected
    | Noted
    | Closed
)
"""Every step there is."""

_READ: msgspec.json.Decoder[Steps] = msgspec.json.Decoder(Steps)


def read_step(data: bytes) -> Steps:
    """A step of its bytes. Raises msgspec.ValidationError."""
    return _READ.decode(data)


def step_bytes(step: Step) -> bytes:
    """A step as the bytes that are kept and whose digest the ledger holds."""
    return msgspec.json.encode(step)


def name_of(step: Step) -> str:
    """The name of a step."""
    return str(type(step).__struct_config__.tag)
