"""Legal terms: every vector, and every day of receipt of three years in four states."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from avow.common.deadlines import Calendar, Pause, breach_term, due, hours_after, term

BE, FR = Calendar("BE"), Calendar("FR")


def d(text: str) -> date:
    """A day."""
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("received", "belgium", "france", "belgium_3", "france_3"),
    [
        ("2026-03-05", "2026-04-07", "2026-04-07", "2026-06-05", "2026-06-05"),
        ("2026-01-31", "2026-03-02", "2026-03-02", "2026-04-30", "2026-04-30"),
        ("2028-01-31", "2028-02-29", "2028-02-29", "2028-05-02", "2028-05-02"),
        ("2026-04-01", "2026-05-04", "2026-05-04", "2026-07-01", "2026-07-01"),
        ("2026-04-14", "2026-05-15", "2026-05-15", "2026-07-14", "2026-07-15"),
        ("2026-06-14", "2026-07-14", "2026-07-15", "2026-09-14", "2026-09-14"),
        ("2026-06-21", "2026-07-22", "2026-07-21", "2026-09-21", "2026-09-21"),
        ("2026-08-31", "2026-09-30", "2026-09-30", "2026-11-30", "2026-11-30"),
        ("2026-10-31", "2026-11-30", "2026-11-30", "2027-02-01", "2027-02-01"),
        ("2026-12-01", "2027-01-04", "2027-01-04", "2027-03-01", "2027-03-01"),
        ("2025-11-25", "2025-12-26", "2025-12-26", "2026-02-25", "2026-02-25"),
        ("2026-11-30", "2026-12-30", "2026-12-30", "2027-03-01", "2027-03-01"),
    ],
)
def test_a_term_of_one_and_of_three_months(
    received: str, belgium: str, france: str, belgium_3: str, france_3: str
) -> None:
    day = d(received)
    assert (term(day, 1, BE), term(day, 1, FR)) == (d(belgium), d(france))
    assert (term(day, 3, BE), term(day, 3, FR)) == (d(belgium_3), d(france_3))


def test_a_region_has_days_of_its_own() -> None:
    """A month from 3 March 2026 ends on Good Friday, which is a holiday in Moselle only."""
    received = d("2026-03-03")
    assert term(received, 1, FR) == d("2026-04-03")
    assert term(received, 1, Calendar("FR", "57")) == d("2026-04-07")


@pytest.mark.parametrize("state", ["BE", "FR", "LU", "NL"])
def test_every_day_of_receipt_of_three_years(state: str) -> None:
    """Written out: same number or end of the month, then forward to a working day, never back."""
    calendar, before = Calendar(state), date.min
    day = d("2026-01-01")
    count = 0
    while day <= d("2028-12-31"):
        month = day.month % 12 + 1
        year = day.year + (day.month == 12)
        raw = day
        for number in range(day.day, 27, -1):
            try:
                raw = date(year, month, number)
                break
            except ValueError:
                continue
        else:
            raw = date(year, month, day.day)
        end = term(day, 1, calendar)
        assert end >= raw
        assert calendar.is_working(end)
        assert not any(calendar.is_working(raw + timedelta(n)) for n in range((end - raw).days))
        assert (end - raw).days <= 4
        assert end >= before
        before, day, count = end, day + timedelta(days=1), count + 1
    assert count == 1096


def test_a_pause_moves_the_end_before_it_rolls() -> None:
    """Received 1 March, asked on the 3rd, answered on the 13th: 11 April is a Saturday."""
    pause = Pause(d("2026-03-03"), d("2026-03-13"))
    assert due(d("2026-03-01"), BE, [pause], d("2026-03-20"), extended=False) == d("2026-04-13")


def test_an_open_pause_counts_up_to_the_day_of_asking() -> None:
    pause = Pause(d("2026-03-03"))
    one = due(d("2026-03-02"), BE, [pause], d("2026-03-04"), extended=False)
    other = due(d("2026-03-02"), BE, [pause], d("2026-03-31"), extended=False)
    assert (one, other) == (d("2026-04-03"), d("2026-04-30"))


def test_hours_never_roll_over_a_weekend() -> None:
    """Known on Friday at 18:20: the hour does not count, 72 hours end on Monday at 19:00."""
    friday = datetime(2026, 3, 6, 18, 20, tzinfo=UTC)
    assert hours_after(friday, 72) == datetime(2026, 3, 9, 19, tzinfo=UTC)
    both = breach_term(friday, BE, "UTC")
    assert both.by_working_days == datetime(2026, 3, 11, tzinfo=UTC)  # the end of Tuesday
    assert both.alarm == both.by_hours


def test_a_state_without_holidays_is_refused() -> None:
    with pytest.raises(NotImplementedError):
        term(d("2026-03-05"), 1, Calendar("XX"))
