"""AV279: the print says when it was last changed, and nothing of the versions before."""

from __future__ import annotations

from avow.common.findings import Need, Severity
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.spoken import Spoken, by_clause, saying

SAYINGS = {
    "fr": (
        saying(
            (
                "dernière ~2 modification|révision|version|actualisation",
                "dernière mise à jour",
                "modifi*|changé*|révisé*|actualisé*|jour ~4 dernière fois|lieu",
                "mis* à jour ~3 le",
            ),
            elsewhere=(
                "versions|textes|déclarations ~1 précédent*|antérieur*|ancien*",
                "anciennes|toutes versions",
                "historique|archive*",
            ),
        ),
    ),
    "nl": (
        saying(
            (
                (
                    "laatst|laatste ~2 gewijzigd|bijgewerkt|herzien|aangepast|wijziging|"
                    "herziening|aanpassing|update"
                ),
                "voor het laatst gewijzigd|bijgewerkt|aangepast",
            ),
            elsewhere=(
                "vorige|eerdere|oudere|vroegere ~1 versie*|tekst*|verklaring*",
                "alle versies",
                "archief|geschiedenis|historiek",
            ),
        ),
    ),
    "en": (
        saying(
            (
                "last ~1 changed|modified|updated|revised|amended|change|update|revision",
                "latest ~1 change|update|revision|modification",
            ),
            elsewhere=(
                "earlier|previous|former|past|prior ~1 version*|text*|statement*|edition*",
                "all versions",
                "archive*|history",
            ),
        ),
    ),
}

RULE = Rule(
    "AV279",
    "art. 5(2), 12(1) GDPR",
    Need.FIX_TEXT,
    Spoken(
        "AV279",
        Severity.I,
        SAYINGS,
        "{where} gives the day of the last change and no way to what was before: “{quote}”",
        "people were told an earlier text, and cannot see what of it has changed",
        "say `version` under `notice`, and tell where the earlier versions stand",
    ),
    Wording(
        fr=(
            "Ceci est la version … du … ; les versions précédentes et ce qui a changé de "
            "l’une à l’autre se trouvent à …."
        ),
        nl="Dit is versie … van …; de vorige versies en wat telkens is gewijzigd, staan op ….",
        en="This is version … of …; the previous versions, and what changed each time, stand at ….",
    ),
    together=by_clause,
    headline="clause {clauses} gives, in {n} languages, the day of the last change and no way to "
    "what was before",
)
