"""A worker and the server that it dials: the server in a thread here, the worker in a process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import uvicorn

from avow.common.clock import Clock, SetClock
from avow.engine.db.store import Store
from avow.engine.evidence.entries import Body
from avow.engine.keys.conversation import Conversations, Patience
from avow.engine.keys.enrolment import make_code
from avow.engine.keys.ring import KeyRing, new_ring
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.distant.connector import DistantConnector
from avow.estate.datamap.model import System
from avow.faces.web.worker.application import worker_app
from avow.faces.web.worker.bell import Bell
from avow.faces.web.worker.desk import WorkerDesk
from avow.faces.worker.enrolling import enrol
from avow.faces.worker.identity import Identity, read_identity
from avow.faces.worker.serving import Pace, Serving
from avow.faces.worker.setting import Home, read_setting
from avow.faces.worker.speaking import NotHeard

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
QUICK_PACE = Pace(beat=0.5)
QUICK = Patience(away=60, reply=10, silence=3, look=0.2)
SETTING = """
system = "app"
connector = "{connector}"
url = "${{PLACE}}"
access = "{access}"
rows_per_day = {rows}
"""


@dataclass
class Centre:
    """avow's side: the database, the keys, and the server at `address`."""

    store: Store
    address: str
    ring: KeyRing
    clock: Clock
    noted: list[Body]

    def code(self, system: str = "app") -> str:
        """A code for a new worker."""
        return str(make_code(self.store, self.ring, system, "claire", self.clock.now()))

    def open(self, system: System, access: Access) -> Connection:
        """A connection through the worker."""
        return self.opener(self.store)(system, access)

    def opener(self, store: Store) -> Callable[[System, Access], Connection]:
        """Opens connections through the worker, with a store of one's own."""
        return DistantConnector(Conversations(store, self.ring, self.clock, QUICK)).connect


@contextmanager
def served(store: Store) -> Iterator[Centre]:
    """The server, in a thread."""
    ring, clock = new_ring(), SetClock(NOON)
    noted: list[Body] = []

    def note(body: Body, at: datetime) -> None:
        assert at == NOON
        noted.append(body)

    desk = WorkerDesk(store, ring, clock, note, Bell(store), hold=0.5)
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:  # or asyncio delays answers
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        config = uvicorn.Config(
            worker_app(desk, hosts=["127.0.0.1"]), log_level="warning", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        running = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        running.start()
        try:
            until(lambda: server.started)
            yield Centre(store, f"http://127.0.0.1:{port}", ring, clock, noted)
        finally:
            desk.bell.end()
            server.should_exit = True
            running.join(10)


def until(is_so: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


@dataclass
class Owner:
    """The owner's side: a folder with the file, the key, and the database's address."""

    folder: Path
    place: str
    connector: str
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    threads: list[tuple[Serving, threading.Thread]] = field(default_factory=list)
    refused: list[NotHeard] = field(default_factory=list)

    @property
    def home(self) -> Home:
        """Where the worker keeps what is its own."""
        return Home(self.folder, "app")

    def write(self, access: str = "write", rows: int = 1000) -> None:
        """The file of the worker."""
        self.folder.mkdir(exist_ok=True)
        text = SETTING.format(connector=self.connector, access=access, rows=rows)
        self.home.setting.write_text(text)

    def enrol(self, centre: Centre) -> Identity:
        """Register this worker."""
        return enrol(self.home, centre.code(), centre.address)

    def start(self, centre: Centre) -> subprocess.Popen[bytes]:
        """The worker as a process, heard at the centre."""
        before = heard(centre)
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "avow.faces.cli.main", "worker", "--system", "app",
                 "--folder", str(self.folder)],
                env=os.environ | {"PLACE": self.place}, stdout=log, stderr=log,
            )  # fmt: skip
        self.running.append(process)
        until(lambda: heard(centre) != before, 20)
        return process

    def serve(self, centre: Centre) -> Serving:
        """The worker in a thread: as quick to begin as to end."""
        before, numbers = heard(centre), count(time.time_ns() // 1000)
        os.environ["PLACE"] = self.place
        identity, setting = read_identity(self.home), read_setting(self.home)
        serving = Serving(
            self.home, setting, identity, lambda: next(numbers), NOON.date, QUICK_PACE
        )

        def run() -> None:
            try:
                serving.run()
            except NotHeard as error:
                self.refused.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        self.threads.append((serving, thread))
        until(lambda: heard(centre) != before)
        return serving

    def stop(self) -> None:
        """End every worker."""
        self.kill()
        while self.threads:
            serving, thread = self.threads.pop()
            serving.ends.set()
            thread.join(10)
        os.environ.pop("PLACE", None)

    def kill(self) -> None:
        """End the worker as a lost machine ends."""
        while self.running:
            process = self.running.pop()
            process.send_signal(signal.SIGKILL)
            process.wait(10)

    def said(self) -> str:
        """All that the worker's process printed."""
        return (self.folder / "log").read_text()


def heard(centre: Centre) -> object:
    """When the worker was last heard."""
    found = centre.store.one("worker_of", system="app")
    return None if found is None else found["heard_at"]
