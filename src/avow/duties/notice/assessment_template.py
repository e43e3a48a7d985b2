"""A written assessment to be filled in: guided questions, and what the declaration knows.

Questions and facts only. Interest, necessity, balance and result are for people to write.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib import resources

from avow.declaration.check.universe import universe_of
from avow.declaration.interpretation import in_force
from avow.declaration.model import Declaration, InForce
from avow.declaration.publishing import AssessmentKind
from avow.duties.notice.assessments import criteria_of
from avow.duties.notice.exports import register_words as words
from avow.duties.notice.exports.reading import said
from avow.duties.notice.exports.register import of_controller

_TOLD = (
    "clause", "purpose", "basis", "subjects", "categories", "special", "points", "sources",
    "recipients", "transfers", "systems",
)  # fmt: skip
CRITERIA = {
    "fr": "Critères que la structure montre",
    "nl": "Criteria die de structuur toont",
    "en": "Criteria that the structure shows",
}
PURPOSES = {"fr": "Finalités", "nl": "Doeleinden", "en": "Purposes"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which template is wanted: its kind, what it is of, and its language."""

    kind: AssessmentKind
    of: str
    language: str


def assessed_by(declaration: Declaration, kind: AssessmentKind) -> frozenset[str]:
    """The ids that an assessment of a kind may be of: recipients for a transfer, else purposes."""
    if kind is AssessmentKind.TRANSFER:
        return frozenset(declaration.recipients)
    return frozenset(declaration.purposes)


def template(declaration: Declaration, asked: Asked, day: date) -> str:
    """The document in Markdown, with the part for the declaration on top."""
    folder = resources.files("avow.duties.notice").joinpath("templates")
    text = folder.joinpath(f"{asked.kind}.{asked.language}.md").read_text(encoding="utf-8")
    is_transfer = asked.kind is AssessmentKind.TRANSFER
    name = (
        declaration.recipients[asked.of].name
        if is_transfer
        else said(declaration, asked.language, "purpose", asked.of)
    )
    facts = "\n".join(f"- {title}: {value}" for title, value in _facts(declaration, asked, day))
    filled = {"name": name, "of": asked.of, "id": f"{asked.of}-{asked.kind}", "facts": facts}
    for key, value in filled.items():
        text = text.replace(f"{{{key}}}", value)
    return text


def _facts(declaration: Declaration, asked: Asked, day: date) -> Iterator[tuple[str, str]]:
    if asked.kind is AssessmentKind.TRANSFER:
        yield from _of_recipient(declaration, asked)
        return
    register = of_controller(declaration, asked.language, day)
    mine = next(each for each in register.activities if each.id == asked.of)
    for key in _TOLD:
        yield words.FIELDS[key][asked.language], "; ".join(mine.fields[key])
    if asked.kind is AssessmentKind.IMPACT:
        law, _ = in_force(declaration, day)
        yield CRITERIA[asked.language], _criteria(declaration, law, asked)


def _criteria(declaration: Declaration, law: InForce, asked: Asked) -> str:
    purpose = next(each for each in law.purposes if each.id == asked.of)
    shown = criteria_of(declaration, universe_of(declaration), purpose)
    return ", ".join(shown) or words.NONE[asked.language]


def _of_recipient(declaration: Declaration, asked: Asked) -> Iterator[tuple[str, str]]:
    recipient = declaration.recipients[asked.of]
    unsaid = words.UNDECLARED[asked.language]
    told = {
        "clause": recipient.clause,
        "recipients": f"{recipient.name}, {recipient.role}, {recipient.country or unsaid}",
        "transfers": recipient.transfer or unsaid,
    }
    for key, value in told.items():
        yield words.FIELDS[key][asked.language], value
    using = [p.id for p in declaration.purposes.values() if asked.of in p.recipients]
    names = [said(declaration, asked.language, "purpose", each) for each in using]
    yield PURPOSES[asked.language], "; ".join(names) or words.NONE[asked.language]
