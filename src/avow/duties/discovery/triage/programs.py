"""Tables that programs keep for themselves, and which programs: asked about first, all at once.

A table that points to persons, or holds signs of them, is none of these whatever it is called:
a session, a queue and a cache may hold copies of personal data.
"""

from __future__ import annotations

import re

from avow.duties.discovery.survey import bare

_SETTINGS = (
    "settings? instellingen parametres? param_application configuration config configuratie "
    "options? feature_flags? sequences?"
)
_KNOWN = {
    "Django": "django_(migrations|content_type|site) auth_(permission|group|group_permissions) "
    "socialaccount_socialapp",
    "Rails": "schema_migrations ar_internal_metadata",
    "Flyway": "flyway_.* schema_version",
    "Liquibase": "databasechangelog(lock)?",
    "Alembic": "alembic_version",
    "a tool that changes the schema": "phinxlog "
    "((phinx|doctrine|knex|laravel)_)?migrations?(_versions|_lock)?",
    "PostGIS": "spatial_ref_sys geometry_columns raster_.*",
    "a scheduler": "qrtz_.* (.*_)?cron_?jobs? (.*_)?crontab",
    "avow": "avow_.*",
    "the program's settings": " ".join(f"(.*_)?{word}" for word in _SETTINGS.split()),
    "the program": "(.*_)?permissions? (.*_)?cache(_.*)?",
}
"""Program -> patterns of whole names."""
_PATTERNS = tuple(
    (re.compile("|".join(patterns.split())), program) for program, patterns in _KNOWN.items()
)
_CARRIERS = re.compile(
    r"(.*_)?(sessions?|queue|wachtrij|file_attente|jobs?|failed_jobs|outbox|inbox|tasks?meta|"
    r"taskmeta|dead_letters?)"
)


def program_of(table: str) -> str | None:
    """The program that keeps the table for itself, by its name; None for others."""
    name = bare(table).lower()
    return next((program for pattern, program in _PATTERNS if pattern.fullmatch(name)), None)


def is_carrier(table: str) -> bool:
    """Whether it is called as a queue or a store of sessions, which carry copies of other data."""
    return _CARRIERS.fullmatch(bare(table).lower()) is not None
