"""What kind of column a type of MariaDB is; known without its library, for schemas in files."""

from __future__ import annotations

from avow.estate.connectors.catalogue import ColumnKind

_KINDS = {
    "char": ColumnKind.TEXT, "varchar": ColumnKind.TEXT, "tinytext": ColumnKind.TEXT,
    "text": ColumnKind.TEXT, "mediumtext": ColumnKind.TEXT, "longtext": ColumnKind.TEXT,
    "tinyint": ColumnKind.INTEGER, "smallint": ColumnKind.INTEGER, "int": ColumnKind.INTEGER,
    "mediumint": ColumnKind.INTEGER, "bigint": ColumnKind.INTEGER, "year": ColumnKind.INTEGER,
    "decimal": ColumnKind.NUMBER, "float": ColumnKind.NUMBER, "double": ColumnKind.NUMBER,
    "uuid": ColumnKind.UUID, "date": ColumnKind.DATE, "datetime": ColumnKind.NAIVE,
    "timestamp": ColumnKind.INSTANT, "binary": ColumnKind.BYTES, "varbinary": ColumnKind.BYTES,
    "tinyblob": ColumnKind.BYTES, "blob": ColumnKind.BYTES, "mediumblob": ColumnKind.BYTES,
    "longblob": ColumnKind.BYTES,
}  # fmt: skip
_TRUTH = frozenset({"tinyint(1)", "bit(1)"})


def kind_of(native: str, word: str) -> ColumnKind:
    """The kind of a column of the type `native`, whose first word is `word`."""
    return ColumnKind.BOOLEAN if native in _TRUTH else _KINDS.get(word, ColumnKind.OTHER)
