"""The pure functions say what the conformance cases say; see README.md for their format."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import ModuleType
from typing import Any

import pytest

from avow.declaration.cases import words
from avow.declaration.decision import decide as decide_module
from avow.declaration.decision import fate as fate_module
from avow.declaration.decision import may_use as may_use_module
from avow.declaration.decision.decide import Kind, Verdict, decide
from avow.declaration.decision.facts import Facts, Floor, FloorKind, Group
from avow.declaration.decision.fate import FateKind, Referrer, fate
from avow.declaration.decision.may_use import may_use
from avow.declaration.loading.datamap import SYSTEM
from avow.declaration.loading.interpretation import USE
from avow.declaration.loading.statement import MINIMUM, PURPOSE, RULE
from avow.declaration.model import Action, InForce
from avow.estate.datamap import reach as reach_module
from avow.estate.datamap.model import Gone
from avow.estate.datamap.moments import Moment, Unknown
from avow.estate.datamap.reach import Person, reach
from tests.conformance.reading import HERE, cases, declared

FLOORS = {
    "hold": FloorKind.HOLD,
    "restriction": FloorKind.RESTRICTION,
    "access": FloorKind.ACCESS,
}


@pytest.mark.parametrize("case", cases("reach.yaml"))
def test_reach(case: dict[str, Any]) -> None:
    system = declared(SYSTEM, {"system": "s", "connector": "memory", "datasets": case["map"]})
    dataset, key = case["person"]
    ways = reach(case["rows"], system, [Person(dataset, tuple(key))])
    found = {(way.dataset, way.key, str(way.right)) for way in ways}
    assert found == {(name, tuple(key), right) for name, key, right in case["reached"]}


def test_a_path_names_the_edges_that_lead_to_a_row() -> None:
    [deep] = [c.values[0] for c in cases("reach.yaml") if "any depth" in str(c.id)]
    system = declared(SYSTEM, {"system": "s", "connector": "memory", "datasets": deep["map"]})
    ways = reach(deep["rows"], system, [Person("account", (1,))])
    [path] = [way.path for way in ways if way.dataset == "line"]
    assert path[-1] == "line.o>order"


def law(written: dict[str, Any]) -> InForce:
    return InForce(
        rules=tuple(declared(RULE, rule) for rule in written.get("rules", [])),
        purposes=tuple(declared(PURPOSE, purpose) for purpose in written.get("purposes", [])),
        minimums=tuple(declared(MINIMUM, minimum) for minimum in written.get("minimums", [])),
        settled=frozenset(frozenset(pair) for pair in written.get("settled", [])),
    )


def facts(written: dict[str, Any]) -> Facts:
    floors = written.get("floors", {})
    return Facts(
        ended=frozenset(written.get("ended", [])),
        erasure=written.get("erasure", False),
        floors=tuple(
            Floor(FLOORS[kind], kind, "", None if until == "open" else until)
            for kind, until in floors.items()
        ),
        restricted="restriction" in floors,
    )


def moments(written: dict[str, Any]) -> dict[str, Moment]:
    return {event: m if isinstance(m, date) else Unknown(m) for event, m in written.items()}


def group(case: dict[str, Any]) -> Group:
    return Group(
        **case.get("group", {"category": "c"}),
        events=moments(case.get("events", {})),
        facts=facts(case.get("facts", {})),
    )


@pytest.mark.parametrize("case", cases("decide.yaml"))
def test_decide(case: dict[str, Any]) -> None:
    got = {day: decide(group(case), law(case["law"]), day) for day in case["verdicts"]}
    assert {day: words(verdict) for day, verdict in got.items()} == case["verdicts"]
    for verdict in got.values():
        if "clauses" in case:
            assert sorted(verdict.clauses) == case["clauses"]
        for key in {"since", "until"} & case.keys():
            assert getattr(verdict, key) == case[key]


@pytest.mark.parametrize("case", cases("may_use.yaml"))
def test_may_use(case: dict[str, Any]) -> None:
    refusals = may_use(group(case), declared(USE, case["use"]), law(case["law"]), case["day"])
    assert sorted([r.why, r.clause] for r in refusals) == sorted(case["refused"])


def verdict_of(said: str) -> Verdict:
    kind, _, action = said.partition(" ")
    return Verdict(Kind(kind), action=Action(action) if action else Action.ERASE)


def _said(case: dict[str, Any]) -> dict[str, bool]:
    return {word: case.get(word, False) for word in ("shared", "follows")}


@pytest.mark.parametrize("case", cases("fate.yaml"))
def test_fate(case: dict[str, Any]) -> None:
    referrers = [
        Referrer(r.get("held", False), r["nullable"], Gone(r["gone"]) if "gone" in r else None)
        for r in case.get("referrers", [])
    ]
    verdicts = {category: verdict_of(said) for category, said in case["verdicts"].items()}
    result = fate(verdicts, referrers, **_said(case))
    blanked = f" [{', '.join(sorted(result.blank))}]" if result.kind is FateKind.BLANK else ""
    assert f"{result.kind}{blanked}" == case["fate"]


EVERYTHING = (
    "live due retained undated undecided hold: restriction: access: minimums: else: "
    "whichever_first: owned_by: owns: accessed_by: accesses: copy_of: no_right: when: sphere: "
    "ascii-lower trim digits parent_field: erase anonymise archive review settled: except: ended: "
    "delete blank unlink keep held: nullable: shared: follows: recipient: channel: country:"
).split()
"""What the cases must cover: every verdict, floor, link word, normaliser, fate and action."""


@pytest.mark.parametrize("word", EVERYTHING)
def test_the_cases_leave_nothing_out(word: str) -> None:
    assert word in "".join(path.read_text() for path in HERE.glob("*.yaml"))


def red(file: str, test: Callable[[dict[str, Any]], None]) -> int:
    """How many cases of a file fail now."""
    failed = 0
    for case in cases(file):
        try:
            test(case.values[0])
        except AssertionError:
            failed += 1
    return failed


PLANTED: list[tuple[str, Callable[[dict[str, Any]], None], ModuleType, str, object]] = [
    ("decide.yaml", test_decide, decide_module, "opponents", lambda *_: ()),
    ("decide.yaml", test_decide, decide_module, "running_minimums", lambda *_: ()),
    ("decide.yaml", test_decide, decide_module, "is_live", lambda *_: True),
    ("decide.yaml", test_decide, decide_module, "rule_covers", lambda *_: True),
    ("decide.yaml", test_decide, decide_module, "purpose_uses", lambda *_: True),
    ("decide.yaml", test_decide, decide_module, "minimum_covers", lambda *_: True),
    ("decide.yaml", test_decide, decide_module, "add", lambda day, _: day),
    ("may_use.yaml", test_may_use, may_use_module, "EMAIL_OPT_IN", frozenset({"BE"})),
    ("may_use.yaml", test_may_use, may_use_module, "EMAIL_OPT_IN", frozenset({""})),
    ("may_use.yaml", test_may_use, may_use_module, "is_live", lambda *_: True),
    ("may_use.yaml", test_may_use, may_use_module, "purpose_uses", lambda *_: True),
    ("may_use.yaml", test_may_use, may_use_module, "decide", lambda *_: Verdict(Kind.LIVE)),
    ("reach.yaml", test_reach, reach_module, "_passes", lambda edge, _: edge.right),
    ("reach.yaml", test_reach, reach_module, "_same_sphere", lambda *_: True),
    ("reach.yaml", test_reach, reach_module, "normal", lambda value, _: value),
    ("reach.yaml", test_reach, reach_module, "applies", lambda *_: True),
    ("fate.yaml", test_fate, fate_module, "removes", lambda v: v.kind is Kind.DUE),
]


@pytest.mark.parametrize(("file", "test", "module", "name", "fault"), PLANTED)
def test_a_planted_fault_turns_cases_red(
    file: str,
    test: Callable[[dict[str, Any]], None],
    module: ModuleType,
    name: str,
    fault: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert red(file, test) == 0
    monkeypatch.setattr(module, name, fault)
    assert red(file, test) > 0


def test_there_are_enough_cases() -> None:
    counts = {name: len(cases(f"{name}.yaml")) for name in ("reach", "decide", "may_use", "fate")}
    assert sum(counts.values()) >= 60
    assert min(counts.values()) >= 15
