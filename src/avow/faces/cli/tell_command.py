"""Tell everybody with a live relation of a change of the notice, before it counts."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import click
import msgspec
from rich.console import Console

from avow.common.exits import Exit
from avow.common.masked import Masked
from avow.declaration.model import Declaration
from avow.duties.correspondence.wording import all_wordings
from avow.duties.notice.publishing.records import edition, editions
from avow.duties.notice.telling import CHANGE, Announcement, Person, Told, Wordings, tell, unreached
from avow.duties.notice.telling_editions import Announced, announced, letter
from avow.engine.evidence.entries import ChangeTold
from avow.engine.planner.making import Estate
from avow.engine.planner.reachable import Everybody, Somebody
from avow.engine.planner.refusals import Guarded, PlannerError
from avow.engine.planner.release import released
from avow.engine.planner.trust import unfit
from avow.faces.cli.desk import Desk, opened, state_options
from avow.faces.cli.letters_command import sender
from avow.faces.cli.opened import json_option


@dataclass(slots=True)
class Counts:
    """Persons as they pass by: letters by language, and the others by reason."""

    letters: Counter[str] = field(default_factory=Counter)
    none: Counter[str] = field(default_factory=Counter)
    shared: int = 0


@dataclass(slots=True)
class Crowd:
    """Everybody, as the room of letters wants them; counted on the way."""

    everybody: Everybody
    counts: Counts = field(default_factory=Counts)

    def __iter__(self) -> Iterator[Person]:
        for each in self.everybody:
            person = _person(each)
            reason = unreached(person)
            if reason is None:
                self.counts.letters[each.language or ""] += 1
                self.counts.shared += each.shared
            else:
                self.counts.none[reason.value] += 1
            yield person


@click.command()
@click.argument("publication")
@click.option("--enqueue", is_flag=True, help="Write the letters; without it they are counted.")
@click.option("--by", "person", help="Id of who has them written: an approver, not the author.")
@click.option("--pages", help="Where avow's public pages are: https://www.firm.example")
@click.option(
    "--words",
    "own",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with words of your own, `notice-change.LANGUAGE.txt`.",
)
@json_option
@state_options
def command(
    publication: str,
    person: str | None,
    pages: str | None,
    own: Path | None,
    folder: Path,
    database_url: str | None,
    *,
    enqueue: bool,
    is_json: bool,
) -> None:
    """Count whom the published edition PUBLICATION concerns; with --enqueue write their letters.

    Everybody of whom the systems hold data that a live purpose uses. Ends with 4 when a system
    could not be asked: who is only there is not told yet, and running it again writes to those too.
    """
    with opened(folder, database_url) as desk:
        of = _announced(desk, publication)
        crowd = Crowd(Everybody(Estate(desk.declaration, os.environ), desk.memory, desk.today))
        told = None
        with Console(stderr=True).status("asking every system"):
            if enqueue:
                by = _allowed(of.new, person, desk, publication)
                told = _written(desk, of, crowd, by, _pages(pages), own)
            else:
                for _ in crowd:
                    pass
    if is_json:
        click.echo(msgspec.json.encode(_json(of, crowd, told)).decode())
    else:
        click.echo("\n".join(_lines(of, crowd, told, desk.today)))
    raise SystemExit(Exit.UNREACHABLE if crowd.everybody.blind else Exit.OK)


def _announced(desk: Desk, name: str) -> Announced:
    """The edition, where it changes what people are told of.

    Raises:
        PublishingError: AV666, there is no such edition.
        PlannerError: AV683, nobody has to be told of it.
    """
    runs = desk.state.store
    wanted = edition(runs, name)
    zone = desk.declaration.controller.zone
    for each in announced(editions(runs), lambda digest: released(runs, digest), zone):
        if each.publication.id == wanted.id:
            return each
    raise PlannerError(
        f"nobody has to be told of the edition `{wanted.version}`",
        because="it is not published, it is the first one, it changes nothing material, or no "
        "clause promises to tell of changes",
        help="`avow diff` says what is material; `promises: {told: CLAUSE}` under `notice` says "
        "which clause promises it",
        code="AV683",
    )


def _allowed(declaration: Declaration, person: str | None, desk: Desk, name: str) -> str:
    """Who has the letters written: an approver, and not who proposed the edition."""
    if person is None:
        raise click.UsageError("say who has the letters written with --by")
    found = unfit(declaration.people, edition(desk.state.store, name).proposed_by, person)
    if found:
        raise Guarded(found)
    return person


def _pages(given: str | None) -> str:
    if given is None:
        raise click.UsageError("say where people read the notice: --pages https://…")
    return given.rstrip("/")


def _links(of: Announced, pages: str, language: str) -> Mapping[str, str]:
    """What the letters point to."""
    old, new = (each.edition.version if each.edition else "" for each in (of.old, of.new))
    return {
        "notice": f"{pages}/notice/{new}/{language}/",
        "comparison": f"{pages}/notice/{old}/{new}/{language}/",
        "contact": of.new.controller.email,
    }


def _written(
    desk: Desk, of: Announced, crowd: Crowd, person: str, pages: str, own: Path | None
) -> Told:
    """Write the letters, and who had them written."""
    controller, state = of.new.controller, desk.state
    by = sender(controller, None, None)
    texts = all_wordings(CHANGE, own)
    spoken = [language for language in of.new.languages if language in texts] or list(texts)
    words = {lang: letter(of, texts[lang], _links(of, pages, lang)) for lang in spoken}
    said = Announcement(Wordings(words, spoken[0]), by.address.domain, Masked(controller.email))
    told = tell(
        state.store, state.ring, of.publication, crowd, said,
        at=desk.now(), day=desk.today, note=desk.tell, whole=lambda: not crowd.everybody.blind,
    )  # fmt: skip
    entry = ChangeTold(
        edition=of.publication.id,
        by=person,
        letters=told.letters,
        unreached=sum(told.unreached.values()),
        blind=len(crowd.everybody.blind),
    )
    desk.note(entry, desk.now())
    return told


def _person(each: Somebody) -> Person:
    reference = Masked(json.dumps([str(part) for part in each.key]))
    return Person(each.system, each.dataset, reference, each.address, each.language)


def _lines(of: Announced, crowd: Crowd, told: Told | None, today: date) -> Iterator[str]:
    counts, publication = crowd.counts, of.publication
    yield (
        f"{len(of.changes)} material changes count from {publication.effective}; "
        f"letters are in time until {publication.last_day}"
    )
    if today > publication.last_day:
        yield "too late: that day is over, and the promise is broken for everybody not told yet"
    yield f"{sum(counts.letters.values()):,} persons with an address"
    for language, number in sorted(counts.letters.items()):
        yield f"    {language or 'no language known'}: {number:,}"
    if counts.shared:
        yield f"    {counts.shared:,} of them at an address that several persons may have"
    for reason, number in sorted(counts.none.items()):
        yield f"{number:,} without a letter: {reason}"
    for where, why in crowd.everybody.blind.items():
        yield f"unknown: {where} ({why})"
    if told is not None:
        yield (
            f"{told.letters:,} letters written, our own to ourselves among them; "
            "`avow letters --send` sends them"
        )
    else:
        yield "nothing was written; --enqueue --by PERSON writes the letters"


def _json(of: Announced, crowd: Crowd, told: Told | None) -> dict[str, object]:
    return {
        "edition": of.publication.id,
        "effective": of.publication.effective.isoformat(),
        "last_day": of.publication.last_day.isoformat(),
        "changes": len(of.changes),
        "languages": dict(crowd.counts.letters),
        "without": dict(crowd.counts.none),
        "shared": crowd.counts.shared,
        "unknown": dict(crowd.everybody.blind),
        "written": None if told is None else told.letters,
    }
