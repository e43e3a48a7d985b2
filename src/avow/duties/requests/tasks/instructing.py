"""What controllers instruct us to do with their data: a log, and nothing without their own word.

An instruction is confirmed by the registered contact of the tenant on a one-time page; only then do
the owners of the systems that hold data of that tenant get their tasks, each for its own sphere.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from avow.common.calendar import add
from avow.common.errors import AvowError
from avow.common.ids import new_id
from avow.duties.requests.book import LONGEST, PROGRAM, Book
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.kept import Wanted
from avow.duties.requests.tasks.machine import Act
from avow.duties.requests.tasks.mailboxes import NobodyToAsk, mailbox_of, owner_of
from avow.engine.db.store import Row, Runs
from avow.engine.keys.bundles import destroy, new_bundle_key, open_in, seal_in


class Instructs(StrEnum):
    """What a controller may instruct. The last two end a contract (art. 28(3)(g) GDPR)."""

    ERASE = "erase"
    EXTRACT = "extract"
    CORRECT = "correct"
    RESTRICT = "restrict"
    LIFT = "lift"
    RETURN = "return"
    DELETE_ALL = "delete-all"


class NoAuthority(AvowError):
    """An instruction that nobody is known to be allowed to give (AV674)."""

    code = "AV674"


class UnknownTenant(AvowError):
    """A tenant in whose sphere we hold nothing (AV675)."""

    code = "AV675"


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a controller wants done with its data. `tenant` is `tenant:SYSTEM:VALUE`; `words` say
    whom it is about."""

    tenant: str
    what: Instructs
    arrived: datetime
    words: bytes = field(repr=False)


def sphere_of(book: Book, tenant: str) -> tuple[str, str]:
    """The system and the value of a tenant. Raises UnknownTenant AV675 when the system has no
    dataset that we hold for others."""
    kind, _, rest = tenant.partition(":")
    name, _, value = rest.partition(":")
    system = book.declaration.datamap.systems.get(name)
    if kind != "tenant" or not value or system is None or not _held(book, name):
        raise UnknownTenant(
            f"`{tenant}` is no tenant",
            because="a tenant is written `tenant:SYSTEM:VALUE`, of a system with `processor_for`",
            help="look into the data map which system holds data for others",
        )
    return name, value


def _held(book: Book, system: str) -> bool:
    datasets = book.declaration.datamap.systems[system].datasets.values()
    return any(not d.is_ours for d in datasets)


def instruct(book: Book, instruction: Instruction, *, by: str, at: datetime) -> str:
    """Enter an instruction in the log, and ask the registered contact of the tenant to confirm it.

    Gives its id. Nothing is done with any data before the contact confirmed it.

    Raises:
        UnknownTenant: AV675. NoAuthority: AV674, the tenant has no contact that may instruct.
    """
    sphere_of(book, instruction.tenant)
    box = mailbox_of(book, instruction.tenant)
    if box is None or not box.may_instruct:
        raise NoAuthority(
            f"an instruction of `{instruction.tenant}` is not taken",
            because="no contact is registered for it that may instruct",
            help="check who may, and enter it: `avow request mailbox … --may-instruct`",
        )
    name, salt = new_id("instruction"), secrets.token_bytes(32)
    due = add(book.day(at), book.declaration.requests.task)
    with book.runs.transaction() as tx:
        key = new_bundle_key(tx, book.ring, "instruction", add(book.day(at), LONGEST), at)
        tx.run(
            "instruction_add",
            id=name,
            tenant=instruction.tenant,
            what=str(instruction.what),
            arrived_at=instruction.arrived,
            due_on=due,
            key=key,
            salt=salt,
            sealed=seal_in(tx, book.ring, key, instruction.words, name),
            by=by,
        )
        wanted = Wanted(
            Act.CONFIRM, instruction.tenant, instruction.tenant, due, "instruction", key, salt,
            instruction=name,
        )  # fmt: skip
        kept.make(book, tx, wanted, by=by, at=at)
    return name


def confirmed(book: Book, runs: Runs, instruction: str, *, at: datetime) -> tuple[str, ...]:
    """The contact confirmed it: the owner of the system gets the task, for that sphere alone.

    Gives the ids of the tasks; none when it was confirmed before.
    """
    row = runs.one("instruction_known", id=instruction)
    if row is None or runs.one("instruction_confirm", id=instruction, at=at) is None:
        return ()
    system, _ = sphere_of(book, row["tenant"])
    try:
        asks = owner_of(book, system)
    except NobodyToAsk:  # it stays in the log as confirmed and without a task, which is red
        return ()
    wanted = Wanted(
        Act.INSTRUCTED, row["tenant"], asks, row["due_on"], "instruction", row["key"],
        bytes(row["salt"]), instruction=instruction,
    )  # fmt: skip
    made = kept.make(book, runs, wanted, by=PROGRAM, at=at)
    return (made,) if made is not None else ()


def handed(runs: Runs, instruction: str, *, at: datetime) -> None:
    """The controller has the copy that it asked for: the instruction is carried out, and the
    package is destroyed."""
    end_package(runs, instruction, at)
    runs.run("instruction_ended", id=instruction, at=at)


def end_package(runs: Runs, instruction: str, at: datetime) -> None:
    """Destroy the copy that was drawn for an instruction, where there is one."""
    row = runs.one("instruction_package_lock", instruction=instruction)
    if row is not None:
        runs.run("instruction_package_end", instruction=instruction)
        destroy(runs, [row["key"]], at)


def words_of_instruction(book: Book, instruction: str) -> str:
    """What an instruction says. Personal data: for the eyes of who carries it out."""
    row = book.runs.one("instruction_known", id=instruction)
    said = said_in(book, instruction)
    return f"{row['what']} – {row['tenant']}\n{said}" if row is not None else ""


def said_in(book: Book, instruction: str) -> str:
    """The words of an instruction alone. Personal data."""
    row = book.runs.one("instruction_known", id=instruction)
    if row is None:
        return ""
    box = open_in(book.runs, book.ring, row["key"], bytes(row["sealed"]), instruction)
    return box.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of the log of instructions. No personal data."""

    id: str
    tenant: str
    what: str
    arrived: datetime
    due: date
    is_confirmed: bool
    state: str
    plan: str | None = None


def log_of(book: Book) -> tuple[Logged, ...]:
    """Every instruction with what became of it, the newest first (art. 28(3)(a) GDPR)."""
    rows: Sequence[Row] = book.runs.run("instructions_listed")
    return tuple(
        Logged(
            row["id"], row["tenant"], row["what"], row["arrived_at"], row["due_on"],
            row["confirmed_at"] is not None, _state(book, row), row["plan"],
        )
        for row in rows
    )  # fmt: skip


def _state(book: Book, row: Row) -> str:
    tasks = {k.task.act: k.task for k in kept.of_instruction(book, row["id"])}
    if row["contested_at"] is not None:
        return "contested"
    if row["restored_at"] is not None and row["ended_at"] is None:
        return "restored"
    done = tasks.get(Act.INSTRUCTED)
    if done is not None:
        return str(done.state)
    return "confirmed" if row["confirmed_at"] is not None else "unconfirmed"
