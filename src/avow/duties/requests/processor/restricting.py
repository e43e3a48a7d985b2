"""What a controller lets us keep from use among its own rows, and lets us use again (art. 28(3)).

Every table in which the persons own rows must say how its rows are kept from use, and do so by
itself: what would stay open to readers is refused as a whole, and who owns the system does it by
hand. Only the controller ends it, by an instruction of its own: nothing ends it for us.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from avow.duties.requests.acting.others_checks import PROMISED
from avow.duties.requests.acting.restricting import Hands
from avow.duties.requests.book import Book
from avow.duties.requests.processor.instructed import may_be_planned, not_done
from avow.duties.requests.tasks.instructing import Instructs, sphere_of
from avow.engine.planner import records
from avow.engine.planner.changing import Change, make_change, make_lifting
from avow.engine.planner.identities import Asked
from avow.engine.planner.instructed import Named, persons_named
from avow.engine.planner.instructed_reading import owned_in
from avow.engine.planner.making import Estate
from avow.engine.planner.plan import PlanKind
from avow.engine.planner.restricting_cells import restricting_cells
from avow.estate.datamap.model import System
from avow.estate.datamap.reach import Key
from avow.estate.datamap.spheres import in_sphere


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan that keeps rows from use, how many, and whom its values named."""

    plan: str
    rows: int
    named: Named


def prepare_restriction(
    hands: Hands, instruction: str, asked: Sequence[Asked], *, at: datetime
) -> Prepared:
    """Plan that the rows which these persons own there are kept from use, among the rows of its
    controller alone. Nothing is written yet.

    Raises:
        NotInstructed: AV968, it is not confirmed, contested, planned, done by hand or no
            restriction; its values name no row there; or a table does not keep rows from use.
        Guarded: AV461, AV948, the system cannot enforce its mode.
        Away: the system does not answer.
    """
    book = hands.book
    row = may_be_planned(book, book.runs, instruction)
    if Instructs(row["what"]) is not Instructs.RESTRICT or not asked:
        raise not_done(instruction, "it restricts nothing, or no value says whom it is about")
    system, value = sphere_of(book, row["tenant"])
    named, rows = _theirs(hands.estate, system, value, asked)
    if not rows:
        raise not_done(instruction, "its values name no row there")
    _all_kept(instruction, in_sphere(book.declaration.datamap.systems[system], value), rows)
    edition = book.declaration.edition
    clause = edition.promises.get(PROMISED, "") if edition is not None else ""
    cells = restricting_cells(hands.estate, system, rows)
    persons = sum(map(len, named.roots.values()))
    change = Change(
        PlanKind.RESTRICTION, system, instruction, cells, clause, sphere=row["tenant"],
        persons=persons,
    )  # fmt: skip
    plan = make_change(hands.office(at), hands.estate, change, at)
    _planned(book, instruction, plan)
    return Prepared(hands.planned(plan), sum(map(len, rows.values())), named)


def _theirs(
    estate: Estate, system: str, value: str, asked: Sequence[Asked]
) -> tuple[Named, Mapping[str, tuple[Key, ...]]]:
    named = persons_named(estate, system, value, asked)
    return named, owned_in(estate, system, value, named.roots) if named.roots else {}


def _all_kept(instruction: str, seen: System, rows: Mapping[str, object]) -> None:
    """Raises NotInstructed AV968 where a table would leave rows open to its readers."""
    modes = {name: seen.datasets[name].restriction for name in rows}
    open_ = sorted(name for name, mode in modes.items() if mode is None or not mode.writes)
    if open_:
        tables = ", ".join(f"`{seen.name}.{name}`" for name in open_)
        raise not_done(instruction, f"nothing keeps the rows of {tables} from use")


def _planned(book: Book, instruction: str, plan: str) -> None:
    with book.runs.transaction() as tx:
        may_be_planned(replace(book, runs=tx), tx, instruction)
        tx.run("instruction_planned", id=instruction, plan=plan)


def restricting(book: Book, tenant: str) -> tuple[str, ...]:
    """The instructions of a tenant by which rows are kept from use today, the oldest first."""
    rows = book.runs.run("instructions_restricting")
    return tuple(row["id"] for row in rows if row["tenant"] == tenant)


def prepare_lifting(hands: Hands, instruction: str, lifted: str, *, at: datetime) -> str:
    """Plan that the rows which the instruction `lifted` keeps from use may be used again; the id of
    the plan. Rows that are another's by now are left as they are.

    Raises:
        NotInstructed: AV968, it is not confirmed, contested, planned or no lifting; or `lifted`
            keeps nothing of this controller from use.
    """
    book = hands.book
    row = may_be_planned(book, book.runs, instruction)
    if Instructs(row["what"]) is not Instructs.LIFT:
        raise not_done(instruction, "it lifts nothing")
    if lifted not in restricting(book, row["tenant"]):
        raise not_done(instruction, f"`{lifted}` keeps nothing of that controller from use")
    source = book.runs.one("instruction_known", id=lifted)
    of = records.read(book.runs, source["plan"]).plan if source is not None else None
    if of is None:
        raise not_done(instruction, f"`{lifted}` was never planned")
    with book.runs.transaction() as tx:
        may_be_planned(replace(book, runs=tx), tx, instruction)
        office = replace(hands.office(at), runs=tx)
        plan = make_lifting(office, of.id, at, sphere=row["tenant"])
        tx.run("instruction_planned", id=instruction, plan=plan)
    return hands.planned(plan)
