"""What an authority is told of a breach: every element of art. 33(3) GDPR, in its language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from avow.common.languages import words
from avow.declaration.model import Declaration
from avow.duties.correspondence.letters import Words
from avow.duties.correspondence.wording import wording
from avow.duties.incidents.machine import (
    Decided,
    Entry,
    Incident,
    IncidentRefused,
    Reported,
)
from avow.duties.incidents.register import Register, entries_of, read, words_of

KIND = "incident-authority"


@dataclass(frozen=True, slots=True)
class Written:
    """What people write for the authority beside what the register knows."""

    measures: str = field(repr=False)
    late: str = field(default="", repr=False)


def notification(
    register: Register, declaration: Declaration, incident: str, written: Written,
    *, language: str, now: datetime,
) -> Words:  # fmt: skip
    """The notification as a letter; a part of it when something could not be counted yet.

    Raises:
        IncidentRefused: AV920, AV924 something that the article asks for was not said.
    """
    state, entries = read(register, incident), entries_of(register, incident)
    lacking = missing(state, written, now)
    if lacking:
        raise IncidentRefused(
            f"the notification of `{incident}` is not whole",
            because=f"art. 33(3) asks for {', '.join(lacking)}",
            help="take the steps that say it, and write the rest with --measures and --late",
            code="AV924",
        )
    return wording(KIND, language).said(
        _values(register, declaration, state, entries, written, language, now)
    )


def missing(state: Incident, written: Written, now: datetime) -> tuple[str, ...]:
    """What the article asks for and nobody has said."""
    asked = {
        "since when it is known": state.known_at is not None,
        "what and who is concerned": state.scope is not None,
        "the likely consequences": state.risk is not None,
        "the measures": bool(written.measures.strip()),
        "the reasons for the delay": bool(written.late.strip()) or not state.is_late(now),
    }
    return tuple(name for name, is_said in asked.items() if not is_said)


def _values(
    register: Register,
    declaration: Declaration,
    state: Incident,
    entries: tuple[Entry, ...],
    written: Written,
    language: str,
    now: datetime,
) -> dict[str, object]:
    spoken, zone, house = words(language), ZoneInfo(register.zone), declaration.controller
    scope = state.scope
    if scope is None or state.known_at is None or state.risk is None:
        raise LookupError(state.id)
    reported = next(e for e in entries if isinstance(e.step, Reported))
    natures = reported.step.nature if isinstance(reported.step, Reported) else ()

    def label(kind: str, name: str) -> str:
        return declaration.words(language, kind, name) or name

    return {
        "incident": state.id,
        "partial": bool(scope.uncounted),
        "house": house.name,
        "address": house.address,
        "officer": house.officer or house.email,
        "known": spoken.instant(state.known_at.astimezone(zone)),
        "now": spoken.instant(now.astimezone(zone)),
        "nature": [each.value for each in natures],
        "what": _said(register, state.id, (reported,)),
        "systems": ", ".join(scope.systems),
        "categories": ", ".join(label("category", c) for c in scope.categories),
        "persons": spoken.number(scope.persons),
        "rows": spoken.number(scope.rows),
        "uncounted": scope.uncounted,
        "risk": state.risk.value,
        "reasons": _said(register, state.id, [e for e in entries if isinstance(e.step, Decided)]),
        "measures": written.measures.strip(),
        "late": written.late.strip(),
    }


def _said(register: Register, incident: str, entries: Sequence[Entry]) -> str:
    """The newest words of these steps."""
    numbers = [e.number for e in entries if e.words]
    if not numbers:
        return ""
    return words_of(register, incident, numbers[-1]).reveal().decode("utf-8", "replace").strip()
