"""AV260: a recipient is called a processor whose trade has rules of its own."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.jobs import PAYMENT, POST, TELEPHONY
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce

OWN_RULES = (POST, TELEPHONY, PAYMENT)


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """Recipients with the role `processor` who carry letters, calls or payments: what they do with
    them their own law says, and not an instruction."""
    del law, universe
    for recipient in declaration.recipients.values():
        job = next((job for job in OWN_RULES if job.is_done_by(recipient)), None)
        if recipient.role == "processor" and job:
            yield defect(
                "AV260",
                Severity.W,
                f"`{recipient.id}` is called a processor, and its work is {job.name}",
                recipient.place,
                because="who carries letters, calls or payments mostly decides by a law of its own",
                hint="look at the contract; most likely the role is `controller`",
                clauses=(recipient.clause,),
            )


RULE = Rule(
    "AV260",
    "art. 4(7), 4(8), 28(10) GDPR",
    Need.FIND_EVIDENCE,
    check,
    Wording(
        fr=(
            "… transporte ces données sous sa propre responsabilité, selon les règles de son "
            "métier."
        ),
        nl=(
            "… vervoert deze gegevens onder eigen verantwoordelijkheid, volgens de regels van "
            "zijn vak."
        ),
        en="… carries these data under its own responsibility, by the rules of its trade.",
    ),
    together=all_in_one,
    headline="{n} recipients are called processors, and most likely decide by themselves",
)
