"""AV275: the balancing of interests is told with the wrong result."""

from __future__ import annotations

from avow.common.findings import Need, Severity
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.spoken import Spoken, by_clause, saying

_FR = "notre|nos ~2 intérêt* ~14-vos|votre|votres"
_NL = "ons|onze ~2 belang*"
_EN = "our ~2 interest* ~14-your|yours|where|unless|if"
_EN_WINS = "overrid*|outweigh*|prevail*|exceed*|greater|precedence|stronger ~6 your|yours"

SAYINGS = {
    "fr": (
        saying(
            (
                (f"{_FR} ne|n ~1 emport*|préva*|prim*|pès*|pes*|dépass* ~1 pas|point|guère "
                "~6 vos|votre|vôtres"),
                f"{_FR} ne|n ~2 pas|point ~2 emport*|préva*|prim* ~6 vos|votre|vôtres",
                f"{_FR} ne saur* ~2 emport*|préva*|prim* ~6 vos|votre|vôtres",
                f"{_FR} inférieur*|cède* ~4 aux|à|devant ~1 vos|vôtres|votre",
            ),
            unless=("toujours|automatiquement|nécessairement|forcément",),
        ),
        saying(
            ("vos ~6-nos|notre emportent|prévalent|priment|dépassent ~4 notre|nos|nôtres",),
            unless=("ne|n|sauf|moins|si|s|lorsque|lorsqu|quand|tant",),
        ),
    ),
    "nl": (
        saying(
            (
                (f"{_NL} ~14-uw|uwe niet ~2 zwaarder|preval*|prevale*|primer*|voorgaan|opweeg*|"
                "opwegen|groter ~6 uw|uwe"),
                f"{_NL} ~8-uw|uwe weegt|wegen ~2 niet ~3 op|zwaarder ~4 uw|uwe",
                f"{_NL} ~14-uw|uwe preval*|primeer*|primeren niet ~4 uw|uwe",
                f"{_NL} ~8-uw|uwe|niet moet|moeten|wijkt|wijken ~3 voor ~1 uw|uwe",
            ),
            unless=("altijd|automatisch|noodzakelijk",),
        ),
        saying(
            ("uw ~4 belang*|rechten ~6 zwaarder ~2 dan ~1 ons|onze|die",),
            unless=("niet|geen|tenzij|als|indien|wanneer|behalve|of|waar",),
        ),
    ),
    "en": (
        saying(
            (
                f"{_EN} do|does|did|shall|should|is|are not ~1 {_EN_WINS}",
                f"{_EN} doesn|don t ~1 {_EN_WINS}",
                f"{_EN} cannot|never ~1 {_EN_WINS}",
                ("our ~2 interest* ~6-your|yours|where|unless|if|not is|are overridden|"
                "outweighed ~1 by your|yours"),
            ),
            unless=("always|automatically|necessarily",),
        ),
        saying(
            ("your ~5-our interest*|rights|freedoms ~3-our override|outweigh|prevail ~4 our|ours",),
            unless=("not|never|unless|where|if|except|when|whether|may|could",),
        ),
    ),
}  # fmt: skip

RULE = Rule(
    "AV275",
    "art. 6(1)(f) GDPR",
    Need.FIX_TEXT,
    Spoken(
        "AV275",
        Severity.E,
        SAYINGS,
        "{where} says that the controller's interest does not prevail: “{quote}”",
        "this basis needs that the person's interests do not prevail over the controller's",
        "turn the conclusion round, after having looked whether it is true",
    ),
    Wording(
        fr=(
            "Nous avons mis nos intérêts et les vôtres en balance ; pour chacun de ces "
            "usages, vos intérêts, droits et libertés ne prévalent pas sur notre intérêt."
        ),
        nl=(
            "Wij hebben onze en uw belangen afgewogen; voor elk van deze doelen gaan uw "
            "belangen, rechten en vrijheden niet voor op ons belang."
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
