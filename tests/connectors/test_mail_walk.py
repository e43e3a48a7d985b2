"""From a declaration to messages that are gone: the engine's own plans on a real mail server."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta

import pytest

from avow.common.ids import new_id
from avow.declaration.model import Level
from avow.engine.db.store import Store
from avow.engine.planner import records
from avow.engine.planner.counting import Counting, count
from avow.engine.planner.drift import DriftKind, drift
from avow.engine.planner.ground import nothing
from avow.engine.planner.judge import Judge
from avow.engine.planner.keysets import KeySet, Roots
from avow.engine.planner.known import set_names
from avow.engine.planner.persons import erasure
from avow.engine.planner.plan import Plan, PlanKind
from avow.engine.planner.program import Program
from avow.engine.planner.reading import read
from avow.engine.planner.records import Status
from avow.engine.planner.release import author_of, digest_in
from avow.engine.verifier.census import look
from avow.engine.verifier.checked import Checked
from avow.estate.connectors.base import Access, Connection
from avow.estate.connectors.mail.connector import ImapConnector
from avow.estate.datamap.model import System
from tests.connectors.mail_estates import WHOLE, fill_imap, message
from tests.dovecot import PASSWORD, Dovecot, dovecot
from tests.faults.small import TODAY, Small, law

BOB, ANN = "bob@x.example", "ann@x.example"
STAFF = "support@firm.example"
OLD = f'"{TODAY - timedelta(days=90):%d-%b-%Y} 12:00:00 +0000"'
NEW = f'"{TODAY - timedelta(days=3):%d-%b-%Y} 12:00:00 +0000"'


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


def _user(request: pytest.FixtureRequest) -> str:
    return "".join(c for c in request.node.name if c.isalnum())


@pytest.fixture
def owner(
    server: Dovecot, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[imaplib.IMAP4]:
    """The mailbox of a test, with old and new messages from and to two persons."""
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    client = server.client(_user(request))
    fill_imap(client, {"INBOX": [message(BOB), message(f'"{BOB}" <{ANN}>')]}, OLD)
    fill_imap(client, {"INBOX": [message(BOB), message(ANN)]}, NEW)
    sent = [message(STAFF, BOB), message(STAFF, f"{BOB}, {ANN}"), message(STAFF, ANN)]
    fill_imap(client, {"Sent": sent}, NEW)
    yield client
    client.logout()


@pytest.fixture
def small(
    store: Store, server: Dovecot, owner: imaplib.IMAP4, request: pytest.FixtureRequest
) -> Iterator[Small]:
    """The mailbox under a declaration in force; every batch is looked at from inside."""
    del owner
    url = server.url(_user(request))
    with ExitStack() as opened:

        def connect(system: System, access: Access) -> Connection:
            return opened.enter_context(closing(ImapConnector(10).connect(system, access)))

        made = Small(store, checker=Checked(), opener=connect)
        made.activate(WHOLE.replace("connector: memory", f"connector: imap\n    url: {url}"))
        yield made


def left(client: imaplib.IMAP4, folder: str) -> list[str]:
    """Who sent the messages of a folder, or got them, as another program reads it."""
    client.select(folder, readonly=True)
    field = "TO" if folder == "Sent" else "FROM"
    found = client.uid("FETCH", "1:*", f"(UID BODY.PEEK[HEADER.FIELDS ({field})])")[1]
    return [e[1].decode().strip().partition(": ")[2] for e in found if isinstance(e, tuple)]


def erasing(small: Small, roots: Roots) -> Plan:
    """An erasure of these persons, counted and approved."""
    binding = law(small.declaration)
    known = set_names(small.system, binding, ())
    judge = Judge(small.system, binding, TODAY, frozenset(), known, erasure=True)
    connection = small.connect("app", Access.READ)
    program = erasure(judge, connection.catalogue(), frozenset(roots))
    assert isinstance(program, Program)
    part = count(connection, Counting(program, small.facts, roots=roots))
    connection.close()
    plan = Plan(
        new_id("plan"), PlanKind.ERASURE, "app", digest_in(small.declaration), TODAY, (part,),
        author_of(small.runs), case=new_id("case"), persons=1,
    )  # fmt: skip
    small.roots = roots
    return small.approved(small.kept(plan))


def test_a_person_s_messages_go_and_those_of_others_stay(
    small: Small, owner: imaplib.IMAP4
) -> None:
    """What two persons got stays while one of them does: it is theirs too."""
    done = small.apply(erasing(small, {"correspondent": [(BOB,)]}))
    assert (done.status, done.rows) == (Status.DONE, 3)
    assert left(owner, "INBOX") == [f'"{BOB}" <{ANN}>', ANN]
    assert left(owner, "Sent") == [f"{BOB}, {ANN}", ANN]


def test_what_is_shared_goes_with_the_last_of_its_owners(
    small: Small, owner: imaplib.IMAP4
) -> None:
    done = small.apply(erasing(small, {"correspondent": [(BOB,), (ANN,)]}))
    assert (done.status, done.rows) == (Status.DONE, 7)
    assert (left(owner, "INBOX"), left(owner, "Sent")) == ([], [])


def test_messages_expire_by_a_plan(small: Small, owner: imaplib.IMAP4) -> None:
    """Two of the four in the folder are old; nothing in the other one is."""
    small.raise_to(Level.APPROVE)
    small.ramp_up()
    done = small.apply(small.approved(small.plan(accepted=(("visits", 2),))))
    assert (done.status, done.rows) == (Status.DONE, 2)
    assert (left(owner, "INBOX"), len(left(owner, "Sent"))) == ([BOB, ANN], 3)


def test_a_message_under_a_hold_stays(small: Small, owner: imaplib.IMAP4) -> None:
    small.raise_to(Level.APPROVE)
    small.ramp_up()
    plan = small.approved(small.plan(accepted=(("visits", 2),)))
    validity = int(owner.status("INBOX", "(UIDVALIDITY)")[1][0].split()[-1].rstrip(b")"))
    held = KeySet("fact.floor.INBOX", "INBOX", ((0, ("INBOX", validity, 1), None),))
    small.facts.sets[held.name] = held
    assert small.apply(plan).rows == 1
    assert left(owner, "INBOX") == [BOB, BOB, ANN]


@pytest.mark.parametrize("place", ["moved", "committed", "journalled"])
def test_ended_anywhere_and_run_again_the_messages_are_gone(
    small: Small, owner: imaplib.IMAP4, place: str
) -> None:
    """Before the commit nothing is gone; after it, the next run finds nothing left to do."""
    plan = erasing(small, {"correspondent": [(BOB,)]})

    def end(here: str) -> None:
        if here == place:
            raise KeyboardInterrupt

    small.crash = end
    with pytest.raises(KeyboardInterrupt):
        small.apply(plan)
    assert len(left(owner, "INBOX")) == (4 if place == "moved" else 2)
    small.crash = nothing
    assert small.apply(plan).status is Status.DONE
    assert left(owner, "INBOX") == [f'"{BOB}" <{ANN}>', ANN]
    assert left(owner, "Sent") == [f"{BOB}, {ANN}", ANN]


def test_a_plan_on_a_server_that_removes_no_single_message_says_so(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused when it is made, and nothing waits for an approval."""
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    with dovecot("IMAP4rev1") as plain:
        owner = plain.client("plain")
        fill_imap(owner, {"INBOX": [message(BOB)], "Sent": []}, OLD)
        small = Small(store, opener=lambda s, a: ImapConnector(10).connect(s, a))
        url = f"connector: imap\n    url: {plain.url('plain')}"
        small.activate(WHOLE.replace("connector: memory", url))
        plan = small.plan()
        found = records.findings_of(store, plan.id)
        owner.logout()
    assert any("removes no single rows" in str(each) for each in found)
    assert len(plan.parts[0].gaps) == 2


