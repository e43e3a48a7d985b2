"""Look whether the promises are kept: run the checks in every system and keep the answers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from avow.app import State, open_state
from avow.common.exits import Exit
from avow.common.findings import Finding
from avow.declaration.interpretation import in_force
from avow.declaration.load import resolve_url
from avow.declaration.model import Declaration
from avow.duties.incidents import checks as incident_checks
from avow.duties.incidents.register import Register
from avow.duties.notice import assessment_checks, indirect, telling_checks
from avow.duties.notice.live.fetched import Reads
from avow.duties.notice.live.looking import Asking as Live
from avow.duties.notice.live.looking import look
from avow.duties.notice.publishing.records import editions
from avow.duties.notice.telling_editions import announced
from avow.duties.requests import checks as request_checks
from avow.duties.requests.book import Book
from avow.duties.retention.run import Asking, Ran, run_checks
from avow.engine.evidence.checks import Answer, Check, CheckResult
from avow.engine.evidence.entries import Proven
from avow.engine.evidence.kept import keep
from avow.engine.planner.making import Estate, Memory
from avow.engine.planner.orphans import finding, orphans
from avow.engine.planner.outlook import look_ahead
from avow.engine.planner.release import active, digest_in, released
from avow.engine.verifier.census import Census, take
from avow.faces.cli.desk import Desk, day_of, state_options
from avow.faces.cli.live_pages import PageReader
from avow.faces.cli.opened import Day, json_option, sound
from avow.faces.cli.render_findings import as_text, plain

BROKEN, BLIND, HELD = ("▲ broken", "red"), ("◆ not seen", "magenta"), ("● as promised", "green")


@click.command()
@click.argument(
    "path",
    metavar="[DECLARATION]",
    type=click.Path(path_type=Path, exists=True),
    default=Path(),
)
@click.option("--as-of", "day", type=Day(), default=None, help="The day that decides; today.")
@click.option("--census", "is_census", is_flag=True, help="Look for erased values everywhere too.")
@json_option
@state_options
def command(
    path: Path,
    day: date | None,
    folder: Path,
    database_url: str | None,
    *,
    is_census: bool,
    is_json: bool,
) -> None:
    """Run the checks of a DECLARATION in every system, and keep the answers for `avow status`.

    Reads only. Rows that belong to nobody are told too. Ends with 1 when a promise is broken.
    """
    declaration, loaded = sound(path)
    with open_state(folder, database_url) as state:
        at = state.clock.now()
        ran = answered(state, declaration, day, at)
        if day is None:
            keep_answers(state, declaration, ran, at)
        counted = list(_censuses(state, declaration, at)) if is_census else []
        nobodys = list(_nobodys(declaration))  # while the state is open: workers are reached by it
    if is_json:
        told = [*_said(ran), *counted, *map(plain, nobodys)]
        click.echo(msgspec.json.encode(told).decode())
    else:
        Console(highlight=False).print(_table(ran))
        click.echo(as_text(nobodys, loaded.sources), nl=bool(nobodys))
        for each in counted:
            click.echo(_sentence(each))
        if day is not None:
            click.echo("Another day than today was asked for: nothing was kept.")
    is_bad = any(r.outcome.bad for r in ran.results) or any(each.found for each in counted)
    raise SystemExit(Exit.FINDINGS if is_bad else Exit.OK)


def answered(
    state: State,
    declaration: Declaration,
    day: date | None,
    at: datetime,
    reads: Reads | None = None,
) -> Ran:
    """What every check answers on a day, or today; nothing is kept. `reads`: how published pages
    are read, over HTTPS by default."""
    reads = reads or PageReader()
    asking = _asking(state, declaration, day or day_of(state, declaration), at)
    ran = joined(run_checks(asking), _told(state, asking))
    ran = joined(ran, assessment_checks.answers(declaration, asking.law, asking.day, at))
    ran = joined(ran, _live(state, asking, reads))
    return joined(ran, _requests(state, asking, reads))


def keep_answers(state: State, declaration: Declaration, ran: Ran, at: datetime) -> None:
    """Keep the answers for the status, and count what is due and what comes."""
    _keep(state, declaration, ran)
    memory = Memory(state.store, state.ring, declaration, day_of(state, declaration))
    look_ahead(Estate(declaration, os.environ), memory, memory.day, at)


def _live(state: State, asking: Asking, reads: Reads) -> Iterator[tuple[Check, CheckResult]]:
    """Whether the notice that is online is the one that was approved, and is linked."""
    declaration, known = asking.estate.declaration, editions(state.store)
    looked = look(Live(declaration, known, reads, asking.day, asking.at))
    checks = {check.id: check for check in looked.checks}
    yield from ((checks[result.check], result) for result in looked.results)


def _requests(state: State, asking: Asking, reads: Reads) -> Iterator[tuple[Check, CheckResult]]:
    """Whether what persons asked was done, and in time."""
    tell = Desk(state, asking.estate.declaration, asking.day).tell
    book = Book(state.store, state.ring, asking.estate.declaration, tell)
    yield from request_checks.answers(book, asking.estate, day=asking.day, at=asking.at, look=reads)
    edition = asking.estate.declaration.edition
    promised = edition.promises.get("incidents") if edition else None
    register = Register(state.store, state.ring, book.zone, tell)
    yield from incident_checks.answers(register, [promised] if promised else [], at=asking.at)


def _nobodys(declaration: Declaration) -> Iterator[Finding]:
    """Rows that somebody is meant to own and nobody owns, in every system."""
    estate = Estate(declaration, os.environ)
    for name, system in declaration.datamap.systems.items():
        yield from (finding(each, system) for each in orphans(estate, name))


def _censuses(state: State, declaration: Declaration, at: datetime) -> Iterator[Census]:
    """A census of every system, written to the ledger."""
    for system in declaration.datamap.systems.values():
        placed = replace(system, url=resolve_url(system, os.environ))
        done = take(state.store, state.ring, placed, at)
        state.ledger.append([_proven(done)], at)
        yield done


def _proven(done: Census) -> Proven:
    return Proven(
        census=done.id,
        system=done.system,
        batches=done.batches,
        sought=done.sought,
        found=sum(place.rows for place in done.found),
        canary_seen=done.canary_seen and not done.gaps,
    )


def _sentence(done: Census) -> str:
    """What a census found, in one line."""
    read = f"{done.columns:,} columns and {done.rows:,} rows read"
    looked = f"{done.system}: {done.sought:,} erased values looked for, {read}"
    if done.found:
        places = ", ".join(f"{f.table}.{f.column} ({f.rows:,})" for f in done.found)
        return f"{looked}; still there: {places}"
    if done.gaps:
        return f"{looked}; nothing is proven: {'; '.join(done.gaps)}"
    if not done.canary_seen:
        return f"{looked}; nothing is proven: a person who is there was not seen"
    return f"{looked}; none is left"


def _asking(state: State, declaration: Declaration, day: date, at: datetime) -> Asking:
    law, _ = in_force(declaration, day)
    memory = Memory(state.store, state.ring, declaration, day)
    return Asking(Estate(declaration, os.environ), memory, law, day, at)


def _told(state: State, asking: Asking) -> Iterator[tuple[Check, CheckResult]]:
    """Whether persons were told: of changes, and of data that others gave us."""
    declaration, day, at = asking.estate.declaration, asking.day, asking.at
    zone, store = declaration.controller.zone, state.store
    changes = announced(editions(store), lambda digest: released(store, digest), zone)
    asked = telling_checks.ask(store, (c.publication for c in changes), zone, day=day, at=at)
    checks = {check.id: check for check in asked.checks}
    yield from ((checks[result.check], result) for result in asked.results)
    clauses = {p.source: p.clause for p in declaration.points.values() if p.source}
    yield from indirect.ask(store, clauses, day=day, at=at)


def joined(ran: Ran, more: Iterable[tuple[Check, CheckResult]]) -> Ran:
    """The answers of several duties as one run."""
    added = list(more)
    checks = {check.id: check for check in (*ran.checks, *(check for check, _ in added))}
    return Ran(tuple(checks.values()), (*ran.results, *(result for _, result in added)))


def _keep(state: State, declaration: Declaration, ran: Ran) -> None:
    digest = digest_in(declaration)
    release = digest if active(state.store) == digest else None
    keep(state.store, ran.checks, ran.results, release=release, at=state.clock.now())


def _said(ran: Ran) -> Iterator[dict[str, object]]:
    for result in ran.results:
        said = result.outcome
        yield {
            "check": result.check,
            "clauses": sorted(result.clauses),
            "place": str(result.item),
            "answer": said.answer,
            "rows": said.count,
            "failed": said.failed,
            "undated": said.undated,
            "undecided": said.undecided,
            "why": said.why or said.where,
            "mode": result.mode,
        }


def _table(ran: Ran) -> Table:
    """One line per clause; below it each place that is not as promised."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    for clause in dict.fromkeys(c for r in ran.results for c in sorted(r.clauses)):
        mine = [r for r in ran.results if clause in r.clauses]
        places, rows = len({r.item for r in mine}), _rows(mine)
        table.add_row(Text(clause, style="bold"), _word(mine), f"{places} places, {rows:,} rows")
        for result in mine:
            if _look(result) is not HELD:
                table.add_row("", Text(str(result.item)), _why(result))
    return table


def _rows(results: Iterable[CheckResult]) -> int:
    """Rows looked at, each place once."""
    most: dict[object, int] = {}
    for result in results:
        most[result.item] = max(most.get(result.item, 0), result.outcome.count)
    return sum(most.values())


def _look(result: CheckResult) -> tuple[str, str]:
    if result.outcome.bad:
        return BROKEN
    return BLIND if result.outcome.answer is Answer.BLIND else HELD


def _word(results: Iterable[CheckResult]) -> Text:
    found = {_look(result) for result in results}
    word, colour = next(look for look in (BROKEN, BLIND, HELD) if look in found)
    return Text(word, style=colour)


def _why(result: CheckResult) -> str:
    said = result.outcome
    parts = [f"{said.failed:,} rows {said.where}"] if said.answer is Answer.FAIL else []
    parts += [f"{said.undated:,} rows have no start date"] if said.undated else []
    if said.undecided:
        parts.append(f"{said.undecided:,} rows contradict {', '.join(said.contradicts)}")
    return "; ".join(parts) or " ".join(filter(None, (said.why, said.where)))
