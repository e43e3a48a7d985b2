"""An answer on its way: begun, its places decided, drafted, edited, reviewed, sent.

Every stage is a step of the request and lies sealed with it; no wording is overwritten. An answer
leaves only after somebody looked through it, and never with a value that is known to be another's.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

import msgspec

from avow.common.calendar import Period, add
from avow.common.ids import new_id
from avow.duties.requests.answering import contents, copy, marks, packing, paper
from avow.duties.requests.answering.contents import Veiled, saying_of
from avow.duties.requests.answering.copy import Copy
from avow.duties.requests.answering.document import Document
from avow.duties.requests.answering.gathering import Sources, gather
from avow.duties.requests.answering.leaving import PACKAGE, ZIP, is_proven
from avow.duties.requests.answering.marks import AnswerRefused, Keeps, Mark
from avow.duties.requests.answering.page import page
from avow.duties.requests.answering.proving import checker, proof_of
from avow.duties.requests.book import (
    Book,
    Said,
    end_file,
    file_of,
    foreseen,
    persons_of,
    put_file,
    read,
    take,
)
from avow.duties.requests.held import COPIES
from avow.duties.requests.machine import Item, Request
from avow.duties.requests.rows import accepted_of
from avow.duties.requests.steps import (
    AnswerDrafted,
    AnswerEdited,
    AnswerReviewed,
    AnswerSent,
    Begun,
    Done,
    Noted,
)
from avow.duties.requests.words import Ground, ItemState, Way
from avow.engine.db.store import Row, Runs
from avow.engine.evidence.ledger import Ledger

COPY, MARKS, LETTER, PAGE = "copy", "marks", "answer-letter", "answer"
HTML, JSON, TEXT = "text/html", "application/json", "text/plain"
LONGEST = Period(months=4)
"""How long the copy behind an answer is kept, beside the time in which its package can be fetched:
as long as the longest term of the law runs. It is no proof: the digest of the page is."""
_OPEN = frozenset({ItemState.ACCEPTED, ItemState.ACTING})


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer as it stands. The copy and the marks are personal data. `letter` are the words as
    they were last written; `digest` is SHA-256 of the page made of them."""

    id: str
    request: str
    person: int
    items: tuple[int, ...]
    copy: Copy = field(repr=False)
    marks: tuple[Mark, ...] = field(repr=False)
    version: int = 0
    letter: str = field(default="", repr=False)
    digest: str = ""
    page: str = ""
    package: str = ""

    @property
    def undecided(self) -> int:
        """Places that nobody has decided."""
        return sum(not m.decision for m in self.marks)


def begin(
    book: Book, sources: Sources, request: str, person: int, *, by: str, at: datetime
) -> Draft:
    """Draw a copy for a person of a request, and propose what may be somebody else's in it.

    Begun again before it is drafted, it is drawn anew and the first one is erased.

    Raises:
        AnswerRefused: AV615, nobody has said whose rows it is about, or no accepted item asks for a
            copy.
        StepRefused: the request is not so far.
    """
    state, accepted = read(book, request), accepted_of(book, request)
    items = open_items(state, person)
    if accepted is None or not items:
        raise AnswerRefused(
            f"no answer to `{request}` can be begun for person {person}",
            because="nobody has said which rows are theirs"
            if accepted is None
            else "no accepted item of theirs asks for a copy",
            help="accept rows with `avow request rows`, and decide the items",
            code="AV615",
        )
    return begun(book, state, gather(book, sources, state, person, accepted, at=at), by=by, at=at)


