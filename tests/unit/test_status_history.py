"""How the promises stood, day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from avow.duties.assurance.history import fold, history
from avow.duties.assurance.model import Clause, Evidenced, Status
from avow.engine.evidence.checks import Check, CheckKind, CheckResult, Item, failed, passed

PLACE = Item("app", "login")
CHECK = Check("oldest", frozenset({"6.m"}), freshness=timedelta(days=2))


def on(day: int, hour: int = 3, *, bad: bool = False, **more: object) -> CheckResult:
    outcome = failed(1, "old rows") if bad else passed(1)
    at = datetime(2027, 3, day, hour, tzinfo=UTC)
    result = CheckResult("oldest", frozenset({"6.m"}), PLACE, outcome, at, entry=day)
    return replace(result, **more)  # type: ignore[arg-type]


def known(*results: CheckResult, check: Check = CHECK) -> Evidenced:
    return Evidenced((Clause("6.m"),), {"6.m": frozenset({PLACE})}, (check,), results)


def days(first: int, last: int) -> list[date]:
    return [date(2027, 3, day) for day in range(first, last + 1)]


def words(evidence: Evidenced, first: int, last: int) -> list[str]:
    points = history(evidence, days(first, last), ZoneInfo("Europe/Brussels"))
    return [point.words["6.m"].value for point in points]


def test_each_day_shows_what_was_known_at_its_end() -> None:
    """Unknown before the first look, kept, broken, kept, and unknown when nobody looks."""
    looks = known(on(2), on(3, bad=True), on(4))
    assert words(looks, 1, 7) == [
        "unknown", "kept", "broken", "kept", "kept", "unknown", "unknown",
    ]  # fmt: skip


def test_a_day_ends_at_midnight_of_the_zone() -> None:
    """23:30 UTC on 3 March is already 4 March in Brussels."""
    late = on(3).run_at.replace(hour=23, minute=30)
    assert words(known(replace(on(3), run_at=late)), 3, 4) == ["unknown", "kept"]


def test_a_late_case_colours_every_day_until_its_remedy() -> None:
    cases = replace(CHECK, kind=CheckKind.CASE, freshness=timedelta(days=30))
    story = known(on(2, bad=True, case="31"), on(3), on(5, case="31", remedy=9), check=cases)
    assert words(story, 1, 6) == ["unknown", "broken", "broken", "broken", "kept", "kept"]


def test_the_last_point_is_the_fold_itself() -> None:
    evidence = known(on(2), on(3, bad=True), on(4, bad=True), on(4, hour=5))
    (point,) = history(evidence, days(4, 4), UTC)
    (promise,) = fold(evidence, datetime(2027, 3, 5, tzinfo=UTC))
    assert point.words == {"6.m": promise.status}
    assert point.counts == {
        Status.BROKEN: 0,
        Status.UNKNOWN: 0,
        Status.UNENFORCED: 0,
        Status.ATTESTED: 0,
        Status.KEPT: 1,
    }
