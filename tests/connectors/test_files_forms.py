"""What only CSV, JSON Lines, Parquet and folders have: byte for byte what stays, and its limits."""

from __future__ import annotations

import gzip
import json
import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from avow.estate.connectors.base import Access, Capability, Refused
from avow.estate.connectors.files.connection import FilesConnection
from avow.estate.connectors.files.connector import FilesConnector
from avow.estate.datamap.edges import Side, edges
from avow.estate.datamap.model import Blank, BlankKind, Dataset, Link, LinkWord, System
from avow.estate.datamap.predicates import TRUE, Equal, InKeys, Null, Predicate, Related, Until
from avow.estate.datamap.stored import Encoding, FileFormat, Stored

IT = "it"
NULL = Blank(BlankKind.NULL)
JANUARY = date(2025, 1, 31)


def opened(folder: Path, stored: Stored, key: tuple[str, ...] = ("id",)) -> FilesConnection:
    system = System("s", "files", str(folder), datasets={IT: Dataset(IT, key=key, stored=stored)})
    return FilesConnector(wait=0.1).connect(system, Access.WRITE)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def removed(connection: FilesConnection, where: Predicate) -> int:
    with connection.transaction() as batch:
        return batch.remove(IT, where)


def blanked(connection: FilesConnection, where: Predicate, *fields: str) -> int:
    with connection.transaction() as batch:
        return batch.blank(IT, where, dict.fromkeys(fields, NULL))


# --- CSV -----------------------------------------------------------------------------------------

CSV = Stored("a.csv", FileFormat.CSV)


def test_records_of_several_lines_and_quotes_stay_as_they_were(tmp_path: Path) -> None:
    """A mark at the beginning, CRLF, quoted cells that need none: not one byte changes."""
    text = '\ufeffid,name,note\r\n"1","Ada ""A""","two\nlines"\r\n2,Bob,\r\n3,,""\r\n\r\n4,"Zoë",x'
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    connection = opened(tmp_path, CSV)
    rows = list(connection.fetch(IT, TRUE, ["id", "name", "note"]))
    assert rows == [
        ("1", 'Ada "A"', "two\nlines"), ("2", "Bob", None), ("3", None, ""), ("4", "Zoë", "x"),
    ]  # fmt: skip
    assert removed(connection, Equal("id", "2")) == 1
    assert path.read_bytes() == text.replace("2,Bob,\r\n", "").encode()


def test_a_record_that_is_blanked_is_written_anew_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id;name;note\n"1";"Ada; A";""\n"2";Bob;"q"\n')
    stored = Stored("a.csv", FileFormat.CSV, delimiter=";")
    assert blanked(opened(tmp_path, stored), Equal("id", "1"), "name") == 1
    assert path.read_text() == 'id;name;note\n1;;""\n"2";Bob;"q"\n'


def test_files_of_one_dataset_may_have_other_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name\n1,Ada\n")
    (tmp_path / "b.csv").write_text("name,id,phone\nBob,2,555\n")
    connection = opened(tmp_path, Stored("*.csv", FileFormat.CSV))
    rows = list(connection.fetch(IT, TRUE, ["id", "name", "phone"]))
    assert rows == [("1", "Ada", None), ("2", "Bob", "555")]
    assert removed(connection, Null("phone")) == 1
    assert names(tmp_path) == ["b.csv"], "one of several files that has no row left goes"


def test_a_single_file_keeps_its_header(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name\n1,Ada\n")
    assert removed(opened(tmp_path, CSV), TRUE) == 1
    assert (tmp_path / "a.csv").read_text() == "id,name\n"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"id,name\n1,Ada\n2,Bob,555\n", "record 3"),
        (b'id,name\n1,"Ada\n', "record 2"),
        (b"id,id\n1,2\n", "header"),
        (b"id,name\n1,\xe9ric\n", "a text in another encoding"),
    ],
)
def test_what_is_no_csv_is_refused_by_its_place(tmp_path: Path, content: bytes, place: str) -> None:
    """It tells the number of the record, and nothing of what is in it."""
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(Refused) as refused:
        list(opened(tmp_path, CSV).fetch(IT, TRUE, ["id"]))
    assert (refused.value.kind, refused.value.table, refused.value.constraint) == (
        "form", IT, place,
    )  # fmt: skip


