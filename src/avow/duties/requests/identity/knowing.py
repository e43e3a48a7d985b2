"""Questions about known facts on their way: made, sent by a link, answered once, and judged.

Who asks learns nothing: the questions are the same for everybody, found or not, the letter has the
same words, and answering costs the same statements whatever is right. What came of it is a step of
the request, taken later by a round; the steps hold counts, and what was asked is erased with the
answer.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from avow.common.calendar import add
from avow.common.errors import AvowError
from avow.common.ids import new_id
from avow.common.languages import LANGUAGES, SOURCE_LANGUAGE, words
from avow.common.masked import Masked
from avow.declaration.known_facts import MOST_CHANCE, chance
from avow.declaration.requesting import Then
from avow.duties.correspondence.letters import Draft, Mailing
from avow.duties.correspondence.outbox import Keeps, letter_id, named, write
from avow.duties.correspondence.wording import wording
from avow.duties.requests.book import (
    PERSON,
    PROGRAM,
    Book,
    Said,
    end_file,
    file_of,
    persons_of,
    put_file,
    read,
    same_person,
    take,
)
from avow.duties.requests.delivering.links import PATH, Post
from avow.duties.requests.identity.questions import Question, question
from avow.duties.requests.intake.threads import note_ours
from avow.duties.requests.machine import Request
from avow.duties.requests.rows import accepted_of, looked_for
from avow.duties.requests.steps import (
    IdentityAsked,
    IdentityDoubted,
    IdentityShown,
    Noted,
    Resumed,
    Steps,
)
from avow.duties.requests.words import Rung, Voice, Waits
from avow.engine.db.store import Row
from avow.engine.planner.fact_shares import Fact, facts, own, spreads
from avow.engine.planner.identities import Candidate
from avow.engine.planner.making import Estate

KIND, FILE = "identity-facts", "known-facts"
"""The kind of letter, and what the sealed file is called."""
ANSWERED = "known-facts-answered"
"""What is noted with an answer, with the person and the counts: `….1.2-of-3`."""
MOST, WITHIN = 2, timedelta(days=365)
"""How often somebody may be asked, and within which time, in whatever requests: else whoever
guesses would ask again until they are right."""
_BYTES, _FULL = 32, 4096


class NotAsked(AvowError):
    """Questions that cannot be made, or not be sent (AV936)."""

    code = "AV936"


class Asked(msgspec.Struct, frozen=True):
    """What lies sealed: the questions, and for each answer of each whether it is right (1 or 0)."""

    questions: tuple[Question, ...]
    right: tuple[tuple[int, ...], ...]

    def __repr__(self) -> str:
        return "Asked(•••)"

    def correct(self, chosen: Sequence[int | None]) -> int:
        """How many of these choices are right; None is "none of these", which never is."""
        return sum(
            right[n]
            for right, n in zip(self.right, chosen, strict=True)
            if n is not None and 0 <= n < len(right)
        )


@dataclass(frozen=True, slots=True)
class Drafted:
    """Questions as they would be sent. `facts` are their columns; `left_out` those that are none
    now, and why; `answerable`: to how many the rows found for the person have an answer. `chance`
    is how often a guess passes, `wanted` how many right answers are enough."""

    asked: Asked
    facts: tuple[Fact, ...]
    left_out: tuple[tuple[Fact, str], ...]
    answerable: int
    wanted: int
    chance: float


@dataclass(frozen=True, slots=True)
class FactCheck:
    """Questions that a person got, in counts. `correct` is None before they were answered."""

    id: str
    person: int
    asked: int
    wanted: int
    answerable: int
    chance: float
    made_at: datetime
    ends_at: datetime
    answered_at: datetime | None
    correct: int | None

    @property
    def is_passed(self) -> bool:
        """Whether enough answers were right."""
        return self.correct is not None and self.correct >= self.wanted


def drafted(book: Book, estate: Estate, request: str, person: int, *, at: datetime) -> Drafted:
    """The questions that a person of a request would get. Writes nothing.

    They depend on the declaration and on all rows, and on the person in nothing but what is right.

    Raises:
        UnknownRequest: AV610.
        NotAsked: AV936, the systems give too few questions, or a guess would pass too often.
    """
    rules = book.declaration.requests.known_facts
    all_facts = facts(estate)
    spread = spreads(estate, all_facts)
    fit: list[tuple[Fact, Question]] = []
    left_out: list[tuple[Fact, str]] = []
    for fact in all_facts:
        made = question(fact.category, fact.coarse, spread[fact].owners)
        if made is None:
            left_out.append((fact, spread[fact].gap or "too few different answers, or persons"))
        else:
            fit.append((fact, made))
    chosen = sorted(fit, key=lambda each: each[1].share)[: rules.ask]
    said = own(estate, _rows_of(book, estate, request, person), [fact for fact, _ in chosen])
    right = tuple(made.right(said[fact]) for fact, made in chosen)
    before = _before(book, request, person, at)
    by_luck = chance([made.share for _, made in chosen], rules.right) * (before + 1)
    if len(chosen) < rules.right:
        raise _too_few(len(chosen), rules.right)
    if by_luck > MOST_CHANCE or before >= MOST:
        raise _too_easy(by_luck, before)
    return Drafted(
        Asked(tuple(made for _, made in chosen), right),
        tuple(fact for fact, _ in chosen),
        tuple(left_out),
        sum(any(each) for each in right),
        rules.right,
        by_luck,
    )


def _before(book: Book, request: str, person: int, at: datetime) -> int:
    """How often who is named by the same values was asked lately, in this request and in others."""
    who = persons_of(book, request)[person]
    mine = [each for each in fact_checks(book, request) if each.person == person]
    others = [c for r in same_person(book, who, but=request) for c in fact_checks(book, r)]
    return sum(1 for each in (*mine, *others) if at - each.made_at < WITHIN)


def _too_few(there: int, wanted: int) -> NotAsked:
    return NotAsked(
        f"questions that can be made: {there}; right answers that are wanted: {wanted}",
        because="`known_facts` names too few columns, or they have too few different answers",
        help="declare more columns, or go on with another step",
    )


def _too_easy(by_luck: float, before: int) -> NotAsked:
    return NotAsked(
        f"somebody who guesses would pass {by_luck:.1%} of the time",
        because=f"at most {MOST_CHANCE:.0%} is right; {before} times they were asked within a"
        f" year, and {MOST} times is all",
        help="declare columns with more even answers, or go on with another step",
    )


def _rows_of(book: Book, estate: Estate, request: str, person: int) -> list[Candidate]:
    """The rows that somebody accepted for a person, else those found of whom nothing is in doubt.
    The systems are searched in both cases, for everybody."""
    found = looked_for(book, estate, request).found
    accepted = accepted_of(book, request)
    if accepted is not None:
        return [each for each in accepted if each.person == person]
    if found.questions(person):
        return []
    return [each for each in found.candidates if each.person == person]


def send(
    book: Book,
    post: Post,
    request: str,
    person: int,
    made: Drafted,
    *,
    by: str,
    at: datetime,
    pauses: bool = False,
    why: bytes = b"",
) -> str:
    """Write the letter with the link to the questions; gives the id of the check. An earlier one
    that is not answered ends. `pauses`: there is reasonable doubt, which `why` gives, and the term
    stands until they answer.

    Raises:
        UnknownRequest: AV610.
        NotAsked: AV936, there is nowhere to write to, or somebody speaks for the person.
        StepRefused: AV688, they have shown who they are.
    """
    with book.runs.transaction() as tx:
        inside = replace(book, runs=tx)
        step = IdentityAsked(person=person, rung=Rung.KNOWN_FACTS, pauses=pauses)
        state = take(book, request, [Said(step, why)], by=by, at=at, runs=tx)
        for each in tx.run("fact_checks_of", request=request):
            if each["person"] == person and each["judged_at"] is None:
                end_file(tx, each["file"], at)
                tx.run("fact_check_judge", id=each["id"], at=at)
        return _write(inside, post, state, person, made, at)


def _write(
    book: Book, post: Post, state: Request, number: int, made: Drafted, at: datetime
) -> str:  # fmt: skip
    person = persons_of(book, state.id)[number]
    if state.persons[number].voice is not Voice.SELF or not (person.email or person.postal):
        raise NotAsked(
            f"person {number} of `{state.id}` gets no questions",
            because="no address is known, or somebody speaks for them and shows a mandate",
            help="`avow request identify` writes down what was shown in another way",
        )
    token, name = secrets.token_urlsafe(_BYTES), new_id("facts")
    last = add(book.day(at), book.declaration.requests.link)
    plain = msgspec.json.encode(made.asked)
    full = plain + b" " * (-len(plain) % _FULL)
    kind = "application/json"
    file = put_file(book, book.runs, state.id, FILE, kind, full, at=at, forget_on=last)
    language = next((x for x in (person.language, state.language) if x in LANGUAGES), "")
    language = language or SOURCE_LANGUAGE
    say = words(language)
    said = wording(KIND, language, post.own).said(
        {
            "organisation": book.declaration.controller.name,
            "request": state.id,
            "day": say.day(state.received),
            "link": f"{post.base.rstrip('/')}/{language}/{PATH}/know/{token}",
            "last_day": say.day(last),
        }
    )
    mailing = Mailing(KIND, name, post.domain, last)
    draft = Draft(
        Masked(name),
        language,
        said,
        Masked(person.email) if person.email else None,
        Masked(person.postal) if person.postal else None,
    )
    write(book.runs, book.ring, mailing, [draft], at=at, tell=book.tell)
    message = f"{letter_id(book.ring, mailing, named(mailing.sphere, draft))}@{post.domain}"
    note_ours(book.runs, book.ring, message, state.id, at)
    book.runs.run(
        "fact_check_add",
        id=name,
        request=state.id,
        person=number,
        token=_hashed(Masked(token)),
        file=file,
        asked=len(made.asked.questions),
        wanted=made.wanted,
        answerable=made.answerable,
        chance=made.chance,
        at=at,
        ends_at=datetime.combine(last + timedelta(days=1), time(), ZoneInfo(book.zone)),
    )
    return name


def fact_checks(book: Book, request: str) -> tuple[FactCheck, ...]:
    """The questions that persons of a request got, oldest first, in counts."""
    return tuple(
        FactCheck(
            row["id"],
            row["person"],
            row["asked"],
            row["wanted"],
            row["answerable"],
            row["chance"],
            row["made_at"],
            row["ends_at"],
            row["answered_at"],
            row["correct"],
        )
        for row in book.runs.run("fact_checks_of", request=request)
    )


def questions_of(book: Book, token: Masked[str], *, at: datetime) -> tuple[Question, ...] | None:
    """The questions of a link that works; None for one that was used, is over or never was. To
    look uses nothing, since mail servers look too."""
    row = book.runs.one("fact_check_found", token=_hashed(token), at=at)
    sealed = _sealed(book, row) if row else None
    return sealed.questions if sealed else None


def answer(book: Book, token: Masked[str], chosen: Sequence[int | None], *, at: datetime) -> bool:
    """Take the answers of a link, once: for each question the number of the answer, from 0, or
    None for "none of these". False when the link does not work.

    The same statements whatever is right. The questions and their right answers are erased.
    """
    with book.runs.transaction() as tx:
        inside = replace(book, runs=tx)
        row = tx.one("fact_check_lock", token=_hashed(token), at=at)
        sealed = _sealed(inside, row) if row else None
        if row is None or sealed is None or len(chosen) != len(sealed.questions):
            return False
        state, number = read(inside, row["request"]), row["person"]
        correct = sealed.correct(chosen)
        end_file(tx, row["file"], at)
        tx.run("fact_check_answer", id=row["id"], correct=correct, at=at)
        what = f"{ANSWERED}.{number}.{correct}-of-{len(chosen)}"
        steps: list[Steps] = [Noted(what=what), *_resumed(state, number)]
        take(book, state.id, [Said(each) for each in steps], by=PERSON, at=at, runs=tx)
    return True


def _resumed(state: Request, number: int) -> list[Steps]:
    """The term runs again when nobody else has to answer."""
    others = [n for n, p in state.persons.items() if n != number and p.asked]
    waits = any(not state.is_settled(n) for n in others)
    if Waits.IDENTITY not in state.waits or waits or state.closed_on is not None:
        return []
    return [Resumed(waits=Waits.IDENTITY)]


def judge_due(book: Book, runs: Keeps, *, at: datetime) -> int:
    """Make steps of what was answered, and end what is over or not needed any more; gives how many
    answers. Killed in the middle and called again, each is a step once.

    Too few right answers are a doubt, after which the ladder proposes its next step. Enough show
    who somebody is where the declaration says so; else a person looks at the counts.
    """
    done, erased = 0, False
    for row in runs.run("fact_checks_waiting", at=at):
        with runs.transaction() as tx:
            inside = replace(book, runs=tx)
            state = read(inside, row["request"])
            is_needed = state.closed_on is None and not state.is_settled(row["person"])
            if row["answered_at"] is None and is_needed and not row["is_over"]:
                continue
            judged = tx.one("fact_check_judge", id=row["id"], at=at)
            if judged is None:
                continue
            erased = end_file(tx, row["file"], at) or erased
            if judged["answered_at"] is not None:
                done += 1
                steps = _outcome(book, row["person"], judged) if is_needed else []
                if steps:
                    take(book, state.id, steps, by=PROGRAM, at=at, runs=tx)
    if done or erased:
        runs.rewrite("bundle_key")
    return done


def _outcome(book: Book, person: int, judged: Row) -> list[Said]:
    if judged["correct"] < judged["wanted"]:
        return [Said(IdentityDoubted(person=person, rung=Rung.KNOWN_FACTS))]
    if book.declaration.requests.known_facts.then is Then.SETTLE:
        return [Said(IdentityShown(person=person, rung=Rung.KNOWN_FACTS))]
    return []


def _sealed(book: Book, row: Row) -> Asked | None:
    found = file_of(book, row["file"])
    return msgspec.json.decode(found[1].reveal(), type=Asked) if found else None


def _hashed(token: Masked[str]) -> bytes:
    """What is kept of a secret: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.reveal().encode()).digest()
