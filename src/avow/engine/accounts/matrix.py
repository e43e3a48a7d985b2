"""Who may do what: one frozen table of role, action and sphere. Pure.

Nobody has a right by default. Two roles take rights away whatever else the person is: the
data-protection officer decides and approves nothing (art. 38(6) GDPR, no conflict of interests),
and who makes accounts sees no data. What belongs to a client company is decided by that company
(art. 28(3)(a)): as its processor we may note, wait and carry out, and decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a declared person is in the organisation; the words of `people` in the declaration."""

    AUTHOR = "author"
    APPROVER = "approver"
    OFFICER = "officer"
    AGENT = "agent"
    REDACTOR = "redactor"
    SYSTEM_OWNER = "system-owner"
    ACCOUNTABLE_MANAGER = "accountable-manager"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Sphere(StrEnum):
    """Whose data it is: ours, or a client company's for which we are the processor."""

    CONTROLLER = "controller"
    PROCESSOR = "processor"


class Action(StrEnum):
    """What a page or a form does. `OPEN` needs nobody to sign in, `OWN` is one's own account.
    `OPEN_ANSWER`: read the whole of an answer before it leaves. `CONTEST`: say that an instruction
    of a controller infringes the law (art. 28(3) GDPR)."""

    OPEN = "open"
    OWN = "own"
    SEE_STATUS = "see-status"
    STOP = "stop"
    SEE_PLANS = "see-plans"
    APPROVE_PLAN = "approve-plan"
    RELEASE_STOP = "release-stop"
    SEE_REQUESTS = "see-requests"
    ENTER_REQUEST = "enter-request"
    OPEN_PERSON = "open-person"
    OPEN_ANSWER = "open-answer"
    NOTE = "note"
    IDENTIFY = "identify"
    ACCEPT_ROWS = "accept-rows"
    PAUSE = "pause"
    EXTEND = "extend"
    DECIDE = "decide"
    ANSWER = "answer"
    CARRY_OUT = "carry-out"
    REDACT = "redact"
    DO_TASK = "do-task"
    SEE_VIEWS = "see-views"
    SEE_HOLDS = "see-holds"
    PLACE_HOLD = "place-hold"
    RELEASE_HOLD = "release-hold"
    SEE_INCIDENTS = "see-incidents"
    REPORT_INCIDENT = "report-incident"
    HANDLE_INCIDENT = "handle-incident"
    ADVISE_INCIDENT = "advise-incident"
    CONTEST = "contest"
    MANAGE_ACCOUNTS = "manage-accounts"


_HERE = frozenset({Action.OPEN, Action.OWN, Action.STOP, Action.REPORT_INCIDENT})
_SEES = _HERE | {
    Action.SEE_STATUS,
    Action.SEE_PLANS,
    Action.SEE_HOLDS,
    Action.SEE_INCIDENTS,
}
_WORKS = _SEES | {Action.SEE_REQUESTS, Action.OPEN_PERSON, Action.NOTE}

RIGHTS: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.AUTHOR: _SEES,
        Role.APPROVER: _SEES | {Action.APPROVE_PLAN, Action.RELEASE_STOP},
        Role.OFFICER: _WORKS
        | {
            Action.OPEN_ANSWER,
            Action.ENTER_REQUEST,
            Action.SEE_VIEWS,
            Action.ADVISE_INCIDENT,
            Action.CONTEST,
        },
        Role.AGENT: _WORKS
        | {
            Action.OPEN_ANSWER,
            Action.ENTER_REQUEST,
            Action.IDENTIFY,
            Action.ACCEPT_ROWS,
            Action.PAUSE,
            Action.EXTEND,
            Action.ANSWER,
            Action.CARRY_OUT,
            Action.PLACE_HOLD,
            Action.HANDLE_INCIDENT,
        },
        Role.REDACTOR: _WORKS | {Action.OPEN_ANSWER, Action.REDACT},
        Role.SYSTEM_OWNER: _SEES | {Action.DO_TASK},
        Role.ACCOUNTABLE_MANAGER: _WORKS
        | {
            Action.OPEN_ANSWER,
            Action.ENTER_REQUEST,
            Action.IDENTIFY,
            Action.ACCEPT_ROWS,
            Action.PAUSE,
            Action.EXTEND,
            Action.DECIDE,
            Action.ANSWER,
            Action.CARRY_OUT,
            Action.APPROVE_PLAN,
            Action.RELEASE_STOP,
            Action.PLACE_HOLD,
            Action.RELEASE_HOLD,
            Action.HANDLE_INCIDENT,
            Action.CONTEST,
        },
        Role.AUDITOR: _SEES | {Action.SEE_REQUESTS, Action.SEE_VIEWS},
        Role.ADMINISTRATOR: _HERE | {Action.MANAGE_ACCOUNTS},
    }
)
"""What each role gives, in our own sphere."""

TAKEN: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.OFFICER: frozenset(
            {
                Action.APPROVE_PLAN,
                Action.RELEASE_STOP,
                Action.DECIDE,
                Action.ANSWER,
                Action.CARRY_OUT,
                Action.EXTEND,
                Action.IDENTIFY,
                Action.ACCEPT_ROWS,
                Action.PAUSE,
                Action.REDACT,
                Action.DO_TASK,
                Action.PLACE_HOLD,
                Action.RELEASE_HOLD,
                Action.HANDLE_INCIDENT,
                Action.MANAGE_ACCOUNTS,
            }
        ),
        Role.ADMINISTRATOR: frozenset(
            {
                Action.OPEN_PERSON,
                Action.OPEN_ANSWER,
                Action.REDACT,
                Action.IDENTIFY,
                Action.ACCEPT_ROWS,
            }
        ),
    }
)
"""What a role takes away, whatever other roles the person has."""

CLIENTS = frozenset(
    {Action.DECIDE, Action.ANSWER, Action.OPEN_ANSWER, Action.EXTEND, Action.REDACT}
)
"""What only the controller does: in the sphere of a client company nobody of ours decides, or
answers in its name (art. 28(3)(e) GDPR)."""


def allowed(roles: Iterable[str], sphere: Sphere = Sphere.CONTROLLER) -> frozenset[Action]:
    """Everything that a person of these roles may do in a sphere; unknown roles give nothing."""
    mine = [Role(role) for role in roles if role in set(Role)]
    given = frozenset[Action]().union(*(RIGHTS[role] for role in mine))
    given -= frozenset[Action]().union(*(TAKEN.get(role, frozenset()) for role in mine))
    return given - CLIENTS if sphere is Sphere.PROCESSOR else given


def may(
    roles: Iterable[str],
    action: Action,
    sphere: Sphere = Sphere.CONTROLLER,
    *,
    authored: bool = False,
    own: bool = True,
) -> bool:
    """Whether a person may act. `authored`: it is about what they made themselves, which nobody
    approves. `own`: a task is about a system of theirs."""
    if action is Action.APPROVE_PLAN and authored:
        return False
    if action is Action.DO_TASK and not own:
        return False
    return action in allowed(roles, sphere)


def seen(declared: frozenset[str], needed: frozenset[str], category: str) -> bool:
    """Whether a category of data is shown to a person: the task needs it, or it is declared that
    they may see it. Nothing else (need to know, art. 25(2), 32(4) GDPR)."""
    return category in needed or category in declared