def test_other_encodings_are_read_and_written_as_declared(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id,name\n1,Éric\n2,Zoë €\n".encode("windows-1252"))
    connection = opened(tmp_path, Stored("a.csv", FileFormat.CSV, encoding=Encoding.WINDOWS))
    assert list(connection.fetch(IT, Equal("name", "Zoë €"), ["id"])) == [("2",)]
    assert removed(connection, Equal("name", "Éric")) == 1
    assert path.read_bytes() == "id,name\n2,Zoë €\n".encode("windows-1252")


def test_a_text_that_the_encoding_does_not_have_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,name\n1,Eric\n")
    connection = opened(tmp_path, Stored("a.csv", FileFormat.CSV, encoding=Encoding.ASCII))
    with pytest.raises(Refused) as refused, connection.transaction() as batch:
        batch.blank(IT, TRUE, {"name": Blank(BlankKind.CONSTANT, "é")})
    assert refused.value.kind == "form"
    assert names(tmp_path) == ["a.csv"]


def test_rows_come_back_into_packed_files(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"id,name\n1,007\n2,Bob"))
    connection = opened(tmp_path, Stored("a.csv.gz", FileFormat.CSV, types={"name": "text"}))
    assert Capability.INSERT in connection.capabilities
    with connection.transaction() as batch:
        copied = batch.copies(IT, Equal("id", "1"), ["id", "name"])
        batch.remove(IT, Equal("id", "1"))
    with connection.transaction() as batch:
        assert batch.insert(IT, ["id", "name"], copied) == 1
    assert gzip.decompress(path.read_bytes()) == b"id,name\n2,Bob\n1,007\n"


# --- JSON Lines ----------------------------------------------------------------------------------

JSONL = Stored("a.jsonl", FileFormat.JSONL, types={"user.at": "seconds"})


def test_leaves_of_objects_are_columns_and_the_rest_of_a_line_stays(tmp_path: Path) -> None:
    """Numbers keep their spelling, keys their order, also in a line that is blanked."""
    path = tmp_path / "a.jsonl"
    one = '{"id": 1, "user": {"email": "ada@example.org", "at": 1738364399}, "n": 1.10, "l": [1]}'
    two = '{"id":2,"user":{"email":"bob@example.org","at":1738364400},"n":1e3}'
    path.write_text(f"{one}\n\n{two}\n")
    connection = opened(tmp_path, JSONL)
    assert {c.name for c in connection.catalogue().tables[IT].columns} == {
        "id", "user.email", "user.at", "n", "l",
    }  # fmt: skip
    due = Until("user.at", JANUARY, "Europe/Brussels")
    assert list(connection.fetch(IT, due, ["user.email"])) == [("ada@example.org",)]
    assert blanked(connection, due, "user.email") == 1
    assert path.read_text() == one.replace('"ada@example.org"', "null") + f"\n\n{two}\n"
    assert connection.count(IT, Equal("n", "1000")) == 1


@pytest.mark.parametrize("wrong", ["{", "[1]", '"a"', '{"id": NaN}'])
def test_what_is_no_object_is_refused_by_its_place(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "a.jsonl").write_text(f'{{"id": 1}}\n{wrong}\n')
    with pytest.raises(Refused) as refused:
        opened(tmp_path, JSONL).count(IT, TRUE)
    assert (refused.value.kind, refused.value.constraint) == ("form", "record 2")


