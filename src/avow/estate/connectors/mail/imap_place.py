"""Mailboxes on an IMAP server (RFC 9051, RFC 3501).

Folders are opened with EXAMINE and messages read with BODY.PEEK, so that reading changes nothing.
A message is removed with UID EXPUNGE (RFC 4315), which touches no other; a plain EXPUNGE would take
along what others had marked.
"""

from __future__ import annotations

import imaplib
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from avow.estate.connectors.base import Refused
from avow.estate.connectors.catalogue import ColumnKind
from avow.estate.connectors.mail import imap_words as words
from avow.estate.connectors.mail.heads import FIELDS
from avow.estate.connectors.mail.imap_login import ended
from avow.estate.connectors.mail.place import Folder, KeyColumns, Letter, Letters

AT_ONCE = 500
"""Messages that one command speaks of."""
_HEAD = f"(UID INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS ({' '.join(FIELDS).upper()})])"
_STATUS = "(UIDVALIDITY UIDNEXT MESSAGES)"
NO_UIDPLUS = "the server cannot remove single messages (UIDPLUS, RFC 4315)"
LABELS = "the server takes off a label and keeps the message (X-GM-EXT-1)"


class ImapPlace:
    """An open mailbox on a server."""

    key_columns: KeyColumns = (("uidvalidity", ColumnKind.INTEGER), ("uid", ColumnKind.INTEGER))
    rewrites = False

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._client = client
        self._open: tuple[str, int] | None = None
        with _spoken():
            # What the library knows was said before we logged in; servers show more afterwards.
            able = b" ".join(client.capability()[1]).upper().decode("ascii", "replace")
            self._able = frozenset(able.split())
            self._listed = tuple(words.listed(client.list('""', "*")[1]))

    @property
    def separator(self) -> str:
        return next((each.separator for each in self._listed), "")

    def folders(self) -> Sequence[Folder]:
        return tuple(Folder(each.name, self._fixed(each)) for each in self._listed)

    def _fixed(self, folder: words.Listed) -> str:
        if not self._able & {"UIDPLUS", "IMAP4REV2"}:
            return NO_UIDPLUS
        if "X-GM-EXT-1" in self._able and not folder.flags & {r"\trash", r"\junk"}:
            return LABELS
        return ""

    def state(self, folder: str) -> Hashable:
        found = self._status(folder)
        return found.get("UIDVALIDITY"), found.get("UIDNEXT"), found.get("MESSAGES")

    def validity(self, folder: str) -> int | None:
        return self._status(folder).get("UIDVALIDITY", 0)

    def _status(self, folder: str) -> Mapping[str, int]:
        with _spoken():
            if self._open is not None:  # of an open folder a server may tell what it told before
                self._client.noop()
            kind, answer = self._client.status(words.quoted(folder), _STATUS)
        if kind != "OK":
            raise Refused("schema")
        return words.numbers(answer)

    def read(self, folder: str, known: Letters) -> Letters:
        validity = self._opened(folder, write=False)
        present = words.uids(self._uid("FETCH", "1:*", "(UID)"))
        found = {n: known[validity, n] for n in present if (validity, n) in known}
        for some in batched_numbers(n for n in present if n not in found):
            for each in words.fetched(self._uid("FETCH", words.ranges(some), _HEAD)):
                found[each.uid] = Letter(
                    folder, (validity, each.uid), (validity, each.uid), each.arrived, each.size,
                    each.text or b"",
                )  # fmt: skip
        return {letter.handle: letter for _, letter in sorted(found.items())}

    def content(self, letter: Letter) -> bytes:
        validity, uid = letter.key
        if (letter.folder, validity) != self._open:  # an open folder never changes its numbers
            if self._opened(letter.folder, write=False) != validity:
                raise Refused("lock")
            self._open = letter.folder, int(validity)
        for each in words.fetched(self._uid("FETCH", str(uid), "(UID BODY.PEEK[])")):
            if each.uid == uid and each.text is not None:
                return each.text
        raise Refused("lock")

    def remove(self, letters: Sequence[Letter], dataset: Mapping[str, str]) -> list[str]:
        folders: dict[str, list[Letter]] = {}
        for letter in letters:
            folders.setdefault(letter.folder, []).append(letter)
        for folder, mine in folders.items():  # all are looked at before any is changed
            if any(self.validity(folder) != letter.key[0] for letter in mine):
                raise Refused("lock", dataset[folder], "uidvalidity")
        trash = next((e.name for e in self._listed if r"\trash" in e.flags), None)
        watched = trash if trash is not None and set(folders) - {trash} else None
        before = self._status(watched) if watched else {}
        for folder, mine in folders.items():
            self._remove(folder, mine, dataset[folder])
        return self._moved(watched, before, letters) if watched else []

    def _remove(self, folder: str, letters: Sequence[Letter], dataset: str) -> None:
        if self._opened(folder, write=True, dataset=dataset) != letters[0].key[0]:
            raise Refused("lock", dataset, "uidvalidity")
        for some in batched_numbers(int(letter.key[1]) for letter in letters):
            which = words.ranges(some)
            self._uid("STORE", which, "+FLAGS.SILENT", r"(\Deleted)", dataset=dataset)
            self._uid("EXPUNGE", which, dataset=dataset)
            if words.uids(self._uid("FETCH", which, "(UID)", dataset=dataset)):
                raise Refused("other", dataset, "messages are still there after EXPUNGE")

    def _moved(self, trash: str, before: Mapping[str, int], letters: Sequence[Letter]) -> list[str]:
        """Whether the server put into its trash what it was told to remove."""
        now = self._status(trash)
        if now.get("UIDNEXT") == before.get("UIDNEXT"):
            return []
        self._opened(trash, write=False)
        new = words.fetched(self._uid("FETCH", f"{before.get('UIDNEXT', 1)}:*", _HEAD))
        heads = {letter.head for letter in letters}
        moved = sum(each.text in heads for each in new)
        return [f"not done: the server moved {moved:,} messages to its trash"] if moved else []

    def close(self) -> None:
        ended(self._client)

    # --- commands ------------------------------------------------------------------------------

    def _opened(self, folder: str, *, write: bool, dataset: str = "") -> int:
        """Open a folder, by EXAMINE where nothing is to be written; returns its UIDVALIDITY."""
        self._open = None
        with _spoken(dataset):
            kind, _ = self._client.select(words.quoted(folder), readonly=not write)
            if kind != "OK":
                raise Refused("rights" if write else "schema", dataset)
            (validity,) = self._client.response("UIDVALIDITY")[1][-1:] or [None]
        if validity is None:
            raise Refused("form", dataset, "uidvalidity")
        return int(validity)

    def _uid(self, command: str, *arguments: str, dataset: str = "") -> words.Answer:
        with _spoken(dataset):
            kind, answer = self._client.uid(command, *arguments)
        if kind != "OK":
            raise Refused("rights" if command in ("STORE", "EXPUNGE") else "other", dataset)
        return answer


def batched_numbers(numbers: Iterable[int]) -> Iterator[list[int]]:
    """Numbers, as many at a time as one command speaks of."""
    left = list(numbers)
    for start in range(0, len(left), AT_ONCE):
        yield left[start : start + AT_ONCE]


@contextmanager
def _spoken(dataset: str = "") -> Iterator[None]:
    """What the library and the server say, as a refusal without their words: these may hold names
    of folders and of people."""
    try:
        yield
    except imaplib.IMAP4.readonly:
        raise Refused("rights", dataset) from None
    except (imaplib.IMAP4.abort, OSError):
        raise Refused("lost", dataset) from None
    except (imaplib.IMAP4.error, ValueError):
        raise Refused("other", dataset) from None
