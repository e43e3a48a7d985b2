"""What a dossier holds, read from the declaration in force on its day and from the registers.

Everything is as it stood at the end of that day: the release, the edition, the answers of checks,
the requests. No name of a person who asked stands in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from avow.common.clock import SetClock
from avow.common.languages import Words, words
from avow.declaration.interpretation import in_force as law_on
from avow.declaration.model import Decision, Declaration
from avow.duties.assurance import wording
from avow.duties.assurance.declared import text_of
from avow.duties.assurance.dossier.model import (
    Block,
    Dossier,
    Grid,
    Lines,
    Moment,
    Pairs,
    Para,
    Part,
    Scope,
)
from avow.duties.assurance.dossier.scopes import DossierRefused
from avow.duties.assurance.history import fold
from avow.duties.assurance.model import PromiseStatus, Status
from avow.duties.assurance.standing import Standing
from avow.duties.incidents.machine import Incident
from avow.duties.incidents.register import Register
from avow.duties.incidents.register import every as every_incident
from avow.duties.notice.assessments import register as assessments
from avow.duties.notice.publishing.model import Publication
from avow.duties.notice.publishing.model import in_force as edition_on
from avow.duties.notice.publishing.records import editions
from avow.duties.requests.book import PERSON, PROGRAM, Book, entries_of, read, read_many
from avow.duties.requests.called import step_word, word_of
from avow.duties.requests.machine import Request
from avow.duties.requests.steps import Steps, name_of
from avow.engine.db.store import Row
from avow.engine.evidence.ledger import Ledger
from avow.engine.planner.release import released

MOST_TEXTS, MOST_ROWS = 5, 26
"""Clauses printed in full, and rows of a table, before the rest goes to an annex."""
MOST_REQUESTS = 100_000


@dataclass(frozen=True, slots=True)
class Files:
    """What a dossier is made from."""

    book: Book
    register: Register
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class _Page:
    """One dossier on its way."""

    files: Files
    declaration: Declaration
    release: Row
    scope: Scope
    moment: Moment
    spoken: Words
    promises: tuple[PromiseStatus, ...]

    @property
    def day(self) -> date:
        """The local day of which it speaks."""
        return self.files.book.day(self.moment.as_of)


def declaration_on(files: Files, at: datetime) -> tuple[Declaration, Row]:
    """The declaration that was in force at an instant, and its activation.

    Raises:
        DossierRefused: AV931, nothing was in force yet.
    """
    for row in files.book.runs.run("activations"):  # the newest first
        if row["at"] <= at:
            return released(files.book.runs, row["release"]), row
    raise DossierRefused(
        "nothing was promised on that day",
        because="no declaration was in force yet",
        help="name a day after the first `avow activate`",
        code="AV931",
    )


def dossier(
    files: Files,
    declaration: Declaration,
    release: Row,
    scope: Scope,
    moment: Moment,
    language: str,
) -> Dossier:
    """The dossier of a scope at a moment, in a language of the pages."""
    standing = Standing(declaration, files.book.runs, SetClock(moment.as_of))
    known = fold(standing.evidenced(), standing.now())
    mine = tuple(each for each in known if each.clause in scope.clauses)
    page = _Page(files, declaration, release, scope, moment, words(language), mine)
    say, annexes = page.spoken.say, list[Part]()
    parts = (
        Part(say("In short"), tuple(_short(page))),
        Part(say("Who answers for it"), tuple(_accountable(page))),
        Part(say("What was promised"), tuple(_promised(page, annexes))),
        Part(say("What is in place, and since when"), tuple(_in_place(page, annexes))),
        Part(say("The proof"), tuple(_proof(page, annexes))),
        Part(say("What persons asked"), tuple(_requests(page, annexes))),
        Part(say("Registers"), tuple(_registers(page))),
        Part(say("Known gaps"), tuple(_gaps(page, annexes))),
        Part(say("How to check it without us"), tuple(_verify(page, annexes))),
    )
    return Dossier(
        say("Dossier for the supervisory authority"),
        language,
        tuple(_head(page)),
        parts,
        tuple(annexes),
        say("Annex"),
        page.day,
    )


def _head(page: _Page) -> Iterator[tuple[str, str]]:
    say, house = page.spoken.say, page.declaration.controller
    yield say("Controller"), house.name
    yield say("About"), page.scope.name
    yield say("As it stood on"), page.spoken.day(page.day)
    since, until = page.spoken.day(page.scope.since), page.spoken.day(page.scope.until)
    yield say("Period"), say("{since} to {until}", since=since, until=until)
    yield say("Made on"), page.spoken.instant(page.moment.made_at)


def _short(page: _Page) -> Iterator[Block]:
    say, count = page.spoken.say, Counter(each.status for each in page.promises)
    rows = tuple((say(wording.WORDS[s]), page.spoken.number(count[s])) for s in Status)
    yield Para(
        page.spoken.count(
            "{n} promise is concerned. This is how it stands, worst first:",
            "{n} promises are concerned. This is how they stand, worst first:",
            len(page.promises),
        )
    )
    yield Pairs(rows)
    if page.scope.request:
        yield from _request_in_short(page)


def _request_in_short(page: _Page) -> Iterator[Block]:
    say, book = page.spoken.say, page.files.book
    request = read(book, page.scope.request, page.moment.as_of)
    due = page.spoken.day(request.due(book.calendar, page.day))
    rights = ", ".join(_right(page, str(item.right)) for item in request.items.values())
    yield Pairs(
        (
            (say("Arrived on"), page.spoken.day(request.received)),
            (say("Asks"), rights),
            (say("To be answered by"), due),
            (say("Stands"), word_of(request.status, page.spoken)),
        )
    )


def _right(page: _Page, right: str) -> str:
    own = page.declaration.words(page.spoken.language, "right", right)
    return own or word_of(right, page.spoken)


def _accountable(page: _Page) -> Iterator[Block]:
    say, house = page.spoken.say, page.declaration.controller
    yield Pairs(
        (
            (say("Controller"), f"{house.name}, {house.address}"),
            (say("Telephone"), house.phone),
            (say("Data protection officer"), house.officer),
        )
    )
    people = tuple(
        (each.name, ", ".join(_role(page, role) for role in sorted(each.roles)))
        for each in page.declaration.people.values()
    )
    systems = tuple(
        (each.name, _owner(page, each.owner)) for each in page.declaration.datamap.systems.values()
    )
    yield Grid((say("Person"), say("Roles")), (1, 2), people)
    yield Grid((say("System"), say("Owner")), (1, 2), systems)


def _role(page: _Page, role: str) -> str:
    return page.spoken.say(wording.ROLES[role]) if role in wording.ROLES else role


def _promised(page: _Page, annexes: list[Part]) -> Iterator[Block]:
    say, known = page.spoken.say, editions(page.files.book.runs)
    edition = edition_on(known, page.day)
    yield Para(_edition(page, edition))
    texts = tuple(_texts(page))
    yield Pairs(texts[:MOST_TEXTS])
    yield from _rest(page, annexes, say("The other promises in full"), texts, MOST_TEXTS)
    decisions = tuple(
        (each.id, each.author, page.spoken.day(each.on), ", ".join(each.settles))
        for each in page.declaration.decisions.values()
        if each.on <= page.day and _concerns(page, each)
    )
    if decisions:
        yield Para(say("Where the print is silent or contradicts itself, the controller decided:"))
        head = (say("Decision"), say("Author"), say("Day"), say("Settles"))
        yield from _table(page, annexes, say("Decisions"), head, (3, 2, 2, 4), decisions)


def _concerns(page: _Page, decision: Decision) -> bool:
    """Whether a decision settles something about a clause of the scope, or a category of one."""
    named = {word for settled in decision.settles for word in settled.split()}
    found = page.declaration.categories
    clauses = {c for name in named if name in found for c in found[name].clauses}
    return bool((named | clauses) & page.scope.clauses)


def _edition(page: _Page, edition: Publication | None) -> str:
    say = page.spoken.say
    if edition is None:
        return say("No edition of the notice was published here on that day.")
    digests = ", ".join(f"{p.language}: {p.digest[:16]}" for p in edition.pages if p.form == "html")
    return say(
        "Edition {version} of the notice counted on that day."
        " SHA-256 of its pages begins: {digests}.",
        version=edition.version,
        digests=digests,
    )


def _texts(page: _Page) -> Iterator[tuple[str, str]]:
    for each in page.promises:
        text = text_of(page.declaration, each.clause, page.spoken.language)
        yield each.clause, text.text if text else page.spoken.say("no words")


def _in_place(page: _Page, annexes: list[Part]) -> Iterator[Block]:
    say, spoken = page.spoken.say, page.spoken
    at = spoken.instant(page.release["at"])
    people = ", ".join(page.release["people"])
    yield Para(
        say(
            "What runs is release {release}, activated on {at} by {people}.",
            release=page.release["release"][:16],
            at=at,
            people=people,
        )
    )
    first = {
        row["check"]: row["first"]
        for row in page.files.book.runs.run("dossier_first_answers", at=page.moment.as_of)
    }
    rows = tuple(
        (
            each.clause,
            say(wording.WORDS[each.status]),
            f"{each.fulfilled} / {each.total}",
            say(wording.MODES[each.mode]) if each.mode else "",
            _since(page, each, first),
        )
        for each in page.promises
    )
    head = (say("Clause"), say("Word"), say("Places"), say("How"), say("Looked at since"))
    yield from _table(page, annexes, say("Every promise"), head, (2, 3, 2, 3, 3), rows)


def _since(page: _Page, promise: PromiseStatus, first: dict[str, datetime]) -> str:
    sources = {e.source for item in promise.items for e in item.evidence}
    days = [first[source] for source in sources if source in first]
    return page.spoken.day(page.files.book.day(min(days))) if days else ""


def _proof(page: _Page, annexes: list[Part]) -> Iterator[Block]:
    say, spoken = page.spoken.say, page.spoken
    rows = tuple(
        (
            promise.clause,
            wording.place(item.item, spoken),
            evidence.source,
            spoken.number(evidence.count),
            spoken.instant(evidence.at),
            str(evidence.entry) if evidence.entry else evidence.digest[:16],
        )
        for promise in page.promises
        for item in promise.items
        for evidence in item.evidence
    )
    if not rows:
        yield Para(say("Nothing has been looked at yet."))
        return
    yield Para(
        say(
            "Each answer was looked for in the systems themselves. The last column is its entry"
            " in the ledger, or how the document begins that attests it."
        )
    )
    head = (say("Clause"), say("Place"), say("Check"), say("Rows"), say("On"), say("Entry"))
    yield from _table(page, annexes, say("All answers"), head, (2, 4, 4, 2, 3, 2), rows)


def _requests(page: _Page, annexes: list[Part]) -> Iterator[Block]:
    say, book = page.spoken.say, page.files.book
    rows = book.runs.run("requests_listed", since=page.scope.since, most=MOST_REQUESTS)
    ids = [r["id"] for r in rows if r["arrived_on"] <= page.scope.until]
    known = tuple(read_many(book, ids, page.moment.as_of).values())
    if not known:
        yield Para(say("Nobody asked anything in this period."))
    else:
        head = (
            say("Right asked for"),
            say("Asked"),
            say("Done"),
            say("Refused"),
            say("Handed over"),
            say("Late"),
        )
        yield Grid(head, (4, 2, 2, 2, 2, 2), tuple(_tallies(page, known)))
    if page.scope.request:
        steps = tuple(
            (str(e.number), page.spoken.instant(e.at), _by(page, e.by), _step(page, e.step))
            for e in entries_of(book, page.scope.request, page.moment.as_of)
        )
        yield Para(say("Every step of the request; what people said is not printed."))
        titles = (say("No."), say("On"), say("By"), say("Step"))
        yield from _table(page, annexes, say("All steps"), titles, (1, 3, 2, 4), steps)


def _step(page: _Page, step: Steps) -> str:
    return step_word(name_of(step), page.spoken)


def _by(page: _Page, by: str) -> str:
    """Who took a step: somebody of the organisation by name, else who asks, or the program."""
    if by == PERSON:
        return page.spoken.say("the person")
    return by if by == PROGRAM else _owner(page, by)


def _tallies(page: _Page, known: Sequence[Request]) -> Iterator[tuple[str, ...]]:
    calendar = page.files.book.calendar
    rights = dict.fromkeys(str(i.right) for request in known for i in request.items.values())
    for right in sorted(rights):
        pairs = [(r, i) for r in known for i in r.items.values() if str(i.right) == right]
        states = Counter(str(item.state) for _, item in pairs)
        late = sum(request.is_overdue(calendar, page.day) for request, _ in pairs)
        counts = (len(pairs), states["done"], states["refused"], states["transmitted"], late)
        yield (_right(page, right), *(page.spoken.number(n) for n in counts))


def _registers(page: _Page) -> Iterator[Block]:
    say, spoken = page.spoken.say, page.spoken
    end = page.moment.as_of
    found = [i for i in every_incident(page.files.register, end) if i.reported_at]
    late = sum(each.is_late(end) for each in found)
    law, _ = law_on(page.declaration, page.day)
    weighed = assessments(page.declaration, law, page.day)
    wanting = sum(each.is_wanting for each in weighed)
    yield Pairs(
        (
            (say("Incidents"), _incidents(page, found, late)),
            (
                say("Assessments"),
                say(
                    "{n}, of which {wanting} are missing or lapsed",
                    n=spoken.number(len(weighed)),
                    wanting=spoken.number(wanting),
                ),
            ),
            (say("Recipients"), spoken.number(len(page.declaration.recipients))),
            (say("Purposes"), spoken.number(len(page.declaration.purposes))),
        )
    )
    yield Para(say("The registers of art. 30 are printed by `avow export`, on the same day."))


def _incidents(page: _Page, found: Sequence[Incident], late: int) -> str:
    return page.spoken.say(
        "{n} in the register, {late} told late",
        n=page.spoken.number(len(found)),
        late=page.spoken.number(late),
    )


def _gaps(page: _Page, annexes: list[Part]) -> Iterator[Block]:
    say, spoken = page.spoken.say, page.spoken
    systems = page.declaration.datamap.systems
    rows = tuple(
        (
            promise.clause,
            wording.place(reason.item, spoken),
            wording.say(reason, spoken),
            _owner(
                page, systems[reason.item.system].owner if reason.item.system in systems else ""
            ),
            spoken.day(reason.on) if reason.on else "",
        )
        for promise in page.promises
        for reason in promise.reasons
    )
    if not rows:
        yield Para(say("No gap is known."))
        return
    yield Para(say("Everything that is not kept, or not known to be, with who answers for it:"))
    head = (say("Clause"), say("Place"), say("Why"), say("Owner"), say("Since"))
    yield from _table(page, annexes, say("All known gaps"), head, (2, 3, 5, 2, 2), rows)


def _owner(page: _Page, owner: str | None) -> str:
    member = page.declaration.people.get(owner or "")
    return member.name if member else owner or page.spoken.say("nobody is named")


def _verify(page: _Page, annexes: list[Part]) -> Iterator[Block]:
    say, ledger = page.spoken.say, page.files.ledger
    note = ledger.checkpoint() or ""
    yield Para(
        say(
            "Every answer is an entry of a chain of hashes whose end is signed. The checkpoint and"
            " the public key below were printed on the day this was made: whoever keeps them can"
            " tell later whether an entry was changed or taken out."
        )
    )
    yield Lines(f"avow ledger verify --key {ledger.key}")
    yield Para(
        say(
            "A program of a few lines that does the same is printed in the documentation of the"
            " ledger; it needs nothing of ours but SHA-256 and Ed25519."
        )
    )
    annexes.append(Part(say("The signed checkpoint"), (Lines(note),)))


def _table(
    page: _Page,
    annexes: list[Part],
    title: str,
    head: tuple[str, ...],
    widths: tuple[int, ...],
    rows: Sequence[tuple[str, ...]],
) -> Iterator[Block]:
    """The first rows here, and all of them in an annex where there are more."""
    yield Grid(head, widths, tuple(rows[:MOST_ROWS]))
    if len(rows) > MOST_ROWS:
        annexes.append(Part(title, (Grid(head, widths, tuple(rows)),)))
        yield Para(_continued(page, len(rows) - MOST_ROWS, len(annexes)))


def _rest(
    page: _Page, annexes: list[Part], title: str, pairs: Sequence[tuple[str, str]], most: int
) -> Iterator[Block]:
    if len(pairs) > most:
        annexes.append(Part(title, (Pairs(tuple(pairs[most:])),)))
        yield Para(_continued(page, len(pairs) - most, len(annexes)))


def _continued(page: _Page, left: int, number: int) -> str:
    return page.spoken.count(
        "{n} more stands in annex {number}.",
        "{n} more stand in annex {number}.",
        left,
        number=number,
    )


def end_of(day: date, book: Book) -> datetime:
    """The last instant of a local day, in the controller's zone."""
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(book.zone))
    return midnight - timedelta(microseconds=1)
