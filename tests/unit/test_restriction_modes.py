"""How a data map says that rows are kept from use, and what it may not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from avow.declaration.load import load
from avow.estate.datamap.restricting import Mode, Restriction

HEAD = """\
avow: "1"
declaration: shop
controller: {name: Example, zone: Europe/Brussels, country: BE}
clauses: {"1.a": {kind: E}}
categories: {profile: {clause: "1.a"}}
subjects: {buyer: {}}
purposes: [{purpose: news, clause: "1.a", basis: consent, uses: {category: profile}}]
systems:
  - system: shop
    connector: postgresql
    url: ${SHOP}
    datasets:
      public.buyer:
        subject: buyer
        key: [id]
        rest: profile
"""


def said(tmp_path: Path, *lines: str) -> tuple[Restriction | None, dict[str, str], list[str]]:
    """What these lines of a dataset mean: its restriction, its uses and the codes of findings."""
    text = HEAD + "".join(f"        {line}\n" for line in lines)
    (tmp_path / "all.yaml").write_text(text)
    loaded = load(tmp_path)
    codes = [f.code for f in loaded.findings if f.is_error]
    dataset = loaded.whole.datamap.systems["shop"].datasets["public.buyer"] if not codes else None
    return (dataset.restriction, dict(dataset.uses), codes) if dataset else (None, {}, codes)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("vault", Restriction(Mode.VAULT)),
        ("gate", Restriction(Mode.GATE)),
        ("{flag: shut}", Restriction(Mode.FLAG, "shut", "true")),
        ("{policy: shut, for: [bi]}", Restriction(Mode.POLICY, "shut", "true", ("bi",))),
        ("{mode: gate, asked_by: mailer}", Restriction(Mode.GATE, readers=("mailer",))),
        ('{flag: shut, set: "1", reads: {as: "${BI}"}}',
         Restriction(Mode.FLAG, "shut", "1", reads="${BI}")),
    ],
)  # fmt: skip
def test_each_mode_is_said_in_one_line(tmp_path: Path, words: str, meant: Restriction) -> None:
    assert said(tmp_path, f"restriction: {words}") == (meant, {}, [])


@pytest.mark.parametrize(
    "words",
    ["flag", "policy", "{policy: shut}", "{flag: a, policy: b, for: [bi]}", "{flag: a, for: [bi]}",
     "{mode: vault, asked_by: mailer}", "{mode: policy}", "{set: x}"],
)  # fmt: skip
def test_half_a_mode_is_an_error(tmp_path: Path, words: str) -> None:
    """A policy without roles, two modes, readers of another mode."""
    assert said(tmp_path, f"restriction: {words}")[2] == ["AV113"]


def test_moments_of_use_name_a_purpose_that_is_declared(tmp_path: Path) -> None:
    assert said(tmp_path, "uses: {mailed_at: news}")[1:] == ({"mailed_at": "news"}, [])
    assert said(tmp_path, "uses: {mailed_at: letters}")[2] == ["AV201"]
