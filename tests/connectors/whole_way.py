"""The whole way of a plan over one real database: planned, approved, applied, checked, compared.

A *country* is a schema with its rows, its data map, who is erased, and by hand what the whole
database holds afterwards. Every batch is looked at by the independent reader.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from textwrap import dedent, indent
from typing import Any

from avow.common.findings import Finding
from avow.common.ids import new_id
from avow.declaration.model import Level
from avow.engine.db.store import Runs
from avow.engine.planner import records, release
from avow.engine.planner.apply import Applied
from avow.engine.planner.counting import Counting, count
from avow.engine.planner.judge import Judge
from avow.engine.planner.keysets import Roots, persons
from avow.engine.planner.known import set_names
from avow.engine.planner.persons import erasure
from avow.engine.planner.plan import Plan, PlanKind
from avow.engine.planner.refusals import PlannerError
from avow.engine.verifier.checked import Checked
from avow.estate.connectors.base import Access, Connection
from avow.estate.datamap.model import System
from tests.faults.small import TODAY, Small, law

HEAD = """\
avow: "1"
declaration: country
controller: {name: Example, zone: Europe/Brussels, country: BE}
people:
  - {person: claire, name: Claire, roles: [author]}
  - {person: marc, name: Marc, roles: [approver]}
  - {person: paul, name: Paul, roles: [approver]}
clauses:
  "1.a": {kind: E}
  "2.a": {kind: E}
  "2.b": {kind: E}
categories:
  log: {clause: "1.a"}
  data: {clause: "1.a"}
subjects:
  visitor: {}
collection:
  - point: door
    clause: "1.a"
    collects:
      - {category: log, clause: "1.a", required: yes}
      - {category: data, clause: "1.a", required: yes}
retention:
  - rule: logs
    clause: "2.a"
    applies_to: {category: [log]}
    starts: seen
    at_most: 1 month
    then: erase
  - rule: leavers
    clause: "2.b"
    applies_to: {category: [data]}
    starts: left
    at_most: 1 month
    then: erase
events:
  seen: {kind: point}
  left: {kind: point}
systems:
  - system: app
    connector: CONNECTOR
    zone: Europe/Brussels
    datasets:
"""
RULES = ("logs", "leavers")
Rows = Mapping[str, list[str]]
"""Table -> its rows as text, sorted."""


@dataclass
class Country(Small):
    """One database on its way; `rows` reads the whole of it by the engine's own client."""

    rows: Callable[[], Rows] = dict
    checker: Any = field(default_factory=Checked)

    def found(self, connector: str, datasets: str) -> None:
        """Put the map in force; every rule may move all it finds once two persons approve."""
        text = HEAD.replace("CONNECTOR", connector) + indent(dedent(datasets), " " * 6)
        self.activate(text)
        for rule in RULES:
            self.raise_to(Level.APPROVE, rule)
            self.ramp_up(rule=rule)

    def sweep_plan(self, day: date = TODAY) -> Plan:
        """The sweep of the day, kept, with all its numbers accepted."""
        return self.plan(tuple((rule, 1_000_000) for rule in RULES), day)

    def erasure_plan(self, roots: Roots) -> Plan:
        """The erasure of these persons, kept."""
        self.roots = roots
        binding = law(self.declaration)
        known = set_names(self.system, binding, ())
        judge = Judge(self.system, binding, TODAY, frozenset(), known, erasure=True)
        with closing(self.connect("app", Access.READ)) as connection:
            program = erasure(judge, connection.catalogue(), frozenset(roots))
            assert not isinstance(program, Finding), program
            part = count(connection, Counting(program, self.facts, roots=roots))
        plan = Plan(
            new_id("plan"),
            PlanKind.ERASURE,
            "app",
            release.digest_in(self.declaration),
            TODAY,
            (part,),
            release.author_of(self.runs),
            case=new_id("case"),
            persons=len(persons(roots)),
        )
        return self.kept(plan)

    def codes(self, plan: Plan) -> list[str]:
        """What the guard says of a kept plan."""
        return sorted({f.code for f in records.findings_of(self.runs, plan.id)})

    def done(self, plan: Plan) -> Applied:
        """Approved and applied; nobody is blocked, and doing it again changes nothing."""
        assert self.codes(plan) == [], records.findings_of(self.runs, plan.id)
        applied = self.apply(self.approved(plan))
        assert applied.blocked == ()
        before = self.rows()
        assert self.apply(plan).rows == applied.rows
        assert self.rows() == before
        return applied

    def undone(self, plan: Plan) -> str:
        """The words with which an application ends that the check inside a batch undoes."""
        before = self.rows()
        try:
            self.apply(self.approved(plan))
        except PlannerError as error:
            assert self.rows() == before
            return f"{error.code} {error.because}"
        raise AssertionError("the batch was kept")


def country(
    runs: Runs, opened: Callable[[System, Access], Connection], rows: Callable[[], Rows]
) -> Country:
    """A country over a database that is opened so and read so."""
    return Country(runs, opener=opened, rows=rows)
