"""The supervisory authorities by country, for persons who want to complain (art. 77 GDPR)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import yaml


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority: the country (ISO 3166), its first name, its sites; by language, the name and
    the site that it has for whoever reads that language, where these are others."""

    country: str
    name: str
    sites: tuple[str, ...]
    spoken: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)

    def said(self, language: str) -> tuple[str, str]:
        """Its name and its address on the web for a reader of this language."""
        mine = self.spoken.get(language, {})
        return mine.get("name", self.name), f"https://{mine.get('site', self.sites[0])}/"

    def owns(self, link: str) -> bool:
        """Whether a link leads to one of its sites."""
        return any(f"//{site}" in link or f".{site}" in link for site in self.sites)


@cache
def _all() -> dict[str, Authority]:
    place = resources.files("avow.declaration.facts").joinpath("authorities.yaml")
    rows = yaml.safe_load(place.read_text(encoding="utf-8"))["authorities"]
    return {
        row["country"]: Authority(
            row["country"], row["names"][0], tuple(row["sites"]), row.get("spoken", {})
        )
        for row in rows
    }


def authorities_of(countries: Iterable[str]) -> tuple[Authority, ...]:
    """The authorities of these countries that are known, in this order."""
    known = _all()
    return tuple(known[c] for c in countries if c in known)
