"""Words, addresses and heads of letters: nothing is injected, nothing is garbled."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avow.common.languages import LANGUAGES
from avow.duties.correspondence.addresses import Address, address
from avow.duties.correspondence.letters import Content, Letter
from avow.duties.correspondence.message import COVERED, Sender, envelope
from avow.duties.correspondence.wording import WordingError, all_wordings, one_line, parsed, wording
from tests.letters_room import NOON, SENDER

KINDS = ("notice-change", "consent-again", "data-from-others")
LETTER = Letter(
    "letter-" + "a" * 26, "notice-change", "telling-" + "b" * 26, "fr",
    "letter-" + "a" * 26 + "@firm.example", NOON, Content("ada@mail.example", "Sujet", "Texte\n"),
)  # fmt: skip


def mail(letter: Letter = LETTER, sender: Sender = SENDER) -> EmailMessage:
    """The mail of a letter, as its reader's program reads it."""
    made = envelope(sender, letter)
    assert made is not None
    read = email.message_from_bytes(made.data, policy=email.policy.SMTPUTF8)
    assert isinstance(read, EmailMessage)
    return read


def with_content(**changes: str) -> Letter:
    """The letter with other content."""
    said = {"to": "ada@mail.example", "subject": "Sujet", "text": "Texte\n", **changes}
    return replace(LETTER, content=Content(**said))


# --- addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("ada@mail.example", "ada@mail.example"),
        ("  Ada+x@MAIL.Example ", "Ada+x@mail.example"),
        ("o'neil@mail.example", "o'neil@mail.example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("jürgen@bücher.example", "jürgen@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_read(text: str, read: str) -> None:
    assert str(address(text)) == read


@pytest.mark.parametrize(
    "text",
    [
        "", "@", "ada", "ada@", "@mail.example", "ada@mail", "a b@mail.example",
        "ada@mail..example",
        "ada@-mail.example", "ada@mail.example, bob@mail.example", "Ada <ada@mail.example>",
        '"a b"@mail.example', "ada@[127.0.0.1]", "ada@127.0.0.1", ".ada@mail.example",
        "ada@mail.example\nBcc: bob@mail.example", "ada\r\n@mail.example",
        "a" * 65 + "@mail.example", "ada@" + "a" * 64 + ".example",
        "ada@" + ".".join(["abcdefgh"] * 40), "ada\u200e@mail.example",
    ],
)  # fmt: skip
def test_what_is_no_address_of_one_mailbox_is_none(text: str) -> None:
    assert address(text) is None


# --- words -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_our_letters_have_words_in_every_language_that_ask_for_the_same(kind: str) -> None:
    found = all_wordings(kind)
    assert set(found) == set(LANGUAGES)
    assert len({each.text for each in found.values()}) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_is_said_with_its_values(language: str) -> None:
    values = {
        "organisation": "Example NV", "effective": "1 avril 2027", "changes": ["six", "sept"],
        "more": 0,
        "notice": "https://firm.example/n", "comparison": "https://firm.example/d",
        "contact": "privacy@firm.example",
    }  # fmt: skip
    said = wording("notice-change", language).said(values)
    assert "Example NV" in said.subject
    assert " * six\n * sept\n" in said.text
    assert "{" not in said.text
    assert max(len(line) for line in said.text.splitlines()) < 110


def test_a_value_that_nobody_gave_is_named(tmp_path: Path) -> None:
    with pytest.raises(WordingError, match=r"AV625.*`effective`"):
        wording("notice-change", "fr").said({"organisation": "Example NV"})


def test_an_organisations_own_words_come_first_and_are_held_against_the_others(
    tmp_path: Path,
) -> None:
    own = tmp_path / "notice-change.fr.txt"
    own.write_text("Subject: Du neuf le {{ effective }}\n\nBonjour {{ nickname }}\n")
    assert wording("notice-change", "fr", tmp_path).subject == "Du neuf le {{ effective }}"
    with pytest.raises(WordingError, match=r"AV625.*\n.*`nickname`"):
        all_wordings("notice-change", tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "no subject\n\ntext", "Subject: a\ntext", "Subject: a\n\n", "Subject: a\nBcc: x\n\ntext",
        "Subject: {{ a\n\ntext", "Subject: a\n\n{% for %}",
    ],
)  # fmt: skip
def test_words_of_another_form_are_refused(text: str) -> None:
    with pytest.raises(WordingError, match="AV624"):
        parsed("notice-change", "fr", text)


