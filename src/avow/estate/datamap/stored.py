"""How a dataset lies in files: which ones, in which form, and how their texts are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ROW_DIGEST = "row_digest"
"""The key of a row that declares none: the SHA-256 of its text. Rows with the same text are the
same in everything a rule can ask, so they may share one key, wherever they stand."""
FILE_NAME = "name"
"""The key of a file in a folder: its path below the folder of the system."""


class FileFormat(StrEnum):
    """In which form rows lie in files: a row is a record, a line, or a file of a folder."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    LOG = "log"
    FOLDER = "folder"


class Encoding(StrEnum):
    """How the texts of files are encoded: forms in which a line ends with the byte of a newline."""

    UTF_8 = "utf-8"
    ASCII = "ascii"
    LATIN_1 = "iso-8859-1"
    LATIN_9 = "iso-8859-15"
    WINDOWS = "windows-1252"


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a dataset lies below the folder of its system, and how it is read.

    `file` is a path or a pattern of paths (`*`, `?`, `[]` inside a name, `**` for any folders).
    `pattern` is the regular expression of a line (log) or of a name (folder); its named groups are
    columns. `types` says how texts of columns are read: a kind (`instant`), or a form of moments
    (`%d/%b/%Y:%H:%M:%S %z`). `sidecar` is the ending of the file beside a file of a folder.
    """

    file: str
    format: FileFormat
    pattern: str | None = None
    types: Mapping[str, str] = field(default_factory=dict)
    sidecar: str | None = None
    delimiter: str = ","
    encoding: Encoding = Encoding.UTF_8

    @property
    def is_one(self) -> bool:
        """Whether it is one file, and no pattern of several."""
        return not any(mark in self.file for mark in "*?[")

    @property
    def own_key(self) -> tuple[str, ...]:
        """The key of its rows where none is declared."""
        return (FILE_NAME,) if self.format is FileFormat.FOLDER else (ROW_DIGEST,)
