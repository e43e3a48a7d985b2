"""Calendar periods as they are written, and days in zones where the clock jumps."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from avow.common.calendar import Period, add, after, cutoff, day_start, local_day, parse_period

BRUSSELS = "Europe/Brussels"
SANTIAGO = "America/Santiago"
"""A zone whose clock jumps at midnight in spring, so that a day there starts at 01:00."""


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("14 months", Period(months=14)),
        ("1 month", Period(months=1)),
        ("1 months", Period(months=1)),
        ("1 year 6 months", Period(years=1, months=6)),
        ("1 year, 6 months", Period(years=1, months=6)),
        ("2 weeks 3 days", Period(weeks=2, days=3)),
        ("  0 days ", Period()),
        ("P14M", Period(months=14)),
        ("P1Y2M3W4D", Period(1, 2, 3, 4)),
        ("P0D", Period()),
    ],
)
def test_a_period_in_words_or_in_iso_8601(written: str, period: Period) -> None:
    assert parse_period(written) == period


@pytest.mark.parametrize(
    "written",
    [
        "",
        "P",
        "month",
        "months 14",
        "1 month 1 month",
        "1 month and 2 days",
        "1 fortnight",
        "1.5 months",
        "-1 month",
        "P-1M",
        "-P1M",
        "P1.5M",
        "PT24H",
        "30",
        "1\tmonth",
        "\u0663 months",
    ],
)
def test_what_is_no_calendar_period_is_not_guessed(written: str) -> None:
    """Hours are none, nor a sign, a fraction, a unit said twice, or digits of another script."""
    assert parse_period(written) is None


@pytest.mark.parametrize(
    "period", [Period(), Period(days=1), Period(1, 2, 3, 4), Period(months=14)]
)
def test_a_period_is_written_as_it_is_read(period: Period) -> None:
    assert parse_period(str(period)) == period


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        ("2027-01-31", Period(months=1), "2027-02-28"),
        ("2028-01-31", Period(months=1), "2028-02-29"),
        ("2028-02-29", Period(years=1), "2029-02-28"),
        ("2027-01-31", Period(months=2), "2027-03-31"),
        ("2027-01-31", Period(months=1, days=1), "2027-03-01"),
        ("2027-12-31", Period(weeks=1), "2028-01-07"),
    ],
)
def test_adding_clamps_to_the_end_of_a_shorter_month(start: str, period: Period, end: str) -> None:
    assert add(date.fromisoformat(start), period) == date.fromisoformat(end)


def test_an_end_outside_the_calendar_is_said_when_adding() -> None:
    with pytest.raises(OverflowError, match="outside the calendar"):
        add(date(9999, 12, 31), Period(days=1))


@pytest.mark.parametrize(
    ("today", "period", "latest"),
    [
        ("2027-02-27", Period(months=1), "2027-01-27"),
        ("2027-02-28", Period(months=1), "2027-01-31"),
        ("2029-02-28", Period(years=1), "2028-02-29"),
        ("2027-05-10", Period(), "2027-05-10"),
        ("9999-12-31", Period(), "9999-12-31"),
        ("9999-12-31", Period(months=1), "9999-11-30"),
        ("2027-01-01", Period(years=9000), "0001-01-01"),
    ],
)
def test_the_latest_start_whose_period_has_ended(today: str, period: Period, latest: str) -> None:
    """On 28 February all of 28 to 31 January have ended; the ends of the calendar are no wall."""
    assert cutoff(date.fromisoformat(today), period) == date.fromisoformat(latest)


@pytest.mark.parametrize(
    ("day", "starts", "hours"),
    [
        ("2027-03-28", "2027-03-27T23:00", 23),
        ("2027-10-31", "2027-10-30T22:00", 25),
        ("2027-06-01", "2027-05-31T22:00", 24),
    ],
)
def test_days_in_brussels_are_as_long_as_the_clock_makes_them(
    day: str, starts: str, hours: int
) -> None:
    """The clock goes forward on 28 March and back on 31 October 2027."""
    first = day_start(date.fromisoformat(day), BRUSSELS)
    assert first == datetime.fromisoformat(starts).replace(tzinfo=UTC)
    assert after(date.fromisoformat(day), BRUSSELS) - first == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2027-03-27T22:59:59+00:00", "2027-03-27"),
        ("2027-03-27T23:00:00+00:00", "2027-03-28"),
        ("2027-10-31T00:30:00+00:00", "2027-10-31"),
        ("2027-10-31T01:30:00+00:00", "2027-10-31"),
        ("2027-10-31T23:00:00+00:00", "2027-11-01"),
    ],
)
def test_an_instant_belongs_to_the_day_on_the_clock_of_the_zone(instant: str, day: str) -> None:
    """In the night the clock goes back 02:30 comes twice, and both are that day."""
    assert local_day(datetime.fromisoformat(instant), BRUSSELS) == date.fromisoformat(day)


def test_the_offset_in_which_an_instant_is_written_does_not_matter() -> None:
    instant = datetime(2027, 1, 31, 23, 30, tzinfo=UTC)
    elsewhere = instant.astimezone(timezone(timedelta(hours=-9)))
    assert local_day(instant, BRUSSELS) == local_day(elsewhere, BRUSSELS) == date(2027, 2, 1)


def test_a_day_without_a_midnight_starts_with_its_first_instant() -> None:
    """On 5 September 2027 the clock of Santiago goes from 23:59:59 to 01:00."""
    day = date(2027, 9, 5)
    first = day_start(day, SANTIAGO)
    assert first == datetime(2027, 9, 5, 4, tzinfo=UTC)
    assert local_day(first, SANTIAGO) == day
    assert local_day(first - timedelta(microseconds=1), SANTIAGO) == day - timedelta(days=1)
    assert after(day - timedelta(days=1), SANTIAGO) == first
