"""Work through a worker: avow's database between two processes, and all that may break there."""

from __future__ import annotations

import logging
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from avow.declaration.model import Level
from avow.engine.db.store import Store
from avow.engine.evidence.entries import WorkerEnrolled, WorkerRevoked
from avow.engine.keys.session import Session
from avow.engine.planner.apply import apply
from avow.engine.planner.chunks import Chunk
from avow.engine.planner.ground import nothing
from avow.engine.planner.journal import owner_name
from avow.engine.planner.records import Status
from avow.estate.connectors.base import Access, Refused, Unreachable
from avow.estate.connectors.distant import answering
from avow.estate.connectors.distant.answering import Answering
from avow.estate.datamap.model import Dataset, Identity, System
from avow.estate.datamap.predicates import TRUE, Equal
from avow.faces.cli.main import main
from avow.faces.worker.identity import read_identity
from avow.faces.worker.serving import Pace
from avow.faces.worker.speaking import Asking, Line, NotHeard, Over
from tests.faults import distance, test_apply_erasure, test_apply_killed
from tests.faults.distance import Centre, Owner, served, until
from tests.faults.killed import killed_at
from tests.faults.small import EXPECTED, Small
from tests.faults.test_apply_killed import Estate

sqlite, postgresql = test_apply_killed.sqlite, test_apply_killed.postgresql
ALL = frozenset(range(60))
SAID_BY_AVOW = b'{"kind": "sqlite", "access": "write"}'


@pytest.fixture
def centre(state_url: str) -> Iterator[Centre]:
    with Store(state_url) as store, served(store) as made:
        yield made


@pytest.fixture
def owners(tmp_path: Path) -> Iterator[Callable[[str, str], Owner]]:
    """Makes owners; their workers are ended."""
    made: list[Owner] = []

    def make(connector: str, place: str) -> Owner:
        made.append(Owner(tmp_path / "owner", place, connector))
        made[-1].write()
        return made[-1]

    yield make
    for owner in made:
        owner.stop()


@pytest.fixture
def owner(owners: Callable[[str, str], Owner], tmp_path: Path, sqlite: Estate) -> Owner:
    """The owner of the small SQLite file."""
    return owners("sqlite", f"sqlite:///{tmp_path / 'app.db'}")


def at_worker(text: str) -> str:
    """The declaration with the worker in place of the address."""
    kept = [line for line in text.splitlines() if not line.startswith("    url:")]
    where = next(n for n, line in enumerate(kept) if line.startswith("    connector:"))
    return "\n".join([*kept[: where + 1], "    url: worker", *kept[where + 1 :]])


def ready(centre: Centre, text: str) -> Small:
    """The small world as avow sees it; batches of four rows."""
    small = Small(
        centre.store, ring=centre.ring, opener=centre.open, windows=Chunk(4, 4, 4),
        chunks=Chunk(2, 2, 2),
    )  # fmt: skip
    small.activate(at_worker(text))
    small.raise_to(Level.APPROVE)
    small.ramp_up()
    return small


def swept(small: Small) -> str:
    """An approved plan of the day."""
    return small.approved(small.plan()).id


def free(path: Path) -> bool:
    """Whether nobody holds the file's one write lock."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        other.execute("ROLLBACK")
        return True


# --- the whole way --------------------------------------------------------------------------


def test_a_sweep_goes_through_a_worker_of_postgresql(
    centre: Centre, owners: Callable[[str, str], Owner], postgresql: Estate
) -> None:
    """Planned, approved and applied here; the address is known there alone."""
    place = next(
        line.split('"')[1] for line in postgresql.text.splitlines() if line.startswith("    url:")
    )
    owner = owners("postgresql", place)
    owner.enrol(centre)
    owner.start(centre)
    small = ready(centre, postgresql.text)
    done = apply(small.office(), small.worker(), swept(small))
    assert (done.status, done.rows, done.at_least) == (Status.DONE, 15, False)
    assert postgresql.left() == EXPECTED
    until(lambda: "15 rows removed or emptied" in owner.said())
    name = place.rpartition("/")[2].partition("?")[0]
    assert name
    assert name not in readable(centre)


def readable(centre: Centre) -> str:
    """All that stands in avow's own tables, as text."""
    names = (
        "SELECT relname FROM pg_class WHERE relnamespace = 'avow'::regnamespace AND relkind = 'r'"
    )
    with centre.store.outside() as looking:
        tables = [row["relname"] for row in looking.execute(names).fetchall()]
        every = [
            looking.execute(f"SELECT t::text FROM avow.{name} AS t".encode()) for name in tables
        ]
        return "\n".join(str(row["t"]) for found in every for row in found.fetchall())


