"""Check a declaration: its documents, its promises, its data map and its own tests.

An error is something wrong with a document, a defect something wrong with a promise. Errors end
with exit code 1, open defects of level E do so with `--publish`; what cannot be read at all, 2.
What is shown may be narrowed; the exit code and the last lines always speak of everything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from avow.common.exits import Exit
from avow.common.findings import Finding, Need
from avow.declaration.cases import Judged, failures, run_cases
from avow.declaration.check.run import check
from avow.declaration.load import Loaded, load
from avow.faces.cli.opened import day_option, json_option, on, path_argument
from avow.faces.cli.render_check import brief, grouped, need_of, to_end_them
from avow.faces.cli.render_findings import as_json, as_sarif, summary

LANGUAGES = ("en", "fr", "nl")
"""Those in which rules propose words."""

UNREADABLE = frozenset({"AV101", "AV102", "AV108", "AV109", "AV110", "AV111"})
"""Findings after which nothing of a file is known."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which findings are shown: every key that names something must fit."""

    codes: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    def of(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Those asked for, in their order."""
        return tuple(
            f
            for f in findings
            if (not self.codes or f.code in self.codes)
            and (not self.clauses or not set(self.clauses).isdisjoint(f.clauses))
            and (not self.needs or str(need_of(f)) in self.needs)
        )


ACCEPTED = """
A defect that must stay is accepted by a decision, with a reason and until a day:

\b
  decisions:
    - decision: portability-for-everybody
      settles: ["AV268 9.5"]
      author: claire
      date: 2026-11-02
      reason: We keep the wider promise.
      effects: {accept: {until: 2027-11-02}}

`avow sign` makes it count. `settles: ["AV268"]` names all findings of a code.
"""


@click.command(epilog=ACCEPTED)
@path_argument
@click.option("--publish", is_flag=True, help="End with 1 on open defects of level E, too.")
@json_option
@click.option("--sarif", "is_sarif", is_flag=True, help="Answer in SARIF 2.1.0.")
@click.option("--tests", "show_tests", is_flag=True, help="Show the verdict of every test.")
@click.option("--brief", "is_brief", is_flag=True, help="One line for each finding.")
@click.option("--code", "codes", multiple=True, metavar="AVnnn", help="Show this code only.")
@click.option("--clause", "clauses", multiple=True, help="Show what is about this clause only.")
@click.option(
    "--need",
    "needs",
    multiple=True,
    type=click.Choice([str(need) for need in Need]),
    help="Show what asks this of people only.",
)
@click.option(
    "--language",
    "languages",
    multiple=True,
    type=click.Choice(LANGUAGES),
    help="Languages of the proposed words; those of the declaration without it.",
)
@day_option
def command(
    path: Path,
    day: date | None,
    *,
    publish: bool,
    is_json: bool,
    is_sarif: bool,
    show_tests: bool,
    is_brief: bool,
    codes: tuple[str, ...],
    clauses: tuple[str, ...],
    needs: tuple[str, ...],
    languages: tuple[str, ...],
) -> None:
    """Check the declaration in PATH, a folder or a file (the current folder without it)."""
    loaded = load(path)
    judged = run_cases(loaded.declaration) if loaded.declaration else ()
    findings = tuple(_findings(loaded, judged, on(day, loaded.declaration)))
    shown = Asked(codes, clauses, needs).of(findings)
    if is_sarif:
        click.echo(as_sarif(shown))
    elif is_json:
        click.echo(_as_json(loaded, shown, judged))
    else:
        languages = languages or _languages(loaded)
        text = brief(shown) if is_brief else grouped(shown, loaded.sources, languages)
        click.echo(text, nl=bool(shown))
        _sum_up(findings, shown, judged, show_tests=show_tests)
    raise SystemExit(exit_of(findings, publish=publish))


def _languages(loaded: Loaded) -> tuple[str, ...]:
    """Those in which the statement is published; English where nobody has said."""
    return (loaded.declaration.languages if loaded.declaration else ()) or ("en",)


def _findings(loaded: Loaded, judged: tuple[Judged, ...], day: date) -> list[Finding]:
    """Those of reading, of the tests, and, once there is a declaration, of the check."""
    found = [*loaded.findings, *failures(judged)]
    return [*found, *check(loaded.declaration, day)] if loaded.declaration else found


def exit_of(findings: tuple[Finding, ...], *, publish: bool) -> Exit:
    """2 when a file could not be read, 1 when something must be changed, 0 otherwise."""
    if any(finding.code in UNREADABLE for finding in findings):
        return Exit.USAGE
    if any(finding.is_error for finding in findings):
        return Exit.FINDINGS
    grave = any(finding.is_grave for finding in findings)
    return Exit.FINDINGS if publish and grave else Exit.OK


def _as_json(loaded: Loaded, findings: tuple[Finding, ...], judged: tuple[Judged, ...]) -> str:
    declaration = loaded.declaration
    failed = sum(not j.is_right for j in judged)
    return as_json(
        findings,
        declaration=declaration.id if declaration else None,
        digest=declaration.digest if declaration else None,
        tests={"passed": len(judged) - failed, "failed": failed},
    )


def _sum_up(
    findings: tuple[Finding, ...],
    shown: tuple[Finding, ...],
    judged: tuple[Judged, ...],
    *,
    show_tests: bool,
) -> None:
    for one in judged if show_tests else ():
        mark = "ok  " if one.is_right else "FAIL"
        click.echo(f"{mark} {one.case.id}: {one.said}")
    if len(shown) < len(findings):
        click.echo(f"{len(shown)} of {len(findings)} shown")
    for line in (summary(findings), to_end_them(findings)):
        if line:
            click.echo(line)
    passed = sum(j.is_right for j in judged)
    if judged:
        click.echo(f"{len(judged)} tests, {passed} passed, {len(judged) - passed} failed")
