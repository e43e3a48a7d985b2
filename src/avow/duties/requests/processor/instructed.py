"""What a controller instructed, carried out in its own sphere, or held to be unlawful and left.

We are its processor: a plan is made only of an instruction that the registered contact confirmed,
waits for two persons like any other, and reaches no row of another sphere. What we hold to be
unlawful we say at once and do not carry out (art. 28(3) GDPR).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from avow.common.calendar import add
from avow.common.errors import AvowError
from avow.common.languages import words
from avow.common.masked import Masked
from avow.declaration.backups import lag_of
from avow.declaration.interpretation import in_force
from avow.duties.correspondence.letters import Draft, Mailing
from avow.duties.correspondence.outbox import write
from avow.duties.correspondence.wording import wording
from avow.duties.requests.acting.erasing import Hands
from avow.duties.requests.acting.others_checks import PROMISED
from avow.duties.requests.answering.saying import Saying
from avow.duties.requests.book import PROGRAM, Book
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.instructing import Instructs, end_package, sphere_of
from avow.duties.requests.tasks.kept import Evidence
from avow.duties.requests.tasks.machine import Act, Outcome, State
from avow.duties.requests.tasks.mailboxes import Mailbox, mailbox_of
from avow.duties.requests.tasks.sending import KEPT, place_in_words
from avow.engine.db.store import Row, Runs
from avow.engine.keys.bundles import open_in, seal_in
from avow.engine.planner import records
from avow.engine.planner.identities import Asked
from avow.engine.planner.instructed import (
    Instructed,
    Named,
    counted_instructed,
    keep_instructed,
    persons_named,
)
from avow.engine.planner.making import Made, noted
from avow.engine.planner.plan import Plan, PlanKind
from avow.engine.planner.program import Move
from avow.engine.planner.records import Kept, Status

_DID = {
    PlanKind.CORRECTION: Instructs.CORRECT,
    PlanKind.RESTRICTION: Instructs.RESTRICT,
    PlanKind.LIFTING: Instructs.LIFT,
}
REMOVED = frozenset({Instructs.ERASE, Instructs.DELETE_ALL})
"""What removes rows."""
CHANGED = frozenset({Instructs.CORRECT, Instructs.RESTRICT, Instructs.LIFT})
"""What changes cells of rows that stay."""
PLANNED = REMOVED | CHANGED
"""What is planned. Copies are given."""
_VOID = frozenset({Status.WITHDRAWN, Status.REFUSED})
"""Plans that did nothing: another may take their place."""
_ENDED = frozenset({Status.DONE, Status.BLOCKED})
"""Plans that ran to their end, be it with rows that could not go."""


class NotInstructed(AvowError):
    """An instruction that is not planned, ended or contested (AV968)."""

    code = "AV968"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan of an instruction, and whom its values named: `named` is None where all is meant."""

    made: Made
    named: Named | None


def prepare(
    hands: Hands, instruction: str, asked: Sequence[Asked] = (), *, at: datetime
) -> Prepared:
    """Plan a confirmed instruction in its own sphere: what the persons of these values have there,
    or all that is there.

    Raises:
        NotInstructed: AV968, it is not confirmed, contested, not of a kind that is planned, planned
            already, done by hand; or no value, or a value too many, says whom it is about.
        Guarded, Away: as `make_erasure`.
    """
    book = hands.book
    row = may_be_planned(book, book.runs, instruction)
    what = Instructs(row["what"])
    if what not in REMOVED:
        raise not_done(instruction, "it removes nothing: say what is right instead")
    if (what is Instructs.ERASE) is not bool(asked):
        raise not_done(
            instruction, "values say whom an `erase` is about, and `delete-all` has none"
        )
    system, value = sphere_of(book, row["tenant"])
    named = persons_named(hands.estate, system, value, asked) if asked else None
    if named is not None and not named.roots:
        raise not_done(instruction, "its values name nobody among the data of that controller")
    edition = book.declaration.edition
    clause = edition.promises.get(PROMISED, "") if edition is not None else ""
    wish = Instructed(system, value, instruction, clause, named.roots if named else {})
    plan = counted_instructed(hands.office, hands.estate, hands.memory, wish)
    hands.crash("counted")
    with book.runs.transaction() as tx:
        inside = replace(book, runs=tx)
        may_be_planned(inside, tx, instruction)
        made = keep_instructed(replace(hands.office, runs=tx), plan, wish, at)
        if made.status is not Status.REFUSED:
            tx.run("instruction_planned", id=instruction, plan=plan.id)
            inside.tell([noted(plan)], at, tx)
    hands.crash("planned")
    return Prepared(made, named)