def test_what_is_erased_is_not_seen_by_the_reader_that_trusts_no_map(
    small: Small, owner: imaplib.IMAP4
) -> None:
    """It reads every folder, bodies and the undeclared one among them: a copy that lies there is
    found, and once that is gone too, nothing is."""
    copied = message(STAFF, ANN, body=f"Forwarded from {BOB}.")
    fill_imap(owner, {"Elsewhere": [copied]})
    small.apply(erasing(small, {"correspondent": [(BOB,), (ANN,)]}))
    with closing(small.connect("app", Access.READ)) as mail:
        seen = look(mail, frozenset({BOB}))
        places = {(each.table, each.column) for each in seen.leftovers()}
        assert places == {("Elsewhere", "content"), ("Elsewhere", "text")}
        owner.delete("Elsewhere")
    with closing(small.connect("app", Access.READ)) as mail:
        assert look(mail, frozenset({BOB, ANN})).leftovers() == ()


def test_access_shows_a_person_their_messages_whole(small: Small) -> None:
    """What he sent and what he got, once each, with the bytes of the message."""
    with closing(small.connect("app", Access.READ)) as mail:
        extracts = {e.dataset: e for e in read(mail, {"correspondent": ((0, (BOB,)),)})}
    counts = {name: len(extract.rows) for name, extract in extracts.items()}
    assert (counts["INBOX"], counts["Sent"]) == (2, 2)
    names = [name for name, _ in extracts["INBOX"].columns]
    shown = dict(zip(names, extracts["INBOX"].rows[0].values, strict=True))
    assert (shown["sender"], shown["content"]) == (BOB, message(BOB))


def test_a_folder_that_nobody_declared_is_drift(small: Small, owner: imaplib.IMAP4) -> None:
    fill_imap(owner, {"New": []})
    with closing(small.connect("app", Access.READ)) as mail:
        found = drift(mail.system, mail.catalogue())
    assert {each.name for each in found if each.kind is DriftKind.TABLE} == {"New", "Trash"}
    columns = {e.name.partition(".")[0] for e in found if e.kind is not DriftKind.TABLE}
    assert columns == {"INBOX", "Sent"}, "the views hold nothing that must be decided"
