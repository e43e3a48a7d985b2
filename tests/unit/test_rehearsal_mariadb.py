"""A rehearsal on MariaDB: the copy alone is changed, whatever the database in use is called."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from avow.engine.db.store import Store
from avow.engine.planner.making import Estate
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.rehearsal_run import rehearse
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.itself import Itself, itself, reach
from avow.estate.connectors.mariadb import MariadbConnector
from avow.estate.datamap.model import DataMap, System
from tests import mariadb
from tests.faults.small import rows
from tests.faults.test_apply_killed import TABLES
from tests.unit.rehearsal_world import World


@dataclass(frozen=True)
class Pair:
    """A world, and the address of a copy of its estate on the same server."""

    world: World
    copy: str


def fill(url: str) -> None:
    """Make the small estate in an empty database."""
    with closing(mariadb.connect_at(url)) as owner, owner.cursor() as cursor:
        for statement in filter(str.strip, TABLES.split(";")):
            cursor.execute(statement)
        for table, found in rows().items():
            for row in found:
                marks = ", ".join(["%s"] * len(row))
                cursor.execute(f"INSERT INTO {table} VALUES ({marks})", list(row.values()))


def run(url: str, *statements: str) -> None:
    """Statements of the owner."""
    with closing(mariadb.connect_at(url)) as owner, owner.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def left(url: str) -> int:
    """Visits that are there."""
    with closing(mariadb.connect_at(url)) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM visit")
        return int((cursor.fetchone() or (0,))[0])


@pytest.fixture
def pair(store: Store, mariadb_server: Path, tmp_path: Path) -> Iterator[Pair]:
    """The estate in one database of a server, and a copy in another."""
    with mariadb.database(mariadb_server) as app, mariadb.database(mariadb_server) as copy:
        urls = [mariadb.url(mariadb_server, name) for name in (app, copy)]
        for each in urls:
            fill(each)
        yield Pair(World(store, urls[0], tmp_path, "mariadb"), urls[1])


@contextmanager
def tunnel(url: str, place: Path) -> Iterator[str]:
    """The same database by another door: a socket that passes everything on."""
    behind = parse_qs(urlsplit(url).query)["unix_socket"][0]
    guests: list[threading.Thread] = []

    def pump(source: socket.socket, sink: socket.socket) -> None:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)

    def serve(guest: socket.socket) -> None:
        with guest, socket.socket(socket.AF_UNIX) as server:
            server.connect(behind)
            back = threading.Thread(target=pump, args=(server, guest))
            back.start()
            pump(guest, server)
            back.join()

    def welcome(door: socket.socket) -> None:
        with suppress(OSError):  # the door is closed
            while True:
                guests.append(threading.Thread(target=serve, args=(door.accept()[0],)))
                guests[-1].start()

    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(place))
        door.listen()
        waiting = threading.Thread(target=welcome, args=(door,))
        waiting.start()
        yield url.replace(quote(behind), quote(str(place)))
        door.shutdown(socket.SHUT_RDWR)
        for thread in (waiting, *guests):
            thread.join(5)


def refused(pair: Pair, url: str) -> str:
    """The code with which an address is refused; nothing is written anywhere."""
    world = pair.world
    with pytest.raises(PlannerError) as error:
        rehearse(world.office, world.bench(), world.plan().id, url)
    assert (left(world.app), left(pair.copy), world.recorded()) == (60, 60, [])
    return error.value.code


def test_a_plan_is_carried_out_on_the_copy_alone(pair: Pair) -> None:
    world = pair.world
    done = rehearse(world.office, world.bench(), world.plan().id, pair.copy)
    steps = [(s.dataset, s.planned, s.counted, s.moved, s.remaining) for s in done.steps]
    assert [s for s in steps if s[1]] == [("visit", 15, 15, 15, 0)]
    assert (done.findings, done.differences) == ((), ())
    assert (left(pair.copy), left(world.app)) == (45, 60)
    assert world.recorded() == [("passed", True)]


def test_the_system_under_another_name_is_no_copy(pair: Pair, tmp_path: Path) -> None:
    """Another word for the kind, another account, a link to the socket, and a tunnel."""
    app = pair.world.app
    behind = parse_qs(urlsplit(app).query)["unix_socket"][0]
    (tmp_path / "link").symlink_to(behind)
    run(app, "CREATE OR REPLACE USER other", "GRANT ALL ON *.* TO other")
    names = [
        app,
        app.replace("mariadb://", "mysql://"),
        app.replace("root@localhost", "other@nowhere"),
        app.replace(quote(behind), quote(str(tmp_path / "link"))),
    ]
    assert [refused(pair, name) for name in names] == ["AV571"] * 4
    with tunnel(app, tmp_path / "tunnel") as url:
        assert url != app
        assert refused(pair, url) == "AV571"


def test_another_system_of_the_map_is_no_copy_and_must_answer(pair: Pair) -> None:
    world = pair.world
    app = world.declaration.datamap.systems["app"]
    both = {"app": app, "crm": replace(app, name="crm", url="${CRM}")}
    declaration = replace(world.declaration, datamap=DataMap(both))
    plan = world.plan().id
    for known, code in (({"CRM": pair.copy}, "AV571"), ({}, "AV572")):
        bench = replace(world.bench(), estate=Estate(declaration, {"APP": world.app, **known}))
        with pytest.raises(PlannerError, match="crm") as error:
            rehearse(world.office, bench, plan, pair.copy)
        assert error.value.code == code
    assert left(pair.copy) == 60


def test_a_server_that_says_less_than_is_needed_is_unknown(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: a server that does not tell since when it runs."""
    monkeypatch.setattr("avow.estate.connectors.mariadb_itself._STATUS", """
        SELECT variable_name, variable_value, database(), unix_timestamp()
        FROM information_schema.global_status WHERE variable_name = 'SLAVES_RUNNING'
    """)  # fmt: skip
    assert refused(pair, pair.copy) == "AV572"


