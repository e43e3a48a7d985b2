"""The form of a correction: one place, some of its fields, and the values that are right."""

from __future__ import annotations

from collections.abc import Mapping

from litestar.exceptions import NotFoundException

from avow.common.masked import Masked
from avow.duties.requests.acting.rectifying import Correct
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.words import Right

FIELDS = ("1", "2", "3")
"""The lines of the form: fields of one place that are corrected by one plan."""
LONGEST = 4_000
"""Characters of a value."""


def correction_of(request: Request, form: Mapping[str, str]) -> Item:
    """The correction that a form names; `NotFoundException` where there is none."""
    said = form.get("item", "")
    mine = {str(i.item): i for i in request.items.values() if i.right is Right.RECTIFICATION}
    if said not in mine:
        raise NotFoundException(said)
    return mine[said]


def wishes_of(form: Mapping[str, str]) -> tuple[Correct, ...]:
    """What a form wants corrected; lines without a field are left out. Values keep every letter,
    without the space around them."""
    system, _, dataset = form.get("place", "").partition(":")
    lines = (
        (form.get(f"field-{n}", "").strip(), form.get(f"value-{n}", "").strip()) for n in FIELDS
    )
    return tuple(
        Correct(system, dataset, name, Masked(value[:LONGEST])) for name, value in lines if name
    )
