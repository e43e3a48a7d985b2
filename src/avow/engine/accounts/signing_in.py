"""Signing in, and showing again who one is: every attempt counts before it is judged.

An unknown name, an ended account, a wrong password, a wrong code and an attempt that came too soon
are one answer after the same work: the same statements, one argon2id, three codes compared. What
fails makes the account and the address wait, each time twice as long, up to a quarter of an hour:
long enough against guessing, too short to keep anybody out by guessing for them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from avow.common.masked import Masked
from avow.engine.accounts.known import Accounts
from avow.engine.accounts.proofs import (
    FREE,
    FREE_OF_ADDRESS,
    digest,
    hashed,
    matches,
    step_of,
    wait,
)
from avow.engine.db.store import Row

FORM = "sign-in-address/1"
FORGET = timedelta(days=1)


def sign_in(
    accounts: Accounts, person: str, password: str, code: str, address: str, at: datetime
) -> bool:
    """Whether who writes this is the person. `code` is one of the moment, or a recovery code."""
    from_there, is_free = reached(accounts, address, at)
    row = _attempt(accounts, person, at)
    kept = row["password"] if row and row["password"] else accounts.nobody.password
    fits = matches(kept, password, accounts.hasher)
    shown = _shown(accounts, row, person, code, at, is_free=is_free and fits)
    if not shown:
        return False
    accounts.runs.run("address_cleared", hash=from_there)
    if accounts.hasher.check_needs_rehash(kept):
        new = hashed(password, accounts.hasher)
        accounts.runs.run("account_rehashed", person=person, password=new)
    return True


def prove(accounts: Accounts, person: str, code: str, at: datetime) -> bool:
    """Whether somebody who is signed in shows a fresh code, which no attempt used before."""
    row = _attempt(accounts, person, at)
    return _shown(accounts, row, person, code, at, is_free=True, may_recover=False)


def _attempt(accounts: Accounts, person: str, at: datetime) -> Row | None:
    """Count an attempt; the account when it may be judged, None when it may not.

    The next one has to wait from now on, so that a hundred at once are not a hundred guesses.
    """
    with accounts.runs.transaction() as tx:
        row = tx.one("account_lock", person=person)
        held = row is not None and row["blocked_until"] is not None and row["blocked_until"] > at
        before = row["failures"] if row else 0
        failures = before if held else before + 1
        until = row["blocked_until"] if row and held else _until(at, failures, FREE)
        tx.run("account_tried", person=person, failures=failures, blocked_until=until)
    works = row is not None and row["ended_at"] is None and row["password"] is not None
    return row if works and not held and person in accounts.people else None


def _shown(
    accounts: Accounts, row: Row | None, person: str, code: str, at: datetime, *, is_free: bool,
    may_recover: bool = True,
) -> bool:  # fmt: skip
    """Whether the code is right and was never used; using it is one statement."""
    seed = accounts.nobody.seed
    box = accounts.ring.seal(seed.encode(), "nobody") if row is None else bytes(row["seed"])
    about = "nobody" if row is None else f"account {row['person']}"
    step = step_of(accounts.ring.open(box, about).decode(), code, at)
    fits = row is not None and is_free
    if step is not None or not may_recover:
        # A step that nothing reaches: the statement runs for whoever is not there too.
        used = accounts.runs.one("account_step", person=person, step=step if fits and step else -1)
        return used is not None
    salted = digest(code) if fits else digest(accounts.nobody.seed)
    if accounts.runs.one("recovery_use", person=person, hash=salted, at=at) is None:
        return False
    accounts.runs.run("account_cleared", person=person)
    return True


def reached(accounts: Accounts, address: str, at: datetime) -> tuple[bytes, bool]:
    """Count an attempt from an address; its keyed hash, and whether it may be judged now."""
    hashed_ = accounts.ring.keyed_hash(Masked(address), FORM).hash
    with accounts.runs.transaction() as tx:
        tx.run("addresses_over", before=at - FORGET)
        (row,) = tx.run("address_tried", hash=hashed_, at=at)
        held = row["blocked_until"] is not None and row["blocked_until"] > at
        until = row["blocked_until"] if held else _until(at, row["failures"], FREE_OF_ADDRESS)
        tx.run("address_blocked", hash=hashed_, until=until)
    return hashed_, not held


def _until(at: datetime, failures: int, free: int) -> datetime | None:
    held = wait(failures, free)
    return at + held if held else None