def may_be_planned(book: Book, runs: Runs, instruction: str) -> Row:
    """An instruction that may be planned now, locked. Raises NotInstructed AV968."""
    row = runs.one("instruction_lock", id=instruction)
    if row is None or row["confirmed_at"] is None or row["contested_at"] is not None:
        raise not_done(instruction, "its contact did not confirm it, or we hold it to be unlawful")
    if row["ended_at"] is not None:
        raise not_done(instruction, "it is carried out, and its controller is told")
    if Instructs(row["what"]) not in PLANNED:
        raise not_done(instruction, "it is carried out by who owns the system")
    status = records.read(runs, row["plan"]).status if row["plan"] else Status.WITHDRAWN
    is_once = Instructs(row["what"]) in (Instructs.RESTRICT, Instructs.LIFT)
    if status not in _VOID | (frozenset() if is_once else _ENDED):
        raise not_done(instruction, f"`{row['plan']}` carries it out")
    inside = replace(book, runs=runs)
    if row["restored_at"] is not None:  # what was done is undone, whoever did it
        return row
    asked = [k.task for k in kept.of_instruction(inside, instruction)]
    by_hand = [task for task in asked if task.act is Act.INSTRUCTED and not task.is_open]
    if by_hand:
        raise not_done(instruction, "who owns the system did it by hand")
    return row


