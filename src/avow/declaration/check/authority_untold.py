"""AV245: people of a country are not told of the authority of their country."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from avow.common.findings import Need, Severity
from avow.declaration.check.affiliate_without_role import MEMBER
from avow.declaration.check.authorities import UNKNOWN, named
from avow.declaration.check.found import Found, defect
from avow.declaration.check.printed_rights import printed_rights
from avow.declaration.check.rule import Rule, Wording
from avow.declaration.check.universe import Universe
from avow.declaration.model import Declaration, InForce

COMPLAINT = "complaint"
_DOMAIN = re.compile(r"^https?://[^/:?#]*\.([a-z]{2})(?=[/:?#]|$)")
"""The last part of a host's name, where it is a country's."""
_BY_DOMAIN = {"uk": "GB"}
"""Top-level domains that are not the country's code."""
EVERYWHERE = "EU"
"""An address of the union, where all authorities are listed."""


def check(declaration: Declaration, law: InForce, universe: Universe) -> Iterator[Found]:
    """One finding with the countries of establishments, members of the group and public whose
    authority is not named, once one authority is (art. 77(1) GDPR)."""
    del law, universe
    complaints = [right for right in printed_rights(declaration) if right.name == COMPLAINT]
    told = {country for right in complaints for country in _countries(right.said)}
    missing = sorted(_wanted(declaration) - told)
    if told and missing and EVERYWHERE not in told:
        found = defect(
            "AV245",
            Severity.W,
            f"the authority to complain to is not named for {', '.join(missing)}",
            complaints[0].place,
            because="people may complain where they live, where they work and where it happened",
            hint="add a `complaint` for each, with its `link` or its `country`",
            clauses=(complaints[0].clause,),
        )
        words = _sentence(named(missing)).pairs
        yield replace(found, finding=replace(found.finding, proposal=words))


def _sentence(there: Wording) -> Wording:
    """The right to complain, with the authorities of some countries."""
    return Wording(
        fr="Vous pouvez vous plaindre à l’autorité du pays où vous vivez, où vous travaillez ou où "
        f"le problème s’est produit : {there.fr}.",
        nl="U kunt klacht indienen bij de autoriteit van het land waar u woont, werkt of waar het "
        f"gebeurde: {there.nl}.",
        en="You may complain to the authority of the country where you live, where you work or "
        f"where it happened: {there.en}.",
    )


def _wanted(declaration: Declaration) -> set[str]:
    controller = declaration.controller
    members = {r.country for r in declaration.recipients.values() if r.role == MEMBER and r.country}
    return {controller.country, *controller.established, *controller.public, *members} - {""}


def _countries(right: Mapping[str, str]) -> set[str]:
    """The countries whose authority a right to complain names: as said, or by its address."""
    if "country" in right:
        return set(right["country"].replace(",", " ").split())
    domain = _DOMAIN.match(right.get("link", "").casefold())
    return {_BY_DOMAIN.get(domain[1], domain[1].upper())} if domain else set()


RULE = Rule(
    "AV245",
    "art. 13(2)(d), 77(1) GDPR",
    Need.FIX_TEXT,
    check,
    _sentence(UNKNOWN),
)
