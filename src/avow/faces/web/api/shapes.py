"""What programs send and get: the shapes of the interface, strict in what they accept."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from avow.duties.requests.words import Right

Short = Annotated[str, Meta(min_length=1, max_length=500)]
Kind = Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9-]{0,39}\Z")]
Id = Annotated[str, Meta(pattern=r"\A[a-z]+-[a-z2-7]{26}\Z")]


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value that names the person: `kind` is one of the data map's, such as `email`."""

    kind: Kind
    value: Short


class NewPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody the request is about. `signed_in`: the program has them signed in, now, as whoever
    these values name; that needs the scope `persons:vouch` and settles who they are."""

    name: Annotated[str, Meta(max_length=500)] = ""
    email: Annotated[str, Meta(max_length=320)] = ""
    postal: Annotated[str, Meta(max_length=1000)] = ""
    identities: Annotated[tuple[Identity, ...], Meta(max_length=20)] = ()
    signed_in: bool = False


class NewAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One right asked for one person: the place of the person in `persons`, from 1."""

    right: Right
    person: Annotated[int, Meta(ge=1, le=100)] = 1
    purpose: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_.-]{1,100}\Z")] | None = None
    marketing: bool = False


class NewRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request as a program hands it in. `arrived` is when it reached the organisation, with its
    offset; now where it is left out."""

    persons: Annotated[tuple[NewPerson, ...], Meta(min_length=1, max_length=100)]
    asked: Annotated[tuple[NewAsked, ...], Meta(max_length=100)] = ()
    language: Annotated[str, Meta(pattern=r"\A[a-z]{2}\Z")] | None = None
    arrived: Annotated[datetime, Meta(tz=True)] | None = None
    words: Annotated[str, Meta(max_length=100_000)] = ""


class Withdrawn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Items that the person takes back."""

    items: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=9999)], ...], Meta(min_length=1, max_length=100)
    ]


class SeenItem(msgspec.Struct, frozen=True):
    """One item of a request and where it stands."""

    item: int
    person: int
    right: str
    state: str


class SeenRequest(msgspec.Struct, frozen=True):
    """A request without anything of the person."""

    request: str
    status: str
    arrived: date
    due: date
    waits: tuple[str, ...]
    overdue: bool
    items: tuple[SeenItem, ...]


class SeenPromise(msgspec.Struct, frozen=True):
    """One promise and its word."""

    clause: str
    status: str
    fulfilled: int
    total: int


class Problem(msgspec.Struct, frozen=True):
    """What went wrong (RFC 9457). `code` is a finding's where there is one."""

    type: str
    title: str
    status: int
    detail: str = ""
    code: str = ""
