"""The owner's side of a worker: the file, the key, the bounds, the address; and its commands."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from avow.estate.connectors.base import Access
from avow.estate.datamap.model import System
from avow.faces.cli.main import main
from avow.faces.worker.bounds import OwnerBounds
from avow.faces.worker.enrolling import enrol
from avow.faces.worker.identity import Identity, read_identity, write_identity
from avow.faces.worker.setting import EXAMPLE, Home, Setting, WorkerError, read_setting
from avow.faces.worker.speaking import checked

MONDAY, TUESDAY = date(2026, 5, 4), date(2026, 5, 5)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, "crm")


def avow(*words: str) -> Result:
    return CliRunner().invoke(main, ["worker", "--system", "crm", *words])


# --- the file -------------------------------------------------------------------------------


def test_the_example_is_a_file_that_can_be_read_and_lets_nothing_be_written(home: Home) -> None:
    home.setting.write_text(avow("--example").output)
    found = read_setting(home)
    assert found == Setting("crm", "postgresql", "${DATABASE_URL}", "observe", 1000)


WRONG = {
    "is not there": None,
    "is no TOML": "system = ",
    "has a key too many": EXAMPLE.format(system="crm") + "more = 1\n",
    "has another access": EXAMPLE.format(system="crm").replace('"observe"', '"all"'),
    "is for another system": EXAMPLE.format(system="shop"),
    "names an unknown kind": EXAMPLE.format(system="crm").replace("postgresql", "telepathy"),
    "has a bound below none": EXAMPLE.format(system="crm").replace("1000", "-1"),
}


@pytest.mark.parametrize("how", WRONG)
def test_a_file_that_cannot_be_meant_is_refused(home: Home, how: str) -> None:
    text = WRONG[how]
    if text is not None:
        home.setting.write_text(text)
    with pytest.raises(WorkerError) as refused:
        read_setting(home)
    assert refused.value.code == "AV590"


def test_the_command_says_what_is_missing_and_does_nothing(home: Home) -> None:
    folder = str(home.folder)
    done = avow("--folder", folder)
    assert done.exit_code == 4
    assert "AV590" in done.output
    home.setting.write_text(EXAMPLE.format(system="crm"))
    done = avow("--folder", folder)
    assert "was never enrolled" in done.output
    assert CliRunner().invoke(main, ["worker"]).exit_code == 2
    assert avow("--folder", folder, "--enrol", "x").exit_code == 2, "where?"
    done = avow("--folder", folder, "--enrol", "x", "--at", "https://avow.example.org")
    assert "this is no code" in done.output


# --- the key --------------------------------------------------------------------------------


def test_the_key_is_kept_for_the_account_of_the_worker_only(home: Home) -> None:
    made = Identity("worker-a", "https://avow.example.org", b"k" * 32, Ed25519PrivateKey.generate())
    write_identity(home, made)
    assert home.key.stat().st_mode & 0o777 == 0o600
    found = read_identity(home)
    assert found.key.private_bytes_raw() == made.key.private_bytes_raw()
    assert (found.worker, found.at, found.avow_key) == (made.worker, made.at, made.avow_key)
    home.key.chmod(0o640)
    with pytest.raises(WorkerError, match="open to other accounts"):
        read_identity(home)
    home.key.chmod(0o600)
    home.key.write_text("{}")
    with pytest.raises(WorkerError, match="cannot be read"):
        read_identity(home)


# --- the address ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["https://avow.example.org", "https://avow.example.org:8401/a", "http://127.0.0.1:8401",
     "http://[::1]:1", "http://localhost:8401"],
)  # fmt: skip
def test_an_address_with_tls_or_on_this_machine_is_dialled(address: str) -> None:
    assert checked(address) == address


@pytest.mark.parametrize(
    "address",
    ["http://avow.example.org", "http://10.0.0.1:8401", "http://127.0.0.1.example.org",
     "http://localhost.example.org", "ftp://127.0.0.1", "avow.example.org", "",
     "https://marc:secret@avow.example.org", "https://"],
)  # fmt: skip
def test_any_other_address_is_refused_before_anything_is_sent(home: Home, address: str) -> None:
    with pytest.raises(WorkerError) as refused:
        checked(address)
    assert refused.value.code == "AV590"
    assert "secret" not in str(refused.value)
    with pytest.raises(WorkerError):
        enrol(home, "a" * 52, address)


# --- the bounds -----------------------------------------------------------------------------


def bounds(home: Home, access: str = "write", rows: int = 10, today: date = MONDAY) -> OwnerBounds:
    setting = Setting("crm", "sqlite", "x", access, rows)  # type: ignore[arg-type]
    return OwnerBounds(setting, home, lambda: today)


def test_what_is_opened(home: Home) -> None:
    crm = System("crm", "sqlite")
    assert bounds(home).opening(crm, Access.WRITE) == ""
    assert bounds(home, "observe").opening(crm, Access.READ) == ""
    assert "read only" in bounds(home, "observe").opening(crm, Access.WRITE)
    assert "speaks for" in bounds(home).opening(System("shop", "sqlite"), Access.READ)
    assert "speaks for" in bounds(home).opening(System("crm", "postgresql"), Access.READ)
    assert avow("--folder", str(home.folder), "--stop").exit_code == 0
    assert "stopped" in bounds(home).opening(crm, Access.READ)
    assert "stopped" in bounds(home).beginning()
    home.stop.unlink()
    assert bounds(home).beginning() == ""


def test_rows_of_a_day_are_counted_over_batches_and_over_starts(home: Home) -> None:
    assert bounds(home).moving(10) == ""
    assert bounds(home).moving(11) == "AV588: its owner lets 10 rows go a day"
    assert bounds(home).moved(6) == ""
    assert bounds(home).moving(4) == ""
    assert bounds(home).moving(5) != ""
    assert bounds(home).moved(5) != "", "counted at the end, too: another batch may have been kept"
    assert bounds(home).moved(4) == ""
    assert bounds(home).moved(1) != ""
    assert bounds(home, today=TUESDAY).moved(10) == ""
    assert json.loads(home.spent.read_text()) == {"day": "2026-05-05", "rows": 10}


def test_a_count_that_cannot_be_read_lets_nothing_go(home: Home) -> None:
    home.spent.write_text("{")
    assert bounds(home).moving(1) != ""
    assert bounds(home).moved(1) != ""


def test_none_may_go_where_none_is_allowed(home: Home) -> None:
    assert bounds(home, rows=0).moving(1) != ""
    assert bounds(home, rows=0).moving(0) == ""
