"""A mail server in a process of its own: takes everything, keeps nothing, says its port first."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

HOST = "127.0.0.1"


class _TakesAll:
    """Counts the letters; the count is what it answers with."""

    taken = 0

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: ARG002, N802
        self.taken += 1
        return f"250 {self.taken} taken"


async def _serve() -> None:
    from aiosmtpd.smtp import SMTP  # noqa: PLC0415

    taking, loop = _TakesAll(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(taking, hostname="relay.example"), HOST, 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def post_office() -> Iterator[int]:
    """A server that runs while the block runs; its port."""
    command = [sys.executable, "-W", "ignore", "-m", "bench.post_office"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603
        try:
            assert child.stdout is not None
            yield int(child.stdout.readline())
        finally:
            child.kill()


if __name__ == "__main__":
    asyncio.run(_serve())
