"""The mail server that takes our letters: its address, and what its replies mean.

A reply is taken apart by its class (RFC 5321, 4.2.1) and its enhanced status (RFC 3463). What is
about us (who we are, whether we may send) ends the whole run; what is about one letter or its
reader concerns that letter alone.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from urllib.parse import unquote, urlsplit

from avow.common.errors import AvowError
from avow.common.hosts import is_this_machine
from avow.common.masked import Masked
from avow.duties.correspondence.letters import Reason
from avow.duties.correspondence.message import Envelope

TIMEOUT = 60.0
"""Seconds for one answer. RFC 5321 (4.5.3.2) would wait for minutes; a letter is simply tried
again."""
_PORTS = {"smtp": 587, "smtps": 465}
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_STATUS = re.compile(rb"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


class RelayError(AvowError):
    """The mail server cannot be used as it is declared (AV620 to AV623, AV627)."""

    code = "AV623"


@dataclass(frozen=True, slots=True)
class Relay:
    """Where letters are handed over. `is_sealed`: TLS from the first byte (RFC 8314)."""

    host: str
    port: int
    is_sealed: bool
    user: str = ""
    password: Masked[str] = field(default_factory=lambda: Masked(""))

    @property
    def is_here(self) -> bool:
        """Whether it is this machine, so that nothing leaves it in the clear."""
        return is_this_machine(self.host)


def relay(text: str, environment: Mapping[str, str]) -> Relay:
    """The server of an address `smtp://user:${PASSWORD}@host:587`, or of a name `${ADDRESS}`.

    Raises:
        RelayError: AV620, the address is none, or names a variable that is not set; AV621, it
            shows a password.
    """
    if _VARIABLE.fullmatch(text):
        return _parts(_filled(text, environment), environment)
    password = urlsplit(text).password
    if password and not _VARIABLE.fullmatch(unquote(password)):
        raise RelayError(
            "the password of the mail server stands in its address",
            because="who may see the command or its settings may then send in your name",
            help="name a variable of the environment: `smtp://user:${SMTP_PASSWORD}@host:587`",
            code="AV621",
        )
    return _parts(text, environment)


def _parts(text: str, environment: Mapping[str, str]) -> Relay:
    try:
        found = urlsplit(text)
        host, port = found.hostname or "", found.port
    except ValueError:
        host, port, found = "", None, urlsplit("")
    is_whole = not (found.query or found.fragment or found.path.strip("/"))
    if found.scheme not in _PORTS or not host or not is_whole:
        raise RelayError(
            "the address of the mail server is none",
            help="write `smtp://user:${SMTP_PASSWORD}@host:587`, or `smtps://` with port 465",
            code="AV620",
        )
    password = Masked(_filled(unquote(found.password or ""), environment))
    user = unquote(found.username or "")
    return Relay(host, port or _PORTS[found.scheme], found.scheme == "smtps", user, password)


def _filled(text: str, environment: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if not environment.get(found[1]):
            raise RelayError(
                f"the environment variable `{found[1]}` is not set",
                because="the address of the mail server names it",
                code="AV620",
            )
        return environment[found[1]]

    return _VARIABLE.sub(value, text)


def connected(
    to: Relay, *, timeout: float = TIMEOUT, trust: ssl.SSLContext | None = None
) -> smtplib.SMTP:
    """A connection that was greeted, encrypted and signed in.

    Without encryption only to this very machine, and never with a password.

    Raises:
        RelayError: AV622, the server offers no encryption; AV623, it does not answer or does not
            let us in. No reply is quoted: servers repeat addresses.
    """
    trust = trust or _usual_trust()
    try:
        client = _greeted(to, timeout, trust)
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise _away(to, f"the connection failed ({type(error).__name__})") from None
    try:
        _signed_in(client, to, trust)
    except (OSError, smtplib.SMTPException) as error:
        client.close()
        code = getattr(error, "smtp_code", "")
        raise _away(to, f"it does not let us in ({code or type(error).__name__})") from None
    except RelayError:
        client.close()
        raise
    return client


@cache
def _usual_trust() -> ssl.SSLContext:
    """The authorities of this machine, read once: it takes longer than some letters."""
    return ssl.create_default_context()


def _greeted(to: Relay, timeout: float, trust: ssl.SSLContext) -> smtplib.SMTP:
    if to.is_sealed:
        return smtplib.SMTP_SSL(to.host, to.port, timeout=timeout, context=trust)
    return smtplib.SMTP(to.host, to.port, timeout=timeout)


def _signed_in(client: smtplib.SMTP, to: Relay, trust: ssl.SSLContext) -> None:
    client.ehlo_or_helo_if_needed()
    if not to.is_sealed:
        if client.has_extn("starttls"):
            client.starttls(context=trust)
            client.ehlo()
        elif not to.is_here or to.user:
            raise RelayError(
                f"the mail server `{to.host}` offers no encryption",
                because="letters and passwords would cross the network in the clear",
                help="use its port with TLS (`smtps://`), or another server",
                code="AV622",
            )
    if to.user:
        client.login(to.user, to.password.reveal())


def _away(to: Relay, because: str) -> RelayError:
    return RelayError(
        f"the mail server `{to.host}` takes no letters",
        because=because,
        help="no letter is lost: they wait, and the next run tries again",
    )


class Fate(StrEnum):
    """What an answer means for the letter: taken, try again later, never, or ask nobody: we were
    cut off. `UNSURE` is cut off after the whole letter was handed over."""

    TAKEN = "taken"
    LATER = "later"
    NEVER = "never"
    CUT = "cut"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said about one letter: its fate, the code, and why."""

    fate: Fate
    code: int | None = None
    reason: Reason | None = None


