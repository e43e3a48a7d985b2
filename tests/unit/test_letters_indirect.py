"""Lists that came from others: by when their persons must be informed, and whether they were."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from avow.duties.assurance.judge import judge
from avow.duties.assurance.model import Status
from avow.duties.notice.indirect import (
    ForeignList,
    ListError,
    ask,
    due,
    enter,
    happened,
    informed,
    lists,
)
from avow.engine.db.store import Store

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
PROOF = "a" * 64
CAME = ForeignList("organiser", "crm", date(2026, 6, 1), 120, PROOF)


@pytest.mark.parametrize(
    ("came", "contact", "disclosed", "last"),
    [
        (date(2026, 6, 1), date(2026, 6, 10), None, date(2026, 6, 10)),
        (date(2026, 6, 1), None, None, date(2026, 7, 1)),
        (date(2026, 6, 1), None, date(2026, 6, 5), date(2026, 6, 5)),
        (date(2026, 6, 1), date(2026, 6, 10), date(2026, 6, 5), date(2026, 6, 5)),
        (date(2026, 6, 1), date(2026, 8, 1), None, date(2026, 7, 1)),
        (date(2026, 1, 31), None, None, date(2026, 2, 28)),
        (date(2028, 1, 31), None, None, date(2028, 2, 29)),
        (date(2026, 6, 13), None, None, date(2026, 7, 13)),
        (date(2026, 6, 1), date(2026, 6, 1), None, date(2026, 6, 1)),
    ],
)
def test_a_month_or_the_first_letter_or_the_first_disclosure(
    came: date, contact: date | None, disclosed: date | None, last: date
) -> None:
    """The first line: imported on 1 June, first newsletter on 10 June, so due on 10 June."""
    assert due(came, contact, disclosed) == last


def word(store: Store, day: date) -> Status:
    """The word of the clause on a day, of one list."""
    at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    ((check, result),) = ask(store, {"organiser": "3.5-B"}, day=day, at=at)
    assert check == informed("3.5-B")
    return judge(check, [result], at).status


def test_a_list_is_unknown_until_its_day_and_broken_after_it(store: Store) -> None:
    enter(store, CAME, by="marc", at=AT)
    assert word(store, date(2026, 7, 1)) is Status.UNKNOWN
    assert word(store, date(2026, 7, 2)) is Status.BROKEN


def test_told_with_the_first_newsletter_is_kept_and_a_day_later_broken(store: Store) -> None:
    for told, expected in ((date(2026, 6, 10), Status.KEPT), (date(2026, 6, 11), Status.BROKEN)):
        with store.outside() as connection:
            connection.execute("DELETE FROM avow.foreign_list")
        name = enter(store, CAME, by="marc", at=AT)
        happened(store, name, contact_on=date(2026, 6, 10))
        happened(store, name, told_on=told)
        assert word(store, date(2026, 6, 20)) is expected


def test_of_first_days_the_earliest_stays(store: Store) -> None:
    """Planted: a later first letter is noted, which would give more days."""
    name = enter(store, CAME, by="marc", at=AT)
    happened(store, name, contact_on=date(2026, 6, 10))
    happened(store, name, contact_on=date(2026, 6, 25))
    happened(store, name, disclosed_on=date(2026, 6, 12))
    happened(store, name, told_on=date(2026, 6, 20))
    happened(store, name, told_on=date(2026, 6, 9))
    (found,) = lists(store)
    assert (found.due, found.told_on) == (date(2026, 6, 10), date(2026, 6, 20))


def test_without_proof_of_agreement_it_is_broken_whoever_was_told(store: Store) -> None:
    name = enter(store, replace(CAME, proof=None), by="marc", at=AT)
    happened(store, name, told_on=date(2026, 6, 2))
    assert word(store, date(2026, 6, 3)) is Status.BROKEN
    happened(store, name, proof=PROOF)
    assert word(store, date(2026, 6, 3)) is Status.KEPT


def test_without_a_list_of_a_declared_source_nothing_is_claimed(store: Store) -> None:
    enter(store, replace(CAME, source="somebody-else"), by="marc", at=AT)
    assert list(ask(store, {"organiser": "3.5-B"}, day=date(2026, 6, 1), at=AT)) == []


def test_a_list_that_cannot_be(store: Store) -> None:
    with pytest.raises(ListError, match="AV632"):
        enter(store, ForeignList("x", "crm", date(2026, 6, 1), 1, "no digest"), by="m", at=AT)
    with pytest.raises(ListError, match="AV632"):
        happened(store, "list-" + "a" * 26, told_on=date(2026, 6, 1))
