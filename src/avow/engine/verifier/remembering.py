"""The look at a batch that also remembers whom an erasure takes away.

What is remembered is written before the commit: a crash between the two costs a value that is
looked for in vain, never one that nobody looks for. The journal says whether the batch happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from avow.common.clock import Clock
from avow.engine.db.store import Runs
from avow.engine.keys.ring import KeyRing
from avow.engine.verifier.checked import Checked, Program
from avow.engine.verifier.erased import Batch, Erased, about_to_go, remember
from avow.estate.connectors.base import Connection

BACKUPS = timedelta(days=366)
"""How long a restored backup may bring somebody back, where nobody says it shorter."""


@dataclass(frozen=True, slots=True)
class Both:
    """What the look remembers of the time before, and who is about to go."""

    memory: object
    erased: tuple[Erased, ...]
    plan: str


@dataclass(frozen=True, slots=True)
class Remembering:
    """A `Checked` for erasures of this process: identities and keys outlive the batch, sealed until
    the next census, and as keyed hashes for as long as backups live."""

    runs: Runs
    ring: KeyRing
    clock: Clock
    backups: timedelta = BACKUPS
    looks: Checked = field(default_factory=Checked)

    def before(
        self, connection: Connection, program: Program, plan: str, place: int | None = None
    ) -> object:
        """Read who is about to go, and remember what must not change. Whom another controller let
        go from its sphere may be known to us, and is not looked for."""
        ours = program.roots and not program.within
        erased = about_to_go(connection, program) if ours else ()
        return Both(self.looks.before(connection, program, plan, place), erased, plan)

    def after(
        self, connection: Connection, program: Program, moved: Mapping[int, int], memory: object
    ) -> Sequence[str]:
        """What is wrong with the batch; where nothing is, who goes is written down."""
        if not isinstance(memory, Both):
            return ["the check remembers nothing of the time before the batch"]
        faults = self.looks.after(connection, program, moved, memory.memory)
        if not faults and memory.erased:
            now = self.clock.now()
            of = Batch(connection.system.name, memory.plan, now, now.date() + self.backups)
            remember(self.runs, self.ring, of, memory.erased)
        return faults