def test_a_missing_key_and_null_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": 1, "a": null}\n{"id": 2}\n{"id": 3, "a": "x"}\n')
    connection = opened(tmp_path, Stored("a.jsonl", FileFormat.JSONL))
    before = [json.loads(line) for line in path.read_text().splitlines()]
    constant = {"a": Blank(BlankKind.CONSTANT, "-")}
    with connection.transaction() as batch:
        copied = batch.copies(IT, TRUE, ["id", "a"])
        assert batch.blank(IT, TRUE, constant) == 3
    with connection.transaction() as batch:
        assert batch.restore(IT, ["id"], constant, copied) == 3
    assert [json.loads(line) for line in path.read_text().splitlines()] == before


# --- Parquet -------------------------------------------------------------------------------------


def test_a_parquet_file_keeps_schema_compression_and_row_groups(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    fields = [
        pa.field("id", pa.int32(), nullable=False), pa.field("at", pa.timestamp("ms", "UTC")),
        pa.field("name", pa.dictionary(pa.int8(), pa.string())),
        pa.field("tags", pa.list_(pa.string())), pa.field("sum", pa.decimal128(9, 2)),
    ]  # fmt: skip
    schema = pa.schema(fields, metadata={b"origin": b"desk"})
    rows = [
        {"id": n, "at": datetime(2025, 1 + n % 2, 15, tzinfo=UTC), "name": f"n{n % 3}",
         "tags": ["a", None], "sum": Decimal(n)}
        for n in range(100)
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows, schema)
    pq.write_table(table, path, compression="zstd", row_group_size=40)
    before = pq.read_schema(path)
    connection = opened(tmp_path, Stored("*.parquet", FileFormat.PARQUET))
    assert removed(connection, Until("at", JANUARY, "UTC")) == 50
    after = pq.ParquetFile(path)
    assert after.schema_arrow.equals(before, check_metadata=True)
    assert after.metadata.row_group(0).column(0).compression == "ZSTD"
    assert after.metadata.num_row_groups == 3
    assert after.read().equals(table.filter(pa.array([n % 2 == 1 for n in range(100)])))
    assert removed(connection, TRUE) == 50
    assert not path.exists()


def test_what_a_parquet_column_cannot_hold_is_refused(tmp_path: Path) -> None:
    schema = pa.schema([pa.field("id", pa.int32(), nullable=False), pa.field("n", pa.int8())])
    pq.write_table(pa.Table.from_pylist([{"id": 1, "n": 2}], schema), tmp_path / "a.parquet")
    connection = opened(tmp_path, Stored("a.parquet", FileFormat.PARQUET), ())
    for blanks, kind in [({"id": NULL}, "constraint"),
                         ({"n": Blank(BlankKind.CONSTANT, "1000")}, "form")]:  # fmt: skip
        with pytest.raises(Refused) as refused, connection.transaction() as batch:
            batch.blank(IT, TRUE, blanks)
        assert refused.value.kind == kind
    assert names(tmp_path) == ["a.parquet"]


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(Refused) as refused:
        opened(tmp_path, Stored("a.parquet", FileFormat.PARQUET)).count(IT, TRUE)
    assert refused.value.constraint == "a damaged Parquet file"


def test_what_could_not_be_brought_back_is_not_copied(tmp_path: Path) -> None:
    """So that no rule with `undo` takes rows out early and for good."""
    pq.write_table(pa.table({"id": [1]}), tmp_path / "a.parquet")
    connection = opened(tmp_path, Stored("a.parquet", FileFormat.PARQUET))
    assert Capability.INSERT not in connection.capabilities
    with pytest.raises(Refused) as refused, connection.transaction() as batch:
        batch.copies(IT, TRUE, ["id"])
    assert refused.value.constraint == "rows of this form cannot be brought back"


# --- folders -------------------------------------------------------------------------------------

CALLS = Stored(
    "calls/**/*.wav",
    FileFormat.FOLDER,
    r"(?P<day>\d{4}-\d\d-\d\d)",
    {"day": "date", "sidecar.call.at": "instant", "attribute.user.at": "date"},
    ".json",
)


def calls(folder: Path) -> dict[str, Path]:
    """Recordings: dated by name, by sidecar, by attribute, and one without a date."""
    files = {
        "named": folder / "calls/a/2025-01-31-ada.wav",
        "later": folder / "calls/a/b/2025-02-01-bob.wav",
        "beside": folder / "calls/zoe.wav",
        "undated": folder / "calls/eve.wav",
    }
    for path in files.values():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"voice")
    beside = {"call": {"at": "2025-01-31T22:59:59Z", "customer": "7"}}
    files["beside"].with_name("zoe.wav.json").write_text(json.dumps(beside))
    files["named"].with_suffix(".json").write_text("{}")
    return files


