"""AV291: a recipient is declared in one country, and is known to have its seat in another."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.dated import errors_apart, is_called, level
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.countries import EEA
from avow.declaration.facts.known import Company, known
from avow.declaration.model import Declaration, InForce, Recipient


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per recipient. A declared `seat` is compared where there is one, the declared
    country where there is none. What the terms of the contract show is an error; what else is
    known asks to look."""
    del law, universe
    for recipient in declaration.recipients.values():
        declared = recipient.seat or recipient.country or ""
        for company in known().companies:
            if declared and is_called(recipient, company.names) and not fits(declared, company):
                yield _elsewhere(recipient, declared, company)


def fits(declared: str, company: Company) -> bool:
    """Whether the declared country is that of the seat, or the area that holds it."""
    inside = declared in {"EEA", "EU"} and company.seat in EEA
    return not company.seat or declared == company.seat or inside


def _elsewhere(recipient: Recipient, declared: str, company: Company) -> Found:
    sure = company.binding and company.source.seen is not None
    shown = "the terms of the contract name" if sure else "to verify:"
    return defect(
        "AV291",
        level(Severity.E, verified=sure),
        f"`{recipient.id}` is declared in {declared}; known: {company.company}, {company.seat}",
        recipient.place,
        because=f"{shown} {company.company} ({company.source})",
        hint="look into the contract; say its `seat`, and under `country` where data are processed",
        clauses=(recipient.clause,),
        about=(recipient.id,),
    )


RULE = Rule(
    "AV291",
    "art. 13(1)(e), 13(1)(f), 5(1)(a) GDPR",
    Need.FIND_EVIDENCE,
    check,
    Wording(
        fr="… (société établie en …) traite ces données en ….",
        nl="… (gevestigd in …) verwerkt deze gegevens in ….",
        en="… (established in …) processes these data in ….",
    ),
    together=errors_apart,
    headline="{n} recipients are declared in another country than the one that is known of them",
)