def begun(book: Book, state: Request, drawn: Copy, *, by: str, at: datetime) -> Draft:
    """Keep a copy that was drawn for a person of a request, and take the steps.

    Raises:
        StepRefused: the request is not so far.
    """
    request, person = state.id, drawn.person
    items = open_items(state, person)
    proposed = marks.proposed(book.declaration, drawn, _others(drawn, request, book))
    name = new_id("answer")
    with book.runs.transaction() as tx:
        _drop_undrafted(tx, request, person, at)
        last = _last_day(book, at)
        sealed = copy.bytes_of(drawn)
        kept = put_file(book, tx, request, COPY, JSON, sealed, at=at, forget_on=last)
        found = _put_marks(book, tx, request, proposed, at)
        tx.run(
            "answer_add",
            id=name,
            request=request,
            person=person,
            items=[i.item for i in items],
            language=saying_of(book.declaration, drawn).language,
            copy=kept,
            marks=found,
            partial=not drawn.is_whole,
            found=drawn.rows,
            undecided=len(proposed),
            hidden=0,
            at=at,
        )
        said = [Said(Begun(item=i.item, record=name)) for i in items]
        take(book, request, said, by=by, at=at, runs=tx)
    return Draft(name, request, person, tuple(i.item for i in items), drawn, proposed)


def open_items(state: Request, person: int) -> tuple[Item, ...]:
    """The items of a person that ask for a copy and are accepted and not done."""
    return tuple(
        i
        for i in state.items.values()
        if i.person == person and i.right in COPIES and i.state in _OPEN
    )


def _others(drawn: Copy, request: str, book: Book) -> frozenset[str]:
    """What names the other persons of the same request."""
    people = {n: p for n, p in persons_of(book, request).items() if n != drawn.person}
    values = {v for p in people.values() for _, v in p.identities}
    values |= {v for p in people.values() for v in (p.name, p.email) if v}
    return frozenset(values - set(drawn.names))


def others_of(book: Book, answer: Draft) -> frozenset[str]:
    """What names the other persons of an answer's request."""
    return _others(answer.copy, answer.request, book)


def _drop_undrafted(runs: Runs, request: str, person: int, at: datetime) -> None:
    for row in runs.run("answers_of", request=request):
        if row["person"] == person and row["drafted_at"] is None:
            end_file(runs, row["copy"], at)
            end_file(runs, row["marks"], at)


def _put_marks(book: Book, runs: Runs, request: str, every: Iterable[Mark], at: datetime) -> str:
    sealed = marks.marks_bytes(every).reveal()
    last = _last_day(book, at)
    return put_file(book, runs, request, MARKS, JSON, sealed, at=at, forget_on=last)


def _last_day(book: Book, at: datetime) -> date:
    """The last day of what lies behind an answer."""
    return add(add(book.day(at), LONGEST), book.declaration.requests.collect)


def opened(book: Book, answer: str) -> Draft:
    """An answer as it stands. Raises AnswerRefused AV615 when there is no such answer, or its
    contents were erased."""
    row = book.runs.one("answer_known", id=answer)
    drawn = file_of(book, row["copy"]) if row else None
    every = file_of(book, row["marks"]) if row else None
    if row is None or drawn is None or every is None:
        raise AnswerRefused(f"there is no answer `{answer}` any more", code="AV615")
    letters = book.runs.run("answer_letters", answer=answer)
    last = letters[-1] if letters else None
    words = file_of(book, last["letter"]) if last else None
    return Draft(
        answer,
        row["request"],
        row["person"],
        tuple(row["items"]),
        copy.read(drawn[1].reveal()),
        marks.read_marks(every[1].reveal()),
        row["version"],
        words[1].reveal().decode() if words else "",
        last["digest"] if last else "",
        last["page"] if last else "",
        row["package"] or "",
    )


def newest(book: Book, request: str, person: int) -> Draft | None:
    """The newest answer to a person whose contents are still there; None where there is none."""
    for row in reversed(book.runs.run("answers_of", request=request)):
        if row["person"] == person:
            try:
                return opened(book, row["id"])
            except AnswerRefused:  # erased on its day, or drawn anew
                continue
    return None


def redact(
    book: Book,
    answer: str,
    numbers: Sequence[int],
    decision: Ground | Keeps,
    *,
    by: str,
    at: datetime,
) -> Draft:
    """Decide places of an answer that is not drafted yet.

    Raises:
        AnswerRefused: AV617 no such place or no such ground; AV619 it is drafted already.
    """
    with book.runs.transaction() as tx:
        inside, draft = _alone(book, tx, answer)
        every = marks.decided(draft.marks, numbers, decision, by)
        return _remark(inside, draft, every, by=by, at=at)


