"""The letters that left, to read again by the link to a request: each person their own, and none
before it left."""

from __future__ import annotations

import html

import pytest

from avow.common.languages import LANGUAGES
from avow.duties.requests import steps
from avow.duties.requests.book import read
from avow.duties.requests.deciding.refusing import tell
from avow.duties.requests.machine import Request
from avow.duties.requests.telling import letters
from avow.duties.requests.words import Ground, Outcome, Way
from tests.pages.document import read as read_page
from tests.pages.test_accessible import faults
from tests.pages.test_portal_add import Browser, page_of
from tests.pages.test_portal_add import client as client  # noqa: PLC0414 (a fixture)
from tests.pages.test_portal_add import office as office  # noqa: PLC0414 (a fixture)
from tests.pages.test_portal_add import request_ as request_  # noqa: PLC0414 (a fixture)
from tests.requests_room import Office
from tests.unit.test_delivering import for_two

REFUSED = steps.Refusal(ground=Ground.UNFOUNDED, law="Art. 12(5) GDPR")


def refuse(office: Office, request: Request, *items: int) -> None:
    """Decide items against the person."""
    office.take(request, *(steps.Decided(item=n, outcome=Outcome.REFUSED, refusals=(REFUSED,))
                           for n in items))  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_done_is_read_again_once_the_letter_has_left(
    office: Office, client: Browser, request_: Request, language: str
) -> None:
    refuse(office, request_, 1, 2)
    now, base = office.clock.now(), page_of(office, request_, language)
    found = letters.draft(office.book, request_.id, 1, by="an", at=now)
    letters.review(office.book, found.id, by="an", at=now)
    assert found.words.subject not in html.unescape(client.get(f"{base}/letters").text)
    assert "/letters" not in client.get(base).text
    office.take(request_, steps.AnswerSent(answer=found.id, way=Way.MAIL))
    shown = client.get(f"{base}/letters")
    assert f'href="{base}/letters"' in client.get(base).text
    text = html.unescape(shown.text)
    assert found.words.subject in text
    assert found.words.text.strip() in text
    assert '<div class="opened" lang="nl">' in text
    assert "2027" in text
    assert faults(read_page(shown.text)) == []
    assert shown.headers["cache-control"] == "no-store"
    taken = read(office.book, request_.id).steps
    client.get(f"{base}/letters")
    assert read(office.book, request_.id).steps == taken


def test_a_refusal_is_read_again(office: Office, client: Browser, request_: Request) -> None:
    refuse(office, request_, 1)
    tell(office.book, request_.id, 1, by="an", at=office.clock.now())
    shown = client.get(f"{page_of(office, request_)}/letters")
    assert "Art. 12(5) GDPR" in shown.text


def test_nobody_reads_what_another_person_of_the_request_was_told(
    office: Office, client: Browser
) -> None:
    request = for_two(office)
    now = office.clock.now()
    refuse(office, request, 1, 2)
    tell(office.book, request.id, 2, by="an", at=now)
    found = letters.draft(office.book, request.id, 2, by="an", at=now)
    letters.review(office.book, found.id, by="an", at=now)
    office.take(request, steps.AnswerSent(answer=found.id, way=Way.MAIL))
    pages = [client.get(f"{page_of(office, request, person=n)}/letters").text for n in (1, 2)]
    assert [page.count("Art. 12(5) GDPR") > 0 for page in pages] == [False, True]