def test_words_in_a_language_that_nobody_wrote_are_missed() -> None:
    with pytest.raises(WordingError, match="AV624"):
        wording("notice-change", "de")


@pytest.mark.parametrize("kind", ["../x", "a/b", "", "A"])
def test_a_kind_names_no_other_file(kind: str) -> None:
    with pytest.raises(WordingError, match="AV624"):
        wording(kind, "fr")


def test_own_words_reach_nothing_of_the_program() -> None:
    """Planted: what a template must never be able to do."""
    hostile = parsed("x", "fr", "Subject: a\n\n{{ ''.__class__.__mro__[1].__subclasses__() }}")
    with pytest.raises(WordingError):
        hostile.said({})


# --- heads -----------------------------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=200))
def test_nothing_that_is_said_adds_a_head_or_another_reader(
    subject: str, name: str, text: str
) -> None:
    """Any subject, sender's name and text, line breaks of all alphabets among them: the heads are
    those of an ordinary letter, each once, and the reader is one."""
    made = envelope(replace(SENDER, name=name), with_content(subject=subject, text=text + "\n"))
    assert made is not None
    read = email.message_from_bytes(made.data, policy=email.policy.SMTP)
    assert read.keys() == mail().keys()
    assert str(read["To"]) == "ada@mail.example"
    assert read["Subject"].split() == one_line(subject).split()


def test_an_injected_line_stays_in_the_subject() -> None:
    """Planted: a name from a form that carries heads of its own."""
    read = mail(with_content(subject="Hello\r\nBcc: eve@mail.example\r\n\r\n<b>bought</b>"))
    assert read["Bcc"] is None
    assert read["Subject"] == "Hello Bcc: eve@mail.example <b>bought</b>"


def test_subjects_of_every_script_arrive_as_they_were_written() -> None:
    for subject in ("Déclaration de confidentialité : ce qui change", "プライバシー", "Ω" * 120):
        assert "".join(mail(with_content(subject=subject))["Subject"].split()) == "".join(
            subject.split()
        )


def test_a_letter_has_what_a_signature_must_cover_once_and_aligned() -> None:
    """What the relay signs: each head once, seven-bit, short lines, one domain."""
    sender = replace(
        SENDER,
        reply_to=Address("answers", "firm.example"),
        unsubscribe=(("notice-change", "https://firm.example/leave"),),
    )
    made = envelope(sender, with_content(subject="É" * 90, text="é" * 3000 + "\n.\nFrom here\n"))
    assert made is not None
    read = email.message_from_bytes(made.data, policy=email.policy.SMTP)
    assert set(read.keys()) == set(COVERED)
    assert len(read.keys()) == len(COVERED)
    assert made.data.isascii()
    assert b"\n" not in made.data.replace(b"\r\n", b"")
    assert max(map(len, made.data.split(b"\r\n"))) <= 78
    domains = {str(read["From"]).rpartition("@")[2].rstrip(">"),
               str(read["Message-ID"]).rpartition("@")[2].rstrip(">"),
               made.return_path.rpartition("@")[2]}  # fmt: skip
    assert domains == {"firm.example"}
    assert isinstance(read, EmailMessage)
    assert read.get_content().split() == ("é" * 3000 + "\n.\nFrom here\n").split()


def test_only_kinds_that_say_so_can_be_left() -> None:
    sender = replace(SENDER, unsubscribe=(("newsletter", "https://firm.example/leave"),))
    assert mail(sender=sender)["List-Unsubscribe"] is None
    letter = replace(LETTER, kind="newsletter")
    assert mail(letter, sender)["List-Unsubscribe"] == "<https://firm.example/leave>"


def test_the_same_letter_is_the_same_bytes_at_any_time() -> None:
    """A relay or reader that sees it twice can tell."""
    again = replace(LETTER, attempts=7, give_up_at=NOON + timedelta(days=9))
    first, second = envelope(SENDER, LETTER), envelope(SENDER, again)
    assert first == second


def test_a_letter_that_is_printed_by_mistake_shows_no_reader_and_no_word() -> None:
    shown = repr(LETTER) + repr(envelope(SENDER, LETTER))
    assert "ada" not in shown
    assert "Texte" not in shown


def test_the_return_path_names_the_letter_and_not_the_reader() -> None:
    made = envelope(SENDER, LETTER)
    assert made is not None
    assert made.return_path == "returns+" + "a" * 26 + "@firm.example"
