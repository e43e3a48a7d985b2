"""Draw rows that a plan would move or keep, and judge them one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from random import SystemRandom
from typing import Any

import click
import msgspec
from rich.console import Console

from avow.common.exits import Exit
from avow.common.masked import SHOWN
from avow.engine.planner import records
from avow.engine.planner.plan import Plan
from avow.engine.planner.refusals import PlannerError, said
from avow.engine.planner.sampling import SIZE, Drawn, Judgement, Sample, sample_findings, words
from avow.engine.planner.sampling_draw import draw, explained, values
from avow.engine.planner.sampling_kept import judge, keep, newest
from avow.faces.cli.desk import Desk, opened, state_options
from avow.faces.cli.opened import json_option

ANSWERS = {"r": Judgement.RIGHT, "w": Judgement.WRONG, "u": Judgement.UNSURE}
LEAVE = "q"


@click.command()
@click.argument("plan")
@click.option(
    "--size", type=click.IntRange(min=1), default=SIZE, show_default=True, help="Most rows to draw."
)
@click.option("--seed", type=int, help="Draw the rows at random that this number gave before.")
@click.option("--again", is_flag=True, help="Draw anew, though a sample of the plan is there.")
@click.option("--as", "person", help="Id of the person who judges.")
@click.option(
    "--judged",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Take judgements from this file: what `--json` printed, with every `judgement` filled in.",
)
@click.option("--show", "is_shown", is_flag=True, help="Show the values of the rows, unmasked.")
@json_option
@state_options
def command(
    plan: str,
    size: int,
    seed: int | None,
    person: str | None,
    file: Path | None,
    folder: Path,
    database_url: str | None,
    *,
    again: bool,
    is_shown: bool,
    is_json: bool,
) -> None:
    """Show a sample of PLAN; with --as, ask right, wrong or unsure of every row."""
    if file is not None and person is None:
        raise click.UsageError("say who judged with --as")
    with opened(folder, database_url) as desk:
        kept = records.read(desk.state.store, plan).plan
        sample = None if again else newest(desk.state.store, desk.state.ring, plan)
        if sample is None:
            sample = _drawn(desk, kept, size, seed)
        elif file is None:
            sample = explained(desk.estate, kept, sample)
        if file is not None and person is not None:
            sample = _judge(desk, sample, _read(file, sample), person)
        elif person is not None and not is_json:
            sample = _asked(desk, sample, person, is_shown=is_shown)
        elif not is_json:
            for row in sample.rows:
                click.echo("\n".join(_lines(desk, sample, row, is_shown=is_shown)))
        if is_json:
            shown = _json(desk, sample, kept, is_shown=is_shown)
            click.echo(msgspec.json.format(msgspec.json.encode(shown)).decode())
    raise SystemExit(_ended(sample, kept, is_json=is_json))


def _drawn(desk: Desk, plan: Plan, size: int, seed: int | None) -> Sample:
    number = SystemRandom().getrandbits(32) if seed is None else seed
    with Console(stderr=True).status(f"drawing from {plan.id}"):
        sample = draw(desk.estate, desk.memory, plan, size, number)
        keep(desk.state.store, desk.state.ring, sample, desk.now())
    return sample


def _ended(sample: Sample, plan: Plan, *, is_json: bool) -> Exit:
    """Say what the sample says; findings when a row was judged wrong."""
    found = sample_findings(sample)
    if not is_json:
        click.echo(f"{sample.id}: {len(sample.rows)} rows, seed {sample.seed}")
        for line in words(sample, plan.rows):
            click.echo(f"  {line}")
        for finding in found:
            click.echo("\n".join(said(finding)), err=True)
    return Exit.FINDINGS if sample.judged(Judgement.WRONG) else Exit.OK


# --- judging -------------------------------------------------------------------------------------


def _asked(desk: Desk, sample: Sample, person: str, *, is_shown: bool) -> Sample:
    """Ask of every row that nobody is sure of, and write each answer down at once."""
    for row in sample.rows:
        if row.judgement in (Judgement.RIGHT, Judgement.WRONG):
            continue
        click.echo("\n".join(_lines(desk, sample, row, is_shown=is_shown)))
        choice = click.Choice([*ANSWERS, LEAVE])
        answer = click.prompt("right, wrong, unsure, or quit", type=choice)
        if answer == LEAVE:
            break
        sample = _judge(desk, sample, {row.number: ANSWERS[answer]}, person)
    return sample


def _judge(desk: Desk, sample: Sample, answers: Mapping[int, Judgement], person: str) -> Sample:
    state = desk.state
    now = judge(
        state.store, state.ring, desk.declaration, sample, answers,
        person=person, at=desk.now(), note=desk.note,
    )  # fmt: skip
    views = {row.number: row.view for row in sample.rows}
    return replace(now, rows=tuple(replace(r, view=views[r.number]) for r in now.rows))


class _Answer(msgspec.Struct):
    """What a file says of one row; whatever else it says was for who judged."""

    number: int
    judgement: Judgement | None = None


class _Answers(msgspec.Struct):
    """A file with judgements."""

    sample: str
    rows: list[_Answer]


def _read(file: Path, sample: Sample) -> dict[int, Judgement]:
    try:
        found = msgspec.json.decode(file.read_bytes(), type=_Answers)
    except msgspec.DecodeError as error:
        raise PlannerError(
            f"`{file.name}` holds no judgements",
            because=str(error),
            help="fill in `judgement` in what `avow sample PLAN --json` prints",
            code="AV581",
        ) from None
    if found.sample != sample.id:
        raise PlannerError(
            f"`{file.name}` is of another sample than `{sample.id}`",
            because="its rows are others",
            help="judge the newest sample of the plan",
            code="AV581",
        )
    return {row.number: row.judgement for row in found.rows if row.judgement is not None}


# --- showing -------------------------------------------------------------------------------------


def _lines(desk: Desk, sample: Sample, row: Drawn, *, is_shown: bool) -> Iterator[str]:
    """One row with what its own verdict says; its key and values only where they are asked for."""
    key = ",".join(row.key) if is_shown and row.key else SHOWN
    judged = f"  [{row.judgement}]" if row.judgement else ""
    yield f"row {row.number}: {sample.system}.{row.dataset}:{key}  ({row.stratum}){judged}"
    yield f"  the plan would {row.action} it" + ("" if row.agrees else "; its verdict differs")
    if row.view is not None:
        yield from (f"  {event}: {moment}" for event, moment in row.view.moments.items())
        for each in row.view.answers:
            clauses = f" ({', '.join(each.clauses)})" if each.clauses else ""
            yield f"  {each.category}: {each.verdict}{clauses}"
    if is_shown and row.key:
        for column, value in values(desk.estate, sample, row).items():
            yield f"  {column} = {value}"


def _json(desk: Desk, sample: Sample, plan: Plan, *, is_shown: bool) -> dict[str, Any]:
    return {
        "sample": sample.id,
        "plan": sample.plan,
        "system": sample.system,
        "seed": sample.seed,
        "says": words(sample, plan.rows),
        "findings": [{"code": f.code, "message": f.message} for f in sample_findings(sample)],
        "rows": [_row_json(desk, sample, row, is_shown=is_shown) for row in sample.rows],
    }


def _row_json(desk: Desk, sample: Sample, row: Drawn, *, is_shown: bool) -> dict[str, Any]:
    answers = row.view.answers if row.view else ()
    found: dict[str, Any] = {
        "number": row.number,
        "dataset": row.dataset,
        "action": row.action,
        "stratum": row.stratum,
        "agrees": row.agrees,
        "moments": row.view.moments if row.view else {},
        "verdicts": {a.category: {"verdict": a.verdict, "clauses": a.clauses} for a in answers},
        "judgement": row.judgement,
    }
    if is_shown and row.key:
        shown = values(desk.estate, sample, row)
        found["values"] = {column: str(value) for column, value in shown.items()}
    return found
