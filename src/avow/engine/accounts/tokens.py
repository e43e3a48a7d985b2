"""Tokens of programs: 256 random bits, a hash here, scopes, an end. No program acts as a person."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from avow.common.errors import AvowError
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.engine.db.store import Runs

PREFIX = "avow_"
"""What every token begins with, so that a scanner of secrets finds one that was left somewhere."""
LONGEST = timedelta(days=366)


class Scope(StrEnum):
    """What a program may do: never decide, approve, or see data of a person. One that vouches says
    who is signed in where the organisation knows them; it counts as proof of who they are. One that
    asks before it uses rows hears yes or no."""

    READ_PROMISES = "promises:read"
    READ_REQUESTS = "requests:read"
    WRITE_REQUESTS = "requests:write"
    VOUCH = "persons:vouch"
    MAY_USE = "may-use"


class TokenError(AvowError):
    """A token cannot be made or ended (AV951)."""

    code = "AV951"


@dataclass(frozen=True, slots=True)
class Program:
    """A program that is let in."""

    token: str
    label: str
    scopes: frozenset[Scope]


def make(
    runs: Runs,
    label: str,
    scopes: Iterable[Scope],
    *,
    by: str,
    at: datetime,
    life: timedelta = LONGEST,
) -> tuple[str, Masked[str]]:
    """Make a token; gives its id and the token, which is told here only.

    Raises:
        TokenError: AV951, it would live longer than a year, or may do nothing.
    """
    wanted = sorted({str(scope) for scope in scopes})
    if not wanted or not timedelta() < life <= LONGEST:
        raise TokenError(
            "the token is not made",
            because="it has at least one scope, and an end within a year",
            help="give `--scope`, and `--days` of at most 366",
        )
    name, token = new_id("token"), PREFIX + secrets.token_urlsafe(32)
    runs.run(
        "token_add",
        id=name,
        hash=_hash(token),
        label=label,
        scopes=wanted,
        by=by,
        at=at,
        ends_at=at + life,
    )
    return name, Masked(token)


def who(runs: Runs, token: Masked[str], at: datetime, day: date) -> Program | None:
    """The program of a token; None for one that ended or never was, and nothing tells which."""
    row = runs.one("token_of", hash=_hash(token.reveal()), at=at, day=day)
    if row is None:
        return None
    known = set(Scope)
    return Program(
        row["id"], row["label"], frozenset(Scope(s) for s in row["scopes"] if s in known)
    )


def end(runs: Runs, token: str, at: datetime) -> None:
    """End a token. Raises TokenError AV951 where none lives under this id."""
    if runs.one("token_end", id=token, at=at) is None:
        raise TokenError(
            f"no token `{token}` lives", help="`avow token list` names those there are"
        )


def _hash(token: str) -> bytes:
    """SHA-256 is enough: of 256 random bits nothing can be guessed that a slow hash would hide."""
    return hashlib.sha256(token.encode()).digest()
