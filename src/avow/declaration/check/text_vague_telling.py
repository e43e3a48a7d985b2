"""AV280: people are to be told of changes, and no rule says of which ones or whether at all."""

from __future__ import annotations

from avow.common.findings import Need, Severity
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.spoken import Spoken, by_clause, saying

_FR_TELL = "inform*|averti*|préven*|notifi*|signal*|avis*|connaissance"
_FR_CHANGE = "changement*|modification*|modifi*|évolution*"
_NL_TELL = "informer*|inlicht*|verwittig*|meld*|meedel*|hoogte|weten"
_NL_CHANGE = "wijziging*|verandering*|aanpassing*|wijzigen"
_EN_TELL = "inform*|notif*|tell|told|advise*|know|alert*"
_EN_CHANGE = "change|changes|modification*|amendment*|update|updates|revision*"

SAYINGS = {
    "fr": (
        saying(
            (_FR_TELL,),
            (_FR_CHANGE,),
            (
                "quand|lorsque|si|où ~2 possible",
                "mesure du possible",
                "autant que ~3 possible|peut|faire",
                "si nécessaire|besoin",
                "cas échéant",
                "efforcer*|tâcher*|essay*",
            ),
        ),
        saying(
            (_FR_TELL,),
            ("changement*|modification*|évolution* ~2 important*|majeur*|significati*|notable*",),
            elsewhere=("jours|semaines|mois", "savoir|notamment|exemple|comme|telle*|dire"),
        ),
    ),
    "nl": (
        saying(
            (_NL_TELL,),
            (_NL_CHANGE,),
            (
                "indien|waar|wanneer|als ~2 mogelijk|haalbaar",
                "voor zover ~4 mogelijk|kan|kunnen",
                "mate van het mogelijke",
                "zo nodig|mogelijk",
                "trachten|proberen|streven",
            ),
        ),
        saying(
            (_NL_TELL,),
            (
                (
                    "belangrijk*|ingrijpend*|wezenlijk*|grote|aanzienlijk* ~1 wijziging*|"
                    "verandering*|aanpassing*"
                ),
            ),
            elsewhere=("dagen|weken|maanden|maand", "namelijk|zoals|bijvoorbeeld"),
        ),
    ),
    "en": (
        saying(
            (_EN_TELL,),
            (_EN_CHANGE,),
            (
                "where|when|if|whenever|wherever ~2 possible|practicable|feasible|appropriate",
                "as far as ~3 possible|can",
                "reasonable|best efforts|endeavours",
                "try|endeavour to",
            ),
        ),
        saying(
            (_EN_TELL,),
            (
                (
                    "important|material|significant|substantial|major ~1 change|changes|"
                    "modification*|amendment*|update|updates"
                ),
            ),
            elsewhere=("days|weeks|months|month", "namely|such|example|instance|like|is"),
        ),
    ),
}

RULE = Rule(
    "AV280",
    "art. 13(3), 12(1), 5(1)(a) GDPR",
    Need.FIX_TEXT,
    Spoken(
        "AV280",
        Severity.W,
        SAYINGS,
        "{where} promises to tell of changes without a rule: “{quote}”",
        "nobody can say whether it was kept: what counts, and when it cannot be, is left open",
        "say which changes are told, how, and how many days before they count",
    ),
    Wording(
        fr=(
            "Avant qu’un nouveau but, une nouvelle base légale, un nouveau destinataire, un "
            "nouveau pays ou une durée plus longue ne compte, nous vous écrivons au moins … "
            "jours à l’avance ; sans adresse, nous l’affichons ici."
        ),
        nl=(
            "Voor een nieuw doel, een nieuwe rechtsgrond, een nieuwe ontvanger, een nieuw "
            "land of een langere termijn geldt, schrijven wij u ten minste … dagen vooraf; "
            "zonder adres tonen wij het hier."
        ),
        en=(
            "Before a new aim, legal basis, recipient or country or a longer period counts, "
            "we write to you at least … days ahead; where we have no address, we show it here."
        ),
    ),
    together=by_clause,
    headline="clause {clauses} promises to tell of changes without a rule, in {n} languages",
)
