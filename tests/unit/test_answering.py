"""An answer to a request for access: what it says, what it hides, and how it leaves."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from avow.duties.requests import steps
from avow.duties.requests.answering import drafting
from avow.duties.requests.answering.copy import State
from avow.duties.requests.answering.leaving import leaving
from avow.duties.requests.answering.marks import AnswerRefused, Keeps
from avow.duties.requests.answering.packing import unzipped
from avow.duties.requests.book import Person, file_of, read
from avow.duties.requests.machine import StepRefused
from avow.duties.requests.words import Ground, ItemState, Right, Way
from avow.engine.db.store import Store
from tests.answers_room import ANNA, BEN, NOBODY, Shop


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return Shop(tmp_path, store)


def begun(shop: Shop, *rights: Right, person: object = ANNA) -> drafting.Draft:
    request = shop.accepted(*rights, person=person)  # type: ignore[arg-type]
    now = shop.office.clock.now()
    return drafting.begin(shop.office.book, shop.sources, request.id, 1, by="claire", at=now)


def drafted(shop: Shop, begun: drafting.Draft) -> drafting.Draft:
    """Anna's own telephone is shown, all else that was proposed is hidden: then it is drafted."""
    book, now = shop.office.book, shop.office.clock.now()
    own = [m.number for m in begun.marks if m.column == "phone"]
    others = [m.number for m in begun.marks if m.column != "phone"]
    drafting.redact(book, begun.id, own, Keeps.OWN, by="an", at=now)
    drafting.redact(book, begun.id, others, Ground.OTHERS_RIGHTS, by="an", at=now)
    return drafting.draft(book, begun.id, by="claire", at=now)


def page(shop: Shop, draft: drafting.Draft) -> str:
    found = file_of(shop.office.book, draft.page)
    assert found is not None
    return found[1].reveal().decode()