KEEP = """
CREATE TABLE seen AS SELECT box FROM avow.worker_message;
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO seen VALUES (NEW.box); RETURN NEW; END';
CREATE TRIGGER keep BEFORE INSERT ON avow.worker_message FOR EACH ROW EXECUTE FUNCTION keep();
"""
PLANT = """
CREATE FUNCTION plant() RETURNS trigger LANGUAGE plpgsql AS '{}';
CREATE TRIGGER plant BEFORE INSERT ON avow.worker_message FOR EACH ROW EXECUTE FUNCTION plant();
"""


def planted(centre: Centre, text: str) -> None:
    """Change what the database does with messages."""
    with centre.store.outside() as owner:
        owner.execute(text.encode())


def test_an_erasure_goes_through_a_worker_and_nobody_between_can_read_it(
    centre: Centre, owner: Owner, sqlite: Estate, caplog: pytest.LogCaptureFixture
) -> None:
    """A copy of every message is kept by a trigger: the person's mark is in none of them, and the
    tables of conversations are empty at the end."""
    caplog.set_level(logging.INFO)
    mark = f"mark{secrets.token_hex(8)}"
    sqlite.run(f"UPDATE person SET name = '{mark}' WHERE id = 3")
    owner.enrol(centre)
    owner.serve(centre)
    planted(centre, KEEP)
    small = ready(centre, sqlite.text)
    small.roots = test_apply_erasure.FOUR
    with closing(centre.open(small.system, Access.WRITE)) as connection:
        by_name = Identity("name", "name")
        assert connection.find("found", "person", by_name, {1: mark}) == 1  # travels there
        assert list(connection.fetch("person", Equal("name", mark), ["name"])) == [(mark,)]  # back
    done = apply(small.office(), small.worker(), small.erasing().id)
    assert (done.status, done.rows) == (Status.DONE, 12)
    assert sqlite.left() == ALL - {2 * n + m for n in (3, 4, 7, 8) for m in (0, 1)}
    with centre.store.outside() as looking:
        boxes = b"".join(row["box"] for row in looking.execute("SELECT box FROM seen").fetchall())
        left = looking.execute("SELECT count(*) AS n FROM avow.worker_message").fetchone()
    assert len(boxes) > 2_000
    assert mark.encode() not in boxes
    assert b"person" not in boxes, "not even the names of tables"
    assert left == {"n": 0}
    until(lambda: "rows removed or emptied" in caplog.text)
    assert mark not in readable(centre) + caplog.text


