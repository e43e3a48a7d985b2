"""What the counts say of a promise: pass, fail or blind, with the counts that explain it. Pure."""

from __future__ import annotations

from avow.engine.evidence.checks import NO_CAPABILITY, Answer, Outcome, blind, failed, passed
from avow.engine.planner.overdue import Counted, Needless
from avow.engine.verifier.oldest import Aged


def of_count(found: Counted | str) -> Outcome:
    """What a sweep of yesterday would still find."""
    if isinstance(found, str):
        return blind(found)
    if found.acts and found.past > found.overdue:
        said = ", ".join(found.acts)
        return blind(NO_CAPABILITY, f"{said}: rows are past their end, and no system does it yet")
    left = found.overdue + found.orphaned
    wrong = {
        "past their end and still held": found.overdue,
        "copies whose original is not there any more": found.orphaned,
    }
    return Outcome(
        Answer.FAIL if left else Answer.PASS,
        count=found.examined,
        failed=left,
        undated=found.undated,
        undecided=found.undecided,
        contradicts=found.contradicts if found.undecided else (),
        where=", ".join(what for what, rows in wrong.items() if rows),
    )


def of_reading(aged: Aged | str, counted: Counted | str, *, by_facts: bool) -> Outcome:
    """What the verifier's own reading says of the same rows.

    Rows past their end may be retained by a floor, or be counted as overdue by the other check: so
    the reading is at odds with the count only if the two find different numbers. `by_facts`: some
    end is an event that no system knows, so the count may be the larger one.
    """
    if isinstance(aged, str):
        return blind(aged)
    if isinstance(counted, str):
        return blind(f"there is no count to compare with: {counted}")
    more, fewer = aged.old - counted.past, counted.past - aged.old
    if more > 0:
        since = f", the oldest of {aged.oldest}" if aged.oldest else ""
        return failed(
            more, f"past their end by their own columns and not counted{since}", count=aged.examined
        )
    if fewer > 0 and not by_facts:
        return failed(fewer, "counted as past their end and not so by their own columns")
    return passed(aged.examined)


def of_need(found: Needless | str) -> Outcome:
    """Rows that no live purpose needs; where some purpose has no end that cannot be enforced."""
    if isinstance(found, str):
        return blind(found)
    if found.rows:
        return failed(found.rows, "held, and no live purpose needs them", count=found.examined)
    if found.gaps:
        more = f" and {len(found.gaps) - 1} more" if len(found.gaps) > 1 else ""
        return blind(NO_CAPABILITY, found.gaps[0] + more)
    return passed(found.examined)
