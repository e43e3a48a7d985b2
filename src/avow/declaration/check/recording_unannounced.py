"""AV255: voices are recorded and used without consent, and nobody promises to say so first."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect, listed
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Basis, Declaration, InForce
from avow.declaration.scope import CellPlace, purpose_uses

RECORDINGS = frozenset({"pd:VoiceCommunicationRecording"})


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per purpose on legitimate interest that uses a recording of voices which some
    point collects without `announced: yes`."""
    del universe
    silent = [
        CellPlace(item.category, point.id)
        for point in declaration.points.values()
        for item in point.collects
        if not item.announced and _is_recording(declaration, item.category)
    ]
    for purpose in law.purposes:
        used = [cell for cell in silent if purpose_uses(purpose, cell)]
        if used and purpose.basis is Basis.LEGITIMATE_INTEREST:
            yield defect(
                "AV255",
                Severity.W,
                f"`{purpose.id}` (clause {purpose.clause}) uses recordings that nobody announces",
                purpose.place,
                because=f"{listed(c.category for c in used)} at "
                f"{listed(c.collected_at or '' for c in used)} begins without a word to the person",
                hint="promise to say it before the recording begins: `announced: yes`",
                clauses=(purpose.clause,),
            )


def _is_recording(declaration: Declaration, category: str) -> bool:
    declared = declaration.categories.get(category)
    return declared is not None and declared.dpv in RECORDINGS


RULE = Rule(
    "AV255",
    "art. 5(1)(a), 13(1) GDPR; art. 10/1 of the Belgian law of 30 July 2018",
    Need.FIX_TEXT,
    check,
    Wording(
        fr=(
            "Nous vous le disons au début de l’appel, avant que l’enregistrement commence ; vous "
            "pouvez le refuser."
        ),
        nl=(
            "Wij zeggen het u aan het begin van het gesprek, voor de opname begint; u kunt "
            "weigeren."
        ),
        en="We tell you at the start of the call, before the recording begins; you may refuse it.",
    ),
)
