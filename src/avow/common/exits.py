"""What a command's exit code says, so that scripts and timers can act on it."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command; their numbers never change."""

    OK = 0
    """Done, and nothing is wrong."""

    FINDINGS = 1
    """Done, and something is wrong: findings, a broken promise, a ledger that does not verify."""

    USAGE = 2
    """Nothing was done: the command line or the declaration could not be understood."""

    REFUSED = 3
    """Nothing was done: a guard, a missing approval or a stop forbids it."""

    UNREACHABLE = 4
    """A system or avow's own database did not answer, so part of the work is undone or unknown."""

    INCOMPLETE = 5
    """Part was done and part is blocked; what is blocked was named."""


_BY_FAMILY = {
    "1": Exit.USAGE,  # syntax of the declaration
    "2": Exit.USAGE,  # what is declared
    "3": Exit.USAGE,  # data map
    "4": Exit.REFUSED,  # guard of a plan
    "5": Exit.UNREACHABLE,  # connector
    "6": Exit.REFUSED,  # request
    "7": Exit.REFUSED,  # consent
    "9": Exit.REFUSED,  # staff, answers fetched by persons, incidents, dossiers
}
_STATE = ("AV85", "AV87")
"""Our own database, and our keys."""
_RELAY = ("AV623",)
"""The mail server that takes our letters."""
_REHEARSED = ("AV546", "AV547", "AV549", "AV57", "AV58")
"""One-time pages, rehearsals and samples: what is refused before anything is done."""


def exit_of(code: str) -> Exit:
    """The exit code of a command that an error with this finding code has stopped."""
    if code.startswith((*_STATE, *_RELAY)):
        return Exit.UNREACHABLE
    if code.startswith(_REHEARSED):
        return Exit.REFUSED
    return _BY_FAMILY.get(code.removeprefix("AV")[:1], Exit.FINDINGS)
