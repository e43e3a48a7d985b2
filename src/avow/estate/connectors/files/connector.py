"""Folders of files as a kind of system."""

from __future__ import annotations

from dataclasses import dataclass, field

from avow.common.clock import Clock, SystemClock
from avow.estate.connectors.address import address
from avow.estate.connectors.base import Access, Refused, Unreachable
from avow.estate.connectors.files.changes import Crash, nothing
from avow.estate.connectors.files.connection import FilesConnection
from avow.estate.connectors.files.root import Root
from avow.estate.datamap.model import System


@dataclass(frozen=True, slots=True)
class FilesConnector:
    """Opens folders of files. `wait` is how long to wait for another process that changes them, in
    seconds. `crash` is called at each place of a batch where a test may end the process.
    `clock` tells files that are being written to from those that are not."""

    wait: float = 5.0
    crash: Crash = nothing
    kind: str = "files"
    clock: Clock = field(default_factory=SystemClock)

    def connect(self, system: System, access: Access) -> FilesConnection:
        """Open a folder; Unreachable when there is none, we may not enter it, or somebody has put
        into it what a batch of ours would leave."""
        path = address(system).removeprefix("file://")
        try:
            root = Root(path)
        except OSError as error:
            reason = error.strerror or "it cannot be opened"
            raise Unreachable(f"the folder of `{system.name}`: {reason}") from None
        try:
            return FilesConnection(system, access, root, self.wait, self.crash, self.clock)
        except Refused as refused:
            root.close()
            raise Unreachable(f"the folder of `{system.name}`: {refused.constraint}") from None
