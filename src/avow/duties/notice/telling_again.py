"""Whose consent a change touches: they are asked again, the others are not.

A consent is for what was said when it was given (art. 4(11), 7(1)). Where the purpose now means
more, it says nothing about the new part. Reminding everybody would teach people to stop reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from avow.common.masked import Masked


@dataclass(frozen=True, slots=True)
class Consent:
    """That somebody agreed to a purpose, on a day; `withdrawn` when they no longer do."""

    person: Masked[str]
    purpose: str
    given: date
    withdrawn: bool = False


def asked_again(consents: Iterable[Consent], widened: Mapping[str, date]) -> Iterator[Consent]:
    """The consents that a change touches, in their order.

    `widened`: purposes that mean more than before (a category, recipient, country or longer period
    was added), and the day from which the notice says so. A consent of that day or later is one to
    the new words. Nobody who withdrew is asked again.
    """
    return (
        each
        for each in consents
        if not each.withdrawn and each.purpose in widened and each.given < widened[each.purpose]
    )
