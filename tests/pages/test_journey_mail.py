"""A copy whose letters leave by real mail, in a real browser without a script, in every language:
the person has what arrived in their mailbox, and no other link than that in it."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from avow.common.languages import LANGUAGES
from avow.duties.correspondence.addresses import Address
from avow.duties.correspondence.letters import Content
from avow.duties.correspondence.message import Sender
from avow.duties.correspondence.sending import Hands, send
from avow.duties.requests.book import read
from avow.duties.requests.words import Status
from tests.answers_room import BEN
from tests.pages.answer_house import answer_house
from tests.pages.test_journeys import OTHERS, texts_in
from tests.pages.test_journeys import browser as browser  # noqa: PLC0414 (a fixture)
from tests.pages.town import (
    Town,
    answer_fetched,
    asked,
    decided,
    rows_accepted,
    shown,
    town_of,
)
from tests.post_office import PostOffice, post_office

SENDER = Sender("Shop NV", Address("privacy", "shop.example"))


@dataclass(kw_only=True)
class MailedTown(Town):
    """A town whose letters leave by SMTP before anybody reads them."""

    post: PostOffice

    def letters(self) -> list[Content]:
        """What arrived, the oldest first."""
        house = self.house
        send(Hands(house.state.store, self.book.ring, house.clock, SENDER, self.post.relay,
                   self.book.tell))  # fmt: skip
        return [
            Content(to=str(each["To"]), subject=str(each["Subject"]), text=each.get_content())
            for each in self.mails
        ]

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails, read as a mail program reads them."""
        raw = (data for _, _, data in self.post.taken)
        return [email.message_from_bytes(each, policy=email.policy.default) for each in raw]


@pytest.fixture(params=LANGUAGES)
def town(
    request: pytest.FixtureRequest, tmp_path: Path, state_url: str, browser: Browser
) -> Iterator[MailedTown]:
    with (
        post_office() as post,
        answer_house(tmp_path, state_url) as there,
        town_of(there.house, there.shop.estate, browser, request.param, BEN.email) as town,
    ):
        yield MailedTown(**vars(town), post=post)


def test_a_copy_by_the_links_of_mails_that_arrived(town: MailedTown) -> None:
    """Asked; the mail with the link arrives and proves who it is; the copy is drawn, read, sent,
    its mail arrives, and its link gives the file with the code that no mail holds."""
    request = asked(town)
    shown(town)
    rows_accepted(town, request)
    decided(town, request)
    content = answer_fetched(town, request)
    assert BEN.email in texts_in(content)["json"]
    assert read(town.book, request).status is Status.ANSWERED
    assert set(town.post.recipients) == {BEN.email}
    subjects = [letter.subject for letter in town.letters()]
    assert len(subjects) == len(set(subjects)) >= 2
    for mail in town.mails:
        assert mail["Content-Language"] == town.language
        assert mail["Auto-Submitted"], "no machine answers it (RFC 3834)"
        said = mail.get_content()
        assert [each for each in (*OTHERS, BEN.name, BEN.email) if each in said] == []
