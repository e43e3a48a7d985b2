"""What speaks for raising a level, found by itself: counts, the newest rehearsal, the sample.

Nobody names a reference: what was recorded of the same rule and system under the same release and
for the schema as it is now counts, and the newest of it decides.
"""

from __future__ import annotations

from contextlib import closing

from avow.declaration.model import Level
from avow.engine.db.store import Row, Runs
from avow.engine.planner.apply import Office
from avow.engine.planner.making import Estate
from avow.engine.planner.release import digest_in
from avow.engine.planner.standings import days_counted, unchecked
from avow.engine.planner.trust import DAYS_OF_COUNTS, Evidence, Standing
from avow.estate.connectors.base import Access


def live_schema(estate: Estate, system: str) -> str:
    """The digest of a system's catalogue as it is now. Raises Away when it does not answer."""
    with closing(estate.open(system, Access.READ)) as connection:
        return connection.catalogue().digest


def evidence_for(office: Office, wanted: Standing, schema: str) -> Evidence:
    """What speaks for a rule in a system. `schema` is the digest of its catalogue now; it is asked
    for nothing below level approve."""
    runs, release = office.runs, digest_in(office.declaration)
    days = days_counted(runs, wanted.system, release, office.today)
    evidence = Evidence(
        days=days,
        unknown=days < DAYS_OF_COUNTS,
        steps_checked=not unchecked(runs, wanted.system, release),
    )
    if wanted.level is not Level.APPROVE:
        return evidence
    about = {"system": wanted.system, "release": release, "rule": wanted.rule}
    rehearsal = runs.one("rehearsal_newest", **about)
    sample = runs.one("sample_newest", **about)
    no_rehearsal = _no_rehearsal(rehearsal, schema)
    no_sample = _no_sample(sample, schema)
    return Evidence(
        days=days,
        unknown=evidence.unknown,
        rehearsal=None if no_rehearsal or rehearsal is None else rehearsal["id"],
        sample=None if no_sample or sample is None else sample["id"],
        wrong=_wrong(runs, about),
        steps_checked=evidence.steps_checked,
        no_rehearsal=no_rehearsal or evidence.no_rehearsal,
        no_sample=no_sample or evidence.no_sample,
    )


def _no_rehearsal(row: Row | None, schema: str) -> str:
    """Why the newest rehearsal does not count; empty when it does, or when there is none."""
    if row is None:
        return "no plan of it was rehearsed under this release"
    if row["state"] == "running":
        return f"`{row['id']}` was begun and has not ended"
    if row["state"] == "failed":
        codes = ", ".join(dict.fromkeys(f["code"] for f in row["findings"]))
        return f"`{row['id']}`, the newest rehearsal, failed: {codes}"
    if row["schema"] != schema:
        return f"`{row['id']}` was of another schema than the system has now"
    return ""


def _no_sample(row: Row | None, schema: str) -> str:
    """Why the newest sample does not count; empty when it does."""
    if row is None:
        return "no sample of it was drawn under this release"
    if row["open"]:
        return f"{row['open']} of {row['rows']} rows of `{row['id']}` are not judged"
    if not row["right"]:
        return f"no row of `{row['id']}` was judged right"
    if row["schema"] != schema:
        return f"`{row['id']}` was drawn from another schema than the system has now"
    return ""


def _wrong(runs: Runs, about: dict[str, str]) -> int:
    row = runs.one("sample_wrong", **about)
    return int(row["wrong"]) if row else 0
