"""Whatever bytes a stranger sends: a message is read, in bounded time, and nothing raises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from avow.duties.requests.intake.arriving import arrived, instant
from avow.duties.requests.intake.asked import language_of, recognised
from avow.duties.requests.intake.plain import clean, of_html, own
from avow.duties.requests.intake.reading import Delivery, Trust, read
from avow.duties.requests.words import Right

NOW = datetime(2027, 3, 15, 12, tzinfo=UTC)
TRUST = Trust(("mx.firm.example",), "mx.firm.example", frozenset({"privacy@firm.example"}))
WHOLE = (
    b"Received: from a by mx.firm.example; Sun, 14 Mar 2027 23:50:00 +0100\r\n"
    b"Authentication-Results: mx.firm.example; spf=pass\r\n"
    b"From: =?utf-8?q?Ren=C3=A9e?= <renee@mail.example>\r\nSubject: =?latin-1?q?donn=E9es?=\r\n"
    b"Message-ID: <1@mail.example>\r\nIn-Reply-To: <0@firm.example>\r\n"
    b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=latin-1\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\neffacez mes donn=E9es\r\n"
    b"--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n"
)
HEADS = st.sampled_from(
    [b"From", b"Received", b"Content-Type", b"Content-Transfer-Encoding", b"Subject",
     b"Message-ID", b"References", b"Authentication-Results", b"X-Loop", b"Content-Disposition"]
)  # fmt: skip
PIECE = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [b"multipart/mixed; boundary=b", b"text/html; charset=\xff", b"text/plain; charset=utf-7",
         b"=?utf-16?b?AAA?=", b"=?x?q?=ZZ?=", b"base64", b"x-uuencode", b"message/rfc822", b"--b",
         b"a@b.example", b"<<>>", b"by mx.firm.example; Mon, 99 Foo 0000", b'"', b";;;", b"\x00"]
    ),
)  # fmt: skip
LINES = st.lists(st.one_of(st.tuples(HEADS, PIECE).map(lambda p: p[0] + b": " + p[1]), PIECE))


def looked_at(data: bytes) -> None:
    """Read, and hold it to what the rest relies on."""
    message = read(Delivery(data), TRUST, NOW)
    said = (message.name, message.subject, message.own, message.text, message.id)
    for text in said:
        text.encode("utf-8")  # it can be kept
        assert "\0" not in text
    assert message.arrived is None or message.arrived <= NOW + timedelta(minutes=5)
    assert all("/" in kind for kind, _ in message.files)
    recognised(message.own)


@given(st.binary(max_size=2_000))
@example(b"")
@example(b"\xff\xfe\x00")
@example(b"From: \r\n\tx\r\n\r\n")
def test_random_bytes(data: bytes) -> None:
    looked_at(data)


@given(LINES.map(b"\r\n".join))
def test_heads_in_any_order(data: bytes) -> None:
    looked_at(data)


@given(st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)), st.binary(max_size=8))
def test_a_message_cut_and_damaged_anywhere(end: int, at: int, damage: bytes) -> None:
    looked_at(WHOLE[:end])
    looked_at(WHOLE[:at] + damage + WHOLE[at + len(damage) :])


@given(st.text(max_size=400))
@example("<" * 300)
@example("<!--" * 50)
@example("<script>" * 40)
def test_texts(text: str) -> None:
    clean(of_html(text)).encode("utf-8")
    assert len(own(text)) <= len(text)
    assert language_of(text) in {"", "fr", "nl", "en"}
    instant(text)
    arrived([text], None, ["mx.firm.example"], NOW)


@given(st.text(alphabet="abc \n", max_size=80), st.text(alphabet="xyz \n", max_size=80))
def test_what_is_asked_is_found_wherever_it_stands(before: str, after: str) -> None:
    found = recognised(f"{before}\nPlease delete my account.\n{after}")
    assert Right.ERASURE in {each.right for each in found}


def test_the_message_itself_is_read_whole() -> None:
    """What the properties above begin with says all of this."""
    message = read(Delivery(WHOLE), TRUST, NOW)
    assert (message.name, message.subject, message.checked) == ("Renée", "données", "spf-pass")
    assert message.arrived == datetime(2027, 3, 14, 22, 50, tzinfo=UTC)
    assert [each.right for each in recognised(message.own)] == [Right.ERASURE]
    assert message.files == (("image/png", b"\0\0\0"),)
