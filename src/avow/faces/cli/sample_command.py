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
from avow.engine.evidence.invitations import Kind, Wanted
from avow.engine.planner import records
from avow.engine.planner.plan import Plan
from avow.engine.planner.refusals import PlannerError, said
from avow.engine.planner.sampling import SIZE, Drawn, Judgement, Sample, sample_findings, words
from avow.engine.planner.sampling_asked import sample_content, sample_questions
from avow.engine.planner.sampling_corrected import Correction, correct, corrections
from avow.engine.planner.sampling_draw import draw, explained, values
from avow.engine.planner.sampling_kept import judge, keep, newest, of_id
from avow.faces.cli.desk import Desk, opened, state_options
from avow.faces.cli.inviting import Asking, ask_options, invited
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
@click.option(
    "--as", "people", multiple=True, help="Id of the person who judges; twice to correct."
)
@click.option(
    "--judged",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Take judgements from this file: what `--json` printed, with every `judgement` filled in.",
)
@click.option("--show", "is_shown", is_flag=True, help="Show the values of the rows, unmasked.")
@click.option(
    "--correct",
    "number",
    type=int,
    metavar="ROW",
    help="Take back that ROW was judged wrong: two approvers with --as, and --reason.",
)
@click.option(
    "--to",
    "corrected",
    type=click.Choice(["right", "unsure"]),
    default="right",
    show_default=True,
    help="What ROW is after --correct.",
)
@click.option("--reason", help="Why the judgement is corrected; kept sealed.")
@click.option("--of", "of_sample", metavar="SAMPLE", help="An older sample of PLAN, for --correct.")
@ask_options
@json_option
@state_options
def command(
    plan: str,
    size: int,
    seed: int | None,
    people: tuple[str, ...],
    file: Path | None,
    number: int | None,
    corrected: str,
    reason: str | None,
    of_sample: str | None,
    asked: str | None,
    days: int,
    base: str,
    folder: Path,
    database_url: str | None,
    *,
    again: bool,
    is_shown: bool,
    is_json: bool,
) -> None:
    """Show a sample of PLAN; with --as, ask right, wrong or unsure of every row.

    --ask PERSON asks on a one-time page that `avow serve` shows; --show lets that page read the
    values of a row for them.
    """
    person = _judge_of(people, file, number, reason)
    with opened(folder, database_url) as desk:
        kept = records.read(desk.state.store, plan).plan
        if number is not None:
            mended = _correct(desk, plan, of_sample, number, corrected, people, reason or "")
            raise SystemExit(_ended(mended, kept, is_json=is_json))
        sample = None if again else newest(desk.state.store, desk.state.ring, plan)
        if sample is None:
            sample = _drawn(desk, kept, size, seed)
        elif file is None:
            sample = explained(desk.estate, kept, sample)
        if asked is not None:
            _ask(desk, sample, kept, Asking(asked, days, base), is_shown=is_shown, is_json=is_json)
            return
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


def _judge_of(
    people: tuple[str, ...], file: Path | None, number: int | None, reason: str | None
) -> str | None:
    """Who judges, where one person does; a correction has several and a reason."""
    if number is not None:
        if not people or not reason:
            raise click.UsageError("say who corrects with --as, twice, and why with --reason")
        return None
    if len(people) > 1:
        raise click.UsageError("one person judges; two correct, with --correct")
    if file is not None and not people:
        raise click.UsageError("say who judged with --as")
    return people[0] if people else None


def _ask(
    desk: Desk, sample: Sample, plan: Plan, asking: Asking, *, is_shown: bool, is_json: bool
) -> None:
    """Make a one-time page for a person and tell its address."""
    questions = sample_questions(
        sample, plan, desk.declaration, asking.person, shows_values=is_shown
    )
    wanted = Wanted(Kind.SAMPLE, sample.id, asking.person, sample_content(questions))
    made = invited(desk.state, wanted, asking)
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode(made.as_json())).decode())
        return
    click.echo(f"{sample.id}: {len(questions.rows)} rows to be judged by {asking.person}")
    click.echo("\n".join(made.lines()))


def _correct(
    desk: Desk,
    plan: str,
    of_sample: str | None,
    number: int,
    corrected: str,
    people: tuple[str, ...],
    reason: str,
) -> Sample:
    state = desk.state
    sample = newest(state.store, state.ring, plan)
    if of_sample is not None:
        sample = of_id(state.store, state.ring, of_sample)
    if sample is None or sample.plan != plan:
        raise PlannerError(f"there is no such sample of `{plan}`", code="AV581")
    sample, met = correct(
        state.store, state.ring, desk.declaration, sample, number, Judgement(corrected),
        by=people, reason=reason, at=desk.now(), note=desk.note,
    )  # fmt: skip
    if met.small:
        click.echo("one person instead of two: there is no second approver", err=True)
    return sample


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
        "corrections": [_corrected_json(each) for each in _corrections(desk, sample)],
    }


def _corrections(desk: Desk, sample: Sample) -> list[Correction]:
    return corrections(desk.state.store, desk.state.ring, sample.id)


def _corrected_json(each: Correction) -> dict[str, Any]:
    """A correction as it was made; its reason is for the eyes of who works with the sample."""
    return {
        "number": each.number,
        "before": {"judgement": each.before, "person": each.person},
        "after": {"judgement": each.after, "by": each.by},
        "reason": each.reason,
        "at": each.at,
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
