"""AV281: one thing that is collected has several names in the print."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found, defect
from avow.declaration.check.rule import Rule
from avow.declaration.check.spoken import Said, clauses, collecting
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.check.words import Phrase, find, phrase, sentences
from avow.declaration.model import Declaration, InForce

NAMES: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {
    "the e-mail address": {
        "fr": {
            "e-mail": ("e mail", "email", "mail"),
            "adresse électronique": ("adresse ~1 électronique",),
            "courriel": ("courriel", "adresse courriel"),
        },
        "nl": {
            "e-mailadres": ("e mailadres", "emailadres", "mailadres", "e mail"),
            "elektronisch adres": ("elektronisch* adres",),
        },
        "en": {
            "e-mail": ("e mail", "email"),
            "electronic address": ("electronic address",),
        },
    },
    "the firm": {
        "fr": {
            "entreprise": ("entreprise|entreprises",),
            "société": ("société|sociétés",),
            "organisation": ("organisation|organisations",),
            "employeur": ("employeur|employeurs",),
        },
        "nl": {
            "bedrijf": ("bedrijf|bedrijven",),
            "onderneming": ("onderneming|ondernemingen",),
            "vennootschap": ("vennootschap|vennootschappen",),
            "organisatie": ("organisatie|organisaties",),
            "werkgever": ("werkgever|werkgevers",),
        },
        "en": {
            "company": ("company|companies",),
            "firm": ("firm|firms",),
            "organisation": ("organisation|organisations|organization|organizations",),
            "employer": ("employer|employers",),
        },
    },
    "the job": {
        "fr": {
            "poste": ("votre|vos|et|le poste|postes",),
            "fonction": ("votre|vos|et|la fonction|fonctions",),
        },
        "nl": {"functie": ("functie|functies",), "beroep": ("beroep|beroepen",)},
        "en": {"job": ("job|jobs",), "position": ("your|and|the position",),
               "function": ("your|and|the function",)},
    },
}  # fmt: skip
"""Concept, language and name to the phrases in which the name stands."""

COMPILED: dict[str, dict[str, dict[str, tuple[Phrase, ...]]]] = {
    concept: {
        language: {name: tuple(map(phrase, said)) for name, said in names.items()}
        for language, names in by_language.items()
    }
    for concept, by_language in NAMES.items()
}


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One thing found per concept and language that has two names or more, among the clauses that
    print what is collected; it is about the first clause of each name."""
    del law, universe
    spoken = tuple(clauses(declaration, collecting(declaration)))
    for concept, by_language in COMPILED.items():
        for language, names in by_language.items():
            first = _first(tuple(s for s in spoken if s.language == language), names)
            if len(first) > 1:
                yield _drift(concept, language, first)


def _first(spoken: tuple[Said, ...], names: dict[str, tuple[Phrase, ...]]) -> dict[str, Said]:
    """The first clause in which each name stands."""
    found: dict[str, Said] = {}
    for said in spoken:
        for name, phrases in names.items():
            if name not in found and _says(said, phrases):
                found[name] = said
    return found


def _says(said: Said, phrases: tuple[Phrase, ...]) -> bool:
    return any(find(one, s.words) for s in sentences(said.text) for one in phrases)


def _drift(concept: str, language: str, first: dict[str, Said]) -> Found:
    named = ", ".join(f"“{name}” ({said.clause})" for name, said in first.items())
    about = tuple(dict.fromkeys(said.clause for said in first.values()))
    return defect(
        "AV281",
        Severity.I,
        f"{concept} has {len(first)} names: {named} [{language}]",
        next(iter(first.values())).place,
        because="who reads two words looks for two things",
        hint="keep to one word for one thing",
        clauses=about,
    )


RULE = Rule(
    "AV281",
    "art. 12(1) GDPR",
    Need.FIX_TEXT,
    check,
    together=all_in_one,
    headline="what is collected has several names, {n} times",
)
