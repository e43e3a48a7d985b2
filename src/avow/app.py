"""Wire the parts together; no rule lives here."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from avow.common.clock import Clock, SystemClock
from avow.common.errors import StateError
from avow.common.ids import new_id
from avow.engine.db.launcher import embedded
from avow.engine.db.migrate import migrate
from avow.engine.db.store import Store
from avow.engine.evidence.ledger import Ledger
from avow.engine.evidence.verify import remember
from avow.engine.keys.bundles import note_keys
from avow.engine.keys.conversation import Conversations
from avow.engine.keys.ring import KeyRing, load_ring
from avow.estate.connectors.distant.channel import speaking_through

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """What avow remembers, opened: its folder, database, keys and ledger, and the clock to use.

    `contradiction` says why the ledger does not continue the checkpoint kept in the folder; it is
    empty when it does.
    """

    folder: Path
    store: Store
    ring: KeyRing
    ledger: Ledger
    clock: Clock
    contradiction: str

    @property
    def witness(self) -> Path:
        """The file with the newest checkpoint, kept outside the database."""
        return _witness(self.folder)


@contextmanager
def open_state(
    state_dir: Path, database_url: str | None = None, *, clock: Clock | None = None
) -> Iterator[State]:
    """Open the state in `state_dir`, with the database of the URL or an embedded one.

    The schema is brought up to date, keys and ledger are made when they are missing. Raises
    StateError (AV85x, AV86x) and KeyringError (AV87x).
    """
    at = clock or SystemClock()
    with ExitStack() as stack:
        url = database_url or stack.enter_context(embedded(state_dir))
        _migrated(url, at)
        ring = load_ring(state_dir / "keys")
        store = stack.enter_context(Store(url))
        note_keys(store, ring, at.now())
        stack.enter_context(speaking_through(Conversations(store, ring, at)))
        ledger = Ledger(store, ring, _origin(store, at))
        said = remember(ledger, _witness(state_dir))
        if said:
            log.error("the ledger does not continue the checkpoint of the state: %s", said)
        yield State(state_dir, store, ring, ledger, at, said)
        remember(ledger, _witness(state_dir))


def _witness(folder: Path) -> Path:
    return folder / "ledger.checkpoint"


def _migrated(url: str, clock: Clock) -> None:
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            migrate(connection, clock.now())
    except psycopg.OperationalError as error:
        # libpq's sentence may quote the URL with its password, so only its kind is said.
        raise StateError(
            "the database cannot be reached",
            because=f"the connection failed ({type(error).__name__})",
            help="check the address, the account and the password of `--database-url`",
            code="AV858",
        ) from None


def _origin(store: Store, clock: Clock) -> str:
    store.run("ledger_open", origin=f"avow/{new_id('ledger')}", at=clock.now())
    return str(store.run("ledger_log")[0]["origin"])
