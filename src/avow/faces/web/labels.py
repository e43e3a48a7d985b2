"""The words of the codes that pages show, and the sentence that answers at the top."""

from __future__ import annotations

from collections.abc import Mapping

from avow.common.languages import Words, mark
from avow.duties.assurance.model import ReasonCode, Status
from avow.duties.assurance.wording import ADVICE
from avow.engine.evidence.checks import Answer, CheckKind
from avow.faces.web import instruction_words
from avow.faces.web.source import Ask, AskKind, NoveltyKind, PlanState, Told

LABELS: Mapping[str, str] = {
    NoveltyKind.DATASET: mark("new table"),
    NoveltyKind.FIELD: mark("new column"),
    NoveltyKind.UNDECIDED_FIELD: mark("column without a category"),
    NoveltyKind.NO_DATASET: mark("table that is not there"),
    NoveltyKind.NO_FIELD: mark("column that is not there"),
    NoveltyKind.SCHEMA: mark("changed schema"),
    NoveltyKind.RECIPIENT: mark("new recipient"),
    NoveltyKind.TRACKER: mark("new tracker"),
    PlanState.WAITING: mark("waits for approval"),
    PlanState.APPROVED: mark("approved"),
    PlanState.RUNNING: mark("running"),
    PlanState.MADE: mark("only shown"),
    PlanState.PAUSED: mark("paused"),
    PlanState.BLOCKED: mark("done, but for blocked rows"),
    PlanState.WITHDRAWN: mark("withdrawn"),
    "left out": mark("left out: there were more rows than were approved"),
    "shared": mark("other persons own or see these rows too"),
    "held": mark("due, but held, restricted or asked for"),
    PlanState.REFUSED: mark("refused"),
    PlanState.DONE: mark("done"),
    Told.STOPPED: mark("Stopped. Nothing new starts; what runs ends within a second."),
    Told.APPROVED: mark("Approved. The plan may run."),
    Told.APPROVED_FIRST: mark("Your approval is noted. A second person must approve too."),
    Told.RELEASED: mark("The stop is released."),
    Told.RELEASE_ASKED: mark("Your release is noted. A second person must release it too."),
    Told.UNKNOWN_PERSON: mark("Nothing was done: the name or the code is not right."),
    Told.NOT_ALLOWED: mark("Nothing was done: this person may not do it."),
    Told.SAME_PERSON: mark("Nothing was done: it takes two different persons."),
    Told.PLAN_CHANGED: mark("Nothing was done: the plan has changed since you read it."),
    Told.TOO_LATE: mark("Nothing was done: it is no longer waiting."),
    Told.NOTED: mark("Noted. What you wrote lies sealed with the request."),
    Told.EXTENDED: mark("The term is extended. The person must hear of it within the first month."),
    Told.PAUSED: mark("The term stands until the person answers."),
    Told.RESUMED: mark("The term runs again."),
    Told.DECIDED: mark("Decided."),
    Told.ENDED: mark("The account is ended, and every session of it."),
    Told.HOLD_PLACED: mark("Held. Nothing of it is erased until somebody releases it."),
    Told.HOLD_WAITS: mark(
        "Held, and not yet in effect: an older batch still goes on. The list says when."
    ),
    Told.HOLD_RELEASED: mark("Released. Whom it was about is forgotten."),
    Told.REPORTED: mark("Reported. Somebody says within a day whether it is a breach."),
    Told.STEP_TAKEN: mark("Done. It stands in the register."),
    Told.PLACES_DECIDED: mark("Decided. It stands beside each place, with who decided."),
    Told.ERASURE_PLANNED: mark("Planned, where it can be. Two persons approve each plan."),
    Told.BACK: mark("It is back, and is to be decided anew."),
    Told.BACK_IN_PART: mark("It is back but for some rows, and is to be decided anew."),
    Told.BACK_SAID: mark("Noted. It comes back as soon as a second person says so."),
    Told.ERASURE_ENDED: mark("Ended. Recipients are told, and what stays stands here."),
    Told.HANDED_OVER: mark(
        "Handed over. The company has a task, and the person hears whom to ask."
    ),
    Told.ACTED: mark("Done. It counts from the day on which it was asked."),
    Told.COPY_DRAWN: mark("The copy is drawn. Look at the places that may be somebody else's."),
    Told.LETTER_WRITTEN: mark("The letter is written. Read it before it leaves."),
    Told.LETTER_KEPT: mark("Kept. Somebody reads these words before they leave."),
    Told.LETTER_READ: mark("Read. It may leave as it is."),
    Told.LETTER_CHANGED: mark("Nothing was done: somebody changed the letter since you read it."),
    Told.LETTER_SENT: mark("The letter left."),
    Told.IDENTITY_SHOWN: mark("Noted: they have shown who they are. The term runs."),
    Told.IDENTITY_ASKED: mark("Noted: they are asked. Write to them, if no letter has gone yet."),
    Told.IDENTITY_DOUBTED: mark("Noted: what they showed is not enough."),
    Told.DOCUMENT_JUDGED: mark("Noted. The document is erased, and its key."),
    Told.SPEAKER_HEARD: mark("Noted: they may speak. The paper lies sealed with the request."),
    Told.REQUEST_ENTERED: mark("Entered. The term runs from the day on which it came."),
    Told.FILE_KEPT: mark("Kept, sealed with the request."),
    Told.TASK_ANSWERED: mark("Answered. It lies with the request."),
    Told.PLANS_RUN: mark("Carried out. Where each plan stands is said below."),
    Told.DONE_FOR_ALL: mark("Done for all of them. What they wait for now is said below."),
    Told.CHANGE_PLANNED: mark("Planned. Two persons approve each plan; then it is done from here."),
    Told.CHANGE_MADE: mark(
        "Carried out. What was not reached is counted, and recipients are told."
    ),
    Told.USE_RESTRICTED: mark("Restricted: nothing of it is used or erased from now on."),
    Told.END_ANNOUNCED: mark("Noted: they know that it ends. Two days lie between."),
    Told.USE_RESUMED: mark(
        "Done. What could come back is back; where nothing is missing, it ended."
    ),
    Told.INSTRUCTION_ENTERED: mark("Entered. Nothing is done before its contact confirms it."),
    Told.INSTRUCTION_PLANNED: mark("Planned. Two persons approve it; nothing has gone yet."),
    Told.INSTRUCTION_CONTESTED: mark("The controller is told. Nothing of it is done."),
    Told.CONTROLLER_TOLD: mark("The controller is told what was done, and what is left."),
    Told.ROWS_ACCEPTED: mark("Accepted. What is done for this request is done with these rows."),
    Told.QUESTIONS_SENT: mark("The letter with the link to the questions is written."),
    Told.NOT_POSSIBLE: mark("Nothing was done: something is missing, or it may not follow now."),
    "erase": mark("erase"),
    "anonymise": mark("anonymise"),
    "archive": mark("archive"),
    "review": mark("review"),
    "delete": mark("delete rows"),
    "blank": mark("blank fields"),
    "unlink": mark("take out the link"),
    "restrict-fields": mark("restrict fields"),
    "correct-fields": mark("correct fields"),
    "give-fields-back": mark("give fields back"),
    "observe": mark("observe"),
    "rehearse": mark("rehearse"),
    "approve": mark("approve"),
    "automatic": mark("automatic"),
    CheckKind.STATE: mark("what is true now"),
    CheckKind.CASE: mark("each case"),
    Answer.PASS: mark("passed"),
    Answer.FAIL: mark("failed"),
    Answer.BLIND: mark("could not look"),
}

