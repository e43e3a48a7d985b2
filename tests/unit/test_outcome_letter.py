"""The letter that says what was done: what stays and until when, who was told, what is missing."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from avow.common.calendar import Period
from avow.common.languages import LANGUAGES
from avow.common.masked import Masked
from avow.declaration.model import Action, End, Rule, Scope
from avow.duties.correspondence.outbox import letters_to
from avow.duties.requests import steps
from avow.duties.requests.acting.erasing import Left, finish
from avow.duties.requests.book import Person, read
from avow.duties.requests.machine import Item, StepRefused
from avow.duties.requests.telling import letters
from avow.duties.requests.telling.letters import NotTold
from avow.duties.requests.telling.outcome import Came, Heard, Missing, letter
from avow.duties.requests.words import Ground, ItemState, Outcome, Right, Rung, Status
from avow.engine.db.store import Store
from avow.engine.evidence.ledger import Ledger
from avow.engine.planner.staying import AWAITED, Why
from avow.faces.cli.desk import Desk
from avow.faces.cli.request.erase_command import hands_of
from tests.requests_room import SMALL, Office
from tests.unit.test_erasing import asked, at_desk, begun, carried_out
from tests.unit.test_request_erasure import avow
from tests.unit.test_request_erasure import home as home  # noqa: PLC0414 (a fixture)

DONE = Item(1, 1, Right.ERASURE, ItemState.DONE)
DAY = date(2027, 3, 15)
BACKUPS = Rule("copies", "6.n", Scope(category=frozenset({"backup"})),
               (End("backup-made", Period(weeks=4)),), Action.ERASE)  # fmt: skip


def after_undo(desk: Desk) -> datetime:
    """Once nothing can be taken back any more."""
    return desk.now() + timedelta(hours=73)


def erased(home: Path, state_url: str) -> str:
    """An erasure that was asked, planned, approved, carried out and looked at again."""
    request = at_desk(home, state_url, asked)
    carried_out(str(at_desk(home, state_url, lambda d: begun(d, request))["shop"]))
    at_desk(home, state_url, lambda d: finish(hands_of(d), request, 1, by="claire", at=d.now()))
    return request


def test_a_person_hears_what_was_erased_and_what_stays_until_when(
    home: Path, state_url: str
) -> None:
    """Draft, edit, review and send, by the commands; the letter waits for its person."""
    request = erased(home, state_url)
    said = avow("request", "outcome", "draft", request, "--as", "claire").output
    answer = said.partition(":")[0]
    shown = avow("request", "outcome", "show", answer).output
    assert "Erasure: done in part" in shown
    assert "a law obliges us to keep it (accounting); until" in shown
    assert "names no term" in shown, "nobody declared how long backups live"
    assert "p1@example.org" not in shown
    (home / "mine.txt").write_text(shown.replace("Dear Sir or Madam", "Dear client"))
    edited = avow("request", "outcome", "edit", answer, str(home / "mine.txt"), "--as", "claire")
    assert "wording 2" in edited.output
    avow("request", "outcome", "send", answer, "--as", "claire", expect=3)
    avow("request", "outcome", "review", answer, "--as", "marc")
    early = avow("request", "outcome", "send", answer, "--as", "claire", expect=3)
    assert "AV945" in early.output, "it can still be taken back"

    def leaves(desk: Desk) -> None:
        ledger, at = desk.state.ledger, after_undo(desk)
        sent = letters.send(desk.book, ledger, answer, by="claire", at=at)
        assert sent.request.status is Status.ANSWERED
        (written,) = letters_to(
            desk.book.runs, desk.book.ring, "controller", [Masked("p1@example.org")]
        )
        assert "Dear client" in written.content.text
        assert "checkpoint" in written.content.text
        rows = desk.book.runs.run("outcome_letters", answer=answer)
        assert [row["number"] for row in rows] == [1, 2], "no wording is lost"

    at_desk(home, state_url, leaves)


def test_the_person_checks_the_letter_alone(home: Path, state_url: str) -> None:
    """With `check.py` and nothing of ours; a changed letter is found."""
    request = erased(home, state_url)
    answer = avow("request", "outcome", "draft", request, "--as", "claire").output.partition(":")[0]
    avow("request", "outcome", "review", answer, "--as", "marc")
    out = home / "for-them"
    avow("request", "outcome", "write", answer, str(out))
    run = [sys.executable, "check.py"]
    good = subprocess.run(run, cwd=out, capture_output=True, text=True, check=True)
    assert "answer-reviewed" in good.stdout
    text = (out / "letter.txt").read_text()
    (out / "letter.txt").write_text(text.replace("Erasure", "erasure"))
    bad = subprocess.run(run, cwd=out, capture_output=True, text=True, check=False)
    assert "another answer" in bad.stderr


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("why", list(Why))
def test_every_reason_to_stay_has_its_sentence_in_every_language(
    store: Store, language: str, why: Why
) -> None:
    office = Office(store)
    state = replace(office.arrive(Right.ERASURE), language=language)
    stays = (
        Left("app", "bill", ("invoice",), str(why), ("6.c",), 3, "2034-01-01", ""),
        Left("app", "bill", ("name",), str(why), ("6.c",), 3, "2034-01-01", ""),
        Left("app", "bill", ("email",), str(why), ("6.a",), 3, "", f"{AWAITED}contract-ended"),
    )
    came = [Came(DONE, stays, last=DAY)]
    text = letter(office.declaration, state, came, DAY).text
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert len(lines) == 2, "what stays for one reason until one day is told once"
    assert "“invoice”, “name”" in lines[0]
    assert "2034" in lines[0]
    assert "“contract-ended”" in lines[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_missing_and_who_was_told_is_said_as_it_is(store: Store, language: str) -> None:
    office = Office(store)
    state = replace(office.arrive(Right.ERASURE), language=language)
    states = ("done", "nothing", "cannot", "asked", "declared")
    came = [
        Came(
            DONE,
            missing=(Missing("paper", DAY), Missing("crm", None)),
            told=tuple(Heard(f"r{n}", each) for n, each in enumerate(states)),
            last=DAY,
        )
    ]
    text = letter(office.declaration, state, came, DAY).text
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert [line.partition("”")[0] for line in lines] == [
        "- “paper", "- “crm", *(f"- “r{n}" for n in range(5))
    ]  # fmt: skip
    assert len(set(lines[2:])) == 5
    assert "2027" in lines[0]


def test_the_day_of_the_last_backup_is_the_longest_term_after_the_last_erasure(
    store: Store,
) -> None:
    office = Office(store, replace(SMALL, rules={"copies": BACKUPS}))
    state = replace(office.arrive(Right.ERASURE), language="en")
    text = letter(office.declaration, state, [Came(DONE, last=DAY)], DAY).text
    assert "is gone on 12 April 2027" in text
    assert "no longer than 4 weeks behind" in text
    none = letter(office.declaration, state, [Came(replace(DONE, right=Right.OBJECTION))], DAY)
    assert "afety" not in none.text, "an objection leaves nothing in backups"


def test_refusal_and_act_are_one_letter(store: Store) -> None:
    office = Office(store)
    request = office.arrive(Right.OBJECTION, Right.RECTIFICATION)
    refusal = steps.Refusal(ground=Ground.ACCURATE, law="Art. 16 GDPR")
    office.take(
        request,
        steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS),
        steps.Decided(item=1, outcome=Outcome.ACCEPTED),
        steps.Begun(item=1, record="plan-" + "a" * 26),
        steps.Done(item=1),
        steps.Decided(item=2, outcome=Outcome.REFUSED, refusals=(refusal,)),
    )
    found = letters.draft(office.book, request.id, 1, by="an", at=office.clock.now())
    assert found.items == (1, 2)
    assert "gedaan" in found.words.text
    assert "geweigerd" in found.words.text
    assert "klacht" in found.words.text
    assert found.digest == hashlib.sha256(letters.as_text(found.words)).hexdigest()


def test_what_a_letter_tells_is_written_once_and_again_when_more_is_settled(store: Store) -> None:
    """Two who write at the same moment write one letter."""
    office = Office(store)
    request = office.arrive(Right.OBJECTION, Right.RECTIFICATION)
    refusal = steps.Refusal(ground=Ground.UNFOUNDED, law="Art. 12(5) GDPR")
    shown = steps.IdentityShown(person=1, rung=Rung.KNOWN_ADDRESS)
    no = steps.Decided(item=1, outcome=Outcome.REFUSED, refusals=(refusal,))
    office.take(request, shown, no)
    book, now, done = office.book, office.clock.now(), []

    def second() -> None:
        with pytest.raises(NotTold, match="AV944"):
            letters.draft(book, request.id, 1, by="marc", at=now)
        done.append("refused")

    other = Thread(target=second)
    with store.transaction() as tx:
        letters.draft(replace(book, runs=tx), request.id, 1, by="an", at=now)
        other.start()
        other.join(0.3)
        assert done == []
    other.join(10)
    assert done == ["refused"]
    (first,) = letters.letters_of(book, request.id)
    office.take(request.id, replace_item(no, 2))
    assert letters.unwritten(book, read(book, request.id), 1) == (2,)
    again = letters.draft(book, request.id, 1, by="an", at=now)
    assert again.id != first
    assert again.items == (1, 2)


def replace_item(decided: steps.Decided, item: int) -> steps.Decided:
    """The same decision about another item."""
    return steps.Decided(item=item, outcome=decided.outcome, refusals=decided.refusals)


def test_nothing_settled_is_nothing_to_tell(store: Store) -> None:
    office = Office(store)
    request = office.arrive(Right.ERASURE)
    with pytest.raises(NotTold, match="AV944"):
        letters.draft(office.book, request.id, 1, by="an", at=office.clock.now())
    assert read(office.book, request.id).answers == {}


def test_who_gave_no_address_is_not_told_by_a_letter(store: Store) -> None:
    office = Office(store)
    request = office.arrive(Right.OBJECTION, person=Person(language="en"))
    refusal = steps.Refusal(ground=Ground.UNFOUNDED, law="Art. 12(5) GDPR")
    office.take(request, steps.Decided(item=1, outcome=Outcome.REFUSED, refusals=(refusal,)))
    now = office.clock.now()
    found = letters.draft(office.book, request.id, 1, by="an", at=now)
    letters.review(office.book, found.id, by="an", at=now)
    with pytest.raises(NotTold, match="AV946"):
        letters.send(office.book, Ledger(store, office.ring, "x"), found.id, by="an", at=now)


def test_words_that_nobody_looked_through_do_not_leave(store: Store) -> None:
    """Edited after the review, a letter is looked through again."""
    office = Office(store)
    request = office.arrive(Right.OBJECTION)
    refusal = steps.Refusal(ground=Ground.UNFOUNDED, law="Art. 12(5) GDPR")
    office.take(request, steps.Decided(item=1, outcome=Outcome.REFUSED, refusals=(refusal,)))
    now = office.clock.now()
    found = letters.draft(office.book, request.id, 1, by="an", at=now)
    letters.review(office.book, found.id, by="an", at=now)
    letters.edit(office.book, found.id, "Other\n\nwords", by="an", at=now)
    assert not read(office.book, request.id).answers[found.id].is_reviewed
    with pytest.raises(StepRefused):
        letters.send(office.book, Ledger(store, office.ring, "x"), found.id, by="an", at=now)
    with pytest.raises(NotTold, match="begins with its subject"):
        letters.edit(office.book, found.id, "no subject", by="an", at=now)
