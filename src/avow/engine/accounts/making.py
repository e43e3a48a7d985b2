"""Making accounts: a one-time secret, then a password and a code of the person's own device.

There is no default password and none is ever sent: who makes an account hands over a secret that
works once and for a day, and never learns what the person chooses.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from avow.common.masked import Masked
from avow.engine.accounts.known import AccountError, Accounts
from avow.engine.accounts.proofs import (
    RECOVERY,
    digest,
    hashed,
    is_password,
    new_recovery,
    new_secret,
    new_seed,
    step_of,
)
from avow.engine.accounts.signing_in import reached
from avow.engine.db.store import Row
from avow.engine.evidence.entries import AccountChanged

COMMAND = "command-line"
"""Who makes accounts where no declared person does."""
LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Enrolling:
    """What a person puts into their authenticator: the secret of the codes."""

    person: str
    seed: Masked[str]


def add(accounts: Accounts, person: str, *, by: str, at: datetime) -> str:
    """Make an account, or make one anew after a lost device; gives the one-time secret.

    Raises:
        AccountError: AV901, the declaration in force names no such person; AV902, they make their
            own account anew.
    """
    if person not in accounts.people:
        raise AccountError(
            f"`{person}` gets no account",
            because="the declaration in force names no such person",
            help="add them to `people` with their roles, and activate it",
        )
    if person == by:
        raise AccountError(
            "nobody makes their own account anew", help="ask another administrator", code="AV902"
        )
    secret, seed = new_secret(), new_seed()
    with accounts.runs.transaction() as tx:
        tx.run(
            "account_put",
            person=person,
            seed=accounts.ring.seal(seed.encode(), f"account {person}"),
            enrol_hash=digest(secret),
            enrol_until=at + LIFE,
            at=at,
            by=by,
        )
        tx.run("sessions_end", person=person)
        tx.run("recovery_clear", person=person)
        accounts.tell([AccountChanged(person=person, by=by, change="made")], at, tx)
    return secret


def end(accounts: Accounts, person: str, *, by: str, at: datetime) -> None:
    """End an account and every session of it. Raises AccountError AV903 when there is none."""
    with accounts.runs.transaction() as tx:
        if tx.one("account_end", person=person, at=at) is None:
            raise AccountError(
                f"`{person}` has no account that works",
                help="`avow account list` shows them",
                code="AV903",
            )
        tx.run("sessions_end", person=person)
        accounts.tell([AccountChanged(person=person, by=by, change="ended")], at, tx)


def begin(
    accounts: Accounts, person: str, secret: str, address: str, at: datetime
) -> Enrolling | None:
    """Who shows the one-time secret sees what to put into their authenticator; else None."""
    row = _invited(accounts, person, secret, address, at)
    return None if row is None else Enrolling(person, Masked(_seed(accounts, row)))


def finish(
    accounts: Accounts, person: str, secret: str, password: str, code: str, address: str,
    at: datetime,
) -> tuple[str, ...] | None:  # fmt: skip
    """Take a password and a first code; gives the recovery codes, shown this once.

    None when the secret or the code is not right, or the password may not be chosen.
    """
    row = _invited(accounts, person, secret, address, at)
    if row is None or not is_password(password, person):
        return None
    step = step_of(_seed(accounts, row), code, at)
    if step is None:
        return None
    codes = tuple(new_recovery() for _ in range(RECOVERY))
    chosen = hashed(password, accounts.hasher)
    with accounts.runs.transaction() as tx:
        done = tx.one(
            "account_enrolled", person=person, password=chosen, enrol_hash=digest(secret), at=at
        )
        if done is None or tx.one("account_step", person=person, step=step) is None:
            return None
        for each in codes:
            tx.run("recovery_add", person=person, hash=digest(each))
        accounts.tell([AccountChanged(person=person, by=person, change="enrolled")], at, tx)
    return codes


def _invited(
    accounts: Accounts, person: str, secret: str, address: str, at: datetime
) -> Row | None:
    """The account that waits for this secret. What is not right counts for the address alone: the
    secret cannot be guessed, and nobody shall keep a new colleague out."""
    from_there, is_free = reached(accounts, address, at)
    row = accounts.runs.one("account_lock", person=person)
    kept = row["enrol_hash"] if row and row["enrol_hash"] else digest(accounts.nobody.seed)
    fits = hmac.compare_digest(bytes(kept), digest(secret))
    sound = row is not None and fits and is_free and row["ended_at"] is None
    if row is None or not sound or row["enrol_until"] is None or row["enrol_until"] < at:
        return None
    accounts.runs.run("address_cleared", hash=from_there)
    return row


def _seed(accounts: Accounts, row: Row) -> str:
    return accounts.ring.open(bytes(row["seed"]), f"account {row['person']}").decode()
