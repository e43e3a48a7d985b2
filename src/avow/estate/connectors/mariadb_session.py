"""A session on a MariaDB server: how it is opened, how long it waits, and what its errors mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pymysql
from pymysql.constants import CLIENT
from pymysql.cursors import SSCursor

from avow.estate.connectors.address import address
from avow.estate.connectors.base import NO_SPACE, Access, Refused, Unreachable
from avow.estate.connectors.sql import Written
from avow.estate.datamap.model import System

OLDEST = (10, 6)
"""The first series with `JSON_TABLE`."""
_SCHEMES = frozenset({"mariadb", "mysql"})
_OPTIONS = frozenset({"unix_socket", "ssl_ca", "ssl_cert", "ssl_key"})
_MODE = (
    "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,"
    "PIPES_AS_CONCAT,SIMULTANEOUS_ASSIGNMENT"
)
"""Strict, but what is already stored may be written back: numbers 0 and days that never were."""
_VERSION = re.compile(r"(\d+)\.(\d+)\.\d+-MariaDB")

_CODES: Mapping[str, tuple[int, ...]] = {
    "constraint": (1048, 1062, 1169, 1216, 1217, 1364, 1442, 1451, 1452, 1557, 1586, 1644, 1761,
                   1762, 1906, 4025),
    "lock": (1020, 1205, 1213, 1614),
    "time": (1317, 1969),
    "rights": (1044, 1045, 1142, 1143, 1227, 1290, 1370, 1698, 1792, 1836),
    "lost": (0, 1053, 1158, 1159, 1160, 1161, 1927, 2006, 2013, 2014, 2055, 1021, 1114),
    "schema": (1049, 1051, 1054, 1091, 1146, 1305),
    "form": (1264, 1265, 1267, 1271, 1292, 1366, 1406, 1411, 1525, 1690, 4037, 4038, 4078),
}  # fmt: skip
_KINDS = {code: kind for kind, codes in _CODES.items() for code in codes}
_CONSTRAINT = re.compile(r"\(`(?:[^`]|``)*`\.`((?:[^`]|``)*)`, CONSTRAINT `((?:[^`]|``)*)`")
_PLACES: Mapping[int, re.Pattern[str]] = {
    1048: re.compile(r"^Column '([^']*)'"),
    1062: re.compile(r" for key '([^']*)'$"),
    4025: re.compile(r"^CONSTRAINT `((?:[^`]|``)*)`"),
}
"""Where the message of an error names a place after, or before, any value."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a connection may wait, in milliseconds: for a statement (0: any time), for a lock
    (whole seconds here), and idle inside a transaction; and to connect, in seconds."""

    statement: int = 60_000
    lock: int = 2_000
    idle: int = 60_000
    connect: int = 10


def opened(system: System, access: Access, limits: Limits) -> pymysql.Connection[Any]:
    """A session with our limits and settings.

    Raises:
        Unreachable: no answer, a refusal, or another server than MariaDB; no password is told.
    """
    try:
        raw = pymysql.connect(
            **_where(system),
            charset="utf8mb4",
            autocommit=True,
            client_flag=CLIENT.FOUND_ROWS,
            connect_timeout=limits.connect,
            program_name="avow",
        )
    except (pymysql.Error, OSError) as error:
        raise _unreachable(system, error) from None
    try:
        _known(system, raw)
        _settle(raw, access, limits)
    except pymysql.Error as error:
        raw.close()
        raise _unreachable(system, error) from None
    except Unreachable:
        raw.close()
        raise
    return raw


def _where(system: System) -> dict[str, Any]:
    """What the address says, as the driver takes it."""
    try:
        url = urlsplit(address(system))
        port = url.port or 3306
    except ValueError:
        raise Unreachable(f"`{system.name}` has an address that cannot be read") from None
    options = dict(parse_qsl(url.query))
    if url.scheme not in _SCHEMES or set(options) - _OPTIONS or len(url.path) <= 1:
        raise Unreachable(
            f"the address of `{system.name}` is not mariadb://user:password@host:port/database"
            f" with any of {', '.join(sorted(_OPTIONS))}"
        )
    return {
        "host": url.hostname or "localhost",
        "port": port,
        "user": unquote(url.username or ""),
        "password": unquote(url.password or ""),
        "database": unquote(url.path[1:]),
        **({"ssl_verify_cert": True, "ssl_verify_identity": True} if "ssl_ca" in options else {}),
        **options,
    }


def _unreachable(system: System, error: Exception) -> Unreachable:
    code = error.args[0] if error.args and isinstance(error.args[0], int) else None
    why = type(error).__name__ if code is None else f"error {code}"
    return Unreachable(f"`{system.name}` does not answer or refuses us ({why})")


def _known(system: System, raw: pymysql.Connection[Any]) -> None:
    """Refuse servers on which nothing here was ever tried."""
    version = str(raw.get_server_info())  # type: ignore[no-untyped-call]
    found = _VERSION.search(version)
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        raise Unreachable(
            f"`{system.name}` is not MariaDB 10.6 or newer but `{version}`, on which avow is not"
            " tested"
        )


def _settle(raw: pymysql.Connection[Any], access: Access, limits: Limits) -> None:
    seconds = max(1, -(-limits.lock // 1000))
    with raw.cursor() as cursor:
        cursor.execute(
            # In this collation a text of ours is equal to itself alone.
            "SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin,"
            " SESSION sql_mode = %s, SESSION time_zone = '+00:00', SESSION foreign_key_checks = 1,"
            " SESSION unique_checks = 1, SESSION innodb_lock_wait_timeout = %s,"
            " SESSION lock_wait_timeout = %s, SESSION max_statement_time = %s,"
            # Else a long list inside a column would be cut.
            " SESSION group_concat_max_len = 18446744073709551615,"
            # What we write as `EXISTS` is to be asked for each of a few rows.
            " SESSION optimizer_switch = 'exists_to_in=off',"
            " SESSION idle_transaction_timeout = %s, SESSION tx_read_only = %s",
            (
                _MODE,
                seconds,
                seconds,
                limits.statement / 1000,
                -(-limits.idle // 1000),
                access is Access.READ,
            ),
        )
        if access is Access.WRITE:  # whatever the server's own default is
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")


@contextmanager
def refusals(dataset: str) -> Iterator[None]:
    """Turn the server's errors into `Refused`, which tells the place and never a value: the
    server's own message may quote the row."""
    try:
        yield
    except pymysql.Error as error:
        raise refusal(error, dataset) from None


def fetched(
    connection: pymysql.Connection[Any], written: Written, dataset: str, size: int
) -> Iterator[list[tuple[Any, ...]]]:
    """A long answer in blocks, as fast as it is taken."""
    with refusals(dataset):
        cursor = connection.cursor(SSCursor)
        cursor.execute(*written)
        yield from iter(lambda: list(cursor.fetchmany(size)), [])


def refusal(error: pymysql.Error, dataset: str) -> Refused:
    """Our word for the server's error, with the place that it names."""
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    message = str(error.args[1]) if len(error.args) > 1 else ""
    kind = _KINDS.get(code, "other")
    if found := _CONSTRAINT.search(message) if code in {1216, 1217, 1451, 1452} else None:
        return Refused(kind, found[1].replace("``", "`"), found[2].replace("``", "`"))
    if code in {1021, 1114}:
        return Refused(kind, dataset, NO_SPACE)
    place = _PLACES[code].search(message) if code in _PLACES else None
    return Refused(kind, dataset, place[1] if place else (str(code) if kind == "other" else ""))
