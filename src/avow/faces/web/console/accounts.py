"""Accounts: who may sign in, with which roles; made and ended by an administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from litestar import Response
from litestar.params import FromPath

from avow.engine.accounts.matrix import Action
from avow.faces.web.frame import Frame
from avow.faces.web.render import GivenPages, Pages, with_twin
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk
from avow.faces.web.signin.sign_in import GivenStaff


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account, or a declared person who has none yet."""

    person: str
    name: str
    roles: tuple[str, ...]
    state: str
    since: datetime | None = None
    sessions: int = 0
    recovery: int = 0


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """The context of the page of accounts."""

    frame: Annotated[Frame, "what surrounds the page"]
    waiting: Annotated[int, "accounts whose person has not enrolled yet"]
    accounts: Annotated[tuple[AccountLine, ...], "every account that there is or was"]
    without: Annotated[tuple[AccountLine, ...], "declared people who have no account"]
    secret: Annotated[tuple[str, str], "id and one-time secret of an account just made, once"]


def show(
    request: Asked, language: FromPath[str], pages: GivenPages, staff: GivenStaff
) -> Response[bytes]:
    """Show the accounts."""
    return pages.answer(request, "staff/accounts.html", context(request, language, pages, staff))


accounts = with_twin("/{language:str}/accounts", show, Action.MANAGE_ACCOUNTS)


def context(
    request: Asked,
    language: str,
    pages: Pages,
    staff: StaffDesk,
    secret: tuple[str, str] = ("", ""),
) -> AccountsPage:
    """Every account beside the people that are declared."""
    frame, people = pages.frame(request, language, "accounts"), staff.accounts.people
    zone = staff.book.zone
    found: list[AccountLine] = []
    for row in staff.accounts.runs.run("accounts_listed"):
        name = people[row["person"]].name if row["person"] in people else ""
        state = "ended" if row["ended_at"] else "works" if row["enrolled_at"] else "waits"
        since = row["ended_at"] or row["enrolled_at"] or row["made_at"]
        roles = tuple(sorted(staff.accounts.roles(row["person"])))
        found.append(
            AccountLine(
                row["person"], name, roles, state, _in(since, zone), row["sessions"],
                row["recovery"],
            )
        )  # fmt: skip
    known = {line.person for line in found}
    without = tuple(
        AccountLine(p, m.name, tuple(sorted(m.roles)), "none")
        for p, m in sorted(people.items())
        if p not in known
    )
    waiting = sum(line.state == "waits" for line in found)
    return AccountsPage(frame, waiting, tuple(found), without, secret)


def _in(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))
