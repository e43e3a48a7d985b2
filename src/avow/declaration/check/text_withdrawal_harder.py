"""AV288: withdrawing a consent is harder than giving it."""

from __future__ import annotations

from avow.common.findings import Need, Severity
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.spoken import Spoken, by_clause, saying

SAYINGS = {
    "fr": (
        saying(
            ("retir*|retrait*|révoqu*|opposer",),
            (
                (
                    "en|de ~1 effaçant|supprimant|vidant|effacer|supprimer ~6 cookie*|"
                    "traceur*|ceux|témoin*"
                ),
                "paramètre*|réglage*|configur* ~4 navigateur",
                "lettre|courrier recommandé*",
                "par ~1 courrier postal",
                "par lettre|écrit signé*",
                "en personne",
            ),
            elsewhere=(
                "bouton|panneau|lien|bandeau|icône|interrupteur",
                "aussi|également ~6 navigateur",
            ),
        ),
    ),
    "nl": (
        saying(
            (
                "intrek*|ingetrokken|intrekking|herroep*",
                "trek*|trekt ~8 in",
            ),
            (
                "door|kan|kunt|hoeft ~8 cookie*|die|deze ~6 verwijder*|wissen|wist|verwijderen",
                "door ~2 cookies|browser ~4 wissen|verwijderen|legen",
                "instellingen ~4 browser",
                "browserinstelling*",
                "aangetekend*",
                "per ~1 brief|post",
            ),
            elsewhere=("knop|link|paneel|banner|schakelaar|pictogram",),
        ),
    ),
    "en": (
        saying(
            ("withdraw*|revok*|opt",),
            (
                "by deleting|clearing|removing|erasing ~6 cookie*|those|them|cache",
                "delete|clear|remove|erase ~4 cookies",
                "settings|preferences of ~2 browser",
                "browser ~1 settings|preferences",
                "registered letter|mail|post",
                "by ~1 letter|post",
                "in person",
            ),
            elsewhere=("button|panel|link|banner|switch|icon",),
        ),
    ),
}

RULE = Rule(
    "AV288",
    "art. 7(3) GDPR; art. 5(3) of Directive 2002/58/EC",
    Need.FIX_TEXT,
    Spoken(
        "AV288",
        Severity.E,
        SAYINGS,
        "{where} makes withdrawing harder than giving: “{quote}”",
        "a consent that took one click is withdrawn with one click; who deletes cookies "
        "deletes the memory of the refusal too",
        "offer the choice again on every page, where it was made",
    ),
    Wording(
        fr=(
            "Vous retirez votre accord comme vous l’avez donné : par le bouton « Choisir les "
            "cookies », présent sur chaque page ; dès cet instant, plus rien n’est lu."
        ),
        nl=(
            "U trekt uw akkoord in zoals u het gaf: met de knop ‘Cookies kiezen’ op elke "
            "pagina; vanaf dan wordt niets meer gelezen."
        ),
        en=(
            "You withdraw your consent the way you gave it: with the button “Choose cookies” "
            "on every page; from that moment nothing is read any more."
        ),
    ),
    together=by_clause,
    headline="clause {clauses} makes withdrawing harder than giving, in {n} languages",
)
