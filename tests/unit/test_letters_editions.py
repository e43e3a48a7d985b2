"""Which editions ask for a letter, how long before, and what the letter says of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest

from avow.common.calendar import Period
from avow.common.languages import LANGUAGES
from avow.declaration.load import load_texts
from avow.declaration.model import Declaration
from avow.declaration.publishing import Edition as Said
from avow.duties.correspondence.wording import wording
from avow.duties.notice.publishing.records import editions
from avow.duties.notice.telling_checks import Asked, ask
from avow.duties.notice.telling_editions import MOST, Announced, announced, letter
from avow.engine.db.store import Store
from avow.engine.evidence.checks import Answer
from avow.engine.keys.ring import new_ring
from avow.engine.planner.release import released
from tests.faults.small import DECLARATION
from tests.unit.test_publishing import DECLARATION as DECLARED
from tests.unit.test_publishing import Desk

ZONE = "Europe/Brussels"
VALUES = {
    "notice": "https://firm.example/n", "comparison": "https://firm.example/d",
    "contact": "privacy@firm.example",
}  # fmt: skip
SAID = Said("1", ahead={"material": Period(days=14)}, promises={"told": "2.a"})


@dataclass(frozen=True)
class Edition:
    """An edition as far as it matters here."""

    id: str
    release: str
    in_effect: date | None
    published_at: datetime | None
    withdrawn_at: datetime | None = None


def declared(period: str = "1 month", said: Said | None = SAID) -> Declaration:
    """The small declaration with a period, and what its edition says."""
    loaded = load_texts({"all.yaml": DECLARATION.replace("1 month", period)})
    return replace(loaded.whole, edition=said)


def edition(number: int, month: int, *, withdrawn: datetime | None = None) -> Edition:
    """An edition that counts from the first of a month, published a month before."""
    at = datetime(2027, month - 1, 1, tzinfo=UTC)
    return Edition(f"publication-{number}", f"{number}", date(2027, month, 1), at, withdrawn)


def found(*declarations: Declaration, given: list[Edition] | None = None) -> list[Announced]:
    """What is announced of editions that follow one another."""
    releases = {str(n): each for n, each in enumerate(declarations)}
    which = given or [edition(n, 2 + n) for n in range(len(declarations))]
    return list(announced(which, releases.__getitem__, ZONE))


def test_a_change_of_a_period_is_announced_and_the_first_edition_is_not() -> None:
    (each,) = found(declared(), declared("3 months"))
    assert (each.publication.id, each.publication.clause) == ("publication-1", "2.a")
    assert each.publication.effective == date(2027, 3, 1)
    assert each.publication.last_day == date(2027, 2, 15)
    assert [change.kind for change in each.changes] == ["retention"]


def test_what_is_not_material_is_not_announced() -> None:
    """Other people of the house, nothing else."""
    old = declared()
    assert found(old, replace(old, people={})) == []


@pytest.mark.parametrize(
    ("ahead", "last"),
    [
        ({}, date(2027, 2, 28)),
        ({"retention": Period(days=7)}, date(2027, 2, 22)),
        ({"weaker": Period(days=20), "material": Period(days=7)}, date(2027, 2, 9)),
        ({"recipient": Period(days=60)}, date(2027, 2, 28)),
    ],
)
def test_the_longest_notice_of_its_classes_counts(ahead: dict[str, Period], last: date) -> None:
    said = replace(SAID, ahead=ahead)
    (each,) = found(declared(said=said), declared("3 months", said=said))
    assert each.publication.last_day == last


def test_a_change_cannot_shorten_the_time_in_which_it_is_announced() -> None:
    """Planted: the new edition says one day, and promises nothing any more."""
    short = replace(SAID, ahead={"material": Period(days=1)}, promises={})
    (each,) = found(declared(), declared("3 months", said=short))
    assert (each.publication.last_day, each.publication.clause) == (date(2027, 2, 15), "2.a")


def test_where_nothing_is_promised_nobody_is_told() -> None:
    silent = replace(SAID, promises={})
    assert found(declared(said=silent), declared("3 months", said=silent)) == []
    assert found(declared(said=None), declared("3 months", said=None)) == []


def test_an_edition_withdrawn_before_its_day_changes_nothing() -> None:
    """The third is compared with the first: the second never counted."""
    gone = datetime(2027, 2, 20, tzinfo=UTC)
    given = [edition(0, 2), edition(1, 3, withdrawn=gone), edition(2, 4)]
    (each,) = found(declared(), declared("3 months"), declared("2 months"), given=given)
    assert each.publication.id == "publication-2"
    assert each.changes[0].before == "1 month after visited"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_says_the_changes_in_words_and_counts_the_rest(language: str) -> None:
    (each,) = found(declared(), declared("3 months"))
    said = letter(each, wording("notice-change", language), VALUES)
    assert "2027" in said.subject
    assert "2.a" in said.text
    assert "1 month" not in said.text or language == "en"
    many = replace(each, changes=each.changes * (MOST + 3))
    longer = letter(many, wording("notice-change", language), VALUES).text
    assert longer.count("\n * ") == MOST + 1
    assert " 3" in longer


# --- real editions ---------------------------------------------------------------------------

RECIPIENT = """\
recipients:
  - {recipient: mailer, clause: "1.a", name: Mailer SA, role: processor, country: BE,
     transfer: none-needed}
"""


def issued(desk: Desk, version: str, days: str, more: str = "") -> None:
    """An edition that two persons published, with a promise to tell ten days ahead."""
    said = f'version: "{version}", {days}, promises: {{told: "2.a"}}, ahead: {{material: 10 days}}'
    text = DECLARED.replace('version: "1", changed: 2026-11-01', said)
    offered = desk.propose(text + more, reason="the law is still asked for")
    desk.publish(offered.id)


def asked(desk: Desk, day: date) -> Asked:
    """What the check says on a day of the editions that are out."""
    changes = announced(editions(desk.runs), lambda digest: released(desk.runs, digest), ZONE)
    at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return ask(desk.runs, [each.publication for each in changes], ZONE, day=day, at=at)


def test_an_edition_of_which_nobody_is_told_breaks_the_promise_by_itself(store: Store) -> None:
    """Nobody has to remember: a published edition with a new recipient is enough. It counts from
    20 December, so 10 December is the last day."""
    desk = Desk(store, new_ring(), [])
    issued(desk, "1", "changed: 2026-11-01")
    assert asked(desk, date(2026, 11, 20)).results == ()
    issued(desk, "2", "changed: 2026-11-20, effective: 2026-12-20", RECIPIENT)
    (before,) = asked(desk, date(2026, 12, 10)).results
    (after,) = asked(desk, date(2026, 12, 11)).results
    assert (before.outcome.answer, after.outcome.answer) == (Answer.BLIND, Answer.FAIL)
    assert after.clauses == frozenset({"2.a"})


def test_an_edition_that_changes_nothing_that_matters_asks_for_no_letter(store: Store) -> None:
    desk = Desk(store, new_ring(), [])
    issued(desk, "1", "changed: 2026-11-01")
    issued(desk, "2", "changed: 2026-11-20, effective: 2026-12-20")
    assert asked(desk, date(2026, 12, 30)).results == ()
