"""Which folders a dataset stands for, and the tables that a mailbox shows.

A dataset is a folder or a pattern of folders: `INBOX`, `Archive/*`. Beside it there are the views
`INBOX#address` and `INBOX#attachment`, and `correspondent` over all mapped folders.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from avow.estate.connectors.catalogue import Catalogue, Column, ColumnKind, Table
from avow.estate.connectors.mail.heads import ROLES
from avow.estate.connectors.mail.place import Folder, KeyColumns
from avow.estate.datamap.mailboxes import View, parted
from avow.estate.datamap.model import System

T, N = ColumnKind.TEXT, ColumnKind.INTEGER


@dataclass(frozen=True, slots=True)
class Shelf:
    """A dataset: what its rows are, and the folders whose messages they are made from."""

    name: str
    view: View
    folders: tuple[Folder, ...]

    @property
    def fixed(self) -> str:
        """Why its rows cannot be removed one by one; empty where they can."""
        if self.view is not View.MESSAGE:
            return "it is a view of messages, and its rows go with them"
        return next((f.fixed for f in self.folders if f.fixed), "")


def matches(pattern: str, folder: str, separator: str) -> bool:
    """Whether a folder is meant: `*` stands for anything, `%` for anything inside one name, as in
    IMAP (RFC 9051, 6.3.9). Case matters, but for INBOX."""
    if folder.upper() == "INBOX" == pattern.upper():
        return True
    inside = f"[^{re.escape(separator)}]*"
    marks = {"*": ".*", "%": inside}
    text = "".join(marks.get(c, re.escape(c)) for c in pattern)
    return re.fullmatch(text, folder, re.DOTALL) is not None


def shelves(
    system: System, folders: Sequence[Folder], private: Sequence[str], separator: str
) -> Mapping[str, Shelf]:
    """Every dataset that is there: the declared ones, then each folder that nobody declared. A
    folder is of the dataset with its very name, else of the first pattern. Private folders are of
    none, and a dataset without a folder is not there."""
    seen = [f for f in folders if not any(matches(p, f.name, separator) for p in private)]
    patterns = [n for n in system.datasets if parted(n)[1] is View.MESSAGE]
    owner = {f.name: _owner(f.name, patterns, separator) for f in seen}
    found: dict[str, Shelf] = {}
    for name in system.datasets:
        base, view = parted(name)
        mine = tuple(f for f in seen if _is_of(f.name, base, view, owner[f.name], separator))
        if mine:
            found[name] = Shelf(name, view, mine)
    for folder in seen:
        if owner[folder.name] is None and folder.name not in found:
            found[folder.name] = Shelf(folder.name, View.MESSAGE, (folder,))
    return found


def _owner(folder: str, patterns: Sequence[str], separator: str) -> str | None:
    exact = [p for p in patterns if p == folder]
    return next(iter(exact or [p for p in patterns if matches(p, folder, separator)]), None)


def _is_of(folder: str, base: str, view: View, owner: str | None, separator: str) -> bool:
    if view is View.CORRESPONDENT:
        return owner is not None
    if owner is None:
        return view is not View.MESSAGE and matches(base, folder, separator)
    return owner == base


# --- tables --------------------------------------------------------------------------------------


def catalogue(found: Mapping[str, Shelf], keys: KeyColumns) -> Catalogue:
    """The tables of a mailbox. Nothing of a message can be set: it goes whole or not at all."""
    tables = {name: _table(shelf, keys) for name, shelf in found.items()}
    said = repr([(t.name, t.columns, t.key) for t in tables.values()])
    return Catalogue(tables, (), hashlib.sha256(said.encode()).hexdigest())


def _table(shelf: Shelf, keys: KeyColumns) -> Table:
    columns, key = _columns(shelf.view, keys)
    # A folder from which nothing can be removed alone holds messages all the same: it is no view.
    holds = bool(shelf.fixed) and shelf.view is View.MESSAGE
    return Table(shelf.name, columns, key, writable=not shelf.fixed, materialized=holds)


def _columns(view: View, keys: KeyColumns) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    match view:
        case View.ADDRESS:
            kinds = {"message": T, "role": T, "position": N, "address": T}
            return tuple(_made(kinds)), ("message", "role", "position")
        case View.ATTACHMENT:
            kinds = {"message": T, "position": N, "name": T, "type": T, "size": N}
            return tuple(_made(kinds | {"digest": T})), ("message", "position")
        case View.CORRESPONDENT:
            return tuple(_made({"address": T})), ("address",)
    return tuple(_made(_message(keys))), ("folder", *(name for name, _ in keys))


def _message(keys: KeyColumns) -> dict[str, ColumnKind]:
    found = {"folder": T} | dict(keys) | {"message": T, "message_id": T, "sender": T}
    found |= dict.fromkeys((r.replace("-", "_") for r in ROLES if r != "sender"), T)
    found |= {"date": ColumnKind.INSTANT, "arrived": ColumnKind.INSTANT, "subject": T, "thread": T}
    found |= {"size": N} | dict.fromkeys(("attached", "unread"), ColumnKind.BOOLEAN)
    found |= {"text": T, "content": ColumnKind.BYTES}
    return found


def _made(kinds: Mapping[str, ColumnKind]) -> Iterator[Column]:
    return (Column(name, str(kind), kind, generated=True) for name, kind in kinds.items())
