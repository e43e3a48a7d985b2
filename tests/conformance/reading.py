"""Reading cases: the file, and pieces of the declaration language by the loader itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml

from avow.declaration.loading.events import read_yaml
from avow.declaration.loading.nodes import Notes
from avow.declaration.loading.shapes import Record

T = TypeVar("T")
HERE = Path(__file__).parent


def cases(file: str) -> list[Any]:
    """The cases of a file as parameters named by what they show."""
    listed = yaml.safe_load((HERE / file).read_text())
    return [pytest.param(case, id=case["case"]) for case in listed]


def declared(record: Record[T], written: object) -> T:
    """A piece of the declaration language, read by the loader itself."""
    notes = Notes()
    node = read_yaml(yaml.safe_dump(written), "case.yaml", notes)
    assert node is not None
    value = record.read(node, notes)
    assert notes.findings == []
    assert value is not None
    return value
