"""The known defects of the Clearnox statement: which rule finds each, and at which clause.

The table is by number of the defect. Each must be found exactly once, in each language: one
finding, with all that belongs to it as its members, has the code and the level and is about all the
clauses named.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from avow.common.findings import Finding, Severity
from avow.declaration.check.run import check
from avow.declaration.load import load

E, W, I = Severity.E, Severity.W, Severity.I  # noqa: E741 - the letters of the published scale

DEFECTS: dict[int, tuple[str, Severity, str]] = {
    # --- found by structure: number, (code, level, clauses that the finding is about)
    9: ("AV244", W, "1.c"),
    10: ("AV245", W, "9.11"),
    11: ("AV246", W, "9.1"),
    12: ("AV210", E, "3.1.a 3.2-A.a 3.6.a"),
    13: ("AV211", E, "3.5-B"),
    14: ("AV247", W, "3.2-A.a"),
    15: ("AV243", E, "9.6 4.c.vi"),
    17: ("AV248", W, "10.2"),
    18: ("AV249", I, "9.9"),
    19: ("AV252", W, "3.3-P"),
    20: ("AV208", E, "4.a.iii 4.b.i 4.b.ii"),
    21: ("AV208", E, "4.a.iv 4.b.vi 4.b.vii 4.c.v"),
    22: ("AV208", E, "4.b.iii 4.c.vi 4.c.viii"),
    23: ("AV208", W, "4.a.vii 4.c.i"),
    24: ("AV253", W, "4.b.iv 4.b.v 4.c.vii"),
    25: ("AV208", E, "4.b.viii 4.c.ix"),
    27: ("AV254", E, "4.c.vi"),
    28: ("AV255", W, "4.c.iv"),
    29: ("AV206", W, "3.5-E.x"),
    30: ("AV256", I, "4.a.i 4.a.iii 4.a.iv"),
    32: ("AV257", I, "3.2-C.a 3.5-F.b"),
    33: ("AV258", E, "8-2 4.c.vii 5.e.ix 5.e.x 5.f.i"),
    35: ("AV259", I, "7"),
    37: ("AV209", E, "5.e.i 5.e.ii 5.e.iii 5.e.iv 5.e.v 5.e.vi 5.e.vii 5.e.viii 5.e.ix 5.e.x"),
    43: ("AV260", W, "5.c.i 5.e.vii"),
    44: ("AV261", W, "4.a.i 6.n 4.c.viii"),
    45: ("AV262", I, "5.b.ii 5.d.i 5.e.i 5.e.x"),
    46: ("AV221", E, "6.b 6.c"),
    47: ("AV221", E, "6.a 6.c 6.d 6.e"),
    48: ("AV221", E, "6.e 6.i 6.m"),
    49: ("AV221", E, "6.b 6.d"),
    50: ("AV221", E, "6.f 6.g 6.h 6.m"),
    51: ("AV221", E, "6.k 6.o"),
    53: ("AV222", W, "6.f 6.g 6.i 6.j 6.l"),
    54: ("AV223", E, "3.2-C.a 3.5-B 3.5-F.a 3.5-C.e 6.∅ 4.c.ii 3.3-P"),
    55: ("AV263", W, "6.o 4.c.vi 4.c.viii"),
    56: ("AV264", W, "6.c"),
    57: ("AV265", W, "6.c 6.d 6.e 6.f"),
    58: ("AV266", I, "6.n"),
    61: ("AV267", E, "9.10-c"),
    62: ("AV268", I, "9.5"),
    # --- found in the words
    1: ("AV275", E, "4.c.LIA"),
    2: ("AV276", E, "Z.2 Z.3"),
    3: ("AV277", W, "3.3-P"),
    4: ("AV278", I, "Z.1 Z.4"),
    5: ("AV279", I, "2.c"),
    6: ("AV280", W, "2.b"),
    7: ("AV281", I, "3.1.a 3.4-A.a 3.5-F.b"),
    8: ("AV282", W, "3.5-A.c"),
    16: ("AV283", W, "9.11"),
    26: ("AV284", W, "4.b.vii"),
    31: ("AV285", I, "4.d"),
    34: ("AV286", W, "6.0-1"),
    36: ("AV287", W, "5.d.ii 4.b.viii"),
    60: ("AV288", E, "9.8"),
    # --- found by dated facts
    38: ("AV291", E, "5.e.x"),
    39: ("AV291", W, "5.c.i 5.e.vi 5.e.vii 5.f.i"),
    40: ("AV292", W, "5.d.i 5.d.ii 5.d.iii 5.d.iv"),
    41: ("AV293", I, "5.d.iii 5.d.iv"),
    42: ("AV294", W, "5.f.i"),
    52: ("AV295", E, "6.f"),
    59: ("AV296", I, "6.i"),
}

FOLDER = Path(__file__).parents[2] / "declarations" / "clearnox"
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module", params=["fr nl en", "fr", "nl", "en"])
def told(request: pytest.FixtureRequest) -> list[Finding]:
    """What is open in the statement as printed: in three languages, and in each alone."""
    whole = load(FOLDER).whole
    languages = tuple(request.param.split())
    texts = {language: whole.texts[language] for language in languages}
    printed = replace(whole, languages=languages, texts=texts)
    return [f for f in check(printed, TODAY) if f.is_open]


def found(told: list[Finding], number: int) -> list[Finding]:
    """The findings that are this defect."""
    code, level, clauses = DEFECTS[number]
    about = set(clauses.split())
    return [f for f in told if (f.code, f.severity) == (code, level) and about <= set(f.clauses)]


@pytest.mark.parametrize("number", DEFECTS)
def test_the_defect_is_found_once_at_its_clause(told: list[Finding], number: int) -> None:
    same = [(f.severity, f.clauses) for f in told if f.code == DEFECTS[number][0]]
    assert len(found(told, number)) == 1, f"{DEFECTS[number]}: {same}"


def test_each_says_its_law_and_what_it_asks(told: list[Finding]) -> None:
    for number in DEFECTS:
        for finding in found(told, number):
            assert finding.law, finding
            assert finding.need, finding


def test_the_number_found_is_told(told: list[Finding]) -> None:
    """The figure of the release: how many of the known defects the check finds."""
    numbers = [number for number in DEFECTS if len(found(told, number)) == 1]
    print(f"defects of the statement found: {len(numbers)} of 62")  # noqa: T201 - the figure
    assert len(numbers) == len(DEFECTS)
