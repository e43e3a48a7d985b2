"""The words of the codes that pages show, and the sentence that answers at the top."""

from __future__ import annotations

from collections.abc import Mapping

from avow.common.languages import Words, mark
from avow.duties.assurance.model import Status
from avow.engine.evidence.checks import Answer, CheckKind
from avow.faces.web.source import AskKind, NoveltyKind, PlanState, Told

LABELS: Mapping[str, str] = {
    AskKind.APPROVE_PLAN: mark("Approve the plan"),
    AskKind.ANSWER_REQUEST: mark("Answer the request"),
    AskKind.SIGN_DECISION: mark("Sign the decision"),
    AskKind.RENEW_DOCUMENT: mark("Renew the document"),
    AskKind.ACCEPT_IDENTITY: mark("Accept or refuse the identity"),
    AskKind.DECIDE_DATASET: mark("Say whose rows these are"),
    AskKind.RELEASE_STOP: mark("Release the stop, or leave it"),
    NoveltyKind.DATASET: mark("new dataset"),
    NoveltyKind.FIELD: mark("new field"),
    NoveltyKind.RECIPIENT: mark("new recipient"),
    NoveltyKind.TRACKER: mark("new tracker"),
    PlanState.WAITING: mark("waits for approval"),
    PlanState.APPROVED: mark("approved"),
    PlanState.RUNNING: mark("running"),
    PlanState.MADE: mark("only shown"),
    PlanState.PAUSED: mark("paused"),
    PlanState.BLOCKED: mark("done, but for blocked rows"),
    PlanState.WITHDRAWN: mark("withdrawn"),
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
    "erase": mark("erase"),
    "anonymise": mark("anonymise"),
    "archive": mark("archive"),
    "review": mark("review"),
    "delete": mark("delete rows"),
    "blank": mark("blank fields"),
    "unlink": mark("take out the link"),
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
