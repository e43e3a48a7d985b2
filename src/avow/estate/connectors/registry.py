"""Which connector speaks to which kind of system. A driver is loaded when it is first needed."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import cast

from avow.common.findings import Finding
from avow.estate.connectors.base import Connector
from avow.estate.connectors.distant.channel import is_at_worker
from avow.estate.connectors.mail.declared import wrong
from avow.estate.datamap.model import DataMap, System
from avow.estate.datamap.stored import FileFormat

KINDS = {
    "eml": "avow.estate.connectors.mail.connector:EmlConnector",
    "files": "avow.estate.connectors.files.connector:FilesConnector",
    "imap": "avow.estate.connectors.mail.connector:ImapConnector",
    "mariadb": "avow.estate.connectors.mariadb:MariadbConnector",
    "maildir": "avow.estate.connectors.mail.connector:MaildirConnector",
    "mbox": "avow.estate.connectors.mail.connector:MboxConnector",
    "postgresql": "avow.estate.connectors.postgresql:PostgresqlConnector",
    "sqlite": "avow.estate.connectors.sqlite:SqliteConnector",
}
"""Kind of system -> module and class of its connector."""
BY_HAND = "by-hand"
"""The kind of a system that people look into: no connector speaks to it, and none is missed."""
DISTANT = "avow.estate.connectors.distant.connector:DistantConnector"
"""What speaks to a system of any kind through its worker."""


def connector_for(system: System) -> Connector | Finding:
    """The connector of a system's kind, or the finding that says why there is none: AV501 for a
    kind that is not known, AV665 for one that is asked by hand, AV563 and AV586 for a driver that
    is not installed, and what is wrong with a mailbox."""
    if system.connector == BY_HAND:
        return _by_hand(system)
    if system.connector not in KINDS:
        return _unknown(system)
    if is_at_worker(system):  # its worker has the driver and the address
        return _loaded(DISTANT)
    if (found := wrong(system)) is not None:
        return found
    if _has_parquet(system) and find_spec("pyarrow") is None:
        return _without_driver(system)
    if system.connector == "mariadb" and find_spec("pymysql") is None:
        return _without_mariadb(system)
    return _loaded(KINDS[system.connector])


def _loaded(place: str) -> Connector:
    module, _, connector = place.partition(":")
    return cast("Connector", getattr(importlib.import_module(module), connector)())


def unknown_kinds(datamap: DataMap) -> list[Finding]:
    """A finding for every system whose kind no connector speaks; loads no driver."""
    known = {*KINDS, BY_HAND}
    return [_unknown(s) for s in datamap.systems.values() if s.connector not in known]


def _by_hand(system: System) -> Finding:
    return Finding(
        "AV665",
        f"`{system.name}` is looked into by hand",
        place=system.place,
        because="no connector speaks to it, so nothing of it is counted, read or erased by avow",
        help="its owner is given tasks: `avow request tasks`",
    )


def _unknown(system: System) -> Finding:
    return Finding(
        "AV501",
        f"no connector speaks to `{system.connector}`, the kind of system `{system.name}`",
        place=system.place,
        because="what is declared of this system can be neither counted nor enforced",
        help=f"use one of: {', '.join(f'`{kind}`' for kind in sorted(KINDS))}",
    )


def _has_parquet(system: System) -> bool:
    stored = (dataset.stored for dataset in system.datasets.values())
    return any(each is not None and each.format is FileFormat.PARQUET for each in stored)


def _without_driver(system: System) -> Finding:
    return Finding(
        "AV563",
        f"`{system.name}` holds Parquet files, and what reads them is not installed",
        place=system.place,
        because="avow brings it only where it is asked for",
        help="install the extra: `pip install avow[files]`",
    )


def _without_mariadb(system: System) -> Finding:
    return Finding(
        "AV586",
        f"`{system.name}` is a MariaDB database, and what speaks to it is not installed",
        place=system.place,
        because="avow brings it only where it is asked for",
        help="install the extra: `pip install avow[mariadb]`",
    )
