"""AV248: a right is tied to a form that the law does not ask for."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.printed_rights import printed_rights
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce

ANY = "any"


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per right, or way to exercise it, that prints a `form`. `form: any` says that
    none is asked for."""
    del law, universe
    for right in printed_rights(declaration):
        form = right.said.get("form", ANY)
        if form != ANY:
            yield defect(
                "AV248",
                Severity.W,
                f"`{right.name}` asks for a form: {form}",
                right.place,
                because="a request is valid in any form; more is only asked in case of doubt",
                hint=f"take it away, or say `form: {ANY}`",
                clauses=(right.clause,),
            )


RULE = Rule(
    "AV248",
    "art. 12(2), 12(6) GDPR",
    Need.FIX_TEXT,
    check,
    Wording(
        fr=(
            "Vous pouvez nous écrire comme vous voulez, par courriel ou par lettre ; aucune forme "
            "n’est exigée."
        ),
        nl="U mag ons schrijven zoals u wilt, per e-mail of per brief; een vorm vragen wij niet.",
        en="You may write to us as you like, by mail or by letter; no form is needed.",
    ),
)
