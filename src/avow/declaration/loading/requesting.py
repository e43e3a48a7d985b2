"""How requests of persons are handled, as a shape."""

from __future__ import annotations

from avow.declaration.loading.shapes import Fields, Shape, may, one_of, record, text
from avow.declaration.loading.words import COUNTRY, NAME, PERIOD
from avow.declaration.requesting import MOST_UNDO_HOURS, KnownFacts, Requesting, Then

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


def _number(value: str) -> int | None:
    is_one = len(value) == 1 and value.isascii() and value.isdigit()
    return int(value) if is_one and value != "0" else None


_NUMBER = text("a number of questions", _number, "AV115", {}, "a whole number from 1 to 9")
_ASK = may("ask", _NUMBER, _DEFAULT.known_facts.ask)
_RIGHT = may("right", _NUMBER, _DEFAULT.known_facts.right)
_THEN = may("then", one_of(Then, "what right answers do"), _DEFAULT.known_facts.then)


def _facts(f: Fields) -> KnownFacts:
    return KnownFacts(f[_ASK], f[_RIGHT], f[_THEN], f.place())


_KNOWN_FACTS = may(
    "known_facts",
    record("how known facts are asked", _facts, _ASK, _RIGHT, _THEN).shape,
    _DEFAULT.known_facts,
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
        f[_KNOWN_FACTS],
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
    _KNOWN_FACTS,
)
