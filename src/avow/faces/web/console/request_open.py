"""Open who a person is, or what was said: shown once, and never without an entry in the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from litestar import Response, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath

from avow.duties.requests.book import Person, entries_of, persons_of, words_of
from avow.engine.accounts.matrix import Action, seen
from avow.engine.accounts.views import Kind, Why, note_view
from avow.faces.web.console.request import Opened, context
from avow.faces.web.render import GivenPages
from avow.faces.web.request_acting import found
from avow.faces.web.request_views import sphere_of
from avow.faces.web.security import Asked
from avow.faces.web.signin.desk import Form, StaffDesk, signed_of
from avow.faces.web.signin.sign_in import GivenStaff

OPENED = frozenset({Kind.IDENTITY, Kind.WORDS})
"""What this form opens; other kinds have pages of their own."""
CONTACT = frozenset({"email", "phone", "postal"})
"""Kinds of values that answering needs: where the answer goes."""


@post(
    "/{language:str}/requests/{request_id:str}/open",
    sync_to_thread=True,
    status_code=200,
    action=Action.OPEN_PERSON,
)
def request_open(
    request: Asked,
    language: FromPath[str],
    request_id: FromPath[str],
    data: Form,
    pages: GivenPages,
    staff: GivenStaff,
) -> Response[bytes]:
    """Write the view into the log, then show the page with what was opened."""
    pages.frame(request, language, "requests")
    mine, signed = found(staff, request_id), signed_of(request)
    number, what, why = data.get("person", ""), data.get("what", ""), data.get("why", "")
    if not signed.may(Action.OPEN_PERSON, sphere_of(mine)):
        raise PermissionDeniedException("in this sphere nobody of ours does that")
    known = {str(person) for person in mine.persons}
    if number not in known or what not in OPENED or why not in set(Why):
        raise NotFoundException(number)
    person, by, at = int(number), signed.person, staff.now()
    note_view(staff.accounts, mine.id, person, Kind(what), Why(why), by=by, at=at)
    sees = staff.accounts.people[by].sees
    opened = _opened(staff, mine.id, person, Kind(what), sees)
    page = context(request, language, request_id, pages, staff, opened)
    answer = pages.answer(request, "staff/request.html", page)
    answer.headers["cache-control"] = "no-store"
    return answer


def _opened(
    staff: StaffDesk, request: str, person: int, what: Kind, sees: frozenset[str]
) -> Opened:
    if what is Kind.WORDS:
        return Opened(person, (), (), tuple(_said(staff, request)))
    who = persons_of(staff.book, request).get(person)
    if who is None:
        return Opened(person, (), (), ())
    categories = categories_of(staff)
    shown, masked = [], []
    for kind, value in who.identities:
        if seen(sees, CONTACT, kind) or seen(sees, frozenset(), categories.get(kind, "")):
            shown.append((kind, value))
        else:
            masked.append(kind)
    lines = (*_contact(who), *(pair for pair in shown if pair[1] != who.email))
    return Opened(person, lines, tuple(dict.fromkeys(masked)), ())


def _contact(who: Person) -> Iterator[tuple[str, str]]:
    pairs = (("name", who.name), ("email", who.email), ("postal", who.postal))
    yield from ((name, value) for name, value in pairs if value)
    if who.speaker:  # the addresses are theirs
        yield "speaker", who.speaker
    if who.tenant:
        yield "tenant", who.tenant


def categories_of(staff: StaffDesk) -> Mapping[str, str]:
    """The category of each kind of value that names persons, as the data map has it."""
    found: dict[str, str] = {}
    for _, dataset in staff.book.declaration.datamap.datasets():
        named = {field.name: field.category for field in dataset.fields}
        for identity in dataset.identities:
            found.setdefault(identity.kind, named.get(identity.field, ""))
    return found


def _said(staff: StaffDesk, request: str) -> Iterator[tuple[int, str]]:
    for entry in entries_of(staff.book, request):
        words = words_of(staff.book, request, entry.number).reveal()
        if words:
            yield entry.number, words.decode("utf-8", "replace")
