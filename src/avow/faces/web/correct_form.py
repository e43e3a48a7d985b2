"""The form of a correction: one place, some of its fields, and the values that are right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from litestar.exceptions import NotFoundException

from avow.common.masked import Masked
from avow.duties.requests.acting.correcting_next import Differs
from avow.duties.requests.acting.rectifying import Correct
from avow.duties.requests.answering.detecting import is_credential
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.words import Right

FIELDS = ("1", "2", "3")
"""The lines of the form: fields of one place that are corrected by one plan."""
LONGEST = 4_000
"""Characters of a value."""
_DOTS = "•••••"


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


def without_secrets(found: Iterable[Differs]) -> tuple[Differs, ...]:
    """What a correction changes, without what lets somebody in: nobody needs to read it to correct
    it, or to approve that it is corrected."""
    return tuple(
        replace(
            each,
            old=tuple(_DOTS if is_credential(column, value) else value for value in each.old),
            new=_DOTS if each.new and is_credential(column, each.new) else each.new,
        )
        for each in found
        for column in (each.place.rpartition(".")[2],)
    )
