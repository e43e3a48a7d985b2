"""The values of a form that name persons among the data of one controller, a line each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from avow.common.masked import Masked
from avow.duties.requests.processor.standing import Standing
from avow.duties.requests.tasks.instructing import Instructs
from avow.engine.planner.identities import Asked
from avow.engine.planner.instructed import Named
from avow.faces.web.signin.desk import StaffDesk

MOST = 500
"""Values of one form; a list that is longer is given to the command."""
NAMING = frozenset({Instructs.ERASE, Instructs.EXTRACT, Instructs.CORRECT, Instructs.RESTRICT})
"""What is about persons that values name. The rest is about all of a
controller's data, or about what an earlier instruction named."""


@dataclass(frozen=True, slots=True)
class Unnamed:
    """What values did not name: their lines, and places that could not be looked into."""

    lines: tuple[int, ...]
    gaps: tuple[str, ...]


def kinds_of(staff: StaffDesk, tenant: str) -> tuple[str, ...]:
    """The kinds of values that name persons among the data held for others in a tenant's system."""
    name = tenant.split(":")[1]
    system = staff.book.declaration.datamap.systems.get(name)
    held = (d for d in system.datasets.values() if not d.is_ours) if system is not None else ()
    return tuple(sorted({identity.kind for dataset in held for identity in dataset.identities}))


def places_of(staff: StaffDesk, tenant: str) -> tuple[str, ...]:
    """The datasets held for others in a tenant's system, as `system:dataset`."""
    name = tenant.split(":")[1]
    system = staff.book.declaration.datamap.systems.get(name)
    held = (d for d in system.datasets.values() if not d.is_ours) if system is not None else ()
    return tuple(sorted(f"{name}:{dataset.name}" for dataset in held))


def values_of(
    staff: StaffDesk, mine: Standing, form: Mapping[str, str]
) -> tuple[Mapping[str, int], str]:
    """The values typed, each once with its line, and the code of what is wrong with them. Where all
    the controller's data are meant there are none."""
    if mine.what not in NAMING:
        return {}, ""
    found: dict[str, int] = {}
    for number, line in enumerate(form.get("values", "").splitlines(), 1):
        if line.strip():
            found.setdefault(line.strip(), number)
    if not found or form.get("kind", "") not in kinds_of(staff, mine.tenant):
        return found, "no-values"
    return found, "bad-values" if len(found) > MOST else ""


def asked_by(kind: str, values: Iterable[str]) -> tuple[Asked, ...]:
    """These values as what is looked for, numbered in order."""
    return tuple(Asked(n, kind, Masked(value)) for n, value in enumerate(values, 1))


def unnamed_of(named: Named, lines: Mapping[str, int]) -> Unnamed:
    """What the values did not name, by the lines of the form."""
    numbers = tuple(lines.values())
    return Unnamed(tuple(numbers[place] for place in named.missing), named.gaps)
