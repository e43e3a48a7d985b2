"""A wrong judgement is corrected by two approvers with a reason, and both are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from avow.declaration.model import Level
from avow.engine.evidence.entries import SampleCorrected, body_bytes
from avow.engine.planner.refusals import PlannerError
from avow.engine.planner.rehearsal_evidence import evidence_for
from avow.engine.planner.sampling import Judgement, Sample
from avow.engine.planner.sampling_corrected import correct, corrections
from avow.engine.planner.sampling_draw import draw
from avow.engine.planner.sampling_kept import judge, keep
from avow.engine.planner.trust import Standing
from tests.unit.rehearsal_world import NOON, World, world

__all__ = ["world"]

REASON = "the wrong line was ticked for Jansen"


@pytest.fixture
def judged(world: World) -> Sample:
    """A sample of twelve rows: all right but the second, which olivia's colleague called wrong."""
    bench = world.bench()
    made = draw(bench.estate, bench.memory, world.plan(), 12, 1)
    keep(world.store, world.ring, made, NOON)
    said = {row.number: Judgement.RIGHT for row in made.rows} | {2: Judgement.WRONG}
    return judge(world.store, world.ring, world.declaration, made, said, person="claire", at=NOON)


def mend(
    world: World,
    sample: Sample,
    by: Sequence[str] = ("marc", "paul"),
    to: Judgement = Judgement.RIGHT,
    number: int = 2,
    reason: str = REASON,
) -> Sample:
    """The sample after a correction."""
    mended, _ = correct(
        world.store, world.ring, world.declaration, sample, number, to,
        by=by, reason=reason, at=NOON, note=world.note,
    )  # fmt: skip
    return mended


def wrong_rows(world: World) -> int:
    """Rows that keep the rule from being raised."""
    return evidence_for(world.office, Standing("app", "visits", Level.APPROVE), "s").wrong


def test_two_approvers_free_the_rule_and_the_record_keeps_what_was_said(
    world: World, judged: Sample
) -> None:
    assert wrong_rows(world) == 1
    mended = mend(world, judged)
    assert (mended.judged(Judgement.WRONG), wrong_rows(world)) == (0, 0)
    assert not mended.rows[1].key  # what is right needs no key any more
    (kept,) = corrections(world.store, world.ring, judged.id)
    assert (kept.number, kept.before, kept.person) == (2, Judgement.WRONG, "claire")
    assert (kept.after, kept.by, kept.reason) == (Judgement.RIGHT, ("marc", "paul"), REASON)


def test_the_ledger_is_told_who_and_what_and_the_reason_as_a_commitment(
    world: World, judged: Sample
) -> None:
    mend(world, judged, to=Judgement.UNSURE)
    (entry,) = world.noted
    assert isinstance(entry, SampleCorrected)
    assert (entry.row, entry.before, entry.after) == (2, "wrong", "unsure")
    assert entry.by == ("marc", "paul")
    assert b"Jansen" not in bytes(body_bytes(entry))
    with world.store.outside() as connection:
        row = connection.execute("SELECT sealed FROM avow.sample_correction").fetchone()
    assert row is not None
    assert b"Jansen" not in bytes(row["sealed"])


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (("marc",), "AV549"),  # one is not enough
        (("marc", "marc"), "AV549"),  # nor is one who is named twice
        (("claire", "marc"), "AV420"),  # not who judged
        (("olivia", "marc"), "AV420"),  # not the officer
        (("nobody", "marc"), "AV420"),
    ],
)
def test_who_may_not_changes_nothing(
    world: World, judged: Sample, by: Sequence[str], code: str
) -> None:
    with pytest.raises(PlannerError) as refused:
        mend(world, judged, by)
    assert refused.value.code == code
    assert wrong_rows(world) == 1
    assert world.noted == []


def test_only_a_wrong_judgement_is_corrected_and_only_with_a_reason(
    world: World, judged: Sample
) -> None:
    for change in ({"number": 1}, {"number": 99}, {"reason": "  "}, {"to": Judgement.WRONG}):
        with pytest.raises(PlannerError) as refused:
            mend(world, judged, **change)
        assert refused.value.code == "AV549"


def test_a_row_may_be_corrected_again_after_it_was_called_wrong_again(
    world: World, judged: Sample
) -> None:
    mended = mend(world, judged, to=Judgement.UNSURE)
    again = judge(
        world.store, world.ring, world.declaration, mended, {2: Judgement.WRONG},
        person="claire", at=NOON,
    )  # fmt: skip
    mend(world, again)
    places = [(c.before, c.after) for c in corrections(world.store, world.ring, judged.id)]
    assert places == [
        (Judgement.WRONG, Judgement.UNSURE),
        (Judgement.WRONG, Judgement.RIGHT),
    ]


def test_a_correction_of_what_changed_meanwhile_is_refused(world: World, judged: Sample) -> None:
    """Two corrections at the same time: the second sees that the row is not wrong any more."""
    mend(world, judged)
    stale = replace(judged)
    with pytest.raises(PlannerError) as refused:
        mend(world, stale)
    assert refused.value.code == "AV549"
    assert len(corrections(world.store, world.ring, judged.id)) == 1
