"""AV289: it is denied that data go to others, or out of Europe, and recipients say otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, listed
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.spoken import Saying, by_clause, clauses, heard, saying, told
from avow.declaration.check.text_strictly_confidential import INSIDE
from avow.declaration.check.universe import Universe
from avow.declaration.countries import EEA
from avow.declaration.model import Declaration, InForce

NOBODY: dict[str, Saying] = {
    "fr": saying(
        (
            (
                "ne|n ~3 partag*|transm*|communiqu*|divulgu*|cèd*|fourni* ~2 jamais|pas|aucun* ~10 "
                "tiers|personne|quiconque|autrui"
            ),
            (
                "ne|n ~3 jamais|pas ~2 partag*|transm*|communiqu*|divulgu* ~10 tiers|personne|"
                "quiconque"
            ),
            "ne|n ~1 partag*|transm*|communiqu*|divulgu*|cèd* ~6 à|avec personne|quiconque",
            "aucun ~3 tiers ne|n ~3 accès|reçoi*",
        ),
        unless=(
            "sauf|hormis|sans|excepté|moins",
            "autres que",
            "fins|but|publicit*|commercia*",
            "que si",
        ),
    ),
    "nl": saying(
        (
            (
                "nooit|niet|geen ~8 derde|derden|iemand|anderen ~6 del*|gedeeld|door|doorge*|"
                "verstrek*|mee"
            ),
            "del*|geven|verstrek* ~8 nooit|niet ~6 derde|derden|iemand|anderen",
        ),
        unless=("tenzij|behalve|zonder|behoudens", "doeleinden|doel|reclame|commerci*", "alleen"),
    ),
    "en": saying(
        (
            "never|not ~1 share*|disclose*|transfer*|pass*|give ~10 third|anyone|anybody|others",
            "share*|disclose*|pass* ~6 with|to nobody|no",
        ),
        unless=("unless|except*|without|save|than", "for|purposes|marketing", "only|if"),
    ),
}
INDOORS: dict[str, Saying] = {
    "fr": saying(
        (
            "ne|n ~4 quitt*|sort*|sorten* ~3 jamais|pas|point ~4 europ*|eee|ue|union|espace",
            (
                "restent|demeurent|conservées|stockées|traitées ~4 exclusivement|uniquement|"
                "toujours|seulement ~6 europ*|eee|ue|union|espace"
            ),
            "aucun* ~2 transfert* ~6 hors|dehors|tiers",
        ),
        unless=("sauf|hormis|excepté|sans",),
    ),
    "nl": saying(
        (
            "verlaten|verlaat ~4 nooit|niet ~4 europ*|eer|eu|unie|de",
            "nooit|niet ~4 buiten ~3 europ*|eer|eu|unie",
            "uitsluitend|alleen|altijd ~4 binnen|in ~3 europ*|eer|eu|unie",
        ),
        unless=("tenzij|behalve|behoudens|zonder",),
    ),
    "en": saying(
        (
            "never|not ~1 leave*|transferred|go ~4 outside|out|the ~3 europ*|eea|eu|union",
            "only|exclusively|always ~4 in|within|inside ~2 europ*|eea|eu|union",
            "no ~2 transfer* ~4 outside|third",
        ),
        unless=("unless|except*|save|without",),
    ),
}


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One thing found per clause and language and kind of denial that declared recipients
    disprove."""
    del law, universe
    others = [r for r in declaration.recipients.values() if r.role not in INSIDE]
    outside = [r for r in others if r.country and r.country not in EEA]
    yield from _denied(declaration, NOBODY, "others get data", [r.id for r in others])
    yield from _denied(declaration, INDOORS, "data leave Europe", [r.id for r in outside])


def _denied(
    declaration: Declaration, sayings: Mapping[str, Saying], what: str, disproof: list[str]
) -> Iterator[Found]:
    for said in clauses(declaration) if disproof else ():
        quote = heard(sayings[said.language], said.text)
        if quote:
            yield told(
                "AV289",
                Severity.E,
                said,
                f"{said.where} denies that {what}: “{quote}”",
                because=f"{listed(disproof)} are declared as recipients",
                hint="name them, or say what exactly never happens",
            )


RULE = Rule(
    "AV289",
    "art. 5(1)(a), 13(1)(e), 13(1)(f) GDPR",
    Need.FIX_TEXT,
    check,
    Wording(
        fr="Nous ne vendons pas vos données ; ceux qui les reçoivent pour nous sont nommés au "
        "point ….",
        nl="Wij verkopen uw gegevens niet; wie ze voor ons ontvangt, staat in punt ….",
        en="We do not sell your data; those who receive them for us are named in point ….",
    ),
    together=by_clause,
    headline="clause {clauses} denies, in {n} languages, what the recipients show",
)
