"""The printed rights, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from avow.common.places import NOWHERE, Place
from avow.declaration.model import Declaration


@dataclass(frozen=True, slots=True)
class Printed:
    """One entry under `rights`: its keys, and where it stands."""

    said: Mapping[str, str]
    place: Place

    @property
    def name(self) -> str:
        """Which right, or way to use one, or limit of one."""
        return self.said["right"]

    @property
    def clause(self) -> str:
        """The clause that prints it."""
        return self.said["clause"]


def printed_rights(declaration: Declaration) -> tuple[Printed, ...]:
    """All entries in their order. One made in memory stands nowhere."""
    places = declaration.right_places
    return tuple(
        Printed(right, places[number] if number < len(places) else NOWHERE)
        for number, right in enumerate(declaration.rights)
    )


def first_place(declaration: Declaration) -> Place:
    """Where the rights begin: the place of what is missing among them."""
    return next((right.place for right in printed_rights(declaration)), NOWHERE)