def point(
    book: Book,
    answer: str,
    where: tuple[str, tuple[str, ...], str],
    text: str,
    ground: Ground,
    *,
    by: str,
    at: datetime,
) -> Draft:
    """Hide a place that nobody proposed: (`system.dataset`, key, column), and a piece of it or the
    whole cell where the text is empty.

    Raises:
        AnswerRefused: AV617 no such place or no such ground; AV619 it is drafted already.
    """
    with book.runs.transaction() as tx:
        inside, draft = _alone(book, tx, answer)
        more = marks.pointed(draft.marks, draft.copy, where, text, ground, by)
        return _remark(inside, draft, more, by=by, at=at)


def _alone(book: Book, tx: Runs, answer: str) -> tuple[Book, Draft]:
    """An answer that is not drafted, for one decision after the other: of two at once neither may
    be lost."""
    tx.one("answer_lock", id=answer)
    inside = replace(book, runs=tx)
    return inside, _undrafted(inside, answer)


def _undrafted(book: Book, answer: str) -> Draft:
    draft = opened(book, answer)
    if draft.version:
        raise _too_late(answer, "it is drafted already")
    return draft


def _remark(book: Book, draft: Draft, every: tuple[Mark, ...], *, by: str, at: datetime) -> Draft:
    with book.runs.transaction() as tx:
        row = tx.one("answer_known", id=draft.id)
        kept = _put_marks(book, tx, draft.request, every, at)
        if row is not None:
            end_file(tx, row["marks"], at)
        tx.run(
            "answer_marked",
            id=draft.id,
            marks=kept,
            undecided=sum(not m.decision for m in every),
            hidden=sum(m.is_hidden for m in every),
        )
        take(book, draft.request, [Said(Noted(what="places-decided"))], by=by, at=at, runs=tx)
    return replace(draft, marks=every)


def look_at(book: Book, answer: str, numbers: frozenset[int], *, by: str, at: datetime
            ) -> tuple[marks.Shown, ...]:  # fmt: skip
    """The places of an answer as a reviewer sees them; opening one is written down.

    Raises:
        AnswerRefused: AV615, there is no such answer.
    """
    draft = opened(book, answer)
    if numbers:
        take(book, draft.request, [Said(Noted(what="place-opened"))], by=by, at=at)
    return tuple(marks.view(draft.copy, draft.marks, numbers))


def draft(book: Book, answer: str, *, by: str, at: datetime, is_last: bool = False) -> Draft:
    """Write an answer: what is hidden is taken out, letter, page and files are made, and its items
    are done. Where some system could not be asked it is partial and its items stay open, so that
    it can be begun again; with `is_last` somebody says that no more will come.

    Raises:
        AnswerRefused: AV616 a place is not decided; AV617 nothing would be left; AV618 a value of
            somebody else would leave; AV619 it is drafted already.
        StepRefused: the request is not so far.
    """
    return drafted(book, _undrafted(book, answer), by=by, at=at, is_last=is_last)


def drafted(book: Book, from_: Draft, *, by: str, at: datetime, is_last: bool = False) -> Draft:
    """Write an answer that was begun; see `draft`."""
    hidden = _veil(book, from_)

    def done(state: Request) -> list[Said]:
        return [
            Said(Done(item=n, gaps=hidden.copy.gaps, retained=hidden.places))
            for n in from_.items
            if state.items[n].state in _OPEN and (hidden.copy.is_whole or is_last)
        ]

    words = contents.letter(book.declaration, hidden)
    return _written(book, from_, hidden, words, done, by=by, at=at)


def edit(book: Book, answer: str, words: str, *, by: str, at: datetime) -> Draft:
    """Put other words into the letter of an answer that has not left. The data stay as they are.

    Raises:
        AnswerRefused: AV618 the words hold a value of somebody else; AV619 there is no draft.
        StepRefused: AV689, it was sent.
    """
    from_ = opened(book, answer)
    if not from_.version:
        raise _too_late(answer, "there is no draft yet")
    return _written(book, from_, _veil(book, from_), words, _nothing, by=by, at=at)


