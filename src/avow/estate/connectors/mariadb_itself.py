"""Which database of which MariaDB server a connection is in, and what its own code may reach.

A server is told by its number, its host, port and data folder, and the second in which it was
started, which it answers the same each time. The nodes of a cluster count as one server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pymysql

_VARIABLES = """
SHOW GLOBAL VARIABLES WHERE Variable_name IN
    ('server_uid', 'hostname', 'port', 'socket', 'datadir', 'gtid_slave_pos', 'wsrep_on')
"""
_STATUS = """
SELECT variable_name, variable_value, database(), unix_timestamp()
FROM information_schema.global_status
WHERE variable_name IN ('UPTIME', 'SLAVES_RUNNING', 'WSREP_CLUSTER_STATE_UUID')
"""
_MUST = ("hostname", "port", "datadir")
_CODE = """
SELECT trigger_name FROM information_schema.triggers
WHERE trigger_schema = database() AND instr(lower(action_statement), lower(%s))
UNION ALL
SELECT routine_name FROM information_schema.routines
WHERE routine_schema = database()
  AND (routine_definition IS NULL OR instr(lower(routine_definition), lower(%s)))
"""
_SEES_TRIGGERS = """
SELECT 1 FROM information_schema.user_privileges WHERE privilege_type = 'TRIGGER'
UNION ALL
SELECT 1 FROM information_schema.schema_privileges
WHERE privilege_type = 'TRIGGER' AND database() LIKE table_schema
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """The database by its name in lower case, its server, and whether that repeats, or ever
    repeated, the changes of another."""

    database: str
    server: str
    follows: bool


def whereabouts(raw: pymysql.Connection[Any]) -> Whereabouts | None:
    """Where a session is; None where the server does not say enough."""
    try:
        with raw.cursor() as cursor:
            cursor.execute(_VARIABLES)
            said = {name: str(value) for name, value in cursor.fetchall()}
            cursor.execute(_STATUS)
            rows = cursor.fetchall()
    except pymysql.Error:
        return None
    status = {name: str(value) for name, value, _, _ in rows}
    database, now = (rows[0][2], int(rows[0][3])) if rows else (None, 0)
    is_known = "UPTIME" in status and "SLAVES_RUNNING" in status
    if not database or not is_known or not all(map(said.get, _MUST)):
        return None
    started = now - int(status["UPTIME"])
    follows = status["SLAVES_RUNNING"] != "0" or bool(said.get("gtid_slave_pos"))
    return Whereabouts(str(database).lower(), _server(said, status, started), follows)


def _server(said: Mapping[str, str], status: Mapping[str, str], started: int) -> str:
    cluster = status.get("WSREP_CLUSTER_STATE_UUID", "")
    if said.get("wsrep_on") == "ON" and cluster:
        return cluster
    own = (said.get(name, "") for name in ("server_uid", "socket", *_MUST))
    return "|".join((*own, str(started)))


def reaching(raw: pymysql.Connection[Any], database: str) -> str:
    """Why the code of the session's own database may change another one of the same server: its
    triggers and routines can name any. Empty where none does."""
    try:
        with raw.cursor() as cursor:
            cursor.execute(_SEES_TRIGGERS)
            if not cursor.fetchall():
                return "its triggers are not shown to us: the right TRIGGER on it is missing"
            cursor.execute(_CODE, (database, database))
            found = sorted({str(name) for (name,) in cursor.fetchall()})
    except pymysql.Error as error:
        return f"its triggers cannot be read: {type(error).__name__}"
    named = ", ".join(f"`{name}`" for name in found)
    return f"its code may name that database: {named}" if found else ""