LEVELS: Mapping[str, str] = {
    "observe": mark("only counted"),
    "rehearse": mark("only rehearsed on a copy"),
    "approve": mark("goes when two persons approve"),
    "automatic": mark("goes by timer"),
}
WAYS: Mapping[str, str] = {
    "plan": mark("By an approved plan:"),
    "automatic": mark("By timer:"),
    "approve": mark("When two persons approve:"),
    "shown": mark("Only shown, not erased: below level approve nothing is written."),
}
MEANINGS: Mapping[str, str] = {
    NoveltyKind.DATASET: mark(
        "Nobody said whose its rows are: no promise of its system that says “only” or “never” "
        "can be known."
    ),
    NoveltyKind.FIELD: mark("It goes with its row; the notice does not name it."),
    NoveltyKind.UNDECIDED_FIELD: mark("Nothing says what it holds or when it is emptied."),
    NoveltyKind.NO_DATASET: mark("The data map declares it: an error."),
    NoveltyKind.NO_FIELD: mark("The data map declares it: an error."),
    NoveltyKind.SCHEMA: mark("It is another than the one the last plan was made for."),
}

NO_BREAK = "\u00a0"
_NOT_KEPT = (Status.BROKEN, Status.UNKNOWN, Status.UNENFORCED)


def headline(counts: Mapping[Status, int], words: Words) -> str:
    """The answer as one sentence: `3 promises are broken, 12 unknown.`"""
    wrong = [word for word in _NOT_KEPT if counts[word]]
    if not wrong:
        total = counts[Status.KEPT] + counts[Status.ATTESTED]
        return words.count(
            "{n} promise is kept or attested: all of them.",
            "{n} promises are kept or attested: all of them.",
            total,
        )
    first, *rest = wrong
    short = [_short(word, counts[word], words).replace(" ", NO_BREAK) for word in rest]
    return ", ".join([_long(first, counts[first], words), *short]) + "."


