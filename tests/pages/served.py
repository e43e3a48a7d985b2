"""Pages really served on this machine: a browser sends files and cookies to no made-up server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from litestar import Litestar
from playwright.sync_api import Locator, Page


@contextmanager
def listening(app: Litestar) -> Iterator[str]:
    """The address of an application, on a free port, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def turned(page: Page, pressed: Locator) -> None:
    """Press what leads to another page, and wait until that page is there: a click alone comes back
    while the page before still stands."""
    with page.expect_navigation():
        pressed.click()