def test_the_scan_would_see_a_message_that_is_not_encrypted(
    centre: Centre, owner: Owner, sqlite: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: avow's end forgets to encrypt. The mark is seen, and the worker breaks off."""
    owner.enrol(centre)
    owner.serve(centre)
    planted(centre, KEEP)
    system = Small(centre.store).declaration.datamap.systems["app"]
    connection = centre.open(replace(system, connector="sqlite", url="worker"), Access.READ)
    monkeypatch.setattr(Session, "seal", lambda _, plain: plain)
    with pytest.raises(Refused) as lost:
        connection.count("person", Equal("name", "plain-mark"))
    assert lost.value.kind == "lost"
    with centre.store.outside() as looking:
        boxes = [row["box"] for row in looking.execute("SELECT box FROM seen").fetchall()]
    assert any(b"plain-mark" in box for box in boxes)
    connection.close()


# --- what breaks ----------------------------------------------------------------------------


def test_a_worker_killed_inside_a_batch_leaves_nothing_of_it_and_the_plan_is_taken_up(
    centre: Centre, owner: Owner, sqlite: Estate
) -> None:
    """Killed after the rows were moved and before they were kept, in the second batch."""
    owner.enrol(centre)
    owner.start(centre)
    small, seen = ready(centre, sqlite.text), []
    plan = swept(small)

    def crash(place: str) -> None:
        seen.append(place)
        if seen.count("moved") == 2 and place == "moved":
            owner.kill()

    small.crash = crash
    with pytest.raises(Refused) as lost:
        apply(small.office(), small.worker(), plan)
    assert lost.value.kind == "lost"
    assert len(sqlite.left()) == 56, "the first batch was kept, the second was not"
    small.crash = nothing
    owner.start(centre)
    done = apply(small.office(), small.worker(), plan)
    assert (done.status, done.rows, done.at_least) == (Status.DONE, 15, False)
    assert sqlite.left() == EXPECTED


def test_when_avow_is_killed_inside_a_batch_the_worker_undoes_it_at_once(
    centre: Centre, owner: Owner, sqlite: Estate, state_url: str, tmp_path: Path
) -> None:
    owner.enrol(centre)
    owner.serve(centre)
    small = ready(centre, sqlite.text)
    plan = swept(small)

    def work(crash: Callable[[str], None]) -> None:
        with Store(state_url, largest=3) as own:
            child = replace(
                small, runs=own, crash=crash, owner=owner_name(), opener=centre.opener(own)
            )
            apply(child.office(), child.worker(), plan)

    assert killed_at("moved", 2, work)
    until(lambda: free(tmp_path / "app.db"), 8)
    assert len(sqlite.left()) == 56
    done = apply(small.office(), small.worker(), plan)
    assert (done.status, done.rows) == (Status.DONE, 15)
    assert sqlite.left() == EXPECTED


def changes(what: str, *, to_worker: bool) -> str:
    """A trigger that bends the fifth message of one direction, or sends the third in its place."""
    side = "NEW.to_worker" if to_worker else "NOT NEW.to_worker"
    if what == "bent":
        body = f"IF {side} AND NEW.number = 5 THEN NEW.box := set_byte(NEW.box, 20, (1 + get_byte(NEW.box, 20)) % 256); END IF; RETURN NEW;"  # noqa: E501
    else:
        body = f"IF {side} AND NEW.number = 3 THEN INSERT INTO earlier VALUES (NEW.box); END IF; IF {side} AND NEW.number = 5 THEN NEW.box := (SELECT box FROM earlier); END IF; RETURN NEW;"  # noqa: E501
    return f"CREATE TABLE earlier (box bytea); {PLANT.format(f'BEGIN {body} END')}"


@pytest.mark.parametrize("what", ["bent", "sent twice"])
@pytest.mark.parametrize("to_worker", [True, False], ids=["to the worker", "to avow"])
def test_a_message_that_was_changed_or_sent_twice_ends_the_conversation_and_undoes_the_batch(
    centre: Centre,
    owner: Owner,
    sqlite: Estate,
    caplog: pytest.LogCaptureFixture,
    what: str,
    *,
    to_worker: bool,
) -> None:
    caplog.set_level(logging.INFO)
    owner.enrol(centre)
    owner.serve(centre)
    planted(centre, changes(what, to_worker=to_worker))
    system = System("app", "sqlite", "worker", datasets=_datasets(centre))
    connection = centre.open(system, Access.WRITE)
    with pytest.raises(Refused) as lost, connection.transaction() as batch:  # noqa: PT012 (a batch)
        for n in range(8):
            batch.remove("visit", Equal("id", str(n)))
    assert lost.value.kind == "lost"
    connection.close()
    until(lambda: "broken" in caplog.text or "over" in caplog.text)
    assert sqlite.left() == ALL


def _datasets(centre: Centre) -> Mapping[str, Dataset]:
    return Small(centre.store).declaration.datamap.systems["app"].datasets


def slow(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the worker's database need so long for a count."""

    def count(on: Answering, dataset: str, where: int) -> int:
        time.sleep(seconds)
        return on.here.count(dataset, on.where(where))

    monkeypatch.setattr(answering, "OPERATIONS", {**answering.OPERATIONS, "count": count})


@pytest.mark.parametrize(("beat", "is_lost"), [(0.3, False), (60.0, True)])
def test_a_worker_that_is_busy_says_so_and_one_that_does_not_is_given_up(
    centre: Centre, owner: Owner, monkeypatch: pytest.MonkeyPatch, beat: float, *, is_lost: bool
) -> None:
    """Three seconds of silence are borne; the statement takes four."""
    monkeypatch.setattr(distance, "QUICK_PACE", Pace(beat=beat))
    slow(monkeypatch, 4)
    owner.enrol(centre)
    owner.serve(centre)
    system = System("app", "sqlite", "worker", datasets=_datasets(centre))
    with closing(centre.open(system, Access.READ)) as connection:
        if not is_lost:
            assert connection.count("visit", TRUE) == 60
            return
        with pytest.raises(Refused, match="lost"):
            connection.count("visit", TRUE)


def test_a_database_that_does_not_answer_its_worker_is_unknown_and_its_address_stays_there(
    centre: Centre, owner: Owner
) -> None:
    owner.place = "sqlite:////nowhere/secret-place.db"
    owner.enrol(centre)
    owner.serve(centre)
    with pytest.raises(Unreachable) as away:
        centre.open(System("app", "sqlite", "worker", datasets=_datasets(centre)), Access.READ)
    assert str(away.value) == "the worker of `app` did not open it: its database does not answer"


# --- who is refused -------------------------------------------------------------------------


@pytest.fixture
def enrolled(centre: Centre, owner: Owner) -> Iterator[Asking]:
    """A worker's own questions, sent by hand."""
    identity = owner.enrol(centre)
    asking = Asking(identity, Line(identity.at), 100)
    yield asking
    asking.line.close()


def test_a_question_that_was_sent_before_is_refused(enrolled: Asking) -> None:
    assert enrolled.ask("/worker/calls", SAID_BY_AVOW).status == 204
    enrolled.number -= 1
    with pytest.raises(NotHeard, match="sent before"):
        enrolled.ask("/worker/calls", SAID_BY_AVOW)


def test_a_question_signed_with_another_key_is_refused(
    centre: Centre, owner: Owner, enrolled: Asking
) -> None:
    """Also one that another path or another body was signed for, and one of nobody."""
    other = owner.enrol(centre)
    stranger = replace(other, worker=enrolled.identity.worker)
    with closing(Line(centre.address)) as line:
        with pytest.raises(NotHeard, match="revoked, or never enrolled"):
            Asking(stranger, line, 5).ask("/worker/calls", SAID_BY_AVOW)
        mixed = replace(other, key=enrolled.identity.key)
        with pytest.raises(NotHeard, match="the signature is not the worker's"):
            Asking(mixed, line, 5).ask("/worker/calls", SAID_BY_AVOW)
        assert line.ask("/worker/calls", SAID_BY_AVOW, {}).status == 401


def test_a_worker_cannot_speak_in_a_conversation_of_another(
    centre: Centre, enrolled: Asking
) -> None:
    assert enrolled.ask("/worker/calls", SAID_BY_AVOW).status == 204
    centre.store.run(
        "worker_call_add", id="conversation-x", worker=enrolled.identity.worker, hello=b"",
        at=centre.clock.now(),
    )  # fmt: skip
    with pytest.raises(Over):
        enrolled.ask("/worker/conversation/conversation-x", b"not taken up")
    with pytest.raises(Over):
        enrolled.ask("/worker/conversation/conversation-y", b"of nobody")


def test_a_worker_that_was_revoked_is_refused_and_what_it_had_open_is_lost(
    centre: Centre, owner: Owner, sqlite: Estate
) -> None:
    owner.enrol(centre)
    owner.serve(centre)
    system = System("app", "sqlite", "worker", datasets=_datasets(centre))
    connection = centre.open(system, Access.WRITE)
    with pytest.raises(Refused) as lost, connection.transaction() as batch:  # noqa: PT012 (a batch)
        batch.remove("visit", TRUE)
        centre.store.run("worker_retire", system="app", by="marc", at=centre.clock.now())
        batch.remove("visit", TRUE)
    assert lost.value.kind == "lost"
    connection.close()
    until(lambda: owner.refused != [])
    assert "AV589" in str(owner.refused[0])
    assert sqlite.left() == ALL
    with pytest.raises(Unreachable, match="AV587: no worker is enrolled for `app`"):
        centre.open(System("app", "sqlite", "worker"), Access.READ)


def test_a_second_enrolment_takes_the_place_of_the_first_and_both_are_in_the_ledger(
    centre: Centre, owner: Owner
) -> None:
    first, second = owner.enrol(centre), owner.enrol(centre)
    assert first.worker != second.worker
    one, gone, two = centre.noted
    assert isinstance(one, WorkerEnrolled)
    assert isinstance(two, WorkerEnrolled)
    assert one.by == two.by == "claire"
    assert gone == WorkerRevoked(worker=first.worker, system="app", by="claire")
    assert read_identity(owner.home).worker == second.worker


# --- the owner's bounds ---------------------------------------------------------------------


def test_the_owner_lets_so_many_rows_go_a_day_and_the_plan_is_paused(
    centre: Centre, owner: Owner, sqlite: Estate
) -> None:
    """Two batches of four; the third would go beyond ten. The next worker remembers the eight."""
    owner.write(rows=10)
    owner.enrol(centre)
    owner.serve(centre)
    small = ready(centre, sqlite.text)
    plan = swept(small)
    with pytest.raises(Refused, match="AV588: its owner lets 10 rows go a day") as refused:
        apply(small.office(), small.worker(), plan)
    assert refused.value.kind == "worker"
    assert len(sqlite.left()) == 52
    owner.stop()
    owner.serve(centre)
    with pytest.raises(Refused, match="AV588"):
        apply(small.office(), small.worker(), plan)
    assert len(sqlite.left()) == 52


def test_a_worker_that_observes_opens_nothing_for_writing_and_a_stopped_one_opens_nothing(
    centre: Centre, owner: Owner, sqlite: Estate
) -> None:
    owner.write(access="observe")
    owner.enrol(centre)
    owner.serve(centre)
    system = System("app", "sqlite", "worker", datasets=_datasets(centre))
    with closing(centre.open(system, Access.READ)) as connection:
        assert connection.count("visit", TRUE) == 60
    with pytest.raises(Unreachable, match="AV588: its owner lets it read only"):
        centre.open(system, Access.WRITE)
    with pytest.raises(Unreachable, match="AV588: it speaks for a `sqlite`"):
        centre.open(replace(system, connector="postgresql"), Access.READ)
    said = CliRunner().invoke(
        main, ["worker", "--system", "app", "--folder", str(owner.folder), "--stop"]
    )
    assert "remove the file" in said.output
    with pytest.raises(Unreachable, match="AV588: its owner stopped it"):
        centre.open(system, Access.READ)


def test_a_worker_that_is_not_heard_leaves_its_system_unknown(centre: Centre, owner: Owner) -> None:
    system = System("app", "sqlite", "worker")
    with pytest.raises(Unreachable, match="AV587: no worker is enrolled"):
        centre.open(system, Access.READ)
    owner.enrol(centre)
    with pytest.raises(Unreachable, match="AV587: the worker of `app` was never heard"):
        centre.open(system, Access.READ)
    with centre.store.outside() as clock:
        clock.execute("UPDATE avow.worker SET heard_at = now() - interval '2 minutes'")
    with pytest.raises(Unreachable, match=r"AV587: the worker of `app` was last heard at \d{4}"):
        centre.open(system, Access.READ)
