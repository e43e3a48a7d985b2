"""A dossier for an authority: twelve pages at most, as of a day, and nobody's name in it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from avow.common.languages import LANGUAGES, words
from avow.duties.assurance.dossier import scopes
from avow.duties.assurance.dossier.gather import Files, declaration_on, dossier, end_of
from avow.duties.assurance.dossier.model import Dossier, Grid, Lines, Moment, Pairs, Part, Scope
from avow.duties.assurance.dossier.printed import as_json, as_pdf
from avow.duties.assurance.dossier.scopes import DossierRefused
from avow.duties.incidents.machine import Known, Reported
from avow.duties.incidents.register import Register, report, take
from avow.duties.requests.book import Arrival, Asking, Book, Said, open_request
from avow.duties.requests.book import take as advance
from avow.duties.requests.called import step_word, word_of
from avow.duties.requests.machine import Request
from avow.duties.requests.steps import WithdrawnByPerson
from avow.duties.requests.words import Channel, Right
from avow.engine.evidence.ledger import Ledger
from avow.engine.evidence.note import LedgerError, opened
from avow.engine.keys.ring import new_ring
from tests.acceptance.town import AUTHOR, TODAY, Town, town
from tests.requests_room import ANNA

MOST_PAGES = 12


@pytest.fixture(scope="module")
def here(
    postgres_server: Path, state_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """The town looked at once, with an incident nobody has told of."""
    with town(postgres_server, state_template, tmp_path_factory.mktemp("town")) as made:
        made.look()
        register, now = files(made).register, made.clock.now()
        name = report(register, Reported(), b"Anna Peeters", by=AUTHOR, at=now)
        take(register, name, Known(since=now), by=AUTHOR, at=now)
        yield made


@pytest.fixture(scope="module")
def request_(here: Town) -> Request:
    """Anna asks for a copy and to be erased."""
    asked = (Asking(1, Right.ACCESS), Asking(1, Right.ERASURE))
    now = here.clock.now()
    arrival = Arrival(Channel.EMAIL, now, "nl", (ANNA,), asked, words=b"Alles over mij, Anna")
    return open_request(files(here).book, arrival, by=AUTHOR, at=now)


def files(here: Town) -> Files:
    state = here.state
    book = Book(state.store, state.ring, here.declaration, here._tell)
    register = Register(state.store, state.ring, book.zone, here._tell)
    return Files(book, register, Ledger(state.store, state.ring, state.ledger.origin))


def made(here: Town, scope: Scope, language: str = "fr", days: int = 0) -> Dossier:
    """A dossier so many days after the day of the town."""
    found = files(here)
    as_of = end_of(TODAY + timedelta(days=days), found.book)
    moment = Moment(as_of, here.clock.now())
    declaration, release = declaration_on(found, as_of)
    return dossier(found, declaration, release, scope, moment, language)


def part(found: Dossier, number: int) -> Part:
    return found.parts[number - 1]


def grid(of: Part) -> Grid:
    return next(block for block in of.blocks if isinstance(block, Grid))


@pytest.mark.parametrize("language", LANGUAGES)
def test_even_all_promises_fit_on_twelve_pages_before_the_annexes(
    here: Town, request_: Request, language: str
) -> None:
    whole = made(here, scopes.of_topic(here.declaration, "everything", TODAY), language)
    assert len(whole.parts) == 9
    read = PdfReader(io.BytesIO(as_pdf(whole)))
    pages = [page.extract_text() for page in read.pages]
    first = next(n for n, text in enumerate(pages) if f"{whole.annex_word} 1:" in text)
    assert 3 <= first <= MOST_PAGES
    assert len(pages) > first
    root = read.root_object
    assert str(root["/Lang"]) == language
    assert "/StructTreeRoot" in root


@pytest.mark.parametrize("topic", sorted(scopes.TOPICS))
def test_every_topic_reaches_the_clauses_that_the_declaration_names(here: Town, topic: str) -> None:
    scope = scopes.of_topic(here.declaration, topic, TODAY)
    assert scope.clauses
    assert scope.clauses <= set(here.declaration.clauses)


def test_a_clause_stands_as_the_status_says(here: Town) -> None:
    scope = scopes.of_clause(here.declaration, "6.h", TODAY)
    found = made(here, scope, "en")
    (row,) = grid(part(found, 4)).rows
    promise = here.promise("6.h")
    assert row[:3] == ("6.h", str(promise.status), f"{promise.fulfilled} / {promise.total}")
    entries = {r[5] for r in grid(part(found, 5)).rows}
    assert entries >= {str(e.entry) for item in promise.items for e in item.evidence if e.entry}


def test_a_section_is_all_its_clauses(here: Town) -> None:
    assert "9.10-c" in scopes.of_clause(here.declaration, "9.10-c", TODAY).clauses
    assert {"6.a", "6.n", "6.0-4"} <= scopes.of_clause(here.declaration, "6", TODAY).clauses
    assert "9.1" not in scopes.of_clause(here.declaration, "9.10-a", TODAY).clauses
    with pytest.raises(DossierRefused, match="AV930"):
        scopes.of_clause(here.declaration, "66", TODAY)


def test_a_request_has_its_steps_and_no_word_of_the_person(here: Town, request_: Request) -> None:
    scope = scopes.of_request(
        here.declaration, request_.id, ["access", "erasure"], request_.received, TODAY
    )
    assert scope.clauses >= {"9.1", "9.3"}
    for language in LANGUAGES:
        found = made(here, scope, language)
        said = as_json(found)
        assert request_.id.encode() in said
        assert step_word("right-asked", words(language)).encode() in said
        assert b"right-asked" not in said
        assert b"Anna" not in said
        assert b"anna@" not in said
        as_pdf(found)


def test_it_tells_what_was_known_on_its_day(here: Town) -> None:
    """The day before nothing was promised; a day later the incident is late, and was not before."""
    scope = scopes.of_topic(here.declaration, "rights", TODAY)
    with pytest.raises(DossierRefused, match="AV931"):
        made(here, scope, days=-1)
    before, after = made(here, scope, "en"), made(here, scope, "en", days=4)
    assert registers(before)["Incidents"] == "1 in the register, 0 told late"
    assert registers(after)["Incidents"] == "1 in the register, 1 told late"


def test_a_request_is_told_as_it_stood_on_the_day(here: Town) -> None:
    """Asked on the day, taken back two days later: the dossier of the day knows nothing of that,
    and nothing of a request that was entered later with an earlier arrival."""
    book, now = files(here).book, here.clock.now()
    asked = (Asking(1, Right.RESTRICTION),)
    request = open_request(
        book, Arrival(Channel.EMAIL, now, "nl", (ANNA,), asked), by=AUTHOR, at=now
    )
    later = now + timedelta(days=2)
    advance(book, request.id, [Said(WithdrawnByPerson(items=(1,)))], by="person", at=later)
    open_request(book, Arrival(Channel.LETTER, now, "nl", (ANNA,), asked), by=AUTHOR, at=later)
    scope = scopes.of_request(here.declaration, request.id, ["restriction"], TODAY, TODAY)

    then, afterwards = made(here, scope, "en"), made(here, scope, "en", days=3)

    assert stands(then)["Stands"] == "who is it?"
    assert stands(afterwards)["Stands"] == "to be answered"
    assert b"took it back" not in as_json(then)
    assert b"took it back" in as_json(afterwards)
    assert asked_of(then, here)[Right.RESTRICTION] == "1"
    assert asked_of(afterwards, here)[Right.RESTRICTION] == "2"


def asked_of(found: Dossier, here: Town) -> dict[str, str]:
    """How often each right was asked, by the declaration's own name of it or the common one."""
    rows = {row[0]: row[1] for row in grid(part(found, 6)).rows}
    names = {
        right: here.declaration.words("en", "right", right) or word_of(right, words("en"))
        for right in Right
    }
    return {right: rows[name] for right, name in names.items() if name in rows}


