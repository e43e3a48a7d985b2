"""What the interface for programs works with, and who is let in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from avow.common.clock import Clock
from avow.common.masked import Masked
from avow.duties.assurance.source import StatusSource
from avow.duties.requests.book import Book
from avow.engine.accounts.tokens import Program, Scope, who

Asking = ASGIConnection[Any, Any, Any, Any]
DESCRIBED = "/api/openapi.json"
"""Where the description lies."""
SCOPE = "scope"
"""Under which name a handler says what a program needs; a handler without one is open to none."""


@dataclass(frozen=True, slots=True)
class ApiDesk:
    """What handlers work with. `book` gives the book of what is in force now."""

    book: Callable[[], Book]
    status: StatusSource
    clock: Clock

    def now(self) -> datetime:
        """The instant."""
        return self.clock.now()


GivenApi = NamedDependency[ApiDesk]
GivenProgram = NamedDependency[Program]


def let_in(desk: ApiDesk) -> Callable[[Asking, BaseRouteHandler], None]:
    """The guard of every handler: a token in `Authorization: Bearer`, and the scope it needs."""

    def guard(connection: Asking, handler: BaseRouteHandler) -> None:
        program = program_of(desk, connection)
        wanted = handler.opt.get(SCOPE)
        if wanted is None and connection.scope["path"].startswith(DESCRIBED):
            return  # any program may read what the interface is
        if wanted not in program.scopes:
            raise PermissionDeniedException(f"the token lacks the scope {wanted}")

    return guard


def program_of(desk: ApiDesk, connection: Asking) -> Program:
    """Who asks. Raises NotAuthorizedException (401), the same for every reason."""
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    found = None
    if kind.lower() == "bearer" and token:
        book, now = desk.book(), desk.now()
        found = who(book.runs, Masked(token.strip()), now, book.day(now))
    if found is None:
        raise NotAuthorizedException("a valid token is needed")
    return found


def needs(scope: Scope) -> dict[str, object]:
    """The option of a handler that needs a scope."""
    return {SCOPE: scope}