def package(shop: Shop, draft: drafting.Draft) -> dict[str, bytes]:
    found = file_of(shop.office.book, draft.package)
    assert found is not None
    with zipfile.ZipFile(io.BytesIO(found[1].reveal())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_answer_speaks_only_of_what_was_found(shop: Shop) -> None:
    """Ben only reads the newsletter: nothing of orders, bills or ranks is in his answer."""
    ben = page(shop, drafted(shop, begun(shop, Right.ACCESS, person=BEN)))
    assert "nieuws sturen" in ben
    assert "Mailer Inc" in ben
    for word in ("factureren", "leveren", "bestelling", "Post SA", "rangschikken", "bezwaar"):
        assert word not in ben


def test_an_answer_has_the_eight_items_in_the_persons_language(shop: Shop) -> None:
    anna = page(shop, drafted(shop, begun(shop, Right.ACCESS)))
    for part in ("Waarvoor wij uw gegevens gebruiken", "Wie ze ontvangt", "Hoe lang ze bewaard",
                 "Uw rechten", "klacht", "Waar ze vandaan komen", "machines"):  # fmt: skip
        assert part in anna
    assert "1 maart 2028" in anna  # two years after the older order
    assert "1 maart 2029" in anna
    assert "2 jaar vanaf: de bestelling" in anna
    assert "gegevensbeschermingsautoriteit.be" in anna
    assert "cnil.fr" in anna
    assert "bestelling (what)" in anna
    assert "Mailer" not in anna


def test_what_is_hidden_is_gone_and_said(shop: Shop) -> None:
    """The neighbour's telephone, mail and account, and the colleague, leave in no form."""
    draft = begun(shop, Right.ACCESS)
    assert {str(m.kind) for m in draft.marks} == {"email", "phone", "iban", "data-of-others"}
    done = drafted(shop, draft)
    whole = page(shop, done) + "".join(c.decode("utf-8-sig") for c in package(shop, done).values())
    for value in ("470 12 34 56", "karel@other", "0754", "Dirk"):
        assert value not in whole
    assert "4 plaatsen zijn verborgen" in whole
    assert "anna@mail.example" in whole


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_text_about_others_is_no_place_to_decide(shop: Shop, empty: str) -> None:
    shop.run("shop", f"UPDATE customer SET colleague = '{empty}' WHERE id = 2")
    carla = Person(name="Carla Maes", language="nl", email="carla@mail.example")
    assert begun(shop, Right.ACCESS, person=carla).marks == ()


def test_nothing_is_drafted_while_a_place_is_open(shop: Shop) -> None:
    draft, book, now = begun(shop, Right.ACCESS), shop.office.book, shop.office.clock.now()
    with pytest.raises(AnswerRefused, match="AV616"):
        drafting.draft(book, draft.id, by="claire", at=now)
    assert read(book, draft.request).items[1].state is ItemState.ACTING


def test_whom_a_blanket_refusal_would_serve(shop: Shop) -> None:
    """Every place of a whole answer hidden: refused. A ground that limits no copy: refused."""
    draft, book, now = (
        begun(shop, Right.ACCESS, person=BEN),
        shop.office.book,
        shop.office.clock.now(),
    )
    for column in ("email", "since"):
        where = ("news.subscriber", ("1",), column)
        drafting.point(book, draft.id, where, "", Ground.SECRET, by="an", at=now)
    with pytest.raises(AnswerRefused, match="AV617"):
        drafting.draft(book, draft.id, by="claire", at=now)
    with pytest.raises(AnswerRefused, match="AV617"):
        drafting.redact(book, draft.id, [1], Ground.EXCESSIVE, by="an", at=now)


def test_a_reviewer_sees_shapes_until_a_place_is_opened(shop: Shop) -> None:
    """Masked, a place shows where it stands and not what it says; opening it is a step."""
    draft, book, now = begun(shop, Right.ACCESS), shop.office.book, shop.office.clock.now()
    (phone,) = [m for m in draft.marks if m.column == "note" and m.kind == "phone"]
    masked = drafting.look_at(book, draft.id, frozenset(), by="an", at=now)
    assert "Karel" not in repr(masked) + "".join(s.before + s.after + s.mark.text for s in masked)
    before = read(book, draft.request).steps
    opened = drafting.look_at(book, draft.id, frozenset({phone.number}), by="an", at=now)
    (seen,) = [s for s in opened if s.mark.number == phone.number]
    assert seen.before.endswith("Janssens op ")
    assert seen.piece == "+32 470 12 34 56"
    assert read(book, draft.request).steps == before + 1


def test_a_letter_is_edited_and_both_wordings_stay(shop: Shop) -> None:
    done = drafted(shop, begun(shop, Right.ACCESS))
    book, now = shop.office.book, shop.office.clock.now()
    words = done.letter.replace("Met vriendelijke groeten", "Met vriendelijke groeten,\nClaire")
    after = drafting.edit(book, done.id, words, by="claire", at=now)
    assert after.version == 2
    assert after.digest != done.digest
    assert "+Claire" in drafting.changed(book, done.id)
    assert "Claire" in page(shop, after)
    assert "Claire" not in page(shop, done)
    with pytest.raises(StepRefused, match="AV689"):
        shop.office.take(
            done.request, steps.AnswerEdited(answer=done.id, before=done.digest, digest=done.digest)
        )


def test_a_letter_that_names_somebody_else_is_not_taken(shop: Shop) -> None:
    """Planted: the agent writes the neighbour's address into the letter."""
    done, now = drafted(shop, begun(shop, Right.ACCESS)), shop.office.clock.now()
    words = done.letter + "\n\nAsk karel@other.example."
    with pytest.raises(AnswerRefused, match="AV618"):
        drafting.edit(shop.office.book, done.id, words, by="claire", at=now)
    assert drafting.opened(shop.office.book, done.id).version == 1


def test_only_what_somebody_looked_through_leaves(shop: Shop) -> None:
    """The order of things: draft, review, send; an edit asks for a new review."""
    done = drafted(shop, begun(shop, Right.ACCESS))
    book, now = shop.office.book, shop.office.clock.now()
    with pytest.raises(AnswerRefused, match="AV619"):
        drafting.send(book, done.id, Way.PORTAL, by="claire", at=now)
    drafting.review(book, shop.ledger, done.id, by="an", at=now)
    drafting.edit(book, done.id, done.letter + "\n\nPS", by="claire", at=now)
    with pytest.raises(AnswerRefused, match="AV619"):
        drafting.send(book, done.id, Way.PORTAL, by="claire", at=now)
    drafting.review(book, shop.ledger, done.id, by="an", at=now)
    sent = drafting.send(book, done.id, Way.PORTAL, by="claire", at=now)
    assert sent.answered_on == book.day(now)


def test_the_person_checks_the_answer_without_us(shop: Shop, tmp_path: Path) -> None:
    """The few lines in the package accept the proof, and refuse another page or another salt."""
    done = drafted(shop, begun(shop, Right.ACCESS))
    book, now = shop.office.book, shop.office.clock.now()
    drafting.review(book, shop.ledger, done.id, by="an", at=now)
    ready = drafting.opened(book, done.id)
    left = leaving(book, ready.id, by="ben", at=now)
    assert left is not None
    files = unzipped(left.reveal())
    assert files["answer.pdf"].startswith(b"%PDF")
    home = tmp_path / "unpacked"
    home.mkdir()
    for name in ("answer.html", "proof.json", "check.py"):
        (home / name).write_bytes(files[name])
    good = check(home)
    assert good.returncode == 0, good.stderr
    assert "answer-reviewed" in good.stdout
    assert "2027-03-15" in good.stdout
    (home / "answer.html").write_bytes(files["answer.html"].replace(b"Anna", b"Anne"))
    assert "another answer" in check(home).stderr
    (home / "answer.html").write_bytes(files["answer.html"])
    proof = json.loads(files["proof.json"])
    (home / "proof.json").write_text(json.dumps({**proof, "salt": "00" * 32}))
    assert "something else" in check(home).stderr
    for step in proof["steps"]:
        step["path"] = step["path"][::-1]
    (home / "proof.json").write_text(json.dumps(proof))
    assert "not in the ledger" in check(home).stderr


def check(home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "check.py"], cwd=home, capture_output=True, text=True, check=False
    )


