"""What others know for an answer: owners who were asked by hand, and the log of transmissions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from avow.common.masked import Masked
from avow.duties.requests.acting.telling_recipients import Disclosure, disclosed
from avow.duties.requests.answering import drafting
from avow.duties.requests.answering.copy import Received, State
from avow.duties.requests.answering.gathering import ByHand, Sources
from avow.duties.requests.answering.marks import Keeps
from avow.duties.requests.answering.records import Records
from avow.duties.requests.book import file_of, read
from avow.duties.requests.tasks.kept import Evidence, answer
from avow.duties.requests.tasks.machine import Outcome
from avow.duties.requests.tasks.making import make_tasks
from avow.duties.requests.words import Ground, ItemState, Right
from avow.engine.db.store import Store
from avow.engine.planner.making import Estate
from tests.answers_room import BEN, Shop
from tests.tasks_room import ARCHIVE, MARC, PEOPLE, writes_to
from tests.unit.test_answering import package, page

CARD = ByHand(
    "shop", State.FOUND, "task-" + "a" * 26, "Card 12, seen by karel@other.example", "../card.pdf",
    b"%PDF-card",
)  # fmt: skip


@dataclass
class Others:
    """Owners and a log that say what they are told to."""

    said: tuple[ByHand, ...] = ()
    got: tuple[Received, ...] | None = None
    of: tuple[str, ...] = ()

    def asked(self, request: str, person: int) -> tuple[ByHand, ...]:  # noqa: ARG002
        return self.said

    def received(self, request: str, person: int) -> tuple[Received, ...] | None:  # noqa: ARG002
        return self.got

    def logged(self) -> tuple[str, ...]:
        return self.of


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return Shop(tmp_path, store)


def begun(shop: Shop, others: Others) -> drafting.Draft:
    request, now = shop.accepted(Right.ACCESS, person=BEN), shop.office.clock.now()
    sources = Sources(shop.estate, others, others)
    return drafting.begin(shop.office.book, sources, request.id, 1, by="claire", at=now)


def drafted(shop: Shop, draft: drafting.Draft, decision: Ground | Keeps) -> drafting.Draft:
    book, now = shop.office.book, shop.office.clock.now()
    words = [m.number for m in draft.marks if m.column == "words"]
    files = [m.number for m in draft.marks if m.column == "file"]
    drafting.redact(book, draft.id, words, Ground.OTHERS_RIGHTS, by="an", at=now)
    drafting.redact(book, draft.id, files, decision, by="an", at=now)
    return drafting.draft(book, draft.id, by="claire", at=now)


def test_what_an_owner_gave_is_looked_at_before_it_leaves(shop: Shop) -> None:
    """Words and file are proposed; shown, the file lies in the package under a harmless name."""
    draft = begun(shop, Others((CARD,)))
    assert [(m.column, str(m.kind)) for m in draft.marks] == [("words", "email"), ("file", "file")]
    done = drafted(shop, draft, Keeps.OWN)
    files = package(shop, done)
    assert files["by-hand/1-shop/card.pdf"] == b"%PDF-card"
    assert "Card 12, seen by [verborgen]" in page(shop, done)


def test_a_file_that_is_hidden_stays(shop: Shop) -> None:
    done = drafted(shop, begun(shop, Others((CARD,))), Ground.PRIVILEGE)
    assert not [name for name in package(shop, done) if name.startswith("by-hand")]
    assert "beroepsgeheim" in page(shop, done)
    kept = file_of(shop.office.book, done.package)
    assert kept is not None
    assert b"%PDF-card" not in kept[1].reveal()


def test_silence_of_an_owner_is_never_nothing(shop: Shop) -> None:
    """Somebody was asked and has not answered: the answer is partial, and its item stays open."""
    draft = begun(shop, Others((ByHand("shop", State.PENDING),)))
    book, now = shop.office.book, shop.office.clock.now()
    done = drafting.draft(book, draft.id, by="claire", at=now)
    assert "heeft nog niet geantwoord" in page(shop, done)
    assert read(book, done.request).items[1].state is ItemState.ACTING
    assert [r.system for r in done.copy.reports] == ["news", "shop"]


def test_who_really_got_data_is_said_by_the_log(shop: Shop) -> None:
    """The log names one, and of the declared mailer no log is kept: both are said, apart."""
    got = (Received("post", ("name",), date(2027, 2, 1)),)
    draft = begun(shop, Others(got=got, of=("post",)))
    book, now = shop.office.book, shop.office.clock.now()
    said = page(shop, drafting.draft(book, draft.id, by="claire", at=now))
    assert "wie echt gegevens over u ontving" in said
    assert "1 februari 2027" in said
    assert "geen logboek bijgehouden" in said
    assert said.index("Post SA") < said.index("geen logboek bijgehouden") < said.index("Mailer Inc")


def test_a_log_that_names_nobody_says_so(shop: Shop) -> None:
    draft = begun(shop, Others(got=(), of=("mailer",)))
    book, now = shop.office.book, shop.office.clock.now()
    said = page(shop, drafting.draft(book, draft.id, by="claire", at=now))
    assert "ontving niemand gegevens over u" in said
    assert "Mailer Inc" not in said


def test_the_records_of_tasks_and_of_transmissions_are_the_sources(shop: Shop) -> None:
    """A cupboard that Marc looks into, and one transmission in the log: first he is silent, then he
    gives a card; the copy has both, and it is whole."""
    office = shop.office
    systems = {**shop.declaration.datamap.systems, ARCHIVE.name: ARCHIVE}
    office.declaration = replace(
        shop.declaration, people=PEOPLE, datamap=replace(shop.declaration.datamap, systems=systems)
    )
    writes_to(office, "person:marc", MARC)
    book, now = office.book, office.clock.now()
    request = shop.accepted(Right.ACCESS, person=BEN)
    (task,), _ = make_tasks(book, request.id, by="claire", at=now)
    sent = Disclosure("mailer", ("newsletter",), date(2027, 2, 1), (Masked(BEN.email),))
    disclosed(book, sent, by="claire")
    records = Records(book)
    sources = Sources(Estate(office.declaration, shop.urls), records, records)
    silent = drafting.begin(book, sources, request.id, 1, by="claire", at=now)
    assert [(r.system, r.state) for r in silent.copy.reports][-1] == ("archive", State.PENDING)
    card = Evidence(words="One card.", name="c.pdf", media_type="application/pdf", content=b"%PDF")
    answer(book, task, Outcome.DONE, card, by="person:marc", at=now)
    said = drafting.begin(book, sources, request.id, 1, by="claire", at=now)
    assert said.copy.is_whole
    assert [r.evidence for r in said.copy.reports if r.system == "archive"] == [task]
    assert said.copy.received == (Received("mailer", ("newsletter",), date(2027, 2, 1)),)
    done = drafted(shop, said, Keeps.OWN)
    assert package(shop, done)["by-hand/1-archive/c.pdf"] == b"%PDF"
    assert "One card." in page(shop, done)
