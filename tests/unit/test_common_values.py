"""Identifiers, masked values, clocks and errors: what everything else stands on."""

import pickle
from datetime import UTC, datetime, timedelta, timezone

import pytest

from avow.common.clock import SetClock, SystemClock, in_utc
from avow.common.errors import StateError
from avow.common.ids import is_id, new_id
from avow.common.masked import Masked


def test_an_identifier_names_its_kind_and_nobody() -> None:
    first, second = new_id("plan"), new_id("plan")
    assert first != second
    assert is_id(first, "plan")
    assert not is_id(first, "hold")
    assert not is_id("plan-jane.doe")


def test_the_kind_of_an_identifier_is_one_word() -> None:
    with pytest.raises(ValueError, match="one lower-case word"):
        new_id("jane@example.org")


def test_a_masked_value_is_never_printed() -> None:
    value = Masked("jane@example.org")
    printed = f"{value} {value!r} {value:>40} {[value]} {{'email': {value}}}"
    assert "jane" not in printed
    assert value.reveal() == "jane@example.org"
    assert value == Masked("jane@example.org") != Masked("other")
    with pytest.raises(TypeError):
        pickle.dumps(value)


def test_an_instant_needs_a_zone() -> None:
    brussels = timezone(timedelta(hours=2))
    assert in_utc(datetime(2026, 7, 1, 1, tzinfo=brussels)) == datetime(2026, 6, 30, 23, tzinfo=UTC)
    with pytest.raises(ValueError, match="zone"):
        in_utc(datetime(2026, 7, 1))  # noqa: DTZ001


def test_a_set_clock_moves_only_when_moved() -> None:
    clock = SetClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.move(timedelta(days=1))
    assert clock.now() == clock.now() == datetime(2026, 1, 2, tzinfo=UTC)
    assert SystemClock().now().tzinfo is UTC


def test_an_error_is_told_in_lines() -> None:
    error = StateError("it is closed", because="of the lock", help="open it", code="AV855")
    assert str(error).splitlines() == [
        "error AV855: it is closed",
        "  because  of the lock",
        "  help     open it",
    ]