@pytest.mark.parametrize("how", ["trigger", "routine"])
def test_code_of_the_copy_that_names_the_database_in_use_keeps_it_from_being_one(
    pair: Pair, how: str
) -> None:
    """A dump with names in full: its trigger would delete visits of the system itself."""
    app = urlsplit(pair.world.app).path[1:].replace("%20", " ").replace("%25", "%")
    deletes = f'DELETE FROM "{app}".visit WHERE id = old.id'
    if how == "routine":
        run(pair.copy, f"CREATE PROCEDURE also(n INT) {deletes.replace('old.id', 'n')}")
        deletes = "CALL also(old.id)"
    run(pair.copy, f"CREATE TRIGGER t AFTER DELETE ON visit FOR EACH ROW {deletes}")
    assert refused(pair, pair.copy) == "AV572"


def test_triggers_that_are_not_shown_are_unknown_too(pair: Pair) -> None:
    database = urlsplit(pair.copy).path[1:].replace("%20", " ").replace("%25", "%")
    run(pair.copy, "CREATE OR REPLACE USER blind",
        f'GRANT SELECT, DELETE, UPDATE ON "{database}".* TO blind')  # fmt: skip
    assert refused(pair, pair.copy.replace("root@", "blind@")) == "AV572"
    run(pair.copy, f'GRANT TRIGGER ON "{database}".* TO blind')
    done = rehearse(
        pair.world.office, pair.world.bench(), pair.world.plan().id,
        pair.copy.replace("root@", "blind@"),
    )  # fmt: skip
    assert "AV571" not in {finding.code for finding in done.findings}
    assert left(pair.world.app) == 60


def test_it_says_the_same_of_itself_each_time_and_another_of_each_database(pair: Pair) -> None:
    """The second of its start is counted back from now, and is the same second."""
    found: list[Itself] = []
    for url in (pair.world.app, pair.world.app, pair.copy):
        system = System("s", "mariadb", url)
        with closing(MariadbConnector().connect(system, Access.READ)) as connection:
            told = itself(connection)
            assert told is not None
            found.append(told)
    first, again, copy = found
    assert first.is_same(again)
    assert not first.is_same(copy)
    replica = replace(first, server="another", follows=True)
    assert first.is_same(replica), "what is written there may come here"


def test_a_connection_that_cannot_ask_for_code_does_not_say_that_there_is_none() -> None:
    """As one whose session is on another machine."""
    own = Itself("mariadb", ("copy",), "server")
    distant = cast("Connection", object())
    assert reach(distant, own, replace(own, data=("shop",))) != ""
    assert reach(distant, own, replace(own, data=("shop",), server="another")) == ""
