"""Requests: what waits for us first, by its last day; what waits for a person after it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

from litestar import Response
from litestar.params import FromPath

from avow.duties.requests.book import read_many
from avow.duties.requests.machine import Request
from avow.duties.requests.words import Right, Status
from avow.engine.accounts.matrix import Action
from avow.engine.db.store import Row
from avow.faces.web.frame import Frame
from avow.faces.web.render import GivenPages, Pages, with_twin
from avow.faces.web.request_views import is_done, standing_for
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import StaffDesk
from avow.faces.web.signin.sign_in import GivenStaff

NEAR = timedelta(days=7)
PAST = timedelta(days=400)
AHEAD = 35
"""Days to come that are drawn."""
MOST = 300
"""Lines of one page; the page says when there are more."""
SHOWN = ("waiting", "all", "done")


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request in the list. `left`: days until its last day, negative when it is over. `stands`:
    what the term waits for, and since when."""

    id: str
    channel: str
    arrived: date
    due: date
    left: int
    status: str
    waits: bool
    stands: tuple[tuple[str, date], ...]
    is_late: bool
    rights: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Coming:
    """The days to come as bars: how many requests that wait for us end on each. `later`: how many
    end after the last of them."""

    first: date
    last: date
    days: tuple[int, ...]
    most: int
    later: int


@dataclass(frozen=True, slots=True)
class RequestFilters:
    """What the reader wants to see; empty means all."""

    status: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Requests:
    """The context of the list of requests."""

    frame: Annotated[Frame, "what surrounds the page"]
    late: Annotated[int, "requests whose last day is over without an answer"]
    near: Annotated[int, "requests whose last day is within a week"]
    ours: Annotated[int, "requests that wait for us"]
    theirs: Annotated[int, "requests whose term stands until the person answers"]
    coming: Annotated[Coming | None, "what waits for us, by its last day; None where nothing does"]
    counts: Annotated[tuple[tuple[str, int], ...], "open requests by status"]
    filters: Annotated[RequestFilters, "what the reader wants to see"]
    rights: Annotated[tuple[str, ...], "every right, to choose from"]
    rows: Annotated[tuple[RequestLine, ...], "the requests that pass the filters, overdue first"]
    more: Annotated[int, "how many more there are than lines on this page"]


def show(
    request: Asked, language: FromPath[str], pages: GivenPages, staff: GivenStaff
) -> Response[bytes]:
    """Show the list of requests."""
    return pages.answer(request, "staff/requests.html", context(request, language, pages, staff))


requests = with_twin("/{language:str}/requests", show, Action.SEE_REQUESTS)


def context(request: Asked, language: str, pages: Pages, staff: StaffDesk) -> Requests:
    """Read all open requests, count, filter, and sort by what is most urgent."""
    frame, day = pages.frame(request, language, "requests"), staff.today()
    wanted = RequestFilters(
        request.query_params.get("status", ""), request.query_params.get("right", "")
    )
    found = lines(staff, day)
    if wanted.status in (Status.ANSWERED, Status.CLOSED):
        shown = [line for line in past(staff, day) if line.status == wanted.status]
    else:
        shown = [line for line in found if wanted.status in ("", line.status)]
    shown = [x for x in shown if not wanted.right or wanted.right in [r for r, _ in x.rights]]
    mine = [line for line in found if not line.waits and not is_done(line.status)]
    counted = Counter(line.status for line in found)
    return Requests(
        frame=frame,
        late=sum(line.is_late for line in mine),
        near=sum(not line.is_late and line.left <= NEAR.days for line in mine),
        ours=len(mine),
        theirs=sum(line.waits for line in found),
        coming=coming(mine, day),
        counts=tuple((str(each), counted[str(each)]) for each in Status),
        filters=wanted,
        rights=tuple(str(right) for right in Right),
        rows=tuple(shown[:MOST]),
        more=max(0, len(shown) - MOST),
    )


def coming(mine: Sequence[RequestLine], day: date) -> Coming | None:
    """What waits for us by its last day; what is overdue stands on top of the page and not here."""
    ahead = Counter(line.left for line in mine if line.left >= 0)
    if not ahead:
        return None
    days = tuple(ahead[n] for n in range(AHEAD))
    later = sum(n for left, n in ahead.items() if left >= AHEAD)
    return Coming(day, day + timedelta(days=AHEAD - 1), days, max((*days, 1)), later)


def lines(staff: StaffDesk, day: date) -> list[RequestLine]:
    """Every request that is not closed: ours by their last day, then those that wait for a person,
    then what is answered."""
    found = _read(staff, staff.book.runs.run("requests_open"), day)
    return sorted(found, key=lambda x: (is_done(x.status), x.waits, x.due, x.id))


def past(staff: StaffDesk, day: date) -> list[RequestLine]:
    """Requests of the last thirteen months, the newest first."""
    return _read(staff, staff.book.runs.run("requests_listed", since=day - PAST, most=5_000), day)


def _read(staff: StaffDesk, rows: list[Row], day: date) -> list[RequestLine]:
    rights: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for item in staff.book.runs.run("request_items_of", ids=[row["id"] for row in rows]):
        rights[item["request"]].append((item["asked"], item["state"]))
    standing = read_many(staff.book, [row["id"] for row in rows if row["waits"]])
    return [_line(row, rights[row["id"]], standing.get(row["id"]), day) for row in rows]


def _line(
    row: Row, rights: list[tuple[str, str]], standing: Request | None, day: date
) -> RequestLine:
    done = is_done(row["status"])
    left = (row["due_on"] - (row["answered_on"] or row["closed_on"] or day)).days
    return RequestLine(
        id=row["id"],
        channel=row["channel"],
        arrived=row["arrived_on"],
        due=row["due_on"],
        left=left,
        status=row["status"],
        waits=row["waits"],
        stands=standing_for(standing) if standing is not None else (),
        is_late=left < 0 and not row["waits"] and not done,
        rights=tuple(dict.fromkeys(rights)),
    )
