"""How requests of persons are handled, as a shape."""

from __future__ import annotations

from avow.declaration.loading.shapes import Fields, Shape, may, record, text
from avow.declaration.loading.words import COUNTRY, NAME, PERIOD
from avow.declaration.requesting import MOST_UNDO_HOURS, Requesting

_DEFAULT = Requesting()


def _hours(most: int) -> Shape[int]:
    def read(value: str) -> int | None:
        number, _, unit = value.partition(" ")
        if unit not in ("hour", "hours") or not number.isascii() or not number.isdigit():
            return None
        return int(number) if int(number) <= most else None

    return text(
        "a number of hours", read, "AV116", {}, f"write `24 hours`; at most {most} are allowed"
    )


_STATE, _PART = may("state", COUNTRY, ""), may("part", NAME, None)
_KEPT = may("kept", PERIOD, _DEFAULT.kept)
_COLLECT = may("collect", PERIOD, _DEFAULT.collect)
_LINK = may("link", PERIOD, _DEFAULT.link)
_UNDO = may("undo", _hours(MOST_UNDO_HOURS), _DEFAULT.undo_hours)
_ACKNOWLEDGE = may("acknowledge", _hours(240), _DEFAULT.acknowledge_hours)
_TASK = may("task", PERIOD, _DEFAULT.task)
_MAILBOX = may("mailbox", NAME, "")


def _requesting(f: Fields) -> Requesting:
    return Requesting(
        f[_STATE],
        f[_PART],
        f[_KEPT],
        f[_COLLECT],
        f[_LINK],
        f[_UNDO],
        f[_ACKNOWLEDGE],
        f[_TASK],
        f[_MAILBOX],
        f.place(),
    )


REQUESTING = record(
    "how requests are handled",
    _requesting,
    _STATE,
    _PART,
    _KEPT,
    _COLLECT,
    _LINK,
    _UNDO,
    _ACKNOWLEDGE,
    _TASK,
    _MAILBOX,
)
