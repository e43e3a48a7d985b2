"""The supervisory authorities by country, for persons who want to complain (art. 77 GDPR)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority: the country (ISO 3166), its first name, its sites."""

    country: str
    name: str
    sites: tuple[str, ...]

    @property
    def site(self) -> str:
        """Its address on the web."""
        return f"https://{self.sites[0]}/"

    def owns(self, link: str) -> bool:
        """Whether a link leads to one of its sites."""
        return any(f"//{site}" in link or f".{site}" in link for site in self.sites)


@cache
def _all() -> dict[str, Authority]:
    place = resources.files("avow.declaration.facts").joinpath("authorities.yaml")
    rows = yaml.safe_load(place.read_text(encoding="utf-8"))["authorities"]
    return {
        row["country"]: Authority(row["country"], row["names"][0], tuple(row["sites"]))
        for row in rows
    }


def authorities_of(countries: Iterable[str]) -> tuple[Authority, ...]:
    """The authorities of these countries that are known, in this order."""
    known = _all()
    return tuple(known[c] for c in countries if c in known)
