"""The worker's questions to avow: it dials out, over TLS, and listens nowhere."""

from __future__ import annotations

import http.client
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from avow.common.hosts import is_this_machine
from avow.engine.keys.signed import HEADER, header
from avow.faces.worker.identity import Identity
from avow.faces.worker.setting import WorkerError

PATIENCE = 40.0
"""Seconds for one answer: avow holds a question open for less."""
LONGEST = 64 * 1024 * 1024
"""Bytes of one answer."""


class Broken(Exception):
    """avow did not answer, or not in a way that means anything; it may be asked again later."""


class Over(Exception):
    """The conversation is over."""


class NotHeard(WorkerError):
    """avow refuses the worker (AV589)."""

    code = "AV589"


@dataclass(frozen=True, slots=True)
class Answer:
    """What avow said."""

    status: int
    body: bytes = field(repr=False)
    conversation: str = ""


@dataclass(slots=True)
class Line:
    """One connection to avow, kept open between questions."""

    address: str
    _open: http.client.HTTPConnection | None = None

    def ask(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """One question and its answer. A question is never sent twice.

        Raises:
            Broken: no answer came.
        """
        line = self._open or self._dialled()
        self._open = None
        try:
            line.request("POST", _path(self.address) + path, body, headers)
            answer = line.getresponse()
            found = answer.read(LONGEST + 1)
        except (OSError, http.client.HTTPException) as error:
            line.close()
            raise Broken(type(error).__name__) from None
        if len(found) > LONGEST:
            line.close()
            raise Broken("the answer is too long")
        if not answer.will_close:
            self._open = line
        return Answer(answer.status, found, answer.getheader("avow-conversation", ""))

    def close(self) -> None:
        """Hang up."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _dialled(self) -> http.client.HTTPConnection:
        parts = urlsplit(checked(self.address))
        host = parts.hostname or ""
        if parts.scheme == "http":
            return http.client.HTTPConnection(host, parts.port, timeout=PATIENCE)
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return http.client.HTTPSConnection(host, parts.port, timeout=PATIENCE, context=context)


def _path(address: str) -> str:
    return urlsplit(address).path.rstrip("/")


def checked(address: str) -> str:
    """An address that may be dialled: https, or plain http on this machine only.

    Raises:
        WorkerError: AV590, any other.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme == "https" and host and not parts.username:
        return address
    if parts.scheme == "http" and is_this_machine(host) and not parts.username:
        return address
    raise WorkerError(
        "this is no address that a worker dials",
        because="rows of persons travel over it, so it must be https; plain http is for a server "
        "on the same machine",
        help="`--at https://…`",
    )


@dataclass(slots=True)
class Asking:
    """Signed questions with numbers that only grow, of one lane: asking for work, or one
    conversation."""

    identity: Identity
    line: Line
    number: int

    def ask(self, path: str, body: bytes) -> Answer:
        """See `Line.ask`.

        Raises:
            Broken: no answer came.
            Over: the conversation is over (410).
            NotHeard: avow refuses this worker.
        """
        self.number += 1
        sign = header(self.identity.key, self.identity.worker, self.number, path, body)
        answer = self.line.ask(path, body, {HEADER: sign})
        match answer.status:
            case 200 | 204:
                return answer
            case 410:
                raise Over
            case 401 | 403:
                raise NotHeard("avow refuses this worker", because=_line(answer.body))
        raise Broken(f"avow said {answer.status}")


def _line(body: bytes) -> str:
    """A short line of what avow says."""
    return body[:200].decode("ascii", "replace").partition("\n")[0]
