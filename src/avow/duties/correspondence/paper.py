"""Letters on paper, for persons without a mail address: a tagged PDF with addresses in windows."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from importlib import resources
from pathlib import Path

from avow.common.calendar import local_day
from avow.common.errors import AvowError
from avow.common.languages import words
from avow.duties.correspondence.letters import Letter
from avow.duties.correspondence.outbox import Tells, unsealed
from avow.engine.db.store import Runs
from avow.engine.evidence.entries import LettersPosted
from avow.engine.keys.ring import KeyRing

MOST = 500
"""Letters in one file: what a person posts at a time."""
_ADDRESS_LINES = 7


class PaperError(AvowError):
    """Letters cannot be printed (AV628, AV629)."""

    code = "AV628"


class Window(StrEnum):
    """Where the window of the envelope is (DIN 680 left; right is usual in Belgium and France)."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Sheet:
    """How letters look: who sends them, in which zone the day is, where the window is."""

    sender: str
    zone: str
    window: Window = Window.RIGHT


def print_waiting(
    runs: Runs, ring: KeyRing, sheet: Sheet, out: Path, *, at: datetime, most: int = MOST
) -> int:
    """Write the letters that wait for paper into a new PDF; gives how many.

    They are marked as printed only once the file is whole on the disk. Nothing is written where no
    letter waits.

    Raises:
        PaperError: AV628, the extra `paper` is not installed; AV629, the file is there already
            or cannot be written.
    """
    with runs.transaction() as tx:
        rows = tx.run("letters_on_paper", most=most)
        if not rows:
            return 0
        _write(out, pdf(list(unsealed(tx, ring, rows)), sheet))
        tx.run("letters_printed", ids=[row["id"] for row in rows], at=at)
    return len(rows)


def posted(runs: Runs, by: str, *, at: datetime, tell: Tells) -> int:
    """A declared person says that what was printed was posted; gives how many letters.

    It is their word that counts, and the ledger says whose.
    """
    with runs.transaction() as tx:
        rows = tx.run("letters_posted", at=at)
        groups = Counter((row["kind"], row["about"]) for row in rows)
        entries = [
            LettersPosted(what=kind, about=about, letters=count, by=by)
            for (kind, about), count in sorted(groups.items())
        ]
        if entries:
            tell(entries, at, tx)
    return len(rows)


def pdf(letters: Sequence[Letter], sheet: Sheet) -> bytes:
    """Letters as a tagged PDF (PDF/UA-1). Raises PaperError AV628 without the extra."""
    try:
        import typst  # noqa: PLC0415 -- an extra that most installations do not need
    except ImportError:
        raise PaperError(
            "letters cannot be printed",
            because="the library that makes PDF is not installed",
            help="install `avow[paper]`",
        ) from None
    source = resources.files("avow.duties.correspondence").joinpath("paper.typ").read_bytes()
    batch = {
        "title": sheet.sender,
        "sender": sheet.sender,
        "window": str(sheet.window),
        "letters": [_letter(each, sheet.zone) for each in letters],
    }
    return bytes(
        typst.compile(
            source,
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs={"letters": json.dumps(batch)},
            pdf_standards="ua-1",
            timestamp=max(each.made_at for each in letters).replace(microsecond=0),
        )
    )


def _letter(letter: Letter, zone: str) -> dict[str, object]:
    lines = [line.strip() for line in letter.content.to.splitlines() if line.strip()]
    return {
        "language": letter.language,
        "address": lines[:_ADDRESS_LINES],
        "day": words(letter.language).day(local_day(letter.made_at, zone)),
        "subject": letter.content.subject,
        "blocks": list(_blocks(letter.content.text)),
    }


def _blocks(text: str) -> Iterator[str | list[str]]:
    """Paragraphs as text, lists as lists: what is empty lines and stars in a mail."""
    for part in text.split("\n\n"):
        plain: list[str] = []
        points: list[str] = []
        for line in part.splitlines():
            if line.startswith(" * "):
                points.append(line[3:].strip())
            elif points:
                points[-1] += f" {line.strip()}"
            else:
                plain.append(line.strip())
        if any(plain):
            yield " ".join(filter(None, plain))
        if points:
            yield points


def _write(out: Path, data: bytes) -> None:
    """A new file that only we may read, whole on the disk when this returns."""
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise PaperError(
            f"`{out.name}` cannot be written",
            because=f"{error.strerror}; letters hold addresses, so only a new file is written",
            help="name a file that does not exist, in a folder that does",
            code="AV629",
        ) from None
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
