"""What is wrong with the declaration of a mailbox is said before anybody connects to it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from avow.common.findings import Finding
from avow.declaration.check.run import check
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import Dataset, System
from tests.connectors.mail_estates import FILE_KEY, WHOLE, mapped
from tests.faults.small import TODAY, declared

URL = "imaps://support%40firm.example:${MAIL_PASSWORD}@mail.example.org/?private=Private*"


def test_a_mailbox_in_order_has_its_connector() -> None:
    assert not isinstance(connector_for(mapped("imap", URL, "INBOX", "Archive/*")), Finding)
    assert not isinstance(connector_for(mapped("mbox", "/srv/mail", "a", key=FILE_KEY)), Finding)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        (URL.replace("${MAIL_PASSWORD}", "secret"), "AV596"),
        (URL.replace("private", "privat"), "AV597"),
        (URL + "&folder=x", "AV597"),
        (URL.replace("private=Private*", "Private"), "AV597"),
    ],
)
def test_an_address_that_would_show_too_much_is_a_finding(url: str, code: str) -> None:
    found = connector_for(mapped("imap", url, "INBOX"))
    assert isinstance(found, Finding)
    assert found.code == code
    assert "secret" not in repr(found)


def test_a_key_that_names_another_message_one_day_is_a_finding() -> None:
    good = mapped("imap", URL, "INBOX")
    for name, key in (("INBOX", ("folder", "uid")), ("INBOX", ()), ("correspondent", ("id",))):
        bad: System = replace(good, datasets={name: Dataset(name, key)})
        found = connector_for(bad)
        assert isinstance(found, Finding)
        assert (found.code, f"mail.{name}" in found.message) == ("AV598", True)


def test_the_views_of_a_mailbox_need_no_category() -> None:
    """All that they show is in the messages; a dataset of messages needs one (AV306)."""
    text = WHOLE.replace("connector: memory", f'connector: imap\n    url: "{URL}"')
    assert not [f for f in check(declared(text), TODAY) if f.code == "AV306"]
    silent = text.replace("        rest: visit-log\n", "")
    said = [f.message for f in check(declared(silent), TODAY) if f.code == "AV306"]
    assert [message.split("`")[1] for message in said] == ["INBOX", "Sent"]
    other = text.replace("connector: imap", "connector: sqlite")
    assert len([f for f in check(declared(other), TODAY) if f.code == "AV306"]) == 2
