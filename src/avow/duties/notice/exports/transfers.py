"""The tools of chapter V that a recipient may name, and their article."""

from __future__ import annotations

from enum import StrEnum

from avow.declaration.countries import EEA
from avow.declaration.model import Recipient


class Tool(StrEnum):
    """Which article allows a transfer. `UNKNOWN` is a tool by a name that is not known here."""

    ADEQUACY = "45(3)"
    RULES = "46(2)(b)"
    CLAUSES = "46(2)(c)"
    CONDUCT = "46(2)(e)"
    CERTIFICATION = "46(2)(f)"
    EXPLICIT_CONSENT = "49(1)(a)"
    CONTRACT = "49(1)(b)"
    UNKNOWN = "?"
    NONE = ""


_BY_WORD = {
    "adequacy": Tool.ADEQUACY,
    "dpf": Tool.ADEQUACY,
    "scc": Tool.CLAUSES,
    "standard": Tool.CLAUSES,
    "bcr": Tool.RULES,
    "binding": Tool.RULES,
    "conduct": Tool.CONDUCT,
    "certification": Tool.CERTIFICATION,
    "consent": Tool.EXPLICIT_CONSENT,
    "performance": Tool.CONTRACT,
}
"""Clauses of confidentiality are no tool, so the word `clauses` alone says nothing."""
_SAY_NOTHING = frozenset({"none-printed", "none-needed"})
ASSESSED = frozenset({Tool.CLAUSES, Tool.RULES, Tool.CONDUCT, Tool.CERTIFICATION, Tool.UNKNOWN})
"""Tools after which the law of the third country must be looked at (art. 46; CJEU C-311/18)."""


def tool_of(recipient: Recipient) -> Tool:
    """The tool that a recipient names, by the words of its id: `scc-2021`, `us-dpf`, `adequacy`."""
    said = recipient.transfer or ""
    if not said or said in _SAY_NOTHING:
        return Tool.NONE
    found = (_BY_WORD[word] for word in said.split("-") if word in _BY_WORD)
    return next(found, Tool.UNKNOWN)


def leaves(recipient: Recipient) -> bool:
    """Whether the data leave the European Economic Area, as far as the country is declared."""
    return bool(recipient.country) and recipient.country not in EEA
