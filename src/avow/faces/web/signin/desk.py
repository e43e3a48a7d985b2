"""What the pages of staff work with, and who may come in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from litestar.concurrency import sync_to_thread
from litestar.datastructures import Cookie
from litestar.exceptions import ClientException, PermissionDeniedException
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from avow.common.clock import Clock
from avow.common.languages import LANGUAGES, preferred
from avow.duties.incidents.register import Register
from avow.duties.requests.book import Book
from avow.duties.requests.delivering.links import Post
from avow.engine.accounts.known import Accounts
from avow.engine.accounts.matrix import Action
from avow.engine.accounts.sessions import ABSOLUTE, Signed, who
from avow.engine.db.store import Store
from avow.engine.evidence.entries import Body
from avow.engine.evidence.ledger import Ledger
from avow.engine.planner.making import Estate
from avow.engine.planner.working import Bench
from avow.faces.web.security import SAFE_METHODS, Asked, host_name, same
from avow.faces.web.sent_form import Given, has_files, read_sent

Form = URLEncodedBody[dict[str, str]]
SECURE, PLAIN = "__Host-avow", "avow-here"
"""The cookie; and its name on plain http at this machine, where browsers take no `__Host-`."""
MOST_SENT = 32 << 20
"""Bytes of a form with files that are read at all."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
UNGUARDED = frozenset({Action.SEE_STATUS, Action.SEE_PLANS, Action.SEE_REQUESTS, Action.STOP})
"""What who sits at this machine may do before anybody has an account: nothing about a person."""


class StaffDesk:
    """The accounts, the book of requests, the clock, the systems where they can be read from here,
    the ledger, without whose proofs no letter leaves, how links are written to persons, and the
    `tools` with which plans are carried out today. No dataclass: what hands it to the pages looks
    into those, type by type, down to the last union of a declaration."""

    __slots__ = ("accounts", "book", "clock", "estate", "ledger", "post", "tools")

    def __init__(
        self,
        accounts: Accounts,
        book: Book,
        clock: Clock,
        estate: Estate | None = None,
        ledger: Ledger | None = None,
        post: Post | None = None,
        tools: Callable[[], Bench] | None = None,
    ) -> None:
        self.accounts, self.book, self.clock = accounts, book, clock
        self.estate, self.ledger, self.post = estate, ledger, post
        self.tools = tools

    @property
    def register(self) -> Register:
        """The register of incidents."""
        return Register(self.book.runs, self.book.ring, self.book.zone, self.book.tell)

    @property
    def store(self) -> Store:
        """Our own database, whole: who destroys a key writes its table anew. Raises TypeError where
        the book is read within a transaction."""
        if not isinstance(self.book.runs, Store):
            raise TypeError(type(self.book.runs).__name__)
        return self.book.runs

    def note(self, body: Body, at: datetime) -> None:
        """Tell the ledger one thing."""
        self.book.tell([body], at, self.book.runs)

    def now(self) -> datetime:
        """The instant of the clock."""
        return self.clock.now()

    def today(self) -> date:
        """The day where the controller is."""
        return self.book.day(self.clock.now())


async def admit(request: Asked, staff: StaffDesk | None) -> Redirect | None:
    """Let in who is signed in and may do what the page or form does; send others to sign in.

    Every page declares its action; one that declares none lets nobody in. Raises
    `PermissionDeniedException` (403).
    """
    if staff is None:
        return None
    action = request.route_handler.opt.get("action")
    session = request.cookies.get(cookie_name(request), "")
    signed, guarded = await sync_to_thread(_looked, staff, session)
    request.state.signed, request.state.guarded = signed, guarded
    if action is Action.OPEN or (not guarded and action in UNGUARDED):
        return None
    if not guarded or action is None:
        raise PermissionDeniedException("nobody may do this without an account")
    if signed is None:
        return _to_sign_in(request)
    if not signed.may(action):
        raise PermissionDeniedException("the roles of this person do not allow it")
    if request.method not in SAFE_METHODS:
        await _of_ours(request, signed)
    return None


def _looked(staff: StaffDesk, session: str) -> tuple[Signed | None, bool]:
    signed = who(staff.accounts, session, staff.now()) if session else None
    return signed, signed is not None or staff.accounts.exist()


async def _of_ours(request: Asked, signed: Signed) -> None:
    """Refuse a form without the token of this session."""
    if has_files(request):
        if not request.route_handler.opt.get("takes_files"):
            raise ClientException("this form takes no files")
        sent = request.state.sent = await read_sent(request)
        csrf = sent.fields.get("csrf", "")
    else:
        csrf = str((await request.form()).get("csrf", ""))
    if not same(csrf, signed.token):
        raise PermissionDeniedException("the form is not of this session")


def sent_of(request: Asked) -> Given:
    """A form with files, as it was read when its session was looked at; an empty one where what
    came has no room for files."""
    sent: Given = request.state.get("sent") or Given()
    return sent


def _to_sign_in(request: Asked) -> Redirect:
    head = request.url.path.strip("/").partition("/")[0]
    wished = preferred(request.headers.get("accept-language", ""))
    language = head if head in LANGUAGES else wished
    return Redirect(f"/{language}/sign-in", status_code=HTTP_303_SEE_OTHER)


def signed_of(request: Asked) -> Signed:
    """Who is signed in, on a page that only they reach. Raises `PermissionDeniedException`."""
    signed: Signed | None = request.state.get("signed")
    if signed is None:
        raise PermissionDeniedException("nobody is signed in")
    return signed


def address_of(request: Asked) -> str:
    """Where a request comes from, as the server or the proxy in front of it says."""
    return request.client.host if request.client else "unknown"


def cookie_name(request: Asked) -> str:
    """How the cookie is called under the host name that was asked for."""
    here = host_name(request.headers.get("host", "")) in LOOPBACK
    return PLAIN if here and request.url.scheme == "http" else SECURE


def cookie(request: Asked, session: str) -> Cookie:
    """The cookie of a session; without one it is taken away."""
    name = cookie_name(request)
    return Cookie(
        key=name,
        value=session,
        path="/",
        secure=name == SECURE,
        httponly=True,
        samesite="strict",
        max_age=int(ABSOLUTE.total_seconds()) if session else 0,
    )