def test_nothing_found_is_proven(shop: Shop) -> None:
    """The answer says where, by what, when, and that the same search finds who is there."""
    done = drafted(shop, begun(shop, Right.ACCESS, person=NOBODY))
    assert [(r.system, r.state, r.seen) for r in done.copy.reports] == [
        ("shop", State.EMPTY, True),
        ("news", State.EMPTY, True),
    ]
    said = page(shop, done)
    assert "niets gevonden" in said
    assert said.count("dezelfde zoekopdracht vond iemand die er wel is") == 2
    assert "e-mailadres" in said


def test_a_search_that_finds_nobody_proves_nothing(shop: Shop) -> None:
    """Planted: the newsletter is empty, so nobody can say that the search works there."""
    shop.run("news", "DELETE FROM subscriber")
    done = drafted(shop, begun(shop, Right.ACCESS, person=NOBODY))
    assert [r.seen for r in done.copy.reports] == [True, None]
    assert "er is niemand om de zoekopdracht mee te proberen" in page(shop, done)


def test_a_system_that_is_away_makes_the_answer_partial(shop: Shop) -> None:
    """Said in letter and list; the item stays open and the answer is not the last one."""
    (shop.home / "news.db").unlink()
    done = drafted(shop, begun(shop, Right.ACCESS))
    assert [r.state for r in done.copy.reports] == [State.FOUND, State.UNREACHABLE]
    assert "niet volledig" in page(shop, done)
    state = read(shop.office.book, done.request)
    assert state.items[1].state is ItemState.ACTING
    assert not state.answers[done.id].final
