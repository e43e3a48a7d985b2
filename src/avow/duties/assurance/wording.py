"""The sentences of the status: its words, its reasons, and what would make a promise kept."""

from __future__ import annotations

from collections.abc import Mapping

from avow.common.languages import Words, mark
from avow.duties.assurance.model import Reason, ReasonCode, Status
from avow.engine.accounts.matrix import Role
from avow.engine.evidence.checks import ORGANISATION, Item, Mode

WORDS: Mapping[Status, str] = {
    Status.BROKEN: mark("broken"),
    Status.UNKNOWN: mark("unknown"),
    Status.UNENFORCED: mark("not enforced"),
    Status.ATTESTED: mark("attested"),
    Status.KEPT: mark("kept"),
}
MODES: Mapping[Mode, str] = {Mode.ENFORCED: mark("enforced"), Mode.OBSERVED: mark("observed")}
ROLES: Mapping[str, str] = {
    Role.AUTHOR: mark("author"),
    Role.APPROVER: mark("approver"),
    Role.OFFICER: mark("data-protection officer"),
    Role.AGENT: mark("agent"),
    Role.REDACTOR: mark("redactor"),
    Role.SYSTEM_OWNER: mark("system owner"),
    Role.ACCOUNTABLE_MANAGER: mark("accountable manager"),
    Role.AUDITOR: mark("auditor"),
    Role.ADMINISTRATOR: mark("administrator"),
}
CAUSES: Mapping[str, str] = {
    "unreachable": mark("the system does not answer"),
    "no-grant": mark("the right to read is missing"),
    "row-security": mark("row-level security hides rows"),
    "view": mark("a view stands where a table was declared"),
    "drift": mark("the schema is not the declared one"),
    "timeout": mark("the check ran out of time"),
}
ADVICE: Mapping[ReasonCode, str] = {
    ReasonCode.FAILED: mark("Repair what the check found; its next run shows it."),
    ReasonCode.UNDATED: mark("Name another event that starts the period, or fill in the date."),
    ReasonCode.UNDECIDED: mark("Settle the contradiction with a signed decision."),
    ReasonCode.LATE_CASE: mark("Enter the remedy of each late case in the ledger."),
    ReasonCode.BLIND: mark("Give the check its sight back: network, right to read, or schema."),
    ReasonCode.STALE: mark("Run the check again."),
    ReasonCode.MISSING: mark("Run the check on every place in the scope."),
    ReasonCode.CANARY_UNSEEN: mark("Repair the check until it finds its planted row."),
    ReasonCode.NO_CHECK: mark("Bind a check to this clause."),
    ReasonCode.NO_CAPABILITY: mark("Give the system a means to do it, or move the data."),
    ReasonCode.NO_ATTESTATION: mark("A named person attests it with a dated document."),
    ReasonCode.ATTESTATION_LAPSED: mark("Renew the document."),
}


def say(reason: Reason, words: Words) -> str:
    """Why, as a sentence without its place and without a final period."""
    match reason.code:
        case ReasonCode.FAILED:
            breaches = words.count("{n} breach", "{n} breaches", reason.count)
            return _with(reason.detail, breaches, words)
        case ReasonCode.UNDATED:
            return words.count(
                "{n} row has no start date", "{n} rows have no start date", reason.count
            )
        case ReasonCode.UNDECIDED:
            return words.count(
                "contradicts {clauses}, undecided: {n} row",
                "contradicts {clauses}, undecided: {n} rows",
                reason.count,
                clauses=", ".join(reason.clauses),
            )
        case ReasonCode.LATE_CASE:
            late = words.count(
                "{n} late case without a remedy", "{n} late cases without a remedy", reason.count
            )
            return _with(reason.detail, late, words)
        case ReasonCode.NO_CHECK | ReasonCode.NO_CAPABILITY:
            return _with(reason.detail, words.say(_PLAIN[reason.code]), words)
        case ReasonCode.BLIND:
            return _with(cause(reason.detail, words), words.say("cannot be seen"), words)
        case _:
            day = words.day(reason.on) if reason.on else ""
            return words.say(_PLAIN[reason.code], day=day)


_PLAIN: Mapping[ReasonCode, str] = {
    ReasonCode.STALE: mark("last looked at on {day}"),
    ReasonCode.MISSING: mark("never looked at"),
    ReasonCode.CANARY_UNSEEN: mark("the check did not find its planted row"),
    ReasonCode.NO_CHECK: mark("no check answers this yet"),
    ReasonCode.NO_CAPABILITY: mark("the system cannot do it"),
    ReasonCode.NO_ATTESTATION: mark("no document attests it"),
    ReasonCode.ATTESTATION_LAPSED: mark("the document lapsed on {day}"),
}


def _with(detail: str, sentence: str, words: Words) -> str:
    """The sentence, and after a colon what the check itself said, in its own words."""
    if not detail:
        return sentence
    return words.say("{sentence}: {detail}", sentence=sentence, detail=detail)


def advise(reason: Reason, words: Words) -> str:
    """What would make it kept."""
    return words.say(ADVICE[reason.code])


def cause(why: str, words: Words) -> str:
    """Why a place could not be seen; a reason without a code stays as the system said it."""
    return words.say(CAUSES[why]) if why in CAUSES else why


def place(item: Item, words: Words) -> str:
    """The name of an item; a promise kept by the organisation lies in no system."""
    if item.system != ORGANISATION.system:
        return str(item)
    return words.say(mark("document") if item.dataset else mark("the organisation"))
