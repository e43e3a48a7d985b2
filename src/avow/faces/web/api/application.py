"""The interface for programs: requests in, where they stand, and how promises are kept.

Version 1 lies under `/api/v1`. Its description is OpenAPI 3.1 at `/api/openapi.json`. Nothing here
decides, approves, or shows data of a person.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import msgspec
from anyio import to_thread
from litestar import Litestar, Request, Response, get, post
from litestar.di import Provide
from litestar.exceptions import (
    HTTPException,
    NotFoundException,
    PermissionDeniedException,
    ValidationException,
)
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import FromPath, HeaderParameter, JSONBody

from avow.common.errors import AvowError
from avow.common.ids import is_id
from avow.common.version import __version__
from avow.duties.assurance.history import fold
from avow.duties.requests import steps
from avow.duties.requests.book import (
    PERSON,
    Arrival,
    Asking,
    Book,
    Person,
    Said,
    UnknownRequest,
    open_request,
    read,
    read_many,
    take,
)
from avow.duties.requests.machine import Request as Asked
from avow.duties.requests.words import Channel, Rung
from avow.engine.accounts.tokens import Program, Scope
from avow.faces.web.api.asking import ask_first
from avow.faces.web.api.described import OPENED, PROBLEM, TITLES, Exact, refusing
from avow.faces.web.api.desk import ApiDesk, GivenApi, let_in, needs, program_of
from avow.faces.web.api.shapes import (
    NewRequest,
    Problem,
    SeenItem,
    SeenPromise,
    SeenRequest,
    Withdrawn,
)
from avow.faces.web.security import add_headers

ROOT = "/api"
LARGEST = 1_000_000
"""Bytes of what a program sends."""
MOST = 1_000
"""Requests of one answer."""
Key = Annotated[str, HeaderParameter(name="Idempotency-Key", min_length=1, max_length=200)]


@post("/api/v1/requests", opt=needs(Scope.WRITE_REQUESTS), responses=OPENED)
async def open_one(
    request: Request[Any, Any, Any], data: JSONBody[NewRequest], key: Key, api: GivenApi
) -> Response[SeenRequest]:
    """Hand in a request. The same `Idempotency-Key` opens it once, however often it is sent."""
    # Written so because the library forgets a handler's own thread where two share a path.
    return await to_thread.run_sync(_opened, request, data, key, api)


def _opened(
    request: Request[Any, Any, Any], data: NewRequest, key: str, api: ApiDesk
) -> Response[SeenRequest]:
    book, now, program = api.book(), api.now(), program_of(api, request)
    hashed = hashlib.sha256(key.encode()).digest()
    before = book.runs.one("api_written", token=program.token, key=hashed)
    if before is not None:
        return Response(seen(book, read(book, before["request"]), api), status_code=200)
    arrival, shown = _arrival(book, data, api), _vouched(data, program)
    with book.runs.transaction() as tx:
        inside = Book(tx, book.ring, book.declaration, book.tell)
        made = open_request(inside, arrival, by=PERSON, at=now)
        if shown:
            made = take(inside, made.id, shown, by=PERSON, at=now)
        mine = tx.one("api_write", token=program.token, key=hashed, request=made.id, at=now)
        if mine is None:  # the same message came twice at once: the other one was first
            raise ValidationException("a message with this key is being written; send it again")
    return Response(seen(book, made, api), status_code=201)


def _vouched(data: NewRequest, program: Program) -> list[Said]:
    """The steps by which persons who are signed in have shown who they are; which program says so
    lies sealed with them. Raises PermissionDeniedException, ValidationException."""
    signed_in = [n for n, each in enumerate(data.persons, 1) if each.signed_in]
    if signed_in and Scope.VOUCH not in program.scopes:
        raise PermissionDeniedException(f"the token lacks the scope {Scope.VOUCH}")
    if any(not (data.persons[n - 1].identities or data.persons[n - 1].email) for n in signed_in):
        raise ValidationException("who is signed in is named by nothing: `email` or `identities`")
    words = f"signed in, says the program of {program.token}".encode()
    return [Said(steps.IdentityShown(person=n, rung=Rung.SESSION), words) for n in signed_in]


def _arrival(book: Book, data: JSONBody[NewRequest], api: ApiDesk) -> Arrival:
    now = api.now()
    arrived = data.arrived or now
    if arrived > now:
        raise ValidationException("`arrived` lies in the future")
    if any(asked.person > len(data.persons) for asked in data.asked):
        raise ValidationException("`asked` names a person who is not among `persons`")
    spoken = book.declaration.languages or ("en",)
    persons = tuple(
        Person(
            name=each.name,
            language=data.language or spoken[0],
            email=each.email,
            postal=each.postal,
            identities=tuple((i.kind, i.value) for i in each.identities),
        )
        for each in data.persons
    )
    asked = tuple(Asking(a.person, a.right, a.purpose, a.marketing) for a in data.asked)
    language = data.language or spoken[0]
    return Arrival(Channel.API, arrived, language, persons, asked, words=data.words.encode())


@get("/api/v1/requests", opt=needs(Scope.READ_REQUESTS), responses=refusing())
async def list_open(api: GivenApi) -> tuple[SeenRequest, ...]:
    """The open requests, the most urgent first; a thousand at most."""
    return await to_thread.run_sync(_listed, api)


def _listed(api: ApiDesk) -> tuple[SeenRequest, ...]:
    book = api.book()
    ids = [row["id"] for row in book.runs.run("requests_open")][:MOST]
    found = read_many(book, ids)
    return tuple(seen(book, found[name], api) for name in ids)


@get("/api/v1/requests/{name:str}", sync_to_thread=True, opt=needs(Scope.READ_REQUESTS),
     responses=refusing(400, 404))  # fmt: skip
def show_one(name: FromPath[str], api: GivenApi) -> SeenRequest:
    """Where a request stands."""
    book = api.book()
    return seen(book, _known(book, name), api)


@post("/api/v1/requests/{name:str}/withdrawal", sync_to_thread=True, status_code=200,
      opt=needs(Scope.WRITE_REQUESTS), responses=refusing(400, 404, 409, 413))  # fmt: skip
def withdraw(name: FromPath[str], data: JSONBody[Withdrawn], api: GivenApi) -> SeenRequest:
    """The person takes items back."""
    book = api.book()
    _known(book, name)
    said = [Said(steps.WithdrawnByPerson(items=data.items))]
    return seen(book, take(book, name, said, by=PERSON, at=api.now()), api)


@get("/api/v1/promises", sync_to_thread=True, opt=needs(Scope.READ_PROMISES),
     responses=refusing())  # fmt: skip
def promises(api: GivenApi) -> tuple[SeenPromise, ...]:
    """Every promise and its word: broken, unknown, unenforced, attested, kept."""
    found = fold(api.status.evidenced(), api.status.now())
    return tuple(SeenPromise(p.clause, str(p.status), p.fulfilled, p.total) for p in found)


def _known(book: Book, name: str) -> Asked:
    if not is_id(name, "request"):
        raise NotFoundException("there is no such request")
    return read(book, name)


def seen(book: Book, request: Asked, api: ApiDesk) -> SeenRequest:
    """A request as programs see it."""
    today = book.day(api.now())
    return SeenRequest(
        request.id,
        str(request.status),
        request.received,
        request.due(book.calendar, today),
        tuple(sorted(request.waits)),
        request.is_overdue(book.calendar, today),
        tuple(
            SeenItem(i.item, i.person, str(i.right), str(i.state)) for i in request.items.values()
        ),
    )


def api_app(desk: ApiDesk) -> Litestar:
    """The interface as an application of its own."""
    return Litestar(
        [open_one, list_open, show_one, withdraw, promises, ask_first],
        dependencies={"api": Provide(lambda: desk, sync_to_thread=False)},
        guards=[let_in(desk)],
        before_send=[add_headers],
        exception_handlers={HTTPException: _problem, AvowError: _refused, Exception: _fault},
        openapi_config=OpenAPIConfig(
            title="avow",
            version=__version__,
            path=f"{ROOT}",
            render_plugins=[Exact(path="/openapi.json")],
            components=Components(
                security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}
            ),
            security=[{"token": []}],
        ),
        logging_config=None,
        request_max_body_size=LARGEST,
    )


def _problem(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    del request
    detail = error.detail if error.status_code < 500 else ""
    return _told(Problem("about:blank", TITLES.get(error.status_code, "refused"),
                         error.status_code, detail))  # fmt: skip


def _refused(request: Request[Any, Any, Any], error: AvowError) -> Response[bytes]:
    del request
    status = 404 if isinstance(error, UnknownRequest) else 409
    detail = f"{error.what}: {error.because}" if error.because else error.what
    return _told(Problem("about:blank", TITLES[status], status, detail, error.code))


def _fault(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Nothing of the fault is told: its words may hold a person's value."""
    del request, error
    return _told(Problem("about:blank", "the program failed", 500))


def _told(problem: Problem) -> Response[bytes]:
    headers = {"www-authenticate": "Bearer"} if problem.status == 401 else {}
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=PROBLEM,
        headers=headers,
    )