def _nothing(_: Request) -> list[Said]:
    return []


def _veil(book: Book, from_: Draft) -> Veiled:
    saying = saying_of(book.declaration, from_.copy)
    return marks.veiled(from_.copy, from_.marks, saying.phrase("hidden_mark"))


def _written(
    book: Book,
    from_: Draft,
    hidden: Veiled,
    words: str,
    done: Callable[[Request], list[Said]],
    *,
    by: str,
    at: datetime,
) -> Draft:
    """Keep one wording of an answer, with its step; `done` says what it does to the request."""
    declaration, saying = book.declaration, saying_of(book.declaration, from_.copy)
    document = contents.document(declaration, hidden, words)
    made = packing.files(declaration, hidden)
    _look_for_others(book, from_, hidden, document, made)
    html = page(document)
    digest, version = hashlib.sha256(html).hexdigest(), from_.version + 1
    more = saying.phrase("more_in_files", n="{n}")
    printed = paper.words(document, more, from_.copy.drawn_at)
    package = packing.zipped({packing.PAGE: html, packing.TO_PRINT: printed, **made}, at)

    def steps(state: Request) -> list[Said]:
        first = done(state)
        if from_.version:
            return [*first, Said(AnswerEdited(answer=from_.id, before=from_.digest, digest=digest))]
        final = _is_last(from_, foreseen(book, state, first, by=by, at=at))
        return [*first, Said(AnswerDrafted(answer=from_.id, digest=digest, final=final))]

    with book.runs.transaction() as tx:
        letter = put_file(book, tx, from_.request, LETTER, TEXT, words.encode(), at=at)
        last = _last_day(book, at)
        shown = put_file(book, tx, from_.request, PAGE, HTML, html, at=at, forget_on=last)
        kept = _put_package(book, tx, from_.request, from_.package, package, at)
        checked = _checked(book, made, html)
        tx.run("answer_drafted", id=from_.id, package=kept, leaks=checked.leaks,
               valid=checked.is_valid, authority=checked.names_authority, version=version,
               at=at)  # fmt: skip
        tx.run("answer_letter_add", answer=from_.id, number=version, letter=letter, page=shown,
               digest=digest, by=by, at=at)  # fmt: skip
        take(book, from_.request, steps, by=by, at=at, runs=tx)
    return replace(from_, version=version, letter=words, digest=digest, page=shown, package=kept)


def _is_last(from_: Draft, state: Request) -> bool:
    """Whether nothing has to be answered after this: all is settled, and no other draft waits."""
    waiting = any(a.sent is None for name, a in state.answers.items() if name != from_.id)
    return all(i.is_settled for i in state.items.values()) and not waiting


