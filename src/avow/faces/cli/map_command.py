"""Triage the tables of a system: whose rows they are, asked as few times as possible.

The database is only read: its catalogue, bounded samples, and counts. No value of a row is shown
or kept. The result is a diff of the declaration; nothing is enforced until it is there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click
import msgspec
import yaml
from rich.console import Console

from avow.app import open_state
from avow.common.calendar import local_day
from avow.common.errors import AvowError
from avow.common.exits import Exit
from avow.common.languages import LANGUAGES
from avow.declaration.load import Loaded, resolve_url
from avow.declaration.loading.nodes import meant
from avow.declaration.model import Declaration
from avow.duties.discovery.triage import answering, plain
from avow.duties.discovery.triage.answering import Standpoint, open_questions
from avow.duties.discovery.triage.asking import Question
from avow.duties.discovery.triage.choices import Choice, Proposal, Whose
from avow.duties.discovery.triage.declaring import Waiting, entries
from avow.duties.discovery.triage.memory import State, file_of, remembered, text_of
from avow.duties.discovery.triage.patching import diff, patched
from avow.duties.discovery.triage.reading import look_at
from avow.duties.discovery.triage.signals import Sureness
from avow.estate.datamap.model import System
from avow.faces.cli.desk import state_options
from avow.faces.cli.inviting import Asking, Invited, ask_options
from avow.faces.cli.map_asking import asked_on_page, is_waiting, state_if_there, taken
from avow.faces.cli.opened import json_option, now, path_option, sound

_ANSWERS = ("y", "n", "ask", "skip", "stop")
_MOST_SHOWN = 8
_MISUSE = frozenset({"AV540", "AV541", "AV542", "AV543", "AV544", "AV545"})


@dataclass(frozen=True, slots=True)
class _Work:
    """What one run works with."""

    loaded: Loaded
    system: System
    standpoint: Standpoint
    file: Path
    invited: Invited | None = None

    def then(self, standpoint: Standpoint) -> _Work:
        """The same after more answers, which are kept at once."""
        self.file.write_text(text_of(standpoint.memory), encoding="utf-8")
        return replace(self, standpoint=standpoint)


@click.command()
@click.argument("system")
@path_option
@click.option(
    "--answers", "answers_file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="YAML of TABLE: ANSWER; y, n, ask, ask PERSON, persons, `nobody: WHY`, TABLE by COLUMN.",
)  # fmt: skip
@click.option(
    "--answered", "pages", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True, help="A page of open questions that came back.",
)  # fmt: skip
@click.option("--terminal/--no-terminal", "is_asking", default=None, help="Ask here, one by one.")
@click.option("--patch", "is_patch", is_flag=True, help="Show the diff of the declaration.")
@click.option("--write", "is_writing", is_flag=True, help="Write it into the declaration.")
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="en", show_default=True,
    help="Of the pages for those who are asked now.",
)  # fmt: skip
@ask_options
@json_option
@state_options
def command(
    system: str,
    path: Path,
    answers_file: Path | None,
    pages: tuple[Path, ...],
    asked: str | None,
    days: int,
    base: str,
    folder: Path,
    database_url: str | None,
    *,
    is_asking: bool | None,
    is_patch: bool,
    is_writing: bool,
    language: str,
    is_json: bool,
) -> None:
    """Propose whose rows each table of SYSTEM holds, and ask.

    Answers are kept in map-SYSTEM.json beside the declaration, so that only what is new is asked.
    `ask` leaves a table to a named person: a page of ten in plain words, beside the declaration.
    --ask makes a one-time page that `avow serve` shows; its answers are taken up at the next run.
    """
    try:
        work = _arrived(_begun(system, path, language), folder, database_url)
        work = _told(work, answers_file, pages)
        if asked:
            work = _invited(work, Asking(asked, days, base), folder, database_url)
        is_quiet = is_json or is_patch or is_writing or bool(answers_file or pages or asked)
        if is_asking or (is_asking is None and not is_quiet and sys.stdin.isatty()):
            work = _asked(work)
        _finish(work, is_patch=is_patch, is_writing=is_writing, is_json=is_json)
    except AvowError as error:
        if error.code not in _MISUSE:
            raise
        click.echo(str(error), err=True)
        raise SystemExit(Exit.USAGE) from None


def _begun(name: str, path: Path, language: str) -> _Work:
    declaration, loaded = sound(path)
    system = _system(name, declaration)
    address = replace(system, url=resolve_url(system, os.environ))
    with Console(stderr=True).status(f"looking at {name}, read-only"):
        signals = look_at(address, system.datasets)
    file = file_of(path, name)
    today = local_day(now(), declaration.controller.zone)
    memory = remembered(file, name)
    standpoint = Standpoint(signals, system.datasets, memory, today, language)
    return _Work(loaded, system, standpoint, file)


def _system(name: str, declaration: Declaration) -> System:
    systems = declaration.datamap.systems
    if name in systems:
        return systems[name]
    raise AvowError(
        f"the declaration has no system `{name}`",
        help=meant(name, systems) or "name it: system, connector, url, and `datasets: {}`",
        code="AV540",
    )


def _arrived(work: _Work, folder: Path, database_url: str | None) -> _Work:
    """The work with the answers that were given on one-time pages; who said what, and when."""
    if not is_waiting(work.standpoint):
        return work
    with state_if_there(folder, database_url) as state:
        if state is None:
            return work
        came = taken(work.standpoint, state, work.loaded.whole)
        work = work.then(came.standpoint) if came.invitations else work
        came.close(state)
    for line in came.lines:
        click.echo(line, err=True)
    return work


def _invited(work: _Work, asking: Asking, folder: Path, database_url: str | None) -> _Work:
    with open_state(folder, database_url) as state:
        standpoint, made = asked_on_page(work.standpoint, state, work.loaded.whole, asking)
        return replace(work.then(standpoint), invited=made)


def _told(work: _Work, answers_file: Path | None, pages: Sequence[Path]) -> _Work:
    standpoint = work.standpoint
    for page in pages:
        standpoint, _ = plain.answered(standpoint, page.read_text(encoding="utf-8"))
    if answers_file:
        standpoint = answering.told(standpoint, _answers(answers_file), _whom(work))
    _known_persons(work, standpoint)
    return work if standpoint is work.standpoint else work.then(standpoint)


def _answers(file: Path) -> dict[str, str]:
    """Table -> answer; all values are read as text, so that `no` and `y` stay words."""
    help_ = "one line per table: `public.account: y`"
    try:
        found = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 (the base loader makes texts only)
    except yaml.YAMLError:
        found = None
    if not isinstance(found, dict):
        raise answering.UnknownAnswer(f"`{file.name}` holds no answers", help=help_)
    return {str(table): _words(answer) for table, answer in found.items()}


def _words(answer: object) -> str:
    """The words of an answer; `nobody: because` may be a mapping of its own."""
    if isinstance(answer, dict):
        return ": ".join(f"{k}: {v}" for k, v in answer.items())
    return str(answer).strip()


def _whom(work: _Work) -> str | None:
    return work.system.owner


def _known_persons(work: _Work, standpoint: Standpoint) -> None:
    """Everybody who is asked is one of the declaration's people."""
    people = work.loaded.whole.people
    asked = {r.person for r in standpoint.known.values() if r.state is State.ASKED and r.person}
    for person in sorted(asked - people.keys()):
        raise AvowError(
            f"`{person}` is nobody of this declaration, and cannot be asked",
            help=meant(person, people) or "name the person under `people`",
            code="AV543",
        )


