"""Write signatures into a declaration's folder, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from avow.declaration.model import Signature

FILE = Path("interpretation") / "signatures.yaml"
"""Where signatures stand, from the folder of the declaration."""

_HEAD = (
    "# Written by `avow sign`. A decision that is changed has to be signed again.\n\nsignatures:\n"
)


def append_signatures(folder: Path, signatures: Sequence[Signature]) -> None:
    """Add signatures to the file; a reader sees the file before or after, never half of it.

    Raises:
        OSError: the folder cannot be written.
    """
    if not signatures:
        return
    file = folder / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    known = file.read_text(encoding="utf-8") if file.exists() else _HEAD
    known = known if known.endswith("\n") else f"{known}\n"
    _replace(file, known + "".join(map(_line, signatures)))


def _line(signature: Signature) -> str:
    return (
        f"  - {{decision: {signature.decision}, digest: {signature.digest}, "
        f"by: {signature.by}, on: {signature.on}}}\n"
    )


def _replace(file: Path, text: str) -> None:
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as new:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
