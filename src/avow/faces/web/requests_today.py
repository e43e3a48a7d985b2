"""What requests of persons, tasks of owners and incidents ask for today, from their rows alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from avow.common.calendar import local_day
from avow.common.deadlines import hours_after
from avow.declaration.model import Declaration
from avow.duties.incidents.checks import JUDGED_WITHIN
from avow.duties.incidents.machine import Stage
from avow.duties.requests.processor.standing import OURS, standings
from avow.duties.requests.words import Status
from avow.engine.db.store import Row, Runs
from avow.faces.web.source import Ask, AskKind

NEAR = timedelta(days=7)
SILENT = timedelta(days=14)
"""How long a term may stand without a step before somebody looks: a reminder, or a decision on what
is known, ends what else stands for ever."""
SINGLY = 12
"""How many are named one by one; the list of requests has the others."""


def requests_ask(runs: Runs, day: date) -> tuple[Ask, ...]:
    """One ask per request that waits for us, the most urgent first. What is over or ends within a
    week is named; what comes later only when nothing is near. Nothing is asked while the term
    stands: then it waits for the person. Where the person did something since, that is asked
    for, whenever it ends."""
    heard = {row["id"] for row in runs.run("requests_heard")}
    rows = [row for row in runs.run("requests_open") if not row["waits"] and _is_ours(row)]
    near = [row for row in rows if row["due_on"] <= day + NEAR] or rows[:3]
    news = [row for row in rows if row["id"] in heard and row not in near]
    return tuple(_asks([*news, *near], heard))


def _is_ours(row: Row) -> bool:
    return Status(row["status"]) not in (Status.ANSWERED, Status.CLOSED)


def _asks(rows: Sequence[Row], heard: Collection[str]) -> Iterator[Ask]:
    for row in rows[:SINGLY]:
        unknown = row["status"] == Status.IDENTIFYING
        kind = AskKind.ACCEPT_IDENTITY if unknown else AskKind.ANSWER_REQUEST
        kind = AskKind.HEAR_PERSON if row["id"] in heard else kind
        below = ("identity",) if unknown else ()
        yield Ask(kind, row["id"], row["due_on"], link=("requests", row["id"], *below))


def silent_ask(runs: Runs, day: date) -> tuple[Ask, ...]:
    """One ask per request whose term stands for its person and in which nothing has happened for
    two weeks, the longest first."""
    rows = runs.run("requests_silent", until=day - SILENT)
    return tuple(
        Ask(
            AskKind.REMIND_PERSON, row["id"], n=(day - row["since"]).days,
            link=("requests", row["id"]),
        )
        for row in rows[:SINGLY]
    )  # fmt: skip


def half_back_ask(runs: Runs, at: datetime) -> tuple[Ask, ...]:
    """One ask per erasure that one person takes back, until a second does or its hours are over."""
    return tuple(
        Ask(
            AskKind.TAKE_BACK, row["request"], ends=row["ends_at"],
            link=("erasures", row["request"], row["item"], "back"),
        )
        for row in runs.run("erasures_half_back", at=at)
    )  # fmt: skip


def incidents_ask(runs: Runs, zone: ZoneInfo) -> tuple[Ask, ...]:
    """One ask per incident that needs something: reports are judged within a day, and of a breach
    the hours run until everybody was told."""
    return tuple(_of_incident(row, str(zone)) for row in runs.run("incidents_open"))


def _of_incident(row: Row, zone: str) -> Ask:
    link = ("incidents", row["id"])
    if row["stage"] == Stage.REPORTED:
        due = local_day(row["made_at"] + JUDGED_WITHIN, zone)
        return Ask(AskKind.JUDGE_INCIDENT, row["id"], due, link=link)
    ends = row["due_at"]
    day = local_day(ends, zone) if ends is not None else None
    return Ask(AskKind.TELL_OF_INCIDENT, row["id"], day, link=link, ends=ends)


def tasks_ask(runs: Runs, day: date) -> tuple[Ask, ...]:
    """One ask per system or recipient whose owner has let the day of a task go by."""
    late: defaultdict[str, list[Row]] = defaultdict(list)
    for row in runs.run("tasks_open"):
        if row["due_on"] < day:
            late[row["place"]].append(row)
    return tuple(_of_tasks(place, rows) for place, rows in late.items())


def instructions_ask(runs: Runs, declared: Declaration, day: date) -> tuple[Ask, ...]:
    """One ask per instruction of a controller that waits for us; what waits for its contact, for
    approvals or for an owner is asked elsewhere."""
    return tuple(
        Ask(
            AskKind.FOLLOW_INSTRUCTION, each.id, each.due, link=("instructions", each.id),
            detail=each.wants,
        )
        for each in standings(runs, declared, day)
        if each.wants in OURS
    )  # fmt: skip


def mailbox_ask(runs: Runs, declared: Declaration, at: datetime) -> tuple[Ask, ...]:
    """What lies in the mailbox of requests for longer than is promised, or that nobody reads it any
    more (10.1). Where it was never read nothing is asked here: its promise is unknown."""
    reading = runs.one("intake_reading_last")
    if reading is None:
        return ()
    hours, zone = declared.requests.acknowledge_hours, declared.controller.zone
    oldest = reading["oldest"] if reading["unread"] else None
    for since, unread in ((oldest, reading["unread"]), (reading["at"], 0)):
        if since is not None and at > (due := hours_after(since, hours)):
            ask = AskKind.READ_MAILBOX
            return (Ask(ask, "", local_day(due, zone), n=unread, link=("requests",)),)
    return ()


def letters_ask(runs: Runs, at: datetime) -> tuple[Ask, ...]:
    """The letters of the last week that did not arrive, as one ask."""
    row = runs.one("letters_lost_since", since=at - NEAR)
    if row is None or not row["letters"]:
        return ()
    return (Ask(AskKind.REACH_PERSON, "", n=row["letters"], link=("letters",)),)


def _of_tasks(place: str, rows: Sequence[Row]) -> Ask:
    """About a system it is settled on the page of the system; recipients have none."""
    kind, _, name = place.partition(":")
    if kind == "system":
        link: tuple[str, ...] = ("systems", name)
        return Ask(AskKind.OWNER_TASK, name, rows[0]["due_on"], n=len(rows), link=link)
    instructions = {row["instruction"] for row in rows}
    if None not in instructions:
        page = instructions if len(instructions) == 1 else ()
        link = ("instructions", *page)
        return Ask(AskKind.OWNER_TASK, name or place, rows[0]["due_on"], n=len(rows), link=link)
    requests = {row["request"] for row in rows}
    one = requests.pop() if len(requests) == 1 else None
    link = ("requests", one) if one else ("requests",)
    return Ask(AskKind.OWNER_TASK, name or place, rows[0]["due_on"], n=len(rows), link=link)
