"""The account of the operating system that the embedded PostgreSQL runs under."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from avow.common.errors import StateError

WANTED = ("avow", "postgres", "nobody")
"""Existing accounts tried in this order when we are root; PostgreSQL refuses to run as root."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account: `switch` is true when we are root and must become it."""

    name: str
    uid: int
    gid: int
    switch: bool


def account_for(data: Path) -> Account:
    """The account that runs the server on `data`: its owner, or as root the first existing wanted.

    Raises StateError (AV851) when our uid has no passwd entry, (AV852) when no account exists.
    """
    if os.geteuid() != 0:
        return _own_account()
    if data.exists() and data.stat().st_uid != 0:
        return _account_of(data.stat().st_uid)
    for name in WANTED:
        try:
            return _as_account(pwd.getpwnam(name), switch=True)
        except KeyError:
            continue
    raise StateError(
        "no account to run PostgreSQL under",
        because="PostgreSQL refuses to run as root, and none of "
        + ", ".join(f"`{name}`" for name in WANTED)
        + " exists",
        help="run avow as an ordinary account, or create the account `avow`",
        code="AV852",
    )


def _own_account() -> Account:
    try:
        return _as_account(pwd.getpwuid(os.geteuid()), switch=False)
    except KeyError:
        raise _no_entry(os.geteuid()) from None


def _account_of(uid: int) -> Account:
    try:
        return _as_account(pwd.getpwuid(uid), switch=True)
    except KeyError:
        raise _no_entry(uid) from None


def _no_entry(uid: int) -> StateError:
    return StateError(
        f"the account with uid {uid} has no name",
        because="there is no entry for it in /etc/passwd, and initdb refuses to run without one",
        help="add the entry (in a container: `RUN useradd --uid N avow`), or give `--database-url`",
        code="AV851",
    )


def _as_account(entry: pwd.struct_passwd, *, switch: bool) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch)


def blocked_at(path: Path, account: Account) -> Path | None:
    """The first folder on the way to `path` that the account may not enter; None when it may.

    Folders that do not exist yet are ours to make and count as open. Mode bits only: access
    control lists are not read.
    """
    for folder in reversed(path.absolute().parents):
        if folder.exists() and not _may_enter(folder.stat(), account):
            return folder
    return None


def _may_enter(found: os.stat_result, account: Account) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == account.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def give(path: Path, account: Account) -> None:
    """Make the account the owner of `path`, when we are root."""
    if account.switch:
        os.chown(path, account.uid, account.gid)
