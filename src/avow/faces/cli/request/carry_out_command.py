"""Carry out what a controller instructed in its own sphere, or say that it is unlawful."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from rich.console import Console

from avow.common.exits import Exit
from avow.duties.requests.acting.erasing import Hands
from avow.duties.requests.named_file import Named, read_named
from avow.duties.requests.processor.correcting import prepare_correction, run_changes
from avow.duties.requests.processor.giving import GIVEN, give
from avow.duties.requests.processor.instructed import Prepared, contest, finish, prepare
from avow.duties.requests.processor.restricting import prepare_lifting, prepare_restriction
from avow.duties.requests.processor.standing import standing_of
from avow.duties.requests.tasks.instructing import Instructs
from avow.faces.cli.desk import Desk, opened, state_options
from avow.faces.cli.render_findings import as_text
from avow.faces.cli.render_plans import finding_text, plan_table
from avow.faces.cli.request.correct_command import wished_on_input
from avow.faces.cli.request.restrict_command import hands_of

_DID = {
    str(Instructs.CORRECT): "corrected",
    str(Instructs.RESTRICT): "kept from use",
    str(Instructs.LIFT): "given back to use",
}


@click.command("carry-out")
@click.argument("instruction", metavar="INSTRUCTION")
@click.option("--for", "file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="JSON Lines or CSV with `kind` and `value`: whom it is about.")  # fmt: skip
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="SYSTEM:DATASET:FIELD",
    help="A field that is corrected; the right values come on standard input.",
)
@click.option("--lifts", metavar="INSTRUCTION", help="Whose rows may be used again, of a `lift`.")
@click.option(
    "--run",
    "is_run",
    is_flag=True,
    help="Run an approved plan that corrects, restricts or lifts; others run by `avow apply`.",
)
@click.option("--finish", "is_end", is_flag=True,
              help="Tell the controller what was done: its plan has ended.")  # fmt: skip
@click.option("--unlawful", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="File that says which law it infringes: nothing of it is done.")  # fmt: skip
@click.option("--words", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="Folder with words of your own for the letters.")  # fmt: skip
@click.option("--as", "by", required=True, help="Id of who does it.")
@state_options
def command(
    instruction: str,
    file: Path | None,
    fields: tuple[str, ...],
    lifts: str | None,
    unlawful: Path | None,
    words: Path | None,
    by: str,
    folder: Path,
    database_url: str | None,
    *,
    is_run: bool,
    is_end: bool,
) -> None:
    """Plan a confirmed INSTRUCTION, `erase`, `correct`, `restrict`, `lift` or `delete-all`, in its
    own sphere alone; or draw the copy that `extract` or `return` asks for, and print the code that
    opens it.

    No row of another sphere is touched or read. A plan waits for two persons: `avow approve`, then
    `avow apply`. With --finish the controller is told what went and what is left; with --unlawful,
    that nothing is done and why (art. 28(3) GDPR).
    """
    chosen = (file is not None, lifts is not None, is_run, is_end, unlawful is not None)
    if sum(chosen) > 1:
        raise click.UsageError("choose one of --for, --lifts, --run, --finish and --unlawful")
    with opened(folder, database_url) as desk:
        hands = Hands(desk.book, desk.office, desk.estate, desk.memory)
        asks = standing_of(desk.book, instruction, desk.today)
        if is_end:
            raise SystemExit(_finished(desk, hands, instruction, words))
        if is_run:
            done = run_changes(hands_of(desk), instruction, at=desk.now())
            did = _DID.get(asks.what if asks is not None else "", "done")
            click.echo(f"{done.plan}: {done.rows} rows {did}, {done.missed} not")
            return
        if lifts is not None:
            plan = prepare_lifting(hands_of(desk), instruction, lifts, at=desk.now())
            click.echo(f"{plan}: waits for two approvals")
            return
        if unlawful is not None:
            because = unlawful.read_text("utf-8")
            contest(
                desk.book, instruction, because, domain=_domain(desk), by=by, at=desk.now(),
                own=words,
            )  # fmt: skip
            click.echo("the controller is told, and nothing is done")
            return
        if asks is not None and asks.what in GIVEN:
            raise SystemExit(_drawn(desk, instruction, file, by))
        if fields and file is not None:
            raise SystemExit(_corrected(desk, instruction, file, fields))
        if asks is not None and asks.what == Instructs.RESTRICT and file is not None:
            raise SystemExit(_restricted(desk, instruction, file))
        raise SystemExit(_planned(desk, hands, instruction, file))


def _finished(desk: Desk, hands: Hands, instruction: str, words: Path | None) -> Exit:
    done = finish(hands, instruction, domain=_domain(desk), at=desk.now(), own=words)
    for dataset, rows in sorted(done.removed.items()):
        click.echo(f"{dataset}: {rows} rows {_DID.get(done.did, 'removed')}")
    if done.held:
        click.echo(f"{done.held} rows stay: a hold on them, or something that refers to them")
    if done.missing:
        click.echo(f"{done.missing} rows are not done")
    return Exit.OK if done.is_over else Exit.INCOMPLETE


def _domain(desk: Desk) -> str:
    domain = desk.declaration.controller.email.rpartition("@")[2]
    if not domain:
        raise click.UsageError("the controller of the declaration has no `email`")
    return domain


def _planned(desk: Desk, hands: Hands, instruction: str, file: Path | None) -> Exit:
    named = _named(desk, file) if file is not None else Named((), ())
    if named.findings:
        click.echo(as_text(named.findings, {}), err=True)
        return Exit.FINDINGS
    prepared = prepare(hands, instruction, named.asked, at=desk.now())
    made = prepared.made
    Console().print(plan_table(made.plan))
    if made.findings:
        Console().print(finding_text(made.findings))
    click.echo(f"{made.plan.id}: {made.status}")
    return Exit.REFUSED if made.findings else _said(prepared)


def _corrected(desk: Desk, instruction: str, file: Path, fields: tuple[str, ...]) -> Exit:
    named = _named(desk, file)
    if named.findings:
        click.echo(as_text(named.findings, {}), err=True)
        return Exit.FINDINGS
    wished = wished_on_input(fields)
    made = prepare_correction(hands_of(desk), instruction, named.asked, wished, at=desk.now())
    click.echo(f"{made.plan}: {made.rows} rows wait for two approvals")
    return _unsaid(made.named.missing, made.named.gaps)


def _restricted(desk: Desk, instruction: str, file: Path) -> Exit:
    named = _named(desk, file)
    if named.findings:
        click.echo(as_text(named.findings, {}), err=True)
        return Exit.FINDINGS
    made = prepare_restriction(hands_of(desk), instruction, named.asked, at=desk.now())
    click.echo(f"{made.plan}: {made.rows} rows wait for two approvals")
    return _unsaid(made.named.missing, made.named.gaps)


def _drawn(desk: Desk, instruction: str, file: Path | None, by: str) -> Exit:
    named = _named(desk, file) if file is not None else Named((), ())
    if named.findings:
        click.echo(as_text(named.findings, {}), err=True)
        return Exit.FINDINGS
    given = give(desk.book, desk.estate, instruction, named.asked, by=by, at=desk.now())
    for dataset, rows in sorted(given.rows.items()):
        click.echo(f"{dataset}: {rows} rows packed")
    click.echo(f"its contact fetches it until {given.until}; tell it this code in another way:")
    click.echo(given.code.reveal())
    missing = given.named.missing if given.named is not None else ()
    return _unsaid(missing, given.gaps)


def _named(desk: Desk, file: Path) -> Named:
    datasets = desk.declaration.datamap.datasets()
    kinds = frozenset(i.kind for _, d in datasets if not d.is_ours for i in d.identities)
    return read_named(file.read_bytes(), file.name, kinds)


def _said(prepared: Prepared) -> Exit:
    """What the values did not name; nothing where all are meant."""
    named = prepared.named
    return Exit.OK if named is None else _unsaid(named.missing, named.gaps)


def _unsaid(missing: Sequence[int], gaps: Iterable[str]) -> Exit:
    if missing:
        places = ", ".join(str(place + 1) for place in missing)
        click.echo(f"named nobody among the data of that controller: value {places}")
    found = tuple(dict.fromkeys(gaps))
    for gap in found:
        click.echo(f"unknown: {gap}")
    return Exit.FINDINGS if missing or found else Exit.OK
