"""What a controller lets us correct among its own rows (art. 28(3)(e) GDPR), by a plan that waits.

Fields of one dataset, in the rows of it that are the tenant's and that the persons named own. The
field that says whose a row is, keys and pointers are never corrected: a row would leave its sphere,
or belong to nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from avow.common.calendar import local_day
from avow.duties.requests.acting.others_checks import PROMISED
from avow.duties.requests.acting.rectifying import Correct, no_structure
from avow.duties.requests.acting.restricting import Hands
from avow.duties.requests.processor.instructed import CHANGED, may_be_planned, not_done
from avow.duties.requests.tasks.instructing import Instructs, sphere_of
from avow.engine.planner.changing import Cells, Change, make_change
from avow.engine.planner.changing_run import Changed, run_change
from avow.engine.planner.identities import Asked
from avow.engine.planner.instructed import Named, persons_named
from avow.engine.planner.instructed_reading import owned_in
from avow.engine.planner.plan import PlanKind
from avow.estate.datamap.model import Blank, BlankKind, System
from avow.estate.datamap.spheres import in_sphere


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan that corrects, how many rows it changes, and whom its values named."""

    plan: str
    rows: int
    named: Named


def prepare_correction(
    hands: Hands, instruction: str, asked: Sequence[Asked], wished: Sequence[Correct], *,
    at: datetime,
) -> Prepared:  # fmt: skip
    """Plan that fields of the rows of these persons become what is right, among the rows of its
    controller alone. Nothing is written yet.

    Raises:
        NotInstructed: AV968, it is not confirmed, contested, planned, done by hand or no
            correction; nothing is wished, or more than one dataset; or there is no such row.
        NotActed: AV647, a field that holds the map together.
        Guarded: AV461, a column cannot take the value.
        Away: the system does not answer.
    """
    book = hands.book
    row = may_be_planned(book, book.runs, instruction)
    if Instructs(row["what"]) is not Instructs.CORRECT or not asked:
        raise not_done(instruction, "it corrects nothing, or no value says whom it is about")
    system, value = sphere_of(book, row["tenant"])
    seen = in_sphere(book.declaration.datamap.systems[system], value)
    dataset = _dataset(instruction, seen, wished)
    named = persons_named(hands.estate, system, value, asked)
    keys = owned_in(hands.estate, system, value, named.roots).get(dataset, ())
    if not keys:
        raise not_done(instruction, "its values name no row of that table there")
    blanks = {w.field: Blank(BlankKind.CONSTANT, w.value.reveal()) for w in wished}
    edition = book.declaration.edition
    clause = edition.promises.get(PROMISED, "") if edition is not None else ""
    hours = timedelta(hours=book.declaration.requests.undo_hours)
    change = Change(
        PlanKind.CORRECTION, system, instruction, (Cells(dataset, keys, blanks),), clause,
        local_day(at + hours, book.zone), row["tenant"], sum(map(len, named.roots.values())),
    )  # fmt: skip
    plan = make_change(hands.office(at), hands.estate, change, at)
    with book.runs.transaction() as tx:
        may_be_planned(replace(book, runs=tx), tx, instruction)
        tx.run("instruction_planned", id=instruction, plan=plan)
    return Prepared(hands.planned(plan), len(keys), named)


def _dataset(instruction: str, seen: System, wished: Sequence[Correct]) -> str:
    """The one dataset of the tenant in which something is wished."""
    names = {w.dataset for w in wished}
    if len(names) != 1 or any(w.system != seen.name for w in wished):
        raise not_done(instruction, "say what is right in one table of that system")
    (name,) = names
    dataset = seen.datasets.get(name)
    if dataset is None or not dataset.is_ours:
        raise not_done(instruction, "it has no such table")
    for each in wished:
        no_structure(seen, each)
        if each.field == dataset.sphere_field:
            raise not_done(instruction, "that field says whose the row is")
    if any(how.of == name for d in seen.datasets.values() for how in d.derived):
        raise not_done(instruction, "something is computed from it: who owns the system does")
    return name


def run_changes(hands: Hands, instruction: str, *, at: datetime) -> Changed:
    """Run its approved plan; a second time it does nothing.

    Raises: NotInstructed AV968, it has none that changes cells; and what `run_change` raises.
    """
    row = hands.book.runs.one("instruction_known", id=instruction)
    if row is None or not row["plan"] or Instructs(row["what"]) not in CHANGED:
        raise not_done(instruction, "no plan of it changes rows that stay")
    return run_change(hands.changer(at), row["plan"], at)
