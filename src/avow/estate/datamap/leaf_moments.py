"""Moments that stand as values in JSON, which has no type for them.

A text is a moment where it is a day of the calendar (`2026-02-28`), alone or with a time after `T`
or a space, with or without an offset or `Z` (ISO 8601-1, 5.2.2 and 5.4.2). A number is one only
where the data map says in which unit it counts since 1970. Anything else is none: what it is told
of is undated, and never due. The years are 1000 to 2999, which every engine can reckon with; the
first and last days that programs write for "never" are beyond them.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum


class Told(StrEnum):
    """How a leaf tells a moment."""

    MOMENT = "moment"
    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"


_SHORT = "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
_LONG = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
_LEAP = "(?:[12][0-9](?:0[48]|[2468][048]|[13579][26])|(?:12|16|20|24|28)00)-02-29"
_DAY = f"(?:[12][0-9][0-9][0-9]-(?:{_SHORT}|{_LONG}|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP})"
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?"
_OFFSET = "(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
TEXT = f"{_DAY}(?:[T ]{_TIME}{_OFFSET}?)?"
"""A whole text that tells a moment, in what regular expressions of all engines have in common."""
FRACTION = "[.][0-9]+"
"""The fraction of a second in such a text. Left out: an engine may round it up to the next day."""
NUMBER = {
    Told.SECONDS: "[0-9]{1,10}(?:[.][0-9]{1,18})?",
    Told.MILLISECONDS: "[0-9]{1,13}(?:[.][0-9]{1,18})?",
}
"""A whole text that is a number of this unit; its fraction tells nothing."""
DIGITS = {Told.SECONDS: 10, Told.MILLISECONDS: 13}
_START = datetime(1970, 1, 1, tzinfo=UTC)


def moment_text(said: str | None, told: Told) -> str | None:
    """The text of a leaf as a moment in ISO 8601, to the second; None where it is none."""
    if said is None:
        return None
    if told is Told.MOMENT:
        return re.sub(FRACTION, "", said) if re.fullmatch(TEXT, said) else None
    if not re.fullmatch(NUMBER[told], said):
        return None
    number = int(said.partition(".")[0])
    seconds = number // 1000 if told is Told.MILLISECONDS else number
    return f"{(_START + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()}Z"


def moment(value: object, told: Told) -> date | None:
    """The moment that a value of a document tells: a day, or a time with or without offset."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    said = moment_text(str(value), told)
    if said is None:
        return None
    return date.fromisoformat(said) if len(said) == 10 else datetime.fromisoformat(said)
