"""The rows of a mailbox: messages, their addresses and attachments, and who they are with.

Heads are kept as long as the connection; bodies are read when they are asked for. A folder is read
again when its state has moved, and then only what is new in it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import Catalogue, Column
from avow.estate.connectors.mail import layout
from avow.estate.connectors.mail.bodies import attachments, text_of
from avow.estate.connectors.mail.heads import ROLES, Head, read_head
from avow.estate.connectors.mail.layout import Shelf
from avow.estate.connectors.mail.place import Letter, Letters, Place
from avow.estate.datamap.mailboxes import View
from avow.estate.datamap.model import System


class Message(dict[str, Any]):
    """A row of a message. What needs its body, or its thread, is worked out when asked for."""

    def __init__(self, mailbox: Mailbox, letter: Letter) -> None:
        self.letter, self._mailbox = letter, mailbox
        self.head = read_head(letter.head)
        names = [name for name, _ in mailbox.place.key_columns]
        super().__init__(zip(names, letter.key, strict=True))
        self.update(_cells(letter, self.head))

    def __missing__(self, name: str) -> object:
        match name:
            case "content":
                return self._mailbox.content(self.letter)
            case "text":
                return text_of(self["content"])
            case "attached":
                return bool(attachments(self["content"]))
            case "thread":
                return self._mailbox.thread(self.head)
        raise KeyError(name)

    def addresses(self) -> Iterator[dict[str, Any]]:
        """The rows of its addresses."""
        for position, part in enumerate(self.head.parts):
            yield {
                "message": self["message"],
                "role": part.role,
                "position": position,
                "address": part.address.address,
            }

    def attachments(self) -> Iterator[dict[str, Any]]:
        """The rows of what is attached to it."""
        for position, found in enumerate(attachments(self["content"])):
            yield {
                "message": self["message"],
                "position": position,
                "name": found.name,
                "type": found.type,
                "size": found.size,
                "digest": found.digest,
            }


def _cells(letter: Letter, head: Head) -> dict[str, object]:
    lists = {r.replace("-", "_"): ", ".join(head.of(r)) or None for r in ROLES if r != "sender"}
    return lists | {
        "folder": letter.folder,
        "message": ";".join(map(str, (letter.folder, *letter.key))),
        "message_id": head.message_id,
        "sender": head.sender,
        "date": head.date,
        "arrived": letter.arrived,
        "subject": head.subject,
        "size": letter.size,
        "unread": not head.whole,
    }


class Mailbox:
    """The messages of an open place, as its datasets show them."""

    def __init__(self, system: System, place: Place, private: Sequence[str]) -> None:
        self.system, self.place = system, place
        found = layout.shelves(system, place.folders(), private, place.separator)
        self.shelves: Mapping[str, Shelf] = found
        self.catalogue: Catalogue = layout.catalogue(found, place.key_columns)
        self._states: dict[str, Hashable] = {}
        self._letters: dict[str, Letters] = {}
        self._messages: dict[str, dict[Hashable, Message]] = {}
        self._before: dict[str, str] | None = None
        self._last: tuple[Letter, bytes] | None = None
        self.gone: set[tuple[str, Hashable]] | None = None
        """Folder and handle of what the running batch removes; None outside one."""

    def shelf(self, dataset: str) -> Shelf:
        """A dataset that is there; Refused (`schema`) where it is not."""
        if dataset not in self.shelves:
            raise Refused("schema", dataset)
        return self.shelves[dataset]

    def column(self, dataset: str, name: str) -> Column:
        """A column of a dataset; Refused (`schema`) where there is none."""
        self.shelf(dataset)
        found = self.catalogue.tables[dataset].column(name)
        if found is None:
            raise Refused("schema", dataset, name)
        return found

    def rows(self, dataset: str) -> Iterator[Mapping[str, Any]]:
        """Every row of a dataset, in no order."""
        shelf = self.shelf(dataset)
        messages = self.messages(f.name for f in shelf.folders)
        match shelf.view:
            case View.MESSAGE:
                yield from messages
            case View.ADDRESS:
                yield from (row for m in messages for row in m.addresses())
            case View.ATTACHMENT:
                yield from (row for m in messages for row in m.attachments())
            case View.CORRESPONDENT:
                known = dict.fromkeys(p.address.address for m in messages for p in m.head.parts)
                yield from ({"address": address} for address in known)

    def messages(self, folders: Iterable[str]) -> Iterator[Message]:
        """The messages of folders, without those that the running batch removes."""
        gone = self.gone or set()
        for folder in folders:
            for handle, message in self._read(folder).items():
                if (folder, handle) not in gone:
                    yield message

    def _read(self, folder: str) -> dict[Hashable, Message]:
        """The messages of a folder. Inside a batch nothing is read that is known already, so that
        the batch sees one time."""
        if self.gone is not None and folder in self._messages:
            return self._messages[folder]
        state = self.place.state(folder)
        if folder in self._messages and self._states.get(folder) == state:
            return self._messages[folder]
        old = self._letters.get(folder, {})
        letters = self.place.read(folder, old)
        known = self._messages.get(folder, {})
        self._messages[folder] = {
            handle: known[handle] if old.get(handle) is letter else Message(self, letter)
            for handle, letter in letters.items()
        }
        self._letters[folder], self._states[folder] = letters, state
        self._before = None
        return self._messages[folder]

    def forget(self) -> None:
        """Look at every folder again before its next use."""
        self._states.clear()
        self._last = None

    def content(self, letter: Letter) -> bytes:
        """A whole message; the last one is kept, since several columns are made from it."""
        if self._last is None or self._last[0] is not letter:
            self._last = letter, self.place.content(letter)
        return self._last[1]

    def thread(self, head: Head) -> str:
        """The id of the first message of its thread, by References and In-Reply-To and by nothing
        else; its own where it answers none."""
        if self._before is None:
            self._before = self._answers()
        seen, at = {head.message_id}, head.message_id
        at = head.answers[0] if head.answers else at
        while at not in seen and at in self._before:
            seen.add(at)
            at = self._before[at]
        return at

    def _answers(self) -> dict[str, str]:
        """Of each message that answers another, the first one that it names."""
        named = [s for s in self.shelves.values() if s.name in self.system.datasets]
        mapped = {f.name for s in named for f in s.folders}
        heads = [m.head for m in self.messages(sorted(mapped))]
        return {h.message_id: h.answers[0] for h in heads if h.message_id and h.answers}