def not_done(instruction: str, because: str) -> NotInstructed:
    """AV968, and why."""
    return NotInstructed(
        f"nothing is done with `{instruction}`",
        because=because,
        help="`avow request instruct` prints the log of instructions",
    )


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of an instruction: rows removed by dataset, rows that a hold or a reference keeps,
    and rows that the system refused to remove. `did` says what was done where rows were not removed
    but corrected, kept from use or let be used again (`Instructs`); `missing` ones were gone, or
    another's, when it ran."""

    plan: str
    removed: Mapping[str, int]
    held: int
    missing: int
    did: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing of what was meant is left."""
        return not self.held and not self.missing

    @property
    def is_over(self) -> bool:
        """Whether nothing more can be done: a row that is gone is neither kept from use nor let be
        used again."""
        return self.is_whole or self.did in (Instructs.RESTRICT, Instructs.LIFT)


def finish(
    hands: Hands, instruction: str, *, domain: str, at: datetime, own: Path | None = None
) -> Receipt:
    """Tell the controller what was done, once its plan has ended; the owner's task ends with it.

    Called again it changes nothing. Where something is left the task stays open, and the rest can
    be planned again once what held it is gone.

    Raises:
        NotInstructed: AV968, no plan of it has ended, or nobody is registered for the tenant.
    """
    book = hands.book
    row = book.runs.one("instruction_known", id=instruction)
    known = records.read(book.runs, row["plan"]) if row is not None and row["plan"] else None
    if row is None or known is None or known.status not in _ENDED:
        raise not_done(instruction, "no plan of it has ended")
    receipt = _receipt(book, known)
    letter = _done_letter(book, row, receipt, at, own)
    with book.runs.transaction() as tx:
        locked = tx.one("instruction_lock", id=instruction)
        if locked is not None and locked["ended_at"] is None:
            if receipt.is_over:
                tx.run("instruction_ended", id=instruction, at=at)
            _answer_task(replace(book, runs=tx), instruction, receipt, at)
            mailing = _mailing(book, "instruction-done", row, known.plan.id, domain, at)
            write(tx, book.ring, mailing, [letter], at=at, tell=book.tell)
    return receipt


def restored(book: Book, system: str, since: datetime, *, by: str, at: datetime) -> tuple[str, ...]:
    """A backup of a system, taken at an instant, was restored: every instruction whose plan removed
    rows there since is to be carried out again. Gives their ids; nothing is removed by it."""
    rows = book.runs.run("instructions_restored", system=system, since=since, by=by, at=at)
    return tuple(sorted(row["id"] for row in rows))


def receipt_of(book: Book, plan: str) -> Receipt | None:
    """What came of the plan of an instruction; None while it has not ended."""
    known = records.read(book.runs, plan)
    return _receipt(book, known) if known.status in _ENDED else None


def _receipt(book: Book, known: Kept) -> Receipt:
    plan = known.plan
    if plan.kind in _DID:
        return _changed(book, plan)
    removed = _removed(book.runs, plan)
    steps = [each for _, each in plan.steps]
    wanted = sum(each.bound for each in steps if each.step.move is Move.DELETE)
    held = sum(each.measure.retained for each in steps)
    blocked = book.runs.run("blocked_open", plan=plan.id)
    short = max(0, wanted - sum(removed.values()))
    return Receipt(plan.id, dict(removed), held, max(short, len(blocked)))


def _changed(book: Book, plan: Plan) -> Receipt:
    """Rows whose cells are as they should be. Where several tables were meant and rows are missing,
    the counts are those of the plan, and `missing` is of all together."""
    is_back = plan.kind is PlanKind.LIFTING
    row = book.runs.one("cell_change", plan=plan.case if is_back else plan.id)
    counted = row["back_rows" if is_back else "rows"] if row is not None else None
    rows, steps = int(counted or 0), [each for _, each in plan.steps]
    wanted = {each.step.dataset: each.bound for each in steps}
    short = sum(wanted.values()) - rows
    done = wanted if len(wanted) > 1 else dict.fromkeys(wanted, rows)
    return Receipt(plan.id, done, 0, short, did=str(_DID[plan.kind]))


def _removed(runs: Runs, plan: Plan) -> Counter[str]:
    """Rows that were deleted, by dataset, as the journal has it. That of named persons has one
    step, which counts each move by its name."""
    steps, found = [each.step for _, each in plan.steps], Counter[str]()
    if plan.persons:
        for chunk in runs.run("journal_chunks", plan=plan.id):
            for name, rows in chunk["counts"].items():
                move, _, dataset = name.partition(" ")
                if move == Move.DELETE:
                    found[dataset] += int(rows)
        return found
    for row in runs.run("journal_steps", plan=plan.id):
        step = steps[row["step"]] if row["step"] < len(steps) else None
        if step is not None and step.move is Move.DELETE:
            found[step.dataset] += row["rows"]
    return found


def _answer_task(book: Book, instruction: str, receipt: Receipt, at: datetime) -> None:
    """The task of who owns the system ends with the plan as its evidence."""
    outcome = Outcome.DONE if receipt.is_over else Outcome.CANNOT
    did = "changed" if receipt.did else "removed"
    counts = f"{sum(receipt.removed.values())} {did}, {receipt.held + receipt.missing} left"
    said = Evidence(words=f"{receipt.plan}: rows {counts}")
    for each in kept.of_instruction(book, instruction):
        is_open = each.task.is_open and each.task.state is not State(str(outcome))
        if each.task.act is Act.INSTRUCTED and is_open:
            kept.answer(book, each.task.id, outcome, said, by=PROGRAM, at=at, runs=book.runs)


def _done_letter(book: Book, row: Row, receipt: Receipt, at: datetime, own: Path | None) -> Draft:
    saying, day = Saying(book.declaration, _box(book, row).language), book.day(at)
    law, _ = in_force(book.declaration, day)
    lag = lag_of(law.rules)
    return _draft(
        book,
        row,
        "instruction-done",
        own,
        {
            "done": saying.day(day),
            "places": [{"place": d, "rows": n} for d, n in sorted(receipt.removed.items()) if n],
            "held": receipt.held,
            "missing": receipt.missing,
            "did": receipt.did or "remove",
            "plan": receipt.plan,
            "backups": saying.day(add(day, lag)) if lag and not receipt.did else "",
            "period": saying.period(lag) if lag else "",
        },
    )


def contest(
    book: Book,
    instruction: str,
    because: str,
    *,
    domain: str,
    by: str,
    at: datetime,
    own: Path | None = None,
) -> None:
    """Tell the controller that in our opinion its instruction infringes the law, and why. Nothing
    of it is done from then on; the owner's task is taken back. Once: called again nothing changes.

    Raises:
        NotInstructed: AV968, there is none, no reason is given, a plan of it ran, or nobody is
            registered for the tenant.
    """
    if not because.strip():
        raise not_done(instruction, "a reason says what it infringes")
    with book.runs.transaction() as tx:
        inside = replace(book, runs=tx)
        row = tx.one("instruction_lock", id=instruction)
        if row is None or (row["plan"] and not _withdrawn(tx, row["plan"], at)):
            raise not_done(instruction, "there is none of that name, or its plan ran already")
        letter = _draft(book, row, "instruction-contested", own, {"because": because.strip()})
        about = f"{instruction} contested"
        sealed = seal_in(tx, book.ring, row["key"], because.encode(), about)
        if tx.one("instruction_contested", id=instruction, sealed=sealed, at=at) is None:
            return
        end_package(tx, instruction, at)
        for each in kept.of_instruction(inside, instruction):
            if each.task.is_open:
                kept.withdraw(book, each.task.id, by=by, at=at, runs=tx)
        mailing = _mailing(book, "instruction-contested", row, instruction, domain, at)
        write(tx, book.ring, mailing, [letter], at=at, tell=book.tell)


def _withdrawn(runs: Runs, plan: str, at: datetime) -> bool:
    """Whether a plan did nothing and will do nothing."""
    standing = records.read(runs, plan).status
    may_end = [Status.WAITING, Status.APPROVED]
    return standing in _VOID or (
        standing in may_end and records.pass_to(runs, plan, Status.WITHDRAWN, may_end, at)
    )


def reason_of(book: Book, instruction: str) -> str:
    """Why an instruction was held to be unlawful; empty where it was not. Personal data: for the
    eyes of who works on it."""
    row = book.runs.one("instruction_known", id=instruction)
    if row is None or row["contested"] is None:
        return ""
    about = f"{instruction} contested"
    return open_in(book.runs, book.ring, row["key"], bytes(row["contested"]), about).decode()


def _box(book: Book, row: Row) -> Mailbox:
    box = mailbox_of(book, row["tenant"])
    if box is None:
        raise not_done(row["id"], "nobody is registered for that controller")
    return box


def _draft(
    book: Book, row: Row, kind: str, own: Path | None, values: Mapping[str, object]
) -> Draft:
    box = _box(book, row)
    said = wording(kind, box.language, own).said(
        {
            "organisation": book.declaration.controller.name,
            "name": box.name or place_in_words(book, row["tenant"]),
            "instruction": row["id"],
            "day": words(box.language).day(book.day(row["arrived_at"])),
            **values,
        }
    )
    return Draft(Masked(box.who), box.language, said, Masked(box.address))


def _mailing(book: Book, kind: str, row: Row, about: str, domain: str, at: datetime) -> Mailing:
    forget = add(book.day(at), KEPT)
    return Mailing(kind, about, domain, forget, sphere=f"task {row['tenant']}")