def _long(word: Status, n: int, words: Words) -> str:
    if word is Status.BROKEN:
        return words.count("{n} promise is broken", "{n} promises are broken", n)
    if word is Status.UNKNOWN:
        return words.count("{n} promise is unknown", "{n} promises are unknown", n)
    return words.count("{n} promise is not enforced", "{n} promises are not enforced", n)


def _short(word: Status, n: int, words: Words) -> str:
    if word is Status.UNKNOWN:
        return words.count("{n} unknown", "{n} unknown", n)
    return words.count("{n} not enforced", "{n} not enforced", n)


def meaning(kind: str, words: Words) -> str:
    """What a difference between system and map brings about; empty where there is no sentence."""
    return words.say(MEANINGS[kind]) if kind in MEANINGS else ""


def ask(wanted: Ask, words: Words) -> str:
    """What is asked of a person, as one sentence."""
    n, subject = wanted.n, wanted.subject
    match wanted.kind:
        case AskKind.APPROVE_PLAN:
            return words.count(
                "Approve the plan for {subject}: {n} approval is missing.",
                "Approve the plan for {subject}: {n} approvals are missing.",
                n,
                subject=subject,
            )
        case AskKind.SIGN_DECISION:
            return words.count(
                "Sign {n} proposed decision, or reject it.",
                "Sign {n} proposed decisions, or reject them.",
                n,
            )
        case AskKind.OWNER_TASK | AskKind.REMIND_PERSON:
            return _unanswered(wanted, words)
        case AskKind.READ_MAILBOX if n:
            return words.count(
                "{n} message lies unread in the mailbox of requests: it may be a request.",
                "{n} messages lie unread in the mailbox of requests: they may be requests.",
                n,
            )
        case AskKind.REACH_PERSON:
            return words.count(
                "{n} letter did not arrive this week: reach its reader another way.",
                "{n} letters did not arrive this week: reach their readers another way.",
                n,
            )
        case AskKind.DECIDE_DATASET if n > 1:
            return words.count(
                "Say whose the rows of {n} new table in {subject} are.",
                "Say whose the rows of {n} new tables in {subject} are.",
                n,
                subject=subject,
            )
        case AskKind.HEAL:
            return _heal(wanted, words)
    everything = words.say("everything")
    wish = ASKS.get(wanted.kind) or instruction_words.ASKS[wanted.detail]
    return words.say(wish, subject=subject or everything, detail=wanted.detail)


def _unanswered(wanted: Ask, words: Words) -> str:
    n, subject = wanted.n, wanted.subject
    if wanted.kind is AskKind.OWNER_TASK:
        return words.count(
            "{n} task about {subject} is overdue: its owner has not answered.",
            "{n} tasks about {subject} are overdue: their owner has not answered.",
            n,
            subject=subject,
        )
    return words.count(
        "{subject} stands for {n} day: remind the person, or decide on what is known.",
        "{subject} stands for {n} days: remind the person, or decide on what is known.",
        n,
        subject=subject,
    )


def _heal(wanted: Ask, words: Words) -> str:
    code = ReasonCode(wanted.subject)
    n, advice = wanted.n, words.say(ADVICE[code])
    if code is ReasonCode.UNDATED:
        return words.count(
            "{n} row has no start date. {advice}",
            "{n} rows have no start date. {advice}",
            n,
            advice=advice,
        )
    if code is ReasonCode.UNDECIDED:
        return words.count(
            "{n} row is undecided. {advice}", "{n} rows are undecided. {advice}", n, advice=advice
        )
    return advice


ASKS: Mapping[AskKind, str] = {
    AskKind.JUDGE_INCIDENT: mark("Say whether the incident {subject} is a breach."),
    AskKind.TELL_OF_INCIDENT: mark("Go on with the incident {subject}."),
    AskKind.RELEASE_STOP: mark("Release the stop of {subject}, or leave it."),
    AskKind.SOLVE_REFUSAL: mark("Settle why the guard refused the plan for {subject}: {detail}."),
    AskKind.TAKE_BACK: mark("One person takes the erasure of {subject} back: do you too?"),
    AskKind.CARRY_OUT: mark("Carry out the approved plan for {subject}."),
    AskKind.MAKE_PLAN: mark("Make a plan for {subject}: rows are past their end."),
    AskKind.RAISE_LEVEL: mark("Raise the level in {subject}: below it nothing is erased."),
    AskKind.HEAR_PERSON: mark("The person did something in {subject}: look at it."),
    AskKind.ANSWER_REQUEST: mark("Answer the request {subject}."),
    AskKind.DECIDE_DATASET: mark("Say whose the rows of {subject} are."),
    AskKind.REVIEW_HOLD: mark("Look at the hold {subject} again."),
    AskKind.READ_MAILBOX: mark("Nobody reads the mailbox of requests: what comes there waits."),
    AskKind.RENEW_DOCUMENT: mark("Renew the document for {subject}."),
    AskKind.ACCEPT_IDENTITY: mark("Find out who asks in the request {subject}."),
}
