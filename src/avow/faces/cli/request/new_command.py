"""Find whose rows are meant, and show what is known of them or plan their erasure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console

from avow.common.exits import Exit
from avow.common.ids import new_id
from avow.duties.requests.answering.extract import answer_json, counts, write_answer
from avow.duties.requests.choosing import Choice, accepted, choice, left_out
from avow.duties.requests.named_file import Named, RequestError, read_named
from avow.engine.planner.erasure_plan import Erasure, MadeErasure, make_erasure
from avow.engine.planner.identities import Candidate
from avow.engine.planner.reading import MOST
from avow.engine.planner.refusals import Away, Guarded
from avow.engine.planner.requested import Looked, by_system, disclose, look
from avow.faces.cli.desk import Desk, opened, state_options
from avow.faces.cli.opened import json_option
from avow.faces.cli.render_findings import as_text
from avow.faces.cli.render_plans import beside, finding_text, plan_table
from avow.faces.cli.render_requests import (
    candidate_table,
    candidates_json,
    count_table,
    made_erasure_json,
    stay_table,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    right: str
    choices: tuple[Choice, ...]
    clean: bool
    out: Path | None
    most: int

    @property
    def is_accepting(self) -> bool:
        """Whether somebody accepted any candidates."""
        return self.clean or bool(self.choices)


@click.command()
@click.argument("right", type=click.Choice(["access", "erasure"]))
@click.option(
    "--for",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="JSON Lines or CSV with `kind`, `value` and perhaps `person`.",
)
@click.option(
    "--accept",
    "choices",
    multiple=True,
    metavar="PERSON[:SYSTEM.DATASET]",
    help="These candidates are the person's.",
)
@click.option("--accept-all", "clean", is_flag=True, help="All of whom nothing has to be asked.")
@click.option("--out", type=click.Path(path_type=Path), help="New file for what access shows.")
@click.option("--limit", "most", type=click.IntRange(1), default=MOST, show_default=True,
              help="Rows of one dataset that access reads.")  # fmt: skip
@json_option
@state_options
def command(
    right: str,
    file: Path,
    choices: tuple[str, ...],
    out: Path | None,
    most: int,
    folder: Path,
    database_url: str | None,
    *,
    clean: bool,
    is_json: bool,
) -> None:
    """Show whose rows are meant, then, once accepted, what is known or what would be erased.

    Without --accept or --accept-all only candidates are shown, by person, system and dataset.
    Values of persons are never printed.
    """
    wanted = Wanted(right, tuple(_choice(text) for text in choices), clean, out, most)
    if right == "access" and wanted.is_accepting and out is None:
        raise click.UsageError("say with --out where the answer is to be written")
    with opened(folder, database_url) as desk:
        named = read_named(file.read_bytes(), file.name, _kinds(desk))
        if named.findings:
            click.echo(as_text(named.findings, {}), err=True)
        if not named.asked:
            raise RequestError(f"`{file.name}` names nobody", code="AV605")
        looked = look(desk.estate, named.asked)
        said, code = _answered(desk, wanted, named, looked, is_json=is_json)
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode(said)))
    raise SystemExit(code or (Exit.FINDINGS if named.findings else Exit.OK))


def _choice(text: str) -> Choice:
    try:
        return choice(text)
    except ValueError:
        raise click.BadParameter("write --accept 3, or --accept 3:app.account") from None


def _kinds(desk: Desk) -> frozenset[str]:
    """The kinds of value that name persons somewhere in our own sphere."""
    datasets = (d for _, d in desk.declaration.datamap.datasets() if d.is_ours)
    return frozenset(i.kind for d in datasets for i in d.identities)


def _answered(
    desk: Desk, wanted: Wanted, named: Named, looked: Looked, *, is_json: bool
) -> tuple[dict[str, Any], Exit]:
    said = candidates_json(looked, named.persons)
    if not is_json:
        _show_candidates(looked, named.persons)
    if not wanted.is_accepting:
        if not is_json:
            click.echo("nothing was done: say which are right with --accept or --accept-all")
        return said, Exit.REFUSED
    chosen = accepted(looked.found, wanted.choices, clean=wanted.clean)
    left = left_out(looked.found, chosen)
    said["left_out"] = list(left)
    if left and not is_json:
        click.echo(f"left out, not accepted: {', '.join(f'person {n}' for n in left)}")
    answer = _access if wanted.right == "access" else _erasure
    more, code = answer(desk, wanted, named, looked, chosen, is_json=is_json)
    return {**said, **more}, code or (Exit.FINDINGS if left else Exit.OK)


def _show_candidates(looked: Looked, persons: int) -> None:
    console = Console()
    console.print(candidate_table(looked, persons))
    for gap in looked.gaps:
        console.print(f"unknown: {gap}", markup=False)
    for system, kind in looked.found.unnamed:
        console.print(f"{system}: no dataset of ours there names persons by {kind}", markup=False)


def _access(
    desk: Desk,
    wanted: Wanted,
    named: Named,
    looked: Looked,
    chosen: Sequence[Candidate],
    *,
    is_json: bool,
) -> tuple[dict[str, Any], Exit]:
    found = disclose(desk.estate, chosen, wanted.most, looked.gaps)
    release = desk.declaration.digest.removeprefix("sha256:")
    if wanted.out is not None:
        write_answer(answer_json(found, named.persons, desk.today, release), wanted.out)
    if not is_json:
        console = Console()
        console.print(count_table(found))
        for gap in found.gaps:
            console.print(f"unknown: {gap}", markup=False)
        whole = "complete" if found.is_complete else "not complete"
        click.echo(f"{wanted.out}: {whole}")
    said = {"rows": counts(found), "gaps": list(found.gaps), "complete": found.is_complete}
    cut = Exit.OK if found.is_complete else Exit.INCOMPLETE
    return said, Exit.UNREACHABLE if found.gaps else cut


def _erasure(
    desk: Desk,
    wanted: Wanted,
    named: Named,
    looked: Looked,
    chosen: Sequence[Candidate],
    *,
    is_json: bool,
) -> tuple[dict[str, Any], Exit]:
    del wanted, named
    case, code = new_id("request"), Exit.UNREACHABLE if looked.gaps else Exit.OK
    plans: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for system, seeds in by_system(chosen).items():
        roots = {d: tuple(dict.fromkeys(key for _, key in keys)) for d, keys in seeds.items()}
        try:
            made = make_erasure(
                desk.office, desk.estate, desk.memory, Erasure(system, roots, case), desk.now()
            )
        except (Away, Guarded) as error:
            code = Exit.UNREACHABLE if isinstance(error, Away) else code or Exit.REFUSED
            refused.append({"system": system, "code": error.code, "message": error.what})
            click.echo(str(error), err=True)
            continue
        desk.note_plan(made.made.plan)
        plans.append(made_erasure_json(made))
        if made.made.findings:
            code = code or Exit.REFUSED
        if not is_json:
            _show_erasure(made)
    return {"case": case, "plans": plans, "refused": refused}, code


def _show_erasure(each: MadeErasure) -> None:
    console, plan = Console(), each.made.plan
    console.print(plan_table(plan))
    for line in beside(plan):
        console.print(f"  {line}", markup=False)
    if each.stays:
        console.print(stay_table(plan.system, each.stays))
    if each.made.findings:
        console.print(finding_text(each.made.findings))
    console.print(f"{plan.id}: {each.made.status}, {plan.persons} persons\n", markup=False)
