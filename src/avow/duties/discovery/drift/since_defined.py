"""What was accepted against what is done there now: triggers, views, row security, indexes, and
what our account may do. Nothing is said of what an accepted schema did not hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.findings import Severity
from avow.duties.discovery.drift.accepted import AcceptedTable, followed, is_led
from avow.duties.discovery.drift.view import ACCEPT, Drifted, View, defect, drifted, listed
from avow.estate.connectors.catalogue import Table
from avow.estate.connectors.indexing import index_text
from avow.estate.datamap.model import Dataset

_GRANTS = "give the owner of the database what `avow grants` prints"


def since_defined(view: View) -> Iterator[Drifted]:
    """Every change of what the mapped tables do, and of what we may do with them."""
    links = followed(view.system)
    for name, dataset in view.system.datasets.items():
        table, before = view.catalogue.tables.get(name), view.before(name)
        if table is None or before is None:
            continue
        yield from _bodies(view, dataset, before)
        yield from _shown(view, dataset, before)
        yield from _indexes(view, dataset, table, before, links[name])
        yield from _rights(view, dataset, before)
    yield from _other_account(view)


def _bodies(view: View, dataset: Dataset, before: AcceptedTable) -> Iterator[Drifted]:
    """Triggers that are called as before and do something else."""
    for trigger, body in view.defined.bodies.get(dataset.name, {}).items():
        if before.bodies.get(trigger, body.digest) == body.digest:
            continue
        does = (
            "words in it write rows: it may copy what goes to where no rule reaches"
            if body.writes
            else "it may keep rows, change them, or call what copies them"
        )
        what = f"the trigger `{trigger}` of `{dataset.name}` does something else"
        finding = defect("AV550", Severity.W, what, dataset.place, does, ACCEPT)
        yield drifted(view, f"{dataset.name}!{trigger}", finding)


def _shown(view: View, dataset: Dataset, before: AcceptedTable) -> Iterator[Drifted]:
    """A view that shows something else, and row security that is another."""
    name = dataset.name
    now = view.defined.views.get(name, "")
    if before.definition and now and before.definition != now:
        what, why = f"the view `{name}` shows something else", "it may hide rows, or show others"
        yield drifted(view, name, defect("AV551", Severity.W, what, dataset.place, why, ACCEPT))
    state = view.defined.secured.get(name, "")
    if before.row_security and state and before.row_security != state:
        what = f"row security of `{name}` was {before.row_security}, is {state}"
        why = (
            "who may see which rows is decided by the program alone now"
            if state == "off"
            else "a policy may hide rows, and a smaller count is not the truth"
        )
        finding = defect("AV553", Severity.W, what, dataset.place, why, ACCEPT)
        yield drifted(view, name, finding)


def _indexes(
    view: View,
    dataset: Dataset,
    table: Table,
    before: AcceptedTable,
    links: tuple[tuple[str, ...], ...],
) -> Iterator[Drifted]:
    """Links that an index helped to follow, and none does now."""
    for fields in links:
        if fields in before.led and not is_led(table, fields):
            columns = "+".join(fields)
            finding = defect(
                "AV552",
                Severity.I,
                f"no index of `{dataset.name}` begins with `{columns}` any more",
                dataset.place,
                "a link is followed along it: plans read the whole table, and take longer",
                index_text(view.system.connector, table, fields) or ACCEPT,
            )
            yield drifted(view, f"{dataset.name}.{columns}", finding)


# --- rights --------------------------------------------------------------------------------------


def _rights(view: View, dataset: Dataset, before: AcceptedTable) -> Iterator[Drifted]:
    """What our account lost, and what it was given; only where the same account looked before."""
    known = view.accepted.account if view.accepted else ""
    if not known or known != view.defined.account:
        return
    name = dataset.name
    held, had = set(view.defined.rights.get(name, ())), set(before.rights)
    if lost := _beyond(had, held):
        what = f"our right to {listed(lost)} on `{name}` is gone"
        why = "the promises that reach it are unknown, or not enforced any more"
        finding = defect("AV554", Severity.W, what, dataset.place, why, _GRANTS)
        yield drifted(view, name, finding)
    if gained := _beyond(held, had):
        what = f"we may {listed(gained)} on `{name}`, and might not when its schema was accepted"
        why = "the database's own refusal is the lock that holds when everything else fails"
        hint = "revoke it, or accept the schema with `avow drift --accept`"
        finding = defect("AV555", Severity.W, what, dataset.place, why, hint)
        yield drifted(view, name, finding)


def _beyond(rights: set[str], others: set[str]) -> list[str]:
    """The rights that the others do not give; what the whole table gives its columns have."""
    whole = (right for right in rights - others if right.partition(" (")[0] not in others)
    return sorted(whole)


def _other_account(view: View) -> Iterator[Drifted]:
    known, now = (view.accepted.account if view.accepted else ""), view.defined.account
    if known and now and known != now:
        finding = defect(
            "AV554",
            Severity.I,
            f"rights in `{view.system.name}` were not compared",
            view.system.place,
            f"the schema was accepted by the account `{known}`, and `{now}` looks",
            "look with the same account, or accept the schema with this one",
        )
        yield drifted(view, "", finding)
