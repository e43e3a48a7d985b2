"""What the accounts work with, and the errors that their users read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from argon2 import PasswordHasher

from avow.common.errors import AvowError
from avow.declaration.model import Member
from avow.engine.accounts.proofs import HASHER, hashed, new_seed
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import Body
from avow.engine.keys.ring import KeyRing

Tells = Callable[[list[Body], datetime, Runs], object]
"""Writes entries to the ledger inside a transaction."""


class AccountError(AvowError):
    """Something about accounts that cannot be done (AV901 to AV905)."""

    code = "AV901"


@dataclass(frozen=True, slots=True)
class Nobody:
    """Who does not exist costs the same as who does: a hash and a secret to compare with."""

    password: str
    seed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of the declared people. `nobody` is made once per process."""

    runs: Runs
    ring: KeyRing
    people: Mapping[str, Member]
    tell: Tells
    hasher: PasswordHasher
    nobody: Nobody

    def exist(self) -> bool:
        """Whether anybody ever got one: from then on nobody comes in without."""
        row = self.runs.one("accounts_exist")
        return row is not None and bool(row["found"])

    def roles(self, person: str) -> frozenset[str]:
        """The declared roles of a person; none when the declaration no longer names them."""
        member = self.people.get(person)
        return member.roles if member else frozenset()


def accounts_over(
    runs: Runs,
    ring: KeyRing,
    people: Mapping[str, Member],
    tell: Tells,
    hasher: PasswordHasher = HASHER,
) -> Accounts:
    """The accounts over an open state."""
    nobody = Nobody(hashed(new_seed(), hasher), new_seed())
    return Accounts(runs, ring, people, tell, hasher, nobody)
