"""AV293: a recipient stands under a name that it has lost, or beside what it is a part of."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.dated import is_exactly
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.facts.known import Facts, known
from avow.declaration.model import Declaration, InForce, Recipient


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per recipient and reason."""
    del law
    facts = known()
    for recipient in declaration.recipients.values():
        for product in facts.renamed:
            known_by_now = product.since is None or product.since <= universe.day
            if known_by_now and is_exactly(recipient, product.names):
                since = f" since {product.since}" if product.since else ""
                what = f"`{recipient.id}` is called {product.now}{since}"
                yield _told(recipient, what, f"{product.source}")
        yield from _parts(recipient, declaration, facts)


def _parts(recipient: Recipient, declaration: Declaration, facts: Facts) -> Iterator[Found]:
    others = [r for r in declaration.recipients.values() if r.id != recipient.id]
    for part in facts.parts:
        whole = [o for o in others if is_exactly(o, part.of)]
        if whole and is_exactly(recipient, part.names):
            what = f"`{recipient.id}` is a part of `{whole[0].id}`, which is declared too"
            yield _told(recipient, what, f"{part.source}", whole[0].clause)


def _told(recipient: Recipient, what: str, source: str, *also: str) -> Found:
    return defect(
        "AV293",
        Severity.I,
        what,
        recipient.place,
        because=source,
        hint="print the name that people can find; one product is one recipient",
        clauses=(recipient.clause, *also),
        about=(recipient.id,),
    )


RULE = Rule(
    "AV293",
    "art. 13(1)(e), 5(1)(d) GDPR",
    Need.FIX_TEXT,
    check,
    together=all_in_one,
    headline="recipients are renamed or named twice, {n} times",
)