def folder_of(tmp_path: Path) -> FilesConnection:
    """The recordings, which belong to customers in a file of their own."""
    (tmp_path / "customers.csv").write_text("id\n7\n8\n")
    owner = Link(LinkWord.OWNED_BY, "customers", ("sidecar.call.customer",))
    datasets = {
        IT: Dataset(IT, key=("name",), links=(owner,), stored=CALLS),
        "customers": Dataset("customers", key=("id",), stored=Stored("customers.csv", CSV.format)),
    }
    system = System("s", "files", str(tmp_path), datasets=datasets)
    return FilesConnector(wait=0.1).connect(system, Access.WRITE)


def test_a_file_is_a_row_dated_by_its_name_and_goes_with_its_sidecar(tmp_path: Path) -> None:
    files = calls(tmp_path)
    connection = folder_of(tmp_path)
    assert connection.count(IT, TRUE) == 4, "sidecars are no rows"
    assert connection.count(IT, Null("day")) == 2
    assert removed(connection, Until("day", JANUARY, "UTC")) == 1
    assert not files["named"].exists()
    assert not files["named"].with_suffix(".json").exists()
    assert files["later"].exists()


def test_a_file_is_dated_by_its_sidecar(tmp_path: Path) -> None:
    files = calls(tmp_path)
    connection = folder_of(tmp_path)
    due = Until("sidecar.call.at", JANUARY, "Europe/Brussels")
    assert removed(connection, due) == 1
    assert not files["beside"].exists()
    assert not files["beside"].with_name("zoe.wav.json").exists()
    assert removed(connection, due) == 0


def test_a_file_is_dated_by_an_attribute_or_by_its_time(tmp_path: Path) -> None:
    files = calls(tmp_path)
    os.utime(files["undated"], (1738364399, 1738364399))
    connection = folder_of(tmp_path)
    modified = Until("modified", JANUARY, "Europe/Brussels")
    assert [r[0] for r in connection.fetch(IT, modified, ["name"])] == ["calls/eve.wav"]
    try:
        os.setxattr(files["undated"], "user.at", b"2025-01-31")
    except OSError:  # a file system without attributes: nothing is dated by them
        assert connection.count(IT, Null("attribute.user.at")) == 4
        return
    assert removed(connection, Until("attribute.user.at", JANUARY, "UTC")) == 1
    assert not files["undated"].exists()


def test_files_and_records_of_one_system_are_linked(tmp_path: Path) -> None:
    """The customer of a recording stands in its sidecar; customer 8 has none."""
    files = calls(tmp_path)
    connection = folder_of(tmp_path)
    (edge,) = edges(connection.system)
    with connection.transaction() as batch:
        assert batch.remove("customers", Related(edge, Side.CHILD, TRUE, negated=True)) == 1
    assert (tmp_path / "customers.csv").read_text() == "id\n7\n"
    connection.put_keys("erased", "customers", [(1, ("7",), None)])
    assert connection.spread(edge, Side.CHILD, "erased", "theirs") == 1
    assert removed(connection, InKeys(("name",), "theirs")) == 1
    assert not files["beside"].exists()


def test_the_content_of_a_file_cannot_be_emptied(tmp_path: Path) -> None:
    calls(tmp_path)
    with pytest.raises(Refused) as refused:
        blanked(folder_of(tmp_path), TRUE, "size")
    assert (refused.value.kind, refused.value.constraint) == ("form", "size")
