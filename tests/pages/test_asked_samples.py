"""One-time pages about rows of a sample: masked, judged, and counted as in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from avow.common.errors import AvowError
from avow.engine.evidence.entries import InvitationAnswered, Invited, SampleJudged, body_bytes
from avow.engine.evidence.invitations import Kind, Wanted, answered
from avow.engine.planner.plan import Plan
from avow.engine.planner.sampling import Judgement, Sample
from avow.engine.planner.sampling_asked import sample_content, sample_questions
from avow.engine.planner.sampling_draw import draw
from avow.engine.planner.sampling_kept import judge, keep, newest
from avow.faces.web.application import asked_app
from tests.pages.asked_house import AskedHouse
from tests.pages.conftest import HOST, LANGUAGES
from tests.pages.document import read
from tests.pages.test_accessible import faults
from tests.pages.test_security import OURS
from tests.unit.rehearsal_world import NOON, World, world

__all__ = ["world"]

SECRET = "zzq-page"


@dataclass
class Asked:
    """A sample of fifteen rows at most, paul who is asked about it, and his page."""

    world: World
    house: AskedHouse
    plan: Plan
    sample: Sample
    client: TestClient[Litestar]

    def invite(self, person: str = "paul", *, shows_values: bool = False) -> str:
        """The secret of a page."""
        declaration = self.world.declaration
        questions = sample_questions(
            self.sample, self.plan, declaration, person, shows_values=shows_values
        )
        wanted = Wanted(Kind.SAMPLE, self.sample.id, person, sample_content(questions))
        return self.house.invite(wanted)[1].reveal()

    def judge(self, token: str, judgements: dict[int, str]) -> None:
        """Fill in the pages and send them."""
        form = {f"a{n}": word for n, word in judgements.items()}
        for page in (1, 2):
            self.post(token, f"{page}/save", form)
        assert self.post(token, "send/now", {}).headers["location"] == "/en/thanks"

    def post(self, token: str, path: str, form: dict[str, str]) -> Any:  # noqa: ANN401
        """Send a form of one of the pages."""
        return self.client.post(f"/en/ask/{token}/{path}", data=form, headers=OURS)

    def now(self) -> Sample:
        """The sample as it stands."""
        found = newest(self.world.store, self.world.ring, self.plan.id)
        assert found is not None
        return found


@pytest.fixture
def asked(world: World, tmp_path: Path) -> Iterator[Asked]:
    with psycopg.connect(world.app) as made:
        made.execute(f"UPDATE visit SET page = '{SECRET}'".encode())
    house = AskedHouse(world.store, tmp_path, ring=world.ring, environment={"APP": world.app})
    bench, plan = world.bench(), world.plan()
    sample = draw(bench.estate, bench.memory, plan, 15, 1)
    keep(world.store, world.ring, sample, NOON)
    app = asked_app(house.desk, hosts=(HOST,))
    with TestClient(app, base_url=f"http://{HOST}") as client:
        client.follow_redirects = False
        yield Asked(world, house, plan, sample, client)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_every_language_is_accessible_and_shows_no_value(
    asked: Asked, language: str
) -> None:
    token = asked.invite()
    for path in ("", "/2", "/send", "/1?values=1"):
        answer = asked.client.get(f"/{language}/ask/{token}{path}")
        assert answer.status_code == 200
        assert faults(read(answer.text)) == [], path
        assert SECRET not in answer.text
        assert answer.headers["cache-control"] == "no-store"


def test_a_row_is_shown_with_its_moments_verdict_clause_and_the_clauses_own_words(
    asked: Asked,
) -> None:
    page = read(asked.client.get(f"/en/ask/{asked.invite()}").text)
    (first,) = (s for s in page.all("section") if s.attributes.get("id") == "q1")
    assert "This row would be erased." in first.text
    assert "its end has come, since 1 February 2026 (2.a)" in first.text
    (quote,) = first.all("blockquote")
    assert (quote.text, quote.attributes["lang"]) == ("Nous gardons vos visites un mois.", "fr")


def test_the_values_of_one_row_are_shown_where_it_was_allowed_and_kept_nowhere(
    asked: Asked, caplog: pytest.LogCaptureFixture
) -> None:
    token = asked.invite(shows_values=True)
    moved = next(n for n, row in enumerate(asked.sample.rows, 1) if row.action == "delete")
    there = asked.post(token, "1/save", {"go": f"values-{moved}"}).headers["location"]
    assert there == f"/en/ask/{token}/1?values={moved}#q{moved}"
    page = asked.client.get(there)
    assert page.text.count(SECRET) == 1
    assert page.headers["cache-control"] == "no-store"
    assert SECRET not in asked.client.get(f"/en/ask/{token}/1").text
    assert SECRET not in caplog.text
    with asked.world.store.outside() as connection:
        kept = connection.execute("SELECT * FROM avow.invitation").fetchall()
    assert SECRET not in str(kept)


@pytest.mark.parametrize("number", ["0", "99", "-1", "١", "x", ""])
def test_a_row_that_is_not_there_has_no_values(asked: Asked, number: str) -> None:
    token = asked.invite(shows_values=True)
    answer = asked.client.get(f"/en/ask/{token}/1", params={"values": number})
    assert (answer.status_code, SECRET in answer.text) == (200, False)


def test_a_system_that_does_not_answer_is_said(asked: Asked) -> None:
    asked.house.environment = {"APP": "postgresql://nobody@127.0.0.1:1/none"}
    token = asked.invite(shows_values=True)
    app = asked_app(asked.house.desk, hosts=(HOST,))
    with TestClient(app, base_url=f"http://{HOST}") as client:
        page = client.get(f"/en/ask/{token}/1?values=1")
    assert "The row cannot be read now." in page.text


def test_judgements_count_when_they_are_sent_exactly_as_those_of_a_file(asked: Asked) -> None:
    """All right but the third, and the last left out; the other way gives the same sample."""
    token, total = asked.invite(), len(asked.sample.rows)
    said = dict.fromkeys(range(1, total), "right") | {3: "wrong"}
    form = {f"a{n}": word for n, word in said.items()}
    asked.post(token, "1/save", form)
    assert asked.now().judged(None) == total  # saved, and not sent
    asked.judge(token, said)
    by_page = asked.now()
    assert (by_page.judged(Judgement.WRONG), by_page.judged(None)) == (1, 1)
    assert {row.person for row in by_page.rows if row.judgement} == {"paul"}
    world = asked.world
    again = draw(world.bench().estate, world.bench().memory, asked.plan, 15, 1)
    keep(world.store, world.ring, again, NOON)
    file = {n: Judgement(word) for n, word in said.items()}
    by_file = judge(world.store, world.ring, world.declaration, again, file, person="paul", at=NOON)
    assert [(r.number, r.judgement, r.person, bool(r.key)) for r in by_page.rows] == [
        (r.number, r.judgement, r.person, bool(r.key)) for r in by_file.rows
    ]


def test_the_ledger_is_told_of_the_page_its_answers_and_the_judged_sample(asked: Asked) -> None:
    token = asked.invite()
    asked.judge(token, dict.fromkeys(range(1, len(asked.sample.rows) + 1), "right"))
    told = asked.house.ledger
    assert [type(entry) for entry in told] == [Invited, InvitationAnswered, SampleJudged]
    assert b"paul" not in bytes(body_bytes(told[0])) + bytes(body_bytes(told[1]))
    assert asked.client.get(f"/en/ask/{token}").status_code == 404


def test_a_row_that_somebody_else_called_wrong_meanwhile_stays_wrong(asked: Asked) -> None:
    token, world = asked.invite(), asked.world
    judge(
        world.store, world.ring, world.declaration, asked.sample, {1: Judgement.WRONG},
        person="marc", at=NOON,
    )  # fmt: skip
    asked.judge(token, {1: "right", 2: "right"})
    rows = asked.now().rows
    assert [(r.judgement, r.person) for r in rows[:2]] == [
        (Judgement.WRONG, "marc"), (Judgement.RIGHT, "paul"),
    ]  # fmt: skip


def test_answers_that_cannot_be_taken_are_said_and_nothing_is_half_done(asked: Asked) -> None:
    """Planted: a page for somebody whom the release in force does not name."""
    questions = sample_questions(
        asked.sample, asked.plan, asked.world.declaration, "paul", shows_values=False
    )
    wanted = Wanted(Kind.SAMPLE, asked.sample.id, "gone", sample_content(questions))
    made, secret = asked.house.invite(wanted)
    token = secret.reveal()
    asked.post(token, "1/save", {"a1": "right"})
    answer = asked.post(token, "send/now", {})
    assert answer.status_code == 409
    assert "could not be taken" in answer.text
    assert faults(read(answer.text)) == []
    assert asked.now().judged(None) == len(asked.sample.rows)
    assert len(answered(asked.world.store, asked.world.ring, made)) == 1
    assert not any(isinstance(entry, InvitationAnswered) for entry in asked.house.ledger)


def test_nobody_is_asked_who_is_not_declared_or_about_nothing(asked: Asked) -> None:
    with pytest.raises(AvowError) as refused:
        asked.invite("nobody")
    assert refused.value.code == "AV582"
    asked.judge(asked.invite(), dict.fromkeys(range(1, len(asked.sample.rows) + 1), "right"))
    asked.sample = asked.now()
    with pytest.raises(AvowError) as refused:
        asked.invite()
    assert refused.value.code == "AV546"


def test_where_values_may_not_be_shown_the_system_is_not_even_asked(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reading(*_: object) -> dict[str, object]:
        raise AssertionError("the row was read")

    monkeypatch.setattr("avow.faces.web.asked.show.values", reading)
    token = asked.invite()
    assert asked.client.get(f"/en/ask/{token}/1?values=1").status_code == 200
