"""AV275: the balancing of interests is told with the wrong result."""

from __future__ import annotations

from avow.common.findings import Need, Severity
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.spoken import Spoken, by_clause, saying

SAYINGS = {
    "fr": (
        saying(
            (
                (
                    "notre|nos ~2 intérêt* ~14-vos|votre|votres ne|n ~1 emport*|préva*|prim*|"
                    "pès*|pes*|"
                    "dépass*|surpass* ~1 pas|point|guère ~6 vos|votre|vôtres"
                ),
                (
                    "notre|nos ~2 intérêt* ~14-vos|votre|ne|n inférieur*|cède* ~4 aux|à|devant "
                    "~1 vos|"
                    "vôtres|votre"
                ),
            ),
        ),
        saying(
            ("vos ~6-nos|notre emportent|prévalent|priment|dépassent ~4 notre|nos|nôtres",),
            unless=("ne|n|sauf|moins|si|s|lorsque|lorsqu|quand|tant",),
        ),
    ),
    "nl": (
        saying(
            (
                (
                    "ons|onze ~2 belang* ~14-uw|uwe niet ~2 zwaarder|preval*|prevale*|primer*|"
                    "voorgaan|"
                    "opweeg*|opwegen|groter ~6 uw|uwe"
                ),
                "ons|onze ~2 belang* ~8-uw|uwe weegt|wegen ~2 niet ~3 op|zwaarder ~4 uw|uwe",
                "ons|onze ~2 belang* ~14-uw|uwe preval*|primeer*|primeren niet ~4 uw|uwe",
                "ons|onze ~2 belang* ~8-uw|uwe|niet moet|moeten|wijkt|wijken ~3 voor ~1 uw|uwe",
            ),
        ),
    ),
    "en": (
        saying(
            (
                (
                    "our ~2 interest* ~14-your|yours|where|unless|if do|does|did|shall|should|"
                    "is|are "
                    "not ~1 overrid*|outweigh*|prevail*|exceed*|greater|precedence|stronger "
                    "~6 your|"
                    "yours"
                ),
                (
                    "our ~2 interest* ~14-your|yours|where|unless|if doesn|don t "
                    "override*|outweigh*|prevail* ~4 your|yours"
                ),
                (
                    "our ~2 interest* ~6-your|yours|where|unless|if|not is|are overridden|"
                    "outweighed "
                    "~1 by your|yours"
                ),
            ),
        ),
    ),
}

RULE = Rule(
    "AV275",
    "art. 6(1)(f) GDPR",
    Need.FIX_TEXT,
    Spoken(
        "AV275",
        Severity.E,
        SAYINGS,
        "clause {clause} says that the controller's interest does not prevail: “{quote}”",
        "this basis needs that the person's interests do not prevail over the controller's",
        "turn the conclusion round, after having looked whether it is true",
    ),
    Wording(
        fr=(
            "Nous avons mis nos intérêts et les vôtres en balance ; pour chacun de ces usages, vos "
            "intérêts, droits et libertés ne prévalent pas sur notre intérêt."
        ),
        nl=(
            "Wij hebben onze en uw belangen afgewogen; voor elk van deze doelen gaan uw belangen, "
            "rechten en vrijheden niet voor op ons belang."
        ),
        en=(
            "We have weighed our interests and yours; for each of these uses, your interests, "
            "rights and freedoms do not override our interest."
        ),
    ),
    together=by_clause,
    headline="clause {clauses} says in {n} languages that the controller's interest does not "
    "prevail",
)