# --- in the terminal -----------------------------------------------------------------------------


def _asked(work: _Work) -> _Work:
    passed: set[tuple[str, ...]] = set()
    while left := [q for q in open_questions(work.standpoint) if q.tables not in passed]:
        question = left[0]
        click.echo(f"\n{len(left)} left")
        click.echo("\n".join(_question_lines(question)))
        answer = click.prompt("declare so?", type=click.Choice(_ANSWERS), default="skip")
        match answer:
            case "y":
                work = work.then(answering.yes(work.standpoint, question))
            case "n":
                work = work.then(answering.no(work.standpoint, question, _wrong(question)))
            case "ask":
                person = click.prompt("whom?", default=_whom(work) or "")
                standpoint = answering.ask(work.standpoint, question, person)
                _known_persons(work, standpoint)
                work = work.then(standpoint)
            case "skip":
                passed.add(question.tables)
            case _:
                return work
    return work


def _wrong(question: Question) -> list[str] | None:
    """Which tables of a group are not as proposed; None for all, or where there is one only."""
    if len(question.tables) == 1:
        return None
    said = click.prompt("which are not so? (names, or all)", default="all").split()
    wrong = [table for table in question.tables if table in said]
    return wrong or None


# --- what is said --------------------------------------------------------------------------------


def _finish(work: _Work, *, is_patch: bool, is_writing: bool, is_json: bool) -> None:
    standpoint = work.standpoint
    made, waiting = entries(standpoint.settled, standpoint.signals, standpoint.declared)
    changed = patched(work.loaded, work.system, made, standpoint.today)
    text = diff(work.loaded.sources, changed)
    sheets = _write_pages(work)
    if is_writing:
        for file, content in changed.items():
            Path(file).write_text(content, encoding="utf-8")
    if is_json:
        click.echo(msgspec.json.format(msgspec.json.encode(_as_json(work, text, waiting))).decode())
    elif is_patch:
        click.echo(text, nl=False)
    else:
        click.echo("\n".join(_lines(work, waiting)))
        if is_writing:
            click.echo(f"written: {len(made)} tables into {', '.join(changed) or 'nothing'}")
        elif made:
            click.echo(f"answered: {len(made)} tables; --patch shows the diff, --write applies it")
        if sheets:
            click.echo(f"to be answered by others: {', '.join(sheets)}")
        if work.invited:
            click.echo("\n".join(work.invited.lines()))


