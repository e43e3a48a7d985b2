"""What is wrong with a set-up: each fault once, by its code, and no secret in a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from avow.declaration.model import Controller, Declaration
from avow.estate.datamap.model import DataMap, System
from avow.faces.cli import configuration as setup
from avow.faces.cli.configuration import configuration

PROMISED = ({"right": "exercise-by-email", "clause": "10.1"},)
GOOD = {
    "APP_URL": "postgresql://app",
    "AVOW_SMTP_URL": "smtp://avow:${SMTP_PASSWORD}@mail.firm.example:587",
    "SMTP_PASSWORD": "hunter2",
    "AVOW_MAILBOX_URL": "imaps://privacy@mail.firm.example",
}
HOUSE = Declaration(
    "small", "1", Controller("Example NV", email="privacy@firm.example"),
    rights=PROMISED,
    datamap=DataMap({"app": System("app", "postgresql", "${APP_URL}")}),
)  # fmt: skip


def codes(declaration: Declaration = HOUSE, changed: tuple[str, str] = ("", "")) -> list[str]:
    """The codes of a set-up in which a variable is another; an empty one is not set."""
    found = configuration(declaration, {**GOOD, changed[0]: changed[1]})
    assert not any("hunter2" in f"{f.message}{f.because}{f.help}" for f in found)
    return [f.code for f in found]


def test_a_good_set_up_finds_nothing() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("APP_URL", "", "AV961"),
        ("AVOW_SMTP_URL", "", "AV962"),
        ("AVOW_SMTP_URL", "smtp://avow:hunter2@mail.firm.example:587", "AV962"),
        ("AVOW_SMTP_URL", "gopher://mail", "AV962"),
        ("SMTP_PASSWORD", "", "AV962"),
        ("AVOW_MAILBOX_URL", "", "AV964"),
    ],
)
def test_each_fault_of_the_environment_is_found(variable: str, value: str, code: str) -> None:
    assert codes(changed=(variable, value)) == [code]


def test_each_fault_of_the_declaration_is_found() -> None:
    written = System("app", "postgresql", "postgresql://app:hunter2@db.firm.example/app")
    assert codes(replace(HOUSE, datamap=DataMap({"app": written}))) == ["AV960"]
    assert codes(replace(HOUSE, controller=Controller("Example NV"))) == ["AV963"]
    assert codes(replace(HOUSE, rights=()), ("AVOW_MAILBOX_URL", "")) == []


def test_without_the_typesetter_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "find_spec", lambda _: None)
    assert codes() == ["AV965"]
