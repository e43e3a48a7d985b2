"""Opens connections to systems that only their workers reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from avow.estate.connectors.base import Access, Capability, Connection, Refused, Unreachable
from avow.estate.connectors.distant.channel import Channel, Channels, channels_in_use
from avow.estate.connectors.distant.connection import DistantConnection
from avow.estate.connectors.distant.contract import contract
from avow.estate.connectors.distant.more import MORE
from avow.estate.datamap.model import System


@dataclass(frozen=True, slots=True)
class DistantConnector:
    """Without `channels` it speaks through those of the open state."""

    channels: Channels | None = None

    @property
    def kind(self) -> str:
        """The word for it in the data map, at the place of an address."""
        return "worker"

    def connect(self, system: System, access: Access) -> Connection:
        """See `Connector.connect`."""
        channels, name = self.channels or channels_in_use(), system.name
        if channels is None:
            raise Unreachable(f"only the worker of `{name}` reaches it, and no state is open")
        try:
            channel = channels.open(name)
        except ConnectionError as error:
            raise Unreachable(str(error)) from None
        try:
            return _opened(system, channel, access)
        except Refused as refused:
            channel.close()
            why = refused.constraint or refused.kind
            raise Unreachable(f"the worker of `{name}` did not open it: {why}") from None
        except BaseException:
            channel.close()
            raise


def _opened(system: System, channel: Channel, access: Access) -> DistantConnection:
    """Have the worker open the system; it gets what the map says of it, and no address."""
    asking = DistantConnection(system, channel)
    said, more = asking.ask("open", contract(), msgspec.to_builtins(system), str(access))
    able = frozenset(Capability(each) for each in said)
    return _with(more)(system, channel, able)


def _with(more: Sequence[str]) -> type[DistantConnection]:
    """A connection that has these methods too."""
    parts = tuple(MORE[name] for name in more)
    if not parts:
        return DistantConnection
    return type("Distant", parts, {"__slots__": ()})
