"""The checks of answers: each is green, then a fault is planted that turns it red."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from avow.duties.requests.answering import answered, drafting, marks, packing, portable
from avow.duties.requests.answering.detecting import Detector
from avow.duties.requests.answering.marks import AnswerRefused, Keeps
from avow.duties.requests.book import forget_due
from avow.duties.requests.words import Ground, Right
from avow.engine.db.store import Store
from avow.engine.evidence.checks import Answer, CheckResult
from avow.engine.facts.standing import close
from tests.answers_room import ANNA, Shop

WHOLE, HELD, PORTABLE = "answers.whole.9.1", "answers.held.9.1", "answers.portable.9.5"
OTHERS, COMPLAINT, LINK = "answers.others.9.10-a", "answers.complaint.9.11", "answers.link.9.11"


@dataclass
class Site:
    """A site that answers as it is told."""

    status: int = 200
    why: str = ""


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return Shop(tmp_path, store)


def asked(shop: Shop, site: Site | None = None) -> dict[str, CheckResult]:
    look = (lambda _: site) if site else None
    found = answered.answers(shop.office.book, at=shop.office.clock.now(), look=look)
    return {result.check: result for _, result in found}


def answer(shop: Shop, *, is_last: bool = False) -> drafting.Draft:
    book, now = shop.office.book, shop.office.clock.now()
    request = shop.accepted(Right.ACCESS, Right.PORTABILITY)
    begun = drafting.begin(book, shop.sources, request.id, 1, by="claire", at=now)
    own = [m.number for m in begun.marks if m.column == "phone"]
    rest = [m.number for m in begun.marks if m.column != "phone"]
    drafting.redact(book, begun.id, own, Keeps.OWN, by="an", at=now)
    drafting.redact(book, begun.id, rest, Ground.OTHERS_RIGHTS, by="an", at=now)
    return drafting.draft(book, begun.id, by="claire", at=now, is_last=is_last)


def test_a_sound_answer_is_green_everywhere(shop: Shop) -> None:
    answer(shop)
    found = asked(shop, Site())
    assert {r.outcome.answer for r in found.values()} == {Answer.PASS}
    assert all(r.canary_seen for r in found.values() if r.check != LINK)
    assert set(found) == {WHOLE, HELD, PORTABLE, OTHERS, COMPLAINT, LINK}


def test_without_any_answer_the_canaries_speak(shop: Shop) -> None:
    found = asked(shop)
    assert all(r.canary_seen for r in found.values() if r.check != LINK)
    assert found[LINK].outcome.answer is Answer.BLIND


def test_an_answer_left_partial_for_good_is_red(shop: Shop) -> None:
    """Planted: a system was away and somebody said that no more will come."""
    (shop.home / "news.db").unlink()
    answer(shop, is_last=True)
    assert asked(shop)[WHOLE].outcome.failed == 1


def test_a_partial_answer_that_goes_on_is_not(shop: Shop) -> None:
    (shop.home / "news.db").unlink()
    answer(shop)
    assert not asked(shop)[WHOLE].outcome.bad


def test_an_open_request_that_keeps_nothing_is_red(shop: Shop) -> None:
    """Planted: somebody ends the hold behind the request's back."""
    request = shop.office.arrive(Right.ACCESS, person=ANNA)
    assert not asked(shop)[HELD].outcome.bad
    for row in shop.store.run("access_held", request=request.id):
        close(shop.store, row["fact"], shop.office.clock.now())
    assert asked(shop)[HELD].outcome.failed == 1


def test_a_file_that_is_not_as_its_schema_is_red(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the file has a column that its schema does not know."""
    plain = portable.as_json

    def crooked(*told: object) -> dict[str, object]:
        made = plain(*told)  # type: ignore[arg-type]
        made["datasets"][0]["rows"][0]["more"] = 1
        return made

    monkeypatch.setattr(packing, "as_json", crooked)
    answer(shop)
    assert asked(shop)[PORTABLE].outcome.failed == 1


def test_an_answer_that_tells_of_others_is_red(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: nothing is taken out, and nothing is looked through before it is kept."""
    monkeypatch.setattr(marks, "without", lambda value, *_: value)
    monkeypatch.setattr(drafting, "_look_for_others", lambda *_: None)
    answer(shop)
    assert asked(shop)[OTHERS].outcome.failed == 1


def test_a_detector_that_sees_nothing_is_not_believed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the detector is blind. Green would prove nothing, and the canary says so."""
    monkeypatch.setattr(Detector, "hits", lambda *_: ())
    assert not asked(shop)[OTHERS].canary_seen


def test_an_answer_without_authority_is_red(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: the part about complaints is left out of the page."""
    monkeypatch.setattr("avow.duties.requests.answering.eight._complaint", lambda *_: iter(()))
    answer(shop)
    assert asked(shop)[COMPLAINT].outcome.failed == 1


def test_a_link_that_leads_nowhere_is_red(shop: Shop) -> None:
    assert asked(shop, Site(404))[LINK].outcome.failed == 1
    assert asked(shop, Site(0, "no network"))[LINK].outcome.answer is Answer.BLIND


def test_the_copy_behind_an_answer_is_not_kept_as_proof(shop: Shop) -> None:
    """Half a year later copy, places, page and package are erased; words of the letter and digest
    stay with the request, and the checks go by what was seen when the answer was made."""
    done = answer(shop)
    shop.office.clock.move(timedelta(days=180))
    forget_due(shop.office.book, shop.store, shop.office.clock.now())
    left = {
        row["what"]
        for row in shop.store.run("request_files", request=done.request)
        if row["gone_at"] is None
    }
    assert left == {"accepted-rows", "answer-letter"}
    with pytest.raises(AnswerRefused, match="AV615"):
        drafting.opened(shop.office.book, done.id)
    rows = shop.store.run("answer_letters", answer=done.id)
    assert [row["digest"] for row in rows] == [done.digest]
    assert not any(r.outcome.bad for r in asked(shop).values())
