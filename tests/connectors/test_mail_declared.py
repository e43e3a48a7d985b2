"""What is wrong with the declaration of a mailbox is said before anybody connects to it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from avow.common.findings import Finding
from avow.declaration.check.run import check
from avow.estate.connectors.base import Unreachable
from avow.estate.connectors.mail.imap_login import options_of, server
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.model import Dataset, System
from tests.connectors.mail_estates import FILE_KEY, WHOLE, mapped
from tests.faults.small import TODAY, declared

URL = "imaps://support%40firm.example:${MAIL_PASSWORD}@mail.example.org/?private=Private*"


def test_a_mailbox_in_order_has_its_connector() -> None:
    assert not isinstance(connector_for(mapped("imap", URL, "INBOX", "Archive/*")), Finding)
    assert not isinstance(connector_for(mapped("mbox", "/srv/mail", "a", key=FILE_KEY)), Finding)


def test_an_address_is_taken_apart_before_it_is_filled_in() -> None:
    """A password may hold any character, and none of it is read as a host or an option."""
    system = System("mail", "imap", URL)
    secret = "p?private=x:@/#%41"
    found = server(system, {"MAIL_PASSWORD": secret})
    assert (found.host, found.port, found.user, found.password, found.is_sealed) == (
        "mail.example.org", 993, "support@firm.example", secret, True,
    )  # fmt: skip
    assert options_of(system) == "private=Private*"


def test_an_address_may_come_from_the_environment_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILBOX", "imap://ann:p%3Fw@127.0.0.1:1143/?private=HR")
    system = System("mail", "imap", "${MAILBOX}")
    found = server(system)
    assert (found.port, found.user, found.password, found.is_here) == (1143, "ann", "p?w", True)
    assert options_of(system) == "private=HR"


@pytest.mark.parametrize("url", ["imaps://h/", "imaps://a@h/", "imaps://:x@h/", "smtp://a:${P}@h"])
def test_an_address_that_is_no_mailbox_is_said(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("P", "x")
    with pytest.raises(Unreachable, match="`mail`"):
        server(System("mail", "imap", url))


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
