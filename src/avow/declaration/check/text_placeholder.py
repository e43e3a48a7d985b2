"""AV276: a placeholder or a key of the interface is printed where words should stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avow.common.findings import Need, Severity
from avow.declaration.check.found import Found
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.spoken import clauses, shortened, told
from avow.declaration.check.together import all_in_one
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce

_MARK = re.compile(
    r"\{\{[^{}]{0,60}\}\}|\$\{[^{}]{0,60}\}|\{%[^{}]{0,60}%\}|<%[^<>]{0,60}%>"
    r"|\[[A-Z][A-Z _-]{2,40}\]|\b(?:T[O]DO|TBD|F[I]XME|TBC|X{3,})\b|_{4,}",
)
_WORDS = re.compile(
    r"\blorem\s+ipsum\b|\b(?:à|a)\s+compl[ée]ter\b|\bin\s+te\s+vullen\b|\bnog\s+aan\s+te\s+vullen\b"
    r"|\bto\s+be\s+(?:completed|filled\s+in|defined)\b|\binsert\s+(?:here|name|text|link)\b",
    re.IGNORECASE,
)
_KEY = re.compile(r"(?<![\w/@.#:-])[a-zA-Z][a-zA-Z0-9]*(?:_[a-zA-Z0-9]+)+(?![\w/@])")
_OF_A_PAGE = frozenset(
    "text txt title label button btn link list heading header footer caption placeholder "
    "description desc msg message content paragraph".split()
)
"""Words of which interfaces make their keys; other names with underscores are those of cookies."""


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One thing found per clause and language; the names of declared cookies are none."""
    del law, universe
    cookies = frozenset(cookie.name.removesuffix("*") for cookie in declaration.cookies)
    for said in clauses(declaration):
        mark = placeholder(said.text, cookies)
        if mark:
            yield told(
                "AV276",
                Severity.E,
                said,
                f"{said.where} prints a placeholder: “{shortened(mark)}”",
                because="what should stand here is told to nobody",
                hint="write what it stands for; what the declaration knows, the notice prints",
            )


def placeholder(text: str, cookies: frozenset[str] = frozenset()) -> str:
    """The first placeholder of a text; empty when there is none."""
    found = _MARK.search(text) or _WORDS.search(text)
    if found:
        return found.group()
    keys = (m.group() for m in _KEY.finditer(text))
    return next((key for key in keys if _is_key(key, cookies)), "")


def _is_key(word: str, cookies: frozenset[str]) -> bool:
    known = any(word.startswith(name) for name in cookies)
    return not known and not _OF_A_PAGE.isdisjoint(word.lower().split("_"))


RULE = Rule(
    "AV276",
    "art. 12(1), 13 GDPR; art. 5(3) of Directive 2002/58/EC where cookies are meant",
    Need.FIX_TEXT,
    check,
    Wording(
        fr=(
            "Voici les cookies du site : …. Le bouton « Choisir les cookies » vous permet de "
            "changer d’avis."
        ),
        nl="Dit zijn de cookies van de site: …. Met de knop ‘Cookies kiezen’ komt u op uw keuze "
        "terug.",
        en="These are the cookies of the site: …. The button “Choose cookies” lets you change your "
        "mind.",
    ),
    together=all_in_one,
    headline="placeholders are printed in {clauses}",
)
