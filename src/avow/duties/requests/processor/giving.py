"""A copy of what we hold for a controller, to that controller alone (art. 28(3)(e), (g) GDPR).

Of persons that it names (`extract`), or of everything (`return`). The package lies sealed under a
key of its own until its contact has fetched it, a few days at most: by the link that leads to the
task, with a code that is told another way. To return ends nothing here: that all is erased is an
instruction of its own.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

import msgspec

from avow.common.calendar import add
from avow.common.errors import AvowError
from avow.common.masked import Masked
from avow.duties.requests.answering.copy import plain
from avow.duties.requests.answering.packing import rows_csv, zipped
from avow.duties.requests.book import PROGRAM, Book
from avow.duties.requests.processor.instructed import NotInstructed
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.instructing import Instructs, sphere_of
from avow.duties.requests.tasks.kept import Evidence, Wanted
from avow.duties.requests.tasks.machine import Act, Outcome
from avow.engine.db.store import Row, Runs
from avow.engine.keys.bundles import destroy, open_in, seal_in_new
from avow.engine.planner.identities import Asked
from avow.engine.planner.instructed import Named, persons_named
from avow.engine.planner.instructed_reading import HeldFor, held_for
from avow.engine.planner.making import Estate

GIVEN = frozenset({Instructs.EXTRACT, Instructs.RETURN})
"""What is answered with a copy."""
MOST = 200_000
"""Rows of one dataset that a package holds; a larger one is given by who owns the system."""
MOST_WRONG = 5
"""Wrong codes that lock a package."""
FORM, DIGITS = "package-code/1", 8


class No(StrEnum):
    """Why a package is not handed out."""

    CODE = "code"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Given:
    """What was drawn: rows by dataset, what could not be looked into, whom values did not name,
    until when it can be fetched, and the code, which is told here only."""

    rows: Mapping[str, int]
    gaps: tuple[str, ...]
    named: Named | None
    until: date
    code: Masked[str]


def give(
    book: Book,
    estate: Estate,
    instruction: str,
    asked: Sequence[Asked] = (),
    *,
    by: str,
    at: datetime,
    most: int = MOST,
) -> Given:
    """Draw the copy that a confirmed instruction asks for, and give its contact the task to fetch
    it. Called again it draws a new one, and the one before is gone.

    Raises:
        NotInstructed: AV968, it is not confirmed, contested, over or asks for no copy; its values
            name nobody there; or it is too large for a package.
        Guarded, Away: the system refused a question, or does not answer.
    """
    row = _may_be_given(book.runs, instruction)
    what = Instructs(row["what"])
    if (what is Instructs.EXTRACT) is not bool(asked):
        raise _not(instruction, "values say whom an `extract` is about, and `return` has none")
    system, value = sphere_of(book, row["tenant"])
    named = persons_named(estate, system, value, asked) if asked else None
    if named is not None and not named.roots:
        raise _not(instruction, "its values name nobody among the data of that controller")
    held = held_for(estate, system, value, named.roots if named else None, most=most)
    if held.is_cut:
        raise _not(instruction, f"a table has more than {most} rows: who owns the system gives it")
    package = _packed(row, system, held, book.declaration.digest, at)
    code, until = _kept(book, row, sum(held.rows.values()), package, by, at)
    return Given(held.rows, held.gaps, named, until, code)


def _may_be_given(runs: Runs, instruction: str) -> Row:
    row = runs.one("instruction_lock", id=instruction)
    if row is None or row["confirmed_at"] is None or row["contested_at"] is not None:
        raise _not(instruction, "its contact did not confirm it, or we hold it to be unlawful")
    if row["ended_at"] is not None:
        raise _not(instruction, "its controller has what it asked for")
    if Instructs(row["what"]) not in GIVEN:
        raise _not(instruction, "it asks for no copy")
    return row


def _not(instruction: str, because: str) -> NotInstructed:
    return NotInstructed(
        f"nothing is given for `{instruction}`",
        because=because,
        help="`avow request instruct` prints the log of instructions",
    )


def _kept(
    book: Book, row: Row, rows: int, package: bytes, by: str, at: datetime
) -> tuple[Masked[str], date]:
    """Seal the package, ask the contact to fetch it, and let the owner of the system go; gives the
    code and the last day."""
    name, until = row["id"], add(book.day(at), book.declaration.requests.task)
    code = Masked(f"{secrets.randbelow(10**DIGITS):0{DIGITS}}")
    hashed = book.ring.keyed_hash(_said(name, code), FORM)
    with book.runs.transaction() as tx:
        inside = replace(book, runs=tx)
        _may_be_given(tx, name)
        _ask(inside, tx, row, by, at)
        before = tx.one("instruction_package_lock", instruction=name)
        key, sealed = seal_in_new(
            tx, book.ring, package, f"{name} package", purpose="instruction", destroy_by=until,
            at=at,
        )  # fmt: skip
        tx.run(
            "instruction_package_put", instruction=name, key=key, sealed=sealed, rows=rows,
            code=hashed.hash, code_key=hashed.key, ends_on=until, at=at, by=by,
        )  # fmt: skip
        if before is not None:
            destroy(tx, [before["key"]], at)
        _let_go(inside, name, rows, at)
    return code, until


def _ask(book: Book, runs: Runs, row: Row, by: str, at: datetime) -> None:
    """The contact gets the task to fetch it, once. One that it answered with a reason is over.

    Raises:
        NotInstructed: AV968, the contact said that it could not be fetched.
    """
    name = row["id"]
    asked = [k.task for k in kept.of_instruction(book, name) if k.task.act is Act.FETCH]
    if any(task.answered_on is not None for task in asked):
        raise _not(name, "its contact says that the copy cannot be fetched: hand it over otherwise")
    if not asked:
        due = add(book.day(at), book.declaration.requests.task)
        wanted = Wanted(
            Act.FETCH, row["tenant"], row["tenant"], due, "instruction", row["key"],
            bytes(row["salt"]), instruction=name,
        )  # fmt: skip
        kept.make(book, runs, wanted, by=by, at=at)


def _let_go(book: Book, instruction: str, rows: int, at: datetime) -> None:
    """The task of who owns the system ends: the rows were read without them."""
    said = Evidence(words=f"{instruction}: {rows} rows are packed for its controller")
    for each in kept.of_instruction(book, instruction):
        if each.task.act is Act.INSTRUCTED and each.task.is_open:
            kept.answer(book, each.task.id, Outcome.DONE, said, by=PROGRAM, at=at, runs=book.runs)


def fetched(book: Book, instruction: str, code: Masked[str], at: datetime) -> Masked[bytes] | No:
    """The package for who has its link and its code. Five wrong codes lock it, and after its last
    day it is gone: another is drawn then."""
    with book.runs.transaction() as tx:
        row = tx.one("instruction_package_lock", instruction=instruction)
        is_over = row is None or row["sealed"] is None or book.day(at) > row["ends_on"]
        if row is None or is_over or row["wrong"] >= MOST_WRONG:
            return No.GONE
        given = book.ring.keyed_hash(_said(instruction, code), FORM, row["code_key"]).hash
        if not hmac.compare_digest(given, bytes(row["code"])):
            tx.run("instruction_package_wrong", instruction=instruction)
            return No.CODE if row["wrong"] + 1 < MOST_WRONG else No.GONE
        about = f"{instruction} package"
        try:
            package = open_in(tx, book.ring, row["key"], bytes(row["sealed"]), about)
        except AvowError:  # the round of keys destroyed it already
            return No.GONE
        tx.run("instruction_package_fetched", instruction=instruction, at=at)
        return Masked(package)


def _said(instruction: str, code: Masked[str]) -> Masked[str]:
    """What the hash of a code is over: the digits alone, bound to their instruction."""
    digits = "".join(c for c in code.reveal() if c in "0123456789")
    return Masked(f"{instruction}\n{digits}")


def _packed(row: Row, system: str, held: HeldFor, release: str, at: datetime) -> bytes:
    """The package: what it is and how many rows of what, and each table as JSON Lines and CSV."""
    return zipped(dict(_files(row, system, held, release, at)), at)


def _files(
    row: Row, system: str, held: HeldFor, release: str, at: datetime
) -> Iterator[tuple[str, bytes]]:
    contents = {
        "form": "avow-instruction/1",
        "instruction": row["id"],
        "what": row["what"],
        "tenant": row["tenant"],
        "system": system,
        "drawn": at.isoformat(),
        "release": release,
        "complete": not held.gaps,
        "gaps": list(held.gaps),
        "rows": dict(held.rows),
    }
    yield "contents.json", msgspec.json.format(msgspec.json.encode(contents)) + b"\n"
    for table in held.tables:
        rows = [tuple(plain(value) for value in each) for each in table.rows]
        lines = (dict(zip(table.columns, each, strict=True)) for each in rows)
        yield f"data/{table.dataset}.jsonl", b"".join(msgspec.json.encode(e) + b"\n" for e in lines)
        yield f"data/{table.dataset}.csv", rows_csv(table.columns, rows)
