"""AV284: a consent is said to come from the person or from the controller."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.affiliate_without_role import MEMBER
from avow.declaration.check.found import Found
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.spoken import Saying, by_clause, clauses, heard, saying, told
from avow.declaration.check.universe import Universe
from avow.declaration.check.words import plain
from avow.declaration.model import Basis, Declaration, InForce

_FORMS = frozenset("nv sa sas srl bv sarl bvba gmbh ag ltd llc inc plc the group groupe".split())
"""Words of a firm's name that name no firm."""

_NAME = re.compile(r"\b(?:[Vv]ous ou|[Uu] of|[Yy]ou or)\s{1,3}([A-Z]\w{1,40})")


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One thing found per clause and language, among the clauses of purposes that rest on
    consent."""
    del universe
    asked = {p.clause for p in law.purposes if p.basis is Basis.CONSENT}
    names = _names(declaration)
    for said in clauses(declaration, asked):
        quote = heard(sayings(names | _named_here(said.text))[said.language], said.text)
        if quote:
            yield told(
                "AV284",
                Severity.W,
                said,
                f"{said.where} lets the controller ask for what needs a consent: “{quote}”",
                because="only the person can consent; the controller can at most ask for it",
                hint="say that it happens when the person asks, or has said yes",
            )


def sayings(names: set[str]) -> dict[str, Saying]:
    """“You or we”, where “we” is a word or a name of the controller."""
    fr, nl, en = ("|".join((we, *sorted(names))) for we in ("nous", "wij|we|ons|onze", "we|us"))
    return {
        "fr": saying(
            (f"vous ou ~1 {fr}", f"{fr} ou vous", f"par ~1 vous ou ~1 par {fr}",
             f"votre demande ou ~3 {fr}|nôtre|notre"),
            ("demand*|souhait*|consent*|accept*|propos*|initiative",),
        ),
        "nl": saying(
            (f"u of ~1 {nl}", f"{nl} of u", f"uw ~1 vraag|verzoek of ~4 {nl}"),
            ("vraag*|vragen|verzoek*|wenst|toestemming|akkoord|voorstel*",),
        ),
        "en": saying(
            (f"you or ~1 {en}", f"{en} or you", f"your request or ~4 {en}|our|ours"),
            ("ask*|request*|wish*|consent*|agree*|propos*|initiative",),
        ),
    }  # fmt: skip


def _named_here(text: str) -> set[str]:
    """Proper names that stand beside “you”: products and firms of which nobody has said yet whose
    they are."""
    return {plain(name) for name in _NAME.findall(text)}


def _names(declaration: Declaration) -> set[str]:
    members = (r.name for r in declaration.recipients.values() if r.role == MEMBER)
    named = " ".join((declaration.controller.name, declaration.id, *members))
    words = (plain(w) for w in re.findall(r"[^\W_]+", named))
    return {w for w in words if len(w) > 1 and w not in _FORMS}


RULE = Rule(
    "AV284",
    "art. 4(11), 7(1) GDPR",
    Need.FIX_TEXT,
    check,
    Wording(
        fr=(
            "Nous n’ouvrons cette session que si vous la demandez, ou si vous acceptez, sur "
            "votre écran, celle que nous vous proposons."
        ),
        nl=(
            "Wij openen deze sessie alleen als u erom vraagt, of als u ze op uw scherm "
            "aanvaardt wanneer wij ze voorstellen."
        ),
        en=(
            "We open this session only if you ask for it, or if you accept, on your screen, "
            "the one that we offer."
        ),
    ),
    together=by_clause,
    headline="clause {clauses} lets the controller ask for what needs a consent, in {n} languages",
)
