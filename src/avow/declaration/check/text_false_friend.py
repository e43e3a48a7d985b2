"""AV277: a word of another language stands for the controller or the processor."""

from __future__ import annotations

from avow.common.findings import Need, Severity
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.spoken import Spoken, by_clause, saying

SAYINGS = {
    "fr": (
        saying(
            (
                "contrôleur* ~6 donnée*|traitement*",
                "donnée* ~12 contrôleur*",
                "processeur* ~6 donnée*|traitement*",
                "donnée* ~14 processeur*",
                "qualité|tant ~1 de|que processeur*|contrôleur*",
            ),
            unless=(
                "contrôleur* européen*|gestion|financier*|général*",
                "contrôleur* de gestion",
                "processeur* de paiement*",
                "processeur* graphique*",
            ),
        ),
    ),
    "nl": (
        saying(
            (
                (
                    "controleur*|controller*|processor|processors ~8 gegevens|"
                    "persoonsgegevens|verwerking*"
                ),
                "gegevens|persoonsgegevens ~14 controleur*|controller*|processor|processors",
                "bewerker|bewerkers ~6 gegevens|persoonsgegevens",
                "gegevens|persoonsgegevens ~10 bewerker|bewerkers",
            ),
            unless=("financial controller*", "verwerkingsverantwoordelijke*", "verwerker*"),
        ),
    ),
    "en": (
        saying(
            (
                "responsible of|for ~1 treatment*",
                "treatment responsible|manager",
                "data treater*",
                "as ~2 subcontractor* ~8 data|them|it",
                "data ~14 as ~2 subcontractor*",
                "as ~2 treatment|treating subcontractor*|processor*|manager*",
            ),
            unless=("processor*",),
        ),
    ),
}

RULE = Rule(
    "AV277",
    "art. 4(7), 4(8), 12(1) GDPR",
    Need.FIX_TEXT,
    Spoken(
        "AV277",
        Severity.W,
        SAYINGS,
        "{where} names a role by a word that the law does not know: “{quote}”",
        "who decides and who works on instructions must be plain; the regulation has one word "
        "for each",
        "fr: responsable du traitement, sous-traitant; nl: verwerkingsverantwoordelijke, "
        "verwerker; en: controller, processor",
    ),
    Wording(
        fr=(
            "Pour ces données, vous êtes responsable du traitement et nous sommes votre "
            "sous-traitant."
        ),
        nl=("Voor deze gegevens bent u de verwerkingsverantwoordelijke en zijn wij uw verwerker."),
        en="For these data you are the controller and we are your processor.",
    ),
    together=by_clause,
    headline="clause {clauses} names the roles by words that the law does not know, in {n} "
    "languages",
)
