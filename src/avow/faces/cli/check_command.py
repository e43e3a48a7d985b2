"""Check a declaration: its documents, its promises, its data map and its own tests.

An error is something wrong with a document, a defect something wrong with a promise. Errors end
with exit code 1, open defects of level E do so with `--publish`; what cannot be read at all, 2.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from avow.common.exits import Exit
from avow.common.findings import Finding, Severity
from avow.declaration.cases import Judged, failures, run_cases
from avow.declaration.check.run import check
from avow.declaration.load import Loaded, load
from avow.faces.cli.opened import day_option, json_option, on, path_argument
from avow.faces.cli.render_findings import as_json, as_sarif, as_text, summary

UNREADABLE = frozenset({"AV101", "AV102", "AV108", "AV109", "AV110", "AV111"})
"""Findings after which nothing of a file is known."""


@click.command()
@path_argument
@click.option("--publish", is_flag=True, help="End with 1 on open defects of level E, too.")
@json_option
@click.option("--sarif", "is_sarif", is_flag=True, help="Answer in SARIF 2.1.0.")
@click.option("--tests", "show_tests", is_flag=True, help="Show the verdict of every test.")
@day_option
def command(
    path: Path,
    day: date | None,
    *,
    publish: bool,
    is_json: bool,
    is_sarif: bool,
    show_tests: bool,
) -> None:
    """Check the declaration in PATH, a folder or a file (the current folder without it)."""
    loaded = load(path)
    judged = run_cases(loaded.declaration) if loaded.declaration else ()
    findings = tuple(_findings(loaded, judged, on(day, loaded.declaration)))
    if is_sarif:
        click.echo(as_sarif(findings))
    elif is_json:
        click.echo(_as_json(loaded, findings, judged))
    else:
        _say(loaded, findings, judged, show_tests=show_tests)
    raise SystemExit(exit_of(findings, publish=publish))


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
    grave = any(f.is_open and f.severity is Severity.E for f in findings)
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


def _say(
    loaded: Loaded, findings: tuple[Finding, ...], judged: tuple[Judged, ...], *, show_tests: bool
) -> None:
    if findings:
        click.echo(as_text(findings, loaded.sources))
    for one in judged if show_tests else ():
        mark = "ok  " if one.is_right else "FAIL"
        click.echo(f"{mark} {one.case.id}: {one.said}")
    click.echo(summary(findings))
    passed = sum(j.is_right for j in judged)
    if judged:
        click.echo(f"{len(judged)} tests, {passed} passed, {len(judged) - passed} failed")
