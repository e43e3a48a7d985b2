"""The rights of persons, and decisions by machine, in the form that TILT gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from avow.declaration.model import Declaration
from avow.duties.notice.exports.reading import each_once, text_of

Json = dict[str, Any]
HELD: Mapping[str, tuple[str, ...]] = {
    "rightToInformation": ("access",),
    "rightToRectificationOrDeletion": ("rectification", "erasure"),
    "rightToDataPortability": ("portability",),
    "rightToWithdrawConsent": ("withdrawal", "cookie-withdrawal"),
    "rightToComplain": ("complaint",),
    "accessAndDataPortability": ("access", "portability"),
}
"""The entries of TILT, and which declared rights each tells. The others have no place there."""
BY_MACHINE = "decide by machine"
"""The negative promise that no decision is taken by a machine alone (art. 22)."""


def officer_email(declaration: Declaration) -> str:
    """Where the officer is reached: as declared, else the address at which rights are used."""
    if "@" in declaration.controller.officer:
        return declaration.controller.officer
    addresses = (right.get("address", "") for right in declaration.rights)
    return next((a for a in addresses if "@" in a), declaration.controller.email)


def rights(declaration: Declaration, language: str) -> Json:
    """Every entry about a right; one that is not declared is told as not available."""
    found = {entry: _right(declaration, language, names) for entry, names in HELD.items()}
    found["rightToComplain"]["supervisoryAuthority"] = _authority(declaration)
    found["accessAndDataPortability"] |= {
        "administrativeFee": {"amount": 0, "currency": "EUR"},
        "dataFormat": "",
    }
    return found


def _right(declaration: Declaration, language: str, names: tuple[str, ...]) -> Json:
    told = [right for right in declaration.rights if right["right"] in names]
    texts = each_once(text_of(declaration, language, right["clause"]) for right in told)
    return {
        "available": bool(told),
        "description": " ".join(filter(None, texts)),
        "url": next((right["link"] for right in told if right.get("link")), ""),
        "email": officer_email(declaration),
        "identificationEvidences": list(
            each_once(right["identity"] for right in told if right.get("identity"))
        ),
    }


def _authority(declaration: Declaration) -> Json:
    complaint = next((r for r in declaration.rights if r["right"] == "complaint"), {})
    return {
        "name": complaint.get("to", ""),
        "address": complaint.get("address", ""),
        "country": complaint.get("country", ""),
        "email": "",
        "phone": "",
    }


def decisions_by_machine(declaration: Declaration, language: str) -> Json:
    """That no decision is taken by machine alone, where that is promised."""
    promised = [n.clause for n in declaration.nevers if n.id == BY_MACHINE]
    text = " ".join(text_of(declaration, language, clause) for clause in promised)
    return {"inUse": False, "logicInvolved": text, "scopeAndIntendedEffects": ""}