def _look_for_others(
    book: Book, from_: Draft, hidden: Veiled, document: Document, made: Mapping[str, bytes]
) -> None:
    """Refuse what would tell a value of somebody else. Our own letters to the person are not looked
    through: they had them before."""
    if hidden.copy.sent:
        words = "\n\n".join(document.letter)
        bare = replace(hidden, copy=msgspec.structs.replace(hidden.copy, sent=()))
        document = contents.document(book.declaration, bare, words)
        made = packing.files(book.declaration, bare)
    said = packing.said(document, made)
    others = others_of(book, from_)
    found = marks.leaks(book.declaration, from_.copy, from_.marks, said, others)
    if found:
        raise AnswerRefused(
            f"`{from_.id}` would tell {found} values that name somebody else",
            because="they stand in the letter or in the data and nobody decided to show them",
            help="take them out of the letter, or decide the places again",
            code="AV618",
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at when a wording was made, for the checks of promises."""

    leaks: int
    is_valid: bool
    names_authority: bool


def _checked(book: Book, made: Mapping[str, bytes], html: bytes) -> Checked:
    return Checked(
        0,
        packing.is_valid(made),
        contents.names_authority(book.declaration, html.decode()),
    )


def _put_package(
    book: Book, runs: Runs, request: str, before: str, package: bytes, at: datetime
) -> str:
    """Keep a package instead of the one before it; gives its id."""
    if before:
        end_file(runs, before, at)
    last = add(book.day(at), book.declaration.requests.collect)
    return put_file(book, runs, request, PACKAGE, ZIP, package, at=at, forget_on=last)


def changed(book: Book, answer: str) -> tuple[str, ...]:
    """How the words of an answer's letter differ from the first ones, line by line."""
    rows = book.runs.run("answer_letters", answer=answer)
    if len(rows) < 2:
        return ()
    first, last = (_words(book, row) for row in (rows[0], rows[-1]))
    return tuple(difflib.unified_diff(first, last, "first", "last", lineterm=""))


def _words(book: Book, row: Row) -> list[str]:
    found = file_of(book, row["letter"])
    return found[1].reveal().decode().splitlines() if found else []


def review(book: Book, ledger: Ledger, answer: str, *, by: str, at: datetime) -> None:
    """Let an answer leave: the package of its draft gets the proof of what was reviewed. Its PDF is
    typeset when somebody fetches it; where it is not sure that it can be, it is now.

    Raises:
        AnswerRefused: AV619 there is no draft; AV631 no PDF can be made here.
        StepRefused: AV689, it was sent, or other words were written meanwhile.
    """
    with book.runs.transaction() as tx:
        inside = replace(book, runs=tx)
        row, package = _draft_of(inside, answer)
        files = packing.unzipped(package, (packing.PAGE, packing.TO_PRINT))
        printed = _printed(files)
        digest = hashlib.sha256(files[packing.PAGE]).hexdigest()
        reviewed = Said(AnswerReviewed(answer=answer, digest=digest))
        take(inside, row["request"], [reviewed], by=by, at=at, runs=tx)
    with book.runs.transaction() as tx:
        inside = replace(book, runs=tx)
        proof = msgspec.json.encode(proof_of(inside, ledger, row["request"], answer))
        proven = {contents.PROOF: msgspec.json.format(proof), contents.CHECK: checker()}
        whole = packing.joined(package, {**printed, **proven}, at)
        kept = _put_package(inside, tx, row["request"], row["package"], whole, at)
        tx.run("answer_packed", id=answer, package=kept)


def _draft_of(book: Book, answer: str) -> tuple[Row, bytes]:
    """An answer that was drafted, and the package of its draft."""
    row = book.runs.one("answer_known", id=answer)
    if row is None:
        raise AnswerRefused(f"there is no answer `{answer}` any more", code="AV615")
    kept = file_of(book, row["package"]) if row["package"] else None
    if kept is None:
        raise _too_late(answer, "there is no draft yet, or it was erased on its day")
    return row, kept[1].reveal()


def _printed(files: Mapping[str, bytes]) -> dict[str, bytes | None]:
    """What is to be done now about the PDF: nothing where it is sure that it can be made of the
    words later, or was made before."""
    words = files.get(packing.TO_PRINT)
    if words is None or (paper.is_sure(words) and paper.can_typeset()):
        return {}
    return {packing.TO_PRINT: None, packing.PDF: paper.typeset(words)}


def send(book: Book, answer: str, way: Way, *, by: str, at: datetime) -> Request:
    """Say that an answer left on a way; what carries it is not done here.

    Raises:
        AnswerRefused: AV619, nobody has looked through it.
        StepRefused: AV689, it was sent already, or something asked for is open.
    """
    from_ = opened(book, answer)
    known = read(book, from_.request).answers.get(answer)
    if known is None or not known.is_reviewed:
        raise _too_late(answer, "nobody has looked through it as it is now")
    kept = file_of(book, from_.package)
    if known.sent is None and kept is not None and not is_proven(kept[1]):
        raise _too_late(answer, "its review was broken off: look through it again")
    return take(book, from_.request, [Said(AnswerSent(answer=answer, way=way))], by=by, at=at)


def _too_late(answer: str, because: str) -> AnswerRefused:
    return AnswerRefused(
        f"`{answer}` is not so far, or too far",
        because=because,
        help="the order is: begin, redact, draft, edit, review, send",
        code="AV619",
    )
