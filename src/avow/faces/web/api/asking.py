"""Readers ask before they use rows: yes or no for each, by keys and purpose."""

from __future__ import annotations

import os
from typing import Annotated, Any

import msgspec
from litestar import Request, post
from litestar.params import JSONBody
from msgspec import Meta

from avow.declaration.model import Channel, Despite, Use
from avow.duties.requests.acting.asking_first import ask_first as answered
from avow.engine.accounts.tokens import Scope
from avow.engine.planner.asking_use import MOST, Question
from avow.engine.planner.making import Estate
from avow.faces.web.api.described import refusing
from avow.faces.web.api.desk import GivenApi, needs, program_of

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Part = Annotated[str, Meta(max_length=1000)]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a reader wants to do with rows of one dataset, named by their keys: each key is the list
    of its parts, as texts."""

    system: Name
    dataset: Name
    keys: Annotated[tuple[tuple[Part, ...], ...], Meta(min_length=1, max_length=MOST)]
    purpose: Name
    recipient: Name | None = None
    channel: Channel = Channel.NONE
    country: Annotated[str, Meta(pattern=r"\A([A-Z]{2})?\Z")] = ""
    despite: Despite | None = None


class Allowed(msgspec.Struct, frozen=True):
    """The answer for one row, in the order asked; `reasons` why not."""

    allowed: bool
    reasons: tuple[str, ...]


@post("/api/v1/may-use", sync_to_thread=True, status_code=200, opt=needs(Scope.MAY_USE),
      responses=refusing(400, 409, 413))  # fmt: skip
def ask_first(
    request: Request[Any, Any, Any], data: JSONBody[Asked], api: GivenApi
) -> tuple[Allowed, ...]:
    """May these rows be used for that? Whatever is not answered may not."""
    book, program = api.book(), program_of(api, request)
    use = Use(data.purpose, data.recipient, data.channel, data.country, data.despite)
    question = Question(data.system, data.dataset, data.keys, use)
    estate = Estate(book.declaration, os.environ)
    told = answered(book, estate, question, by=program.label, at=api.now())
    return tuple(Allowed(each.allowed, each.reasons) for each in told)
