"""What a conversation with a worker keeps beside the contract: values, order, bounds, undoing."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from avow.engine.verifier.census import TellsStatistics
from avow.engine.verifier.checked import CountsItself
from avow.estate.connectors.base import Access, Connection, Refused, Unreachable
from avow.estate.connectors.distant import connector as connector_module
from avow.estate.connectors.distant import contract as contract_module
from avow.estate.connectors.distant import predicates
from avow.estate.connectors.distant.answering import Answering
from avow.estate.connectors.distant.channel import AT_WORKER, speaking_through
from avow.estate.connectors.distant.connector import DistantConnector
from avow.estate.connectors.distant.contract import contract
from avow.estate.connectors.distant.predicates import Heard, Told
from avow.estate.connectors.distant.wire import packed, unpacked, written
from avow.estate.connectors.itself import itself
from avow.estate.connectors.registry import connector_for
from avow.estate.datamap.edges import Side
from avow.estate.datamap.model import System
from avow.estate.datamap.predicates import (
    TRUE,
    And,
    Equal,
    InKeys,
    Null,
    Or,
    Predicate,
    Related,
    Until,
)  # fmt: skip
from tests.connectors import engines, world
from tests.connectors.distant_estates import Unbounded, Wire, Wires, at_worker
from tests.connectors.world import Estate

PERSON, NOTE = world.PERSON.name, world.NOTE.name
CANARY = "canary@example.org"


@pytest.fixture
def local(tmp_path: Path) -> Estate:
    return engines.in_sqlite(tmp_path / "shop.db", world.CATALOGUE, world.fresh(), world.SYSTEM)


def wire(connection: Connection) -> Wire:
    return connection.channel  # type: ignore[attr-defined,no-any-return]


VALUES = [
    None, True, 0, -(2**63), 2**70, 1.5, "", "é", "odd \udcff text", b"\x00\xff",
    Decimal("10.50"), Decimal("1E+3"), UUID(int=7), date(1, 1, 1), time(23, 59, 59, 5),
    datetime(2026, 3, 29, 2, 30),  # noqa: DTZ001 (a naive one is meant)
    datetime(9999, 12, 31, tzinfo=UTC),
    datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=-5))), timedelta(days=-3, seconds=1),
    [1, [Decimal(2), None]], {"a": [True]},
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_arrives_as_it_was_sent_with_its_type(value: object) -> None:
    came = unpacked(packed(written(value)))
    assert came == value
    assert type(came) is type(value)


def test_a_value_of_a_kind_that_is_not_known_arrives_as_its_text() -> None:
    """So predicates read it, at this end too."""

    class Range:
        def __str__(self) -> str:
            return "[1,5)"

    assert unpacked(packed(written(Range()))) == "[1,5)"


def test_what_is_no_message_is_said_to_be_none() -> None:
    for data in (b"", b"\xc1", packed(written(Decimal(1)))[:-1], b"\xc7\x01\x63x"):
        with pytest.raises(ValueError, match="no message"):
            unpacked(data)


EVERY: list[Predicate] = [
    TRUE,
    Equal("a", "1", negated=True),
    Null("b"),
    Until("c", date(2026, 1, 31), "UTC", "Europe/Brussels", negated=True),
    InKeys(("d", "e"), "k", date(2026, 1, 31)),
    Or((Null("b"), And((Equal("a", "2"), Null("b"))))),
    Related(world.ABOUT_PERSON, Side.CHILD, Related(world.BUYER, Side.PARENT, Null("b")), True),
]


def test_predicates_arrive_whole_and_each_part_travels_once() -> None:
    told, heard, said = Told(), Heard(), 0
    for predicate in [*EVERY, *EVERY, And(tuple(EVERY))]:
        number = told.number(predicate)
        anew, parts = told.taken()
        heard.hear(unpacked(packed(parts)), anew=anew)
        said += len(parts)
        assert heard[number] == predicate
    assert said == len({TRUE, *EVERY, *_inner()}) + 1


def _inner() -> set[Predicate]:
    both = And((Equal("a", "2"), Null("b")))
    return {both, Equal("a", "2"), Related(world.BUYER, Side.PARENT, Null("b"))}


def test_both_ends_forget_when_too_much_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predicates, "MOST", 10)
    told, heard, forgotten = Told(), Heard(), 0
    for n in range(50):
        number = told.number(Equal("a", str(n)))
        anew, parts = told.taken()
        heard.hear(parts, anew=anew)
        forgotten += anew
        assert heard[number] == Equal("a", str(n))
    assert forgotten == 4
    assert len(heard._known) <= 11


def test_the_address_is_never_in_a_message(local: Estate) -> None:
    estate = at_worker(local)
    connection = estate.write()
    with connection.transaction() as batch:
        batch.remove(NOTE, TRUE)
    said = b"".join(wire(connection).asked)
    assert b"shop" in said
    assert local.system.url.encode() not in said


def test_a_conversation_that_breaks_in_a_batch_undoes_it(local: Estate) -> None:
    estate = at_worker(local)
    connection = estate.write()
    with pytest.raises(Refused) as lost, connection.transaction() as batch:  # noqa: PT012 (a batch)
        assert batch.remove(NOTE, TRUE) == 6
        wire(connection).answering.end()  # as the worker does when nothing comes any more
        batch.remove(NOTE, TRUE)
    assert lost.value.kind == "lost"
    assert local.read().count(NOTE, TRUE) == 6


def test_a_message_that_cannot_be_read_ends_the_conversation(local: Estate) -> None:
    """The worker guesses nothing: wrong arguments, unknown operations, operations out of turn."""
    for odd in (b"\xc1", packed(["drop_table", [], False, [], []]),
                packed(["count", [PERSON], False, [], []]),
                packed(["count", [PERSON, 99], False, [], []]),
                packed(["remove", [PERSON, 0, None], False, [["And", []]], []]),
                packed(["open", ["", {}, "write"], False, [], []])):  # fmt: skip
        connection = at_worker(local).read()
        with pytest.raises(ConnectionError):
            wire(connection).ask(odd)
        with pytest.raises(Refused) as lost:
            connection.count(PERSON, TRUE)
        assert lost.value.kind == "lost"


def test_many_rows_come_in_several_answers_and_leaving_early_is_told(local: Estate) -> None:
    import sqlite3  # noqa: PLC0415 (only here)

    with sqlite3.connect(local.system.url.removeprefix("sqlite:///")) as owner:
        owner.executemany(
            f'INSERT INTO "{NOTE}" (id, about) VALUES (?, ?)', [(n, "x") for n in range(10, 2510)]
        )
    owner.close()
    connection = at_worker(local).read()
    rows = [row[0] for row in connection.fetch(NOTE, TRUE, ["id"])]
    assert rows == [1, 2, 3, 4, 5, 6, *range(10, 2510)]
    answering = wire(connection).answering
    assert answering.counts.read == 2506
    reader = connection.fetch(NOTE, TRUE, ["id"])
    next(reader)
    assert len(answering._readers) == 1
    del reader
    assert answering._readers == {}


@dataclass
class Narrow(Unbounded):
    """An owner who lets some things be done."""

    most: int = 3
    writes: bool = True
    begins: bool = True
    committed: list[int] = field(default_factory=list)

    def opening(self, system: System, access: Access) -> str:
        del system
        return "" if self.writes or access is Access.READ else "its owner lets nothing be written"

    def beginning(self) -> str:
        return "" if self.begins else "its owner stopped it"

    def moving(self, rows: int) -> str:
        return "" if rows <= self.most else f"its owner lets {self.most} rows go a day"

    def moved(self, rows: int) -> str:
        self.committed.append(rows)
        return self.moving(sum(self.committed))


def bounded(local: Estate, narrow: Narrow) -> Estate:
    """The estate behind a worker with bounds."""

    class Bounded(Wires):
        def open(self, system: str) -> Wire:
            del system
            return Wire(Answering(self._opened, narrow))

    channels = Bounded(local.connector, local.system.url)
    return Estate(DistantConnector(channels), System("shop", "sqlite", AT_WORKER, datasets=local.system.datasets))  # noqa: E501  # fmt: skip


def test_the_worker_opens_nothing_for_writing_where_its_owner_lets_it_read_only(
    local: Estate,
) -> None:
    estate = bounded(local, Narrow(writes=False))
    assert estate.read().count(PERSON, TRUE) == 5
    with pytest.raises(Unreachable, match="its owner lets nothing be written"):
        estate.write()


def test_more_rows_than_the_owner_lets_go_are_refused_and_none_of_the_batch_goes(
    local: Estate,
) -> None:
    connection = bounded(local, Narrow()).write()
    with pytest.raises(Refused) as refused, connection.transaction() as batch:  # noqa: PT012
        batch.remove(NOTE, Equal("about", "person"))  # three
        batch.remove(NOTE, TRUE)
    assert refused.value.kind == "worker"
    assert refused.value.constraint == "its owner lets 3 rows go a day"
    assert local.read().count(NOTE, TRUE) == 6


def test_rows_count_when_a_batch_is_kept_and_the_day_is_over_at_its_end(local: Estate) -> None:
    narrow = Narrow()
    connection = bounded(local, narrow).write()
    with connection.transaction() as batch:
        batch.remove(NOTE, Equal("id", "1"))
        batch.remove(NOTE, Equal("id", "2"))
    with pytest.raises(Refused), connection.transaction() as batch:
        batch.remove(NOTE, Or((Equal("id", "3"), Equal("id", "4"))))
    assert narrow.committed == [2, 2]
    assert local.read().count(NOTE, TRUE) == 4


def test_no_batch_begins_once_the_owner_stopped_the_worker(local: Estate) -> None:
    narrow = Narrow()
    connection = bounded(local, narrow).write()
    narrow.begins = False
    with pytest.raises(Refused, match="its owner stopped it"), connection.transaction():
        pass
    assert connection.count(NOTE, TRUE) == 6


def test_a_system_at_a_worker_needs_no_driver_here_and_says_when_nobody_speaks_for_it() -> None:
    system = System("crm", "mariadb", AT_WORKER)
    connector = connector_for(system)
    assert isinstance(connector, DistantConnector)
    with pytest.raises(Unreachable, match="no state is open"):
        connector.connect(system, Access.READ)


def test_a_worker_of_another_version_is_refused_before_anything_is_opened(
    local: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: avow's end says another contract, as it would with one more field of a link, which
    an older worker would pass over."""
    monkeypatch.setattr(connector_module, "contract", lambda: "0.0.0 other")
    with pytest.raises(Unreachable, match="AV588: it is of another version"):
        at_worker(local).read()


