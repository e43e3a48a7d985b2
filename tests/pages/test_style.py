"""The style sheet keeps its promises: contrast, target size, no fixed side, no foreign host."""

from __future__ import annotations

import re

import pytest

from avow.faces.web.render import HERE, STYLE

CSS = STYLE.decode()
DARK_AT = CSS.index("prefers-color-scheme: dark")
WORDS = ("broken", "unknown", "unenforced", "attested", "kept")
TEXT = 4.5
GRAPHIC = 3.0
GROUNDS = ("paper", "panel")
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "soft", "link", *WORDS) for ground in GROUNDS),
    *(("cut", word, TEXT) for word in WORDS),
    *((edge, ground, GRAPHIC) for edge in ("edge", "focus") for ground in GROUNDS),
    ("paper", "ink", TEXT),
]


def tokens(part: str) -> dict[str, str]:
    """The colours of the first rule in a part of the sheet."""
    block = part[part.index(":root {") : part.index("}", part.index(":root {"))]
    return dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", block))


LIGHT = tokens(CSS)
DARK = LIGHT | tokens(CSS[DARK_AT:])


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2, 1.4.3."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_contrast(theme: dict[str, str], ink: str, ground: str, least: float) -> None:
    assert contrast(theme[ink], theme[ground]) >= least


def test_every_colour_is_a_token_and_dark_has_all_of_them() -> None:
    outside = CSS.replace(CSS[CSS.index(":root") : CSS.index("/* Elements */")], "")
    outside = outside.replace(":root { --paper: #ffffff; }", "")  # paper is white
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?!-)|rgba?\(|hsla?\(", outside) == []
    assert set(tokens(CSS[DARK_AT:])) == set(LIGHT)


def test_targets_are_at_least_44_pixels_where_one_acts() -> None:
    """2.5.8 asks for 24; buttons, fields, navigation and legend take the token of 44."""
    assert "--target: 2.75rem" in CSS
    for selector in ("button, input, select, .button", ".top nav a, footer a", ".legend a"):
        rule = CSS[CSS.index(f"{selector} {{") :]
        assert "min-block-size: var(--target)" in rule[: rule.index("}")], selector


def test_focus_is_seen_and_sides_are_logical() -> None:
    assert ":focus-visible { outline: 3px solid var(--focus)" in CSS
    fixed = r"(margin|padding|border)-(left|right|top|bottom)|[ {;](left|right|width|height):"
    assert re.findall(fixed, CSS) == []


def test_no_address_and_no_import_in_the_sheet() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS
    assert len(STYLE) < 24_000


def test_templates_hold_no_style_and_no_script() -> None:
    for path in (HERE / "templates").glob("*.html"):
        html = path.read_text(encoding="utf-8")
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", html), path.name
