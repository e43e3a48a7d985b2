"""From the address that a person types to what may be written down: never a password."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from avow.common.errors import AvowError
from avow.duties.discovery.proposal import Source
from avow.duties.discovery.writing import slug

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_SCHEMES = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mariadb": "mariadb",
    "mysql": "mariadb",
}
"""What an address begins with -> the kind of system."""
_FILE = "sqlite:///"
_SECRETS = ("pass", "secret", "token")
"""Parts of the names of a query's settings that may hold one."""
_HELP = (
    "write postgresql://account@host/database, mariadb://account@host/database, or the path of an "
    "SQLite file"
)


class UnknownAddress(AvowError):
    """The address names no kind of system that can be looked at (AV504)."""

    code = "AV504"


@dataclass(frozen=True, slots=True)
class Named:
    """A source, and the address to connect to, which may hold a password and is never shown."""

    source: Source
    address: str = field(repr=False)


def named(given: str, environment: Mapping[str, str], zone: str) -> Named:
    """What an address names. `${NAME}` is looked up; an address with a password is written as the
    variable that holds it, or as one that the person still has to set.

    Raises:
        UnknownAddress: no kind of database that is looked at, or the variable is not set (AV504).
    """
    asked = _VARIABLE.fullmatch(given)
    if asked and not environment.get(asked[1]):
        raise UnknownAddress(f"the environment variable `{asked[1]}` is not set")
    address = environment[asked[1]] if asked else given
    kind = _SCHEMES.get(address.partition("://")[0]) if "://" in address else None
    if kind:
        held = asked[1] if asked else _holder(address, environment)
        return _on_server(kind, address, held, zone)
    if "://" in address and not address.startswith(_FILE):
        raise UnknownAddress(
            "avow cannot look at a system of this kind",
            help=_HELP,
        )
    path = Path(address.removeprefix(_FILE))
    shown, variable = (given, asked[1]) if asked else (str(path), None)
    return Named(Source(_system(path.stem), "sqlite", shown, variable, zone), str(path))


def _holder(address: str, environment: Mapping[str, str]) -> str | None:
    """The variable of the environment that holds just this address, as `avow init "$NAME"` gives
    it; None when there is none."""
    found = (name for name, value in environment.items() if value == address)
    return next((name for name in found if _NAME.fullmatch(name)), None)


def _on_server(kind: str, address: str, variable: str | None, zone: str) -> Named:
    try:
        system = _system(unquote(urlsplit(address).path.strip("/")))
    except ValueError:  # its sentence may quote the address, so it is not passed on
        raise UnknownAddress("the address cannot be taken apart", help=_HELP) from None
    if variable is None and holds_secret(address):
        variable = f"{system.upper().replace('-', '_')}_DATABASE_URL"
    url = f"${{{variable}}}" if variable else address
    return Named(Source(system, kind, url, variable, zone), address)


def holds_secret(address: str) -> bool:
    """Whether the address of a database holds a password, in its front or among its settings. One
    that cannot be taken apart is taken to hold one."""
    try:
        parts = urlsplit(address)
        settings = [pair.partition("=")[0].lower() for pair in parts.query.split("&")]
    except ValueError:
        return True
    front = parts.netloc.rpartition("@")[0]
    return ":" in front or any(word in name for name in settings for word in _SECRETS)


def _system(name: str) -> str:
    """The id of the system: the database's or the file's own name; a variable's name cannot begin
    with a digit, so neither does it."""
    found = slug(name)
    return f"db-{found}" if found[0].isdigit() else found
