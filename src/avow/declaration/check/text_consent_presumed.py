"""AV290: a consent is taken from silence, or from going on."""

from __future__ import annotations

from avow.common.findings import Need, Severity
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.spoken import Spoken, by_clause, saying

SAYINGS = {
    "fr": (
        saying(
            (
                "en ~2 utilisant|poursuivant|continuant|naviguant|visitant|consultant",
                "fait de ~2 continuer|naviguer|utiliser|poursuivre",
                "sauf refus|opposition|avis",
                "case* ~2 pré cochée*",
                "sans ~3 refus|réponse",
            ),
            (
                "vous ~2 acceptez|consentez|autorisez",
                "réputé* ~3 accept*|consent*",
                "votre ~1 accord|consentement ~4 acquis|donné|présumé|réputé",
            ),
        ),
    ),
    "nl": (
        saying(
            (
                "door ~8 gebruiken|surfen|bezoeken|gebruik|browsen",
                "verder ~2 surfen|surft|gebruiken",
                "vooraf aangevinkt*",
                "zonder ~3 tegenbericht|bezwaar|antwoord",
            ),
            (
                "gaat|stemt|aanvaardt|stem ~8 akkoord|in|ermee|cookies",
                ("geacht ~5 akkoord|toestemming|aanvaard*|stemmen"),
            ),
        ),
    ),
    "en": (
        saying(
            (
                "by ~1 using|continuing|browsing|visiting|accessing",
                "continued use",
                "pre ~1 ticked|checked",
                "unless you ~1 object|tell",
            ),
            (
                "you ~2 consent|accept|agree",
                "deemed ~3 consent*|accept*|agree*",
                "constitutes|implies|means ~3 consent|acceptance|agreement",
            ),
        ),
    ),
}

RULE = Rule(
    "AV290",
    "art. 4(11), 7 GDPR; art. 5(3) of Directive 2002/58/EC",
    Need.FIX_TEXT,
    Spoken(
        "AV290",
        Severity.E,
        SAYINGS,
        "{where} takes a consent that nobody gave: “{quote}”",
        "silence, a ticked box or going on is no consent (CJEU, C-673/17 Planet49)",
        "ask, and do nothing before the answer",
    ),
    Wording(
        fr="Rien de cela n’a lieu tant que vous n’avez pas dit oui.",
        nl="Niets daarvan gebeurt zolang u geen ja hebt gezegd.",
        en="None of this happens until you have said yes.",
    ),
    together=by_clause,
    headline="clause {clauses} takes a consent that nobody gave, in {n} languages",
)
