"""The folder of an import: written whole or not at all, and never over another."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

import msgspec

from avow.duties.discovery.importing.model import Imported
from avow.duties.discovery.importing.passages import folded
from avow.duties.discovery.importing.refused import refuse
from avow.duties.discovery.importing.rendering import digest, files_of
from avow.duties.discovery.importing.report import report_of


def name_of(folder: Path) -> str:
    """The id of the declaration in a folder: its name as an id."""
    return "-".join(re.findall(r"[a-z0-9]+", folded(folder.name))) or "statement"


def refuse_existing(folder: Path) -> None:
    """Raises NotImported (AV159) where there is something already."""
    if folder.exists() or folder.is_symlink():
        raise refuse(
            "AV159",
            f"`{folder.name}` is there already",
            "an import never overwrites",
            "name another folder with `--into`",
        )


def lay(imported: Imported, folder: Path, file: Path, content: bytes) -> list[str]:
    """Write the folder; returns the paths of its files, from the folder.

    Raises:
        NotImported: AV159, the folder is there already; AV160, it cannot be written.
    """
    refuse_existing(folder)
    texts = files_of(imported, name_of(folder))
    texts["import.md"] = report_of(imported, file.name, content)
    texts["source/normalised.txt"] = imported.source.text
    texts["source/segments.json"] = _segments(imported, content)
    try:
        return _written(texts, folder, f"source/original{_suffix(file)}", content)
    except OSError as error:
        why = error.strerror or "unwritable"
        raise refuse("AV160", f"`{folder.name}` cannot be written", why) from None


def _written(texts: dict[str, str], folder: Path, original: str, content: bytes) -> list[str]:
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".import-", dir=folder.parent))
    try:
        for path, text in texts.items():
            place = made / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8", newline="")
        (made / original).write_bytes(content)
        made.chmod(0o755)
        refuse_existing(folder)
        made.rename(folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return sorted([*texts, original])


def _suffix(file: Path) -> str:
    suffix = file.suffix.lower()
    return (
        suffix
        if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) and suffix not in {".yaml", ".yml"}
        else ""
    )


def _segments(imported: Imported, content: bytes) -> str:
    """Every segment with its spans, and the numbers of what they are spans of."""
    said = {
        "original": digest(content),
        "normalised": digest(imported.source.text.encode()),
        "segments": [
            {"id": s.id, "kind": s.kind.value, "spans": [[p.start, p.end] for p in s.spans]}
            for s in imported.segments
        ],
    }
    return msgspec.json.format(msgspec.json.encode(said)).decode() + "\n"
