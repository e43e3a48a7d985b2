"""AV286: data are called strictly confidential, and others are named who get them."""

from __future__ import annotations

from avow.common.findings import Need, Severity
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.spoken import Spoken, by_clause, saying
from avow.declaration.model import Declaration

INSIDE = frozenset({"staff", "contractor"})
"""Roles of people who work for the controller itself."""

SAYINGS = {
    "fr": (
        saying(
            (
                "strict*|absolu*|totale*|parfaite*|toujours ~1 confidenti*|secret*",
                "confidentialité absolue|totale|stricte",
                "secret absolu",
            ),
            unless=(
                "sauf|hormis|excepté|sous réserve",
                "clause*|accord*|obligation*|contrat*|tenu*|soumis*|engag*",
            ),
        ),
    ),
    "nl": (
        saying(
            (
                (
                    "strikt|strikte|strict|absoluut|absolute|volstrekt*|volledig|altijd "
                    "vertrouwelijk*|geheim*"
                ),
            ),
            unless=(
                "tenzij|behalve|behoudens",
                "beding*|overeenkomst*|clausule*|gehouden|gebonden|verplicht*",
            ),
        ),
    ),
    "en": (
        saying(
            (
                "strict*|absolute*|complete*|total*|always ~1 confidential*|secret*",
                "strictest ~1 confidence|confidentiality",
            ),
            unless=(
                "unless|except*|save|subject",
                "clause*|agreement*|obligation*|contract*|bound|duty|committed",
            ),
        ),
    ),
}


def _is_shared(declaration: Declaration) -> bool:
    return any(r.role not in INSIDE for r in declaration.recipients.values())


RULE = Rule(
    "AV286",
    "art. 5(1)(a), 13(1)(e) GDPR",
    Need.FIX_TEXT,
    Spoken(
        "AV286",
        Severity.W,
        SAYINGS,
        "{where} promises more secrecy than there is: “{quote}”",
        "processors and authorities are named as recipients",
        "say who may see the data, and that these keep them confidential",
        applies=_is_shared,
    ),
    Wording(
        fr=(
            "Seuls voient vos données ceux que nous nommons au point … ; chacun s’est engagé "
            "à les garder pour lui."
        ),
        nl=(
            "Alleen wie in punt … staat, ziet uw gegevens; ieder van hen is gehouden ze voor "
            "zich te houden."
        ),
        en="Only those named in point … see your data; each is bound to keep them confidential.",
    ),
    together=by_clause,
    headline="clause {clauses} promises more secrecy than there is, in {n} languages",
)
