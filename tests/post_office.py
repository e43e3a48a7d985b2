# ruff: noqa: ARG002, N802 (the hooks have the names and arguments that the server asks for)
"""A real mail server for tests: aiosmtpd on a free port, which can refuse, drop and forget."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from avow.duties.correspondence.relay import Relay

Says = Callable[[str], str | None]
"""Given a recipient: the server's reply, or None for the usual one."""


@dataclass
class PostOffice:
    """Keeps what it accepted. `on_rcpt`, `on_mail` and `on_data` may answer otherwise; `on_data`
    may also say `drop` (the letter is thrown away and the line broken) or `vanish` (it is kept, and
    the line broken before the answer)."""

    taken: list[tuple[str, str, bytes]] = field(default_factory=list)
    on_mail: Says = lambda _: None
    on_rcpt: Says = lambda _: None
    on_data: Says = lambda _: None
    sessions: int = 0
    port: int = 0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str,
        responses: list[str],
    ) -> list[str]:  # fmt: skip
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if said := self.on_mail(address):
            return said
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if said := self.on_rcpt(address):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (to,) = envelope.rcpt_tos
        said = self.on_data(to)
        if said in {None, "vanish"}:
            assert isinstance(envelope.original_content, bytes)
            self.taken.append((envelope.mail_from or "", to, envelope.original_content))
        if said in {"drop", "vanish"}:
            transport: Any = server.transport
            transport.abort()
            return "451 never heard"
        return said or "250 OK"

    @property
    def recipients(self) -> list[str]:
        """Who got a letter, in the order of arrival."""
        return [to for _, to, _ in self.taken]

    @property
    def messages(self) -> list[Message]:
        """What arrived, read."""
        return [email.message_from_bytes(data) for _, _, data in self.taken]

    @property
    def relay(self) -> Relay:
        """Its address."""
        return Relay("127.0.0.1", self.port, is_sealed=False)


class _Anywhere(Controller):
    """A controller on whichever port is free."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def post_office(**options: Any) -> Iterator[PostOffice]:  # noqa: ANN401 (those of the server)
    """A post office that is open while the block runs."""
    made = PostOffice()
    controller = _Anywhere(made, hostname="127.0.0.1", port=0, **options)
    controller.start()
    made.port, made.sessions = controller.port, 0
    try:
        yield made
    finally:
        controller.stop()