def stands(found: Dossier) -> dict[str, str]:
    blocks = [block for block in part(found, 1).blocks if isinstance(block, Pairs)]
    return dict(blocks[-1].rows)


def registers(found: Dossier) -> dict[str, str]:
    pairs = next(block for block in part(found, 7).blocks if isinstance(block, Pairs))
    return dict(pairs.rows)


def test_every_gap_is_named_with_its_owner(here: Town) -> None:
    """A promise that no check answers is a gap, and stands there."""
    scope = scopes.of_clause(here.declaration, "5", TODAY)
    found = made(here, scope, "en")
    rows = grid(part(found, 8)).rows
    assert any("no check answers this yet" in row[2] for row in rows)
    assert all(row[3] for row in rows)


def test_it_can_be_checked_without_us(here: Town) -> None:
    """The printed key opens the printed checkpoint, and no other one does."""
    found = made(here, scopes.of_clause(here.declaration, "6.h", TODAY), "en")
    lines = [block.text for block in part(found, 9).blocks if isinstance(block, Lines)]
    assert lines == [f"avow ledger verify --key {files(here).ledger.key}"]
    (note,) = (b.text for b in found.annexes[-1].blocks if isinstance(b, Lines))
    assert opened(note, [files(here).ledger.key])
    with pytest.raises(LedgerError):
        opened(note, [Ledger(here.state.store, new_ring(), here.state.ledger.origin).key])
