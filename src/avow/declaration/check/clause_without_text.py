"""AV204: a clause that is not said in a language in which the statement is published."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding per clause and language; one per language whose texts are missing altogether."""
    del law, universe
    for language in declaration.languages:
        texts = declaration.texts.get(language, {})
        silent = [c for c in declaration.clauses.values() if not texts.get(c.id)]
        if silent and len(silent) == len(declaration.clauses):
            what = f"no clause is said in `{language}`"
            hint = f"write `texts/{language}.md`"
            yield defect("AV204", Severity.W, what, silent[0].place, hint=hint, about=(language,))
            continue
        for clause in silent:
            yield defect(
                "AV204",
                Severity.W,
                f"clause {clause.id} is not said in `{language}`",
                clause.place,
                hint=f"write it in `texts/{language}.md` under `## {clause.id}`",
                clauses=(clause.id,),
                about=(clause.id, language),
            )


RULE = Rule(
    "AV204",
    "art. 12(1) GDPR",
    Need.FIX_TEXT,
    check,
)
