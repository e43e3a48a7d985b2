"""The rules for copies made for safety: how long what was erased may still lie in one."""

from __future__ import annotations

from collections.abc import Iterable

from avow.common.calendar import Period
from avow.declaration.model import Rule

BACKUP = "backup"


def is_of_backups(rule: Rule) -> bool:
    """Whether a rule is about backups: it says that its time comes on top of the others', or a
    category of it has the word in its name."""
    return rule.on_top or any(BACKUP in name.split("-") for name in rule.applies_to.category)


def lag_of(rules: Iterable[Rule]) -> Period | None:
    """How long a copy may outlive what it was made of; None where no rule says so.

    Of several the longest counts: nobody may be told a day that is too early.
    """
    periods = [e.period for r in rules if is_of_backups(r) for e in r.ends if e.period != Period()]
    return max(periods, key=_length, default=None)


def _length(period: Period) -> int:
    return period.years * 366 + period.months * 31 + period.weeks * 7 + period.days