def hand_over(client: smtplib.SMTP, letter: Envelope) -> Reply:
    """Hand one letter over, and say what the server answered.

    Raises:
        RelayError: AV623, the server does not take letters from us at all.
    """
    if letter.to.needs_utf8 and not client.has_extn("smtputf8"):
        return Reply(Fate.NEVER, reason=Reason.NOT_SUPPORTED)
    is_whole = False
    try:
        said = _offered(client, letter)
        if said is None:
            is_whole = True
            said = _of(*client.data(letter.data))
    except smtplib.SMTPDataError as error:  # DATA itself was refused: nothing was handed over
        said = _of(error.smtp_code, _bytes(error.smtp_error))
    except (smtplib.SMTPServerDisconnected, OSError, smtplib.SMTPException):
        client.close()
        return Reply(Fate.UNSURE if is_whole else Fate.CUT)
    if said.code == 421:  # it says goodbye (RFC 5321, 3.8)
        client.close()
        return Reply(Fate.CUT, 421)
    if said.fate is not Fate.TAKEN:
        _begin_anew(client)
    return said


def _begin_anew(client: smtplib.SMTP) -> None:
    try:
        client.rset()
    except (OSError, smtplib.SMTPException):
        client.close()


def _offered(client: smtplib.SMTP, letter: Envelope) -> Reply | None:
    """Sender and recipient; None when both are taken."""
    code, said = client.mail(letter.return_path, _options(client, letter))
    if code >= 500:
        client.close()
        raise RelayError(
            "the mail server does not take letters from this sender",
            because=f"it answered {code} before it knew of any reader",
            help="look at the address in From, at the sign-in, and at what the server allows",
        )
    if not 200 <= code < 300:
        return _of(code, said)
    notify = ["NOTIFY=FAILURE"] if client.has_extn("dsn") else []
    code, said = client.rcpt(str(letter.to), notify)
    return None if 200 <= code < 300 else _of(code, said)


def _options(client: smtplib.SMTP, letter: Envelope) -> list[str]:
    """Ask for short bounces that name the letter (RFC 3461), where the server can."""
    asked = ["RET=HDRS", f"ENVID={letter.id}"] if client.has_extn("dsn") else []
    return [*asked, "SMTPUTF8"] if letter.to.needs_utf8 else asked


def _bytes(said: object) -> bytes:
    return said if isinstance(said, bytes) else str(said).encode()


def _of(code: int, said: bytes) -> Reply:
    """What a reply means; one that is none of RFC 5321 (4.2.1) promises nothing."""
    if 200 <= code < 300:
        return Reply(Fate.TAKEN, code)
    if not 500 <= code < 600:
        return Reply(Fate.LATER, code if 400 <= code < 500 else None, Reason.PUT_OFF)
    return Reply(Fate.NEVER, code, reason_of(said))


def reason_of(said: bytes) -> Reason:
    """The word of our list for an enhanced status (RFC 3463) in a text."""
    found = _STATUS.search(said)
    if found is None:
        return Reason.OTHER
    subject, detail = int(found[2]), int(found[3])
    if subject == 1:
        return Reason.NO_SUCH_ADDRESS
    if subject == 2:
        return {2: Reason.MAILBOX_FULL, 3: Reason.TOO_LARGE}.get(detail, Reason.MAILBOX_CLOSED)
    by_subject = {7: Reason.REFUSED, 4: Reason.NO_ANSWER, 6: Reason.NOT_SUPPORTED}
    if (subject, detail) == (3, 4):
        return Reason.TOO_LARGE
    return by_subject.get(subject, Reason.OTHER)
