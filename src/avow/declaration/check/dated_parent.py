"""AV292: a recipient is declared inside the EEA, and its group is led from outside."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.dated import is_called
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.together import all_in_one
from avow.declaration.check.transfer_without_tool import NO_TOOL
from avow.declaration.check.universe import Universe
from avow.declaration.countries import EEA
from avow.declaration.facts.known import known
from avow.declaration.model import Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per recipient that names no tool of transfer: access from outside is one too."""
    del law, universe
    for recipient in declaration.recipients.values():
        inside = recipient.country in EEA and (recipient.transfer or "") in NO_TOOL
        for company in known().companies:
            outside = company.parent_country and company.parent_country not in EEA
            if inside and outside and is_called(recipient, company.names):
                yield defect(
                    "AV292",
                    Severity.W,
                    f"`{recipient.id}` is declared in {recipient.country}; its group is led from "
                    f"{company.parent_country}",
                    recipient.place,
                    because=f"{company.parent} can be made to give access, and support may have it "
                    f"({company.source})",
                    hint="find out who has access from where, and name the tool under `transfer`",
                    clauses=(recipient.clause,),
                    about=(recipient.id,),
                )


RULE = Rule(
    "AV292",
    "art. 13(1)(f), 44, 48 GDPR",
    Need.FIND_EVIDENCE,
    check,
    Wording(
        fr=(
            "… garde ces données en … ; son assistance peut y accéder depuis …, sur la base de … "
            "(art. 46 du RGPD)."
        ),
        nl=(
            "… bewaart deze gegevens in …; zijn ondersteuning kan erbij vanuit …, op grond van … "
            "(art. 46 AVG)."
        ),
        en=(
            "… keeps these data in …; its support may have access from …, on the basis of … "
            "(art. 46 GDPR)."
        ),
    ),
    together=all_in_one,
    headline="{n} recipients are declared in the EEA, and their groups are led from outside",
)
