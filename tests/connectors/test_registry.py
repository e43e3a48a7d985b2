"""A kind that no connector speaks is a finding, never silence."""

from __future__ import annotations

import subprocess
import sys

import pytest

from avow.common.findings import Finding
from avow.estate.connectors.registry import KINDS, connector_for, unknown_kinds
from avow.estate.datamap.model import DataMap, Dataset, System
from avow.estate.datamap.stored import FileFormat, Stored


def test_every_kind_has_its_connector() -> None:
    for kind in KINDS:
        connector = connector_for(System("s", kind))
        assert not isinstance(connector, Finding)
        assert connector.kind == kind


def test_an_unknown_kind_is_a_finding() -> None:
    found = connector_for(System("crm", "telepathy"))
    assert isinstance(found, Finding)
    assert (found.code, "`crm`" in found.message, "`telepathy`" in found.message) == (
        "AV501", True, True,
    )  # fmt: skip
    map_ = DataMap({"a": System("a", "sqlite"), "crm": System("crm", "telepathy")})
    assert unknown_kinds(map_) == [found]


def test_the_registry_loads_no_driver() -> None:
    """Asked for in a fresh interpreter, so that nothing else has loaded one."""
    look = "import sys, avow.estate.connectors.registry; print('sqlalchemy' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_parquet_without_its_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = Stored("a.parquet", FileFormat.PARQUET)
    system = System("lake", "files", datasets={"a": Dataset("a", stored=stored)})
    assert not isinstance(connector_for(system), Finding)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    found = connector_for(system)
    assert isinstance(found, Finding)
    assert (found.code, "avow[files]" in found.help) == ("AV563", True)


def test_mariadb_without_its_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    system = System("shop", "mariadb", "mariadb://h/shop")
    assert not isinstance(connector_for(system), Finding)
    monkeypatch.setitem(sys.modules, "pymysql", None)
    found = connector_for(system)
    assert isinstance(found, Finding)
    assert (found.code, "avow[mariadb]" in found.help) == ("AV586", True)