def test_the_contract_moves_with_the_form_of_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    before = contract()
    assert before == contract()

    @dataclass(frozen=True, slots=True)
    class Edge:
        child: str
        only_when: str = ""

    contract.cache_clear()
    monkeypatch.setattr(contract_module, "SPOKEN", (*contract_module.SPOKEN, Edge))
    assert contract() != before
    contract.cache_clear()


def test_a_server_says_which_database_it_is_and_a_file_of_another_machine_says_nothing(
    local: Estate, postgres_url: str
) -> None:
    """So a plan can be rehearsed on a copy: what is behind the worker is told from it."""
    there = engines.in_postgresql(postgres_url, world.CATALOGUE, world.fresh(), world.SYSTEM)
    with closing(at_worker(there).read()) as distant, closing(there.read()) as own:
        told = itself(distant)
        assert told is not None
        assert told == itself(own)
    assert itself(at_worker(local).read()) is None


def test_what_an_engine_says_beside_the_contract_is_said_through_a_worker_too(
    local: Estate, postgres_url: str
) -> None:
    """A census reads the statistics of PostgreSQL, and a check counts by what the engine counted.
    Where the engine cannot say it, the connection does not look as if it could."""
    there = engines.in_postgresql(postgres_url, world.CATALOGUE, world.fresh(), world.SYSTEM)
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute("ANALYZE")
    with closing(at_worker(there).write()) as distant, closing(there.write()) as own:
        assert isinstance(distant, TellsStatistics)
        assert isinstance(own, TellsStatistics)
        assert list(distant.statistics()) == list(own.statistics()) != []
        with distant.transaction() as batch:
            batch.remove(NOTE, Equal("id", "6"))
            assert isinstance(distant, CountsItself)
            assert distant.changes()[NOTE] == (0, 0, 1)
    with closing(at_worker(local).read()) as distant:
        assert not isinstance(distant, TellsStatistics)
        with pytest.raises(ConnectionError):
            wire(distant).ask(packed(["statistics", [], False, [], []]))


def test_connections_speak_through_the_channels_in_use(local: Estate) -> None:
    system = System("shop", "sqlite", AT_WORKER, datasets=local.system.datasets)
    with speaking_through(Wires(local.connector, local.system.url)):
        connection = DistantConnector().connect(system, Access.READ)
        assert connection.count(PERSON, TRUE) == 5
        connection.close()
    with pytest.raises(Unreachable):
        DistantConnector().connect(system, Access.READ)