def _write_pages(work: _Work) -> list[str]:
    """The pages of open questions, written anew; those that are answered go."""
    folder, system = work.file.parent, work.system.name
    for person in work.loaded.whole.people:
        for old in folder.glob(plain.page_name(system, person, "[0-9]*")):
            old.unlink()
    sheets = plain.pages(work.standpoint)
    for sheet in sheets:
        (folder / sheet.name).write_text(sheet.text, encoding="utf-8")
    return [sheet.name for sheet in sheets]


def _lines(work: _Work, waiting: Sequence[Waiting]) -> Iterator[str]:
    standpoint = work.standpoint
    out = [p for p in standpoint.proposals().values() if p.choice.whose is Whose.OUT]
    left = open_questions(standpoint)
    count = len(standpoint.signals.looks)
    yield (
        f"{work.system.name}: {count} tables; {len(standpoint.declared)} declared, "
        f"{len(standpoint.settled)} answered, {len(out)} out"
    )
    for why in dict.fromkeys(p.evidence[0] for p in out):
        yield f"  out: {_some([p.table for p in out if p.evidence[0] == why])}: {why}"
    gaps = {n: look.gap for n, look in standpoint.signals.looks.items() if look.gap}
    for name, gap in gaps.items():
        yield f"  not looked into: {name}: {gap}"
    asked = [(n, r.person) for n, r in standpoint.known.items() if r.state is State.ASKED]
    for name, person in asked:
        yield f"  asked of {person}: {name}"
    still = [n for n, r in standpoint.known.items() if r.state is State.OPEN]
    if still:
        yield f"  open, to be mapped by hand: {_some(still)}"
    for each in waiting:
        yield f"  waits: {each.table}: {each.why}"
    yield f"decisions needed: {len(left)} for {sum(len(q.tables) for q in left)} tables"
    for question in left:
        yield from _question_lines(question)


def _question_lines(question: Question) -> Iterator[str]:
    first = question.proposals[0]
    if len(question.proposals) > 1:
        yield f"{len(question.proposals)} tables, {first.sureness}: {_of_group(first)}"
        yield from (f"  {p.table}: {_in_group(p)}" for p in question.proposals)
        return
    doubt = "?" if first.sureness is Sureness.UNSURE else ""
    yield f"{first.table}, {first.sureness}: {_said(first.choice)}{doubt}"
    age = f"{first.days:,} days old" if first.days else "of an age not known"
    yield f"  about {first.rows:,} rows, {age}"
    path = [" → ".join(first.path)] if len(first.path) > 1 else []
    yield from (f"  {line}" for line in (*path, *first.evidence))


def _of_group(first: Proposal) -> str:
    if first.path:
        return f"the rows belong to {first.path[-1]}, in the end"
    return _said(first.choice)


def _in_group(proposal: Proposal) -> str:
    """The link and the rest of the way, or why the rows are nobody's."""
    if len(proposal.path) < 2:
        return "; ".join(proposal.evidence)
    fields = " and ".join(", ".join(hop.fields) for hop in proposal.choice.hops)
    return f"by {fields} → {' → '.join(proposal.path[1:])}"


def _said(choice: Choice) -> str:
    match choice.whose:
        case Whose.PERSONS:
            return "each row is a person"
        case Whose.NOBODY:
            return f"nobody's: {choice.because}"
        case Whose.OWNED | Whose.SHARED:
            links = " and ".join(f"{h.to} by {', '.join(h.fields)}" for h in choice.hops)
            return f"owned by {links}"
        case _:
            return "not known"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_SHOWN:,} more" if len(names) > _MOST_SHOWN else ""
    return ", ".join(names[:_MOST_SHOWN]) + more


def _as_json(work: _Work, text: str, waiting: Sequence[Waiting]) -> dict[str, object]:
    standpoint = work.standpoint
    left = open_questions(standpoint)
    return {
        "system": work.system.name,
        "tables": len(standpoint.signals.looks),
        "declared": sorted(standpoint.declared),
        "decisions": len(left),
        "asking": sum(len(q.tables) for q in left),
        "questions": [[asdict(p) for p in question.proposals] for question in left],
        "out": [
            {"table": p.table, "why": p.evidence[0]}
            for p in standpoint.proposals().values()
            if p.choice.whose is Whose.OUT
        ],
        "remembered": {n: r.state.value for n, r in sorted(standpoint.known.items())},
        "waiting": [asdict(each) for each in waiting],
        "invited": work.invited.as_json() if work.invited else None,
        "patch": text,
    }
