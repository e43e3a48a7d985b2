"""Make, send and list the tasks that people do by hand for requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from avow.common.exits import Exit
from avow.duties.requests.tasks import kept
from avow.duties.requests.tasks.answering import TaskAnswer, answer_task
from avow.duties.requests.tasks.kept import Evidence, Kept
from avow.duties.requests.tasks.machine import Outcome
from avow.duties.requests.tasks.making import make_tasks
from avow.duties.requests.tasks.sending import Post, send_round
from avow.faces.cli.desk import Desk, opened, state_options
from avow.faces.cli.opened import json_option


@click.command()
@click.argument("request_id", metavar="[REQUEST]", required=False)
@click.option("--send", "is_sending", is_flag=True, help="Write what is due: ask, remind, tell on.")
@click.option("--words", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="Folder with words of your own for the letters.")  # fmt: skip
@click.option("--at", "base", envvar="AVOW_ADDRESS", default="http://127.0.0.1:8400",
              show_default=True, help="Address of the one-time pages.")  # fmt: skip
@click.option("--answer", "answered", nargs=2, metavar="TASK OUTCOME",
              help="Keep what somebody said otherwise than on the page.")  # fmt: skip
@click.option("--because", "words_file", type=click.File("r"), help="File with their words.")
@click.option("--by", default="avow", metavar="PERSON", help="Who does this.")
@json_option
@state_options
def command(
    request_id: str | None,
    base: str,
    words: Path | None,
    answered: tuple[str, str] | None,
    words_file: Any,  # noqa: ANN401 (an open file, as click hands it over)
    by: str,
    folder: Path,
    database_url: str | None,
    *,
    is_sending: bool,
    is_json: bool,
) -> None:
    """Make the tasks of REQUEST, send what is due, and list what is open.

    Systems without connector are asked of their owners: each gets a letter with a link, and the
    person's data stand on the page of that link alone. Ends with 1 while a task is overdue, or when
    nobody can be asked.
    """
    with opened(folder, database_url) as desk:
        nobody: list[str] = []
        if answered is not None:
            _answer(desk, answered, words_file.read() if words_file else "", by)
        if request_id is not None:
            nobody += make_tasks(desk.book, request_id, by=by, at=desk.now())[1]
        if is_sending:
            domain = _domain(desk)
            went = send_round(desk.book, Post(base, domain, words), at=desk.now())
            nobody += went.nobody
            click.echo(
                f"asked {went.asked}, reminded {went.reminded}, told on {went.escalated},"
                f" came back {went.came_back}",
                err=is_json,
            )
        shown = kept.of_request(desk.book, request_id) if request_id else kept.open_tasks(desk.book)
        late = [k for k in shown if k.task.is_overdue(desk.today)]
        said = [_said(k, desk) for k in shown]
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode({"tasks": said, "nobody": nobody})))
    else:
        _show(said, nobody)
    raise SystemExit(Exit.FINDINGS if late or nobody else Exit.OK)


def _answer(desk: Desk, answered: tuple[str, str], words: str, by: str) -> None:
    task, outcome = answered
    if outcome not in set(Outcome):
        raise click.BadParameter(f"one of: {', '.join(Outcome)}", param_hint="--answer")
    said = TaskAnswer(task, Outcome(outcome), Evidence(words=words), by)
    with desk.book.runs.transaction() as tx:
        answer_task(desk.book, tx, said, at=desk.now())


def _domain(desk: Desk) -> str:
    domain = desk.declaration.controller.email.rpartition("@")[2]
    if not domain:
        raise click.UsageError("the controller of the declaration has no `email` to write from")
    return domain


def _said(each: Kept, desk: Desk) -> dict[str, Any]:
    task = each.task
    return {
        "task": task.id,
        "of": each.request or each.instruction,
        "item": each.item,
        "act": str(task.act),
        "place": task.place,
        "asks": task.asks,
        "basis": each.basis,
        "state": str(task.state),
        "due": task.due,
        "overdue": task.is_overdue(desk.today),
    }


def _show(said: list[dict[str, Any]], nobody: list[str]) -> None:
    table = Table("task", "of", "does", "where", "asked", "is", "due")
    for each in said:
        due = f"{each['due']}{' OVERDUE' if each['overdue'] else ''}"
        table.add_row(
            each["task"], each["of"], each["act"], each["place"], each["asks"], each["state"], due
        )
    Console().print(table)
    for who in nobody:
        click.echo(f"AV667: nobody can be written to about `{who}`", err=True)
