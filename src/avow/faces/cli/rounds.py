"""The rounds of an organisation: what is looked at, sent and forgotten without anybody's asking."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

from avow.app import State
from avow.common.calendar import local_day
from avow.duties.correspondence.relay import relay
from avow.duties.correspondence.sending import Hands, send_together
from avow.duties.notice.telling_checks import forget_letters
from avow.duties.requests.acting.at_once import act
from avow.duties.requests.acting.contesting import contests
from avow.duties.requests.acting.copies_equal import forget
from avow.duties.requests.acting.rectifying import end_undo
from avow.duties.requests.acting.resuming import resume
from avow.duties.requests.acting.unsubscribing import forget_links
from avow.duties.requests.book import PROGRAM, forget_due
from avow.engine.planner.bundle_end import destroy_due
from avow.engine.planner.hold import follow
from avow.engine.planner.release import in_force
from avow.faces.cli.desk import Desk, day_of
from avow.faces.cli.letters_command import sender
from avow.faces.cli.link_rounds import links_round
from avow.faces.cli.mailbox_rounds import MAILBOX, probe_round, read_round
from avow.faces.cli.request.erase_command import hands_of as erasing_hands
from avow.faces.cli.request.restrict_command import hands_of
from avow.faces.cli.task_rounds import ADDRESS, forget_round, tasks_round
from avow.faces.cli.verify_command import answered, keep_answers
from avow.faces.rounds.turning import Round
from avow.faces.rounds.webhooks import Origin, client, deliver

DAILY, SOON, OFTEN = timedelta(hours=24), timedelta(minutes=10), timedelta(minutes=1)
SMTP, WRITER, RETURNS = "AVOW_SMTP_URL", "AVOW_LETTERS_FROM", "AVOW_LETTERS_RETURNS"


def rounds_of(state: State) -> tuple[Round, ...]:
    """Every round that this installation can do: letters go out where a mail server is named."""
    return tuple(_rounds(state))


def _rounds(state: State) -> Iterator[Round]:
    yield Round("look", DAILY, lambda: _looked(state))
    yield Round("forget", DAILY, lambda: _forgotten(state))
    yield Round("acts", OFTEN, lambda: _acted(state))
    yield Round("undo", SOON, lambda: _undone_no_more(state))
    yield Round("holds", OFTEN, lambda: f"{follow(state.store, state.clock)} holds took effect")
    yield Round("resume", DAILY, lambda: _resumed(state))
    yield Round("contests", SOON, lambda: _contested(state))
    if any(row["ended_at"] is None for row in state.store.run("webhooks")):
        yield Round("webhooks", OFTEN, lambda: _delivered(state))
    if os.environ.get(SMTP):
        yield Round("letters", OFTEN, lambda: _sent(state))
    if os.environ.get(ADDRESS):
        yield Round("tasks", SOON, lambda: tasks_round(_desk(state), os.environ))
        yield Round("links", OFTEN, lambda: links_round(_desk(state), os.environ))
    if os.environ.get(MAILBOX):
        yield Round("mailbox", SOON, lambda: read_round(_desk(state), os.environ))
        yield Round("probe", DAILY, lambda: probe_round(_desk(state)))


def _desk(state: State) -> Desk:
    """The desk of today: what is in force is read anew by every round."""
    declaration = in_force(state.store)
    return Desk(state, declaration, day_of(state, declaration))


def _looked(state: State) -> str:
    desk, at = _desk(state), state.clock.now()
    ran = answered(state, desk.declaration, None, at)
    keep_answers(state, desk.declaration, ran, at)
    bad = sum(result.outcome.bad for result in ran.results)
    return f"{len(ran.results)} answers, {bad} not as promised"


def _forgotten(state: State) -> str:
    desk, at = _desk(state), state.clock.now()
    zone = desk.declaration.controller.zone
    forget_letters(state.store, zone, day=local_day(at, zone), at=at)
    files, records = forget_due(desk.book, state.store, at)
    forget_round(desk)
    forget_links(desk.book, state.store, at=at)
    end_undo(desk.book, state.store, at=at)
    forget(desk.book, at)
    return f"{files} files and {records} records of requests"


def _undone_no_more(state: State) -> str:
    desk = _desk(state)
    ended = destroy_due(state.store, state.folder, desk.today, desk.now(), desk.note)
    return f"{len(ended)} bundles can be brought back no more"


def _acted(state: State) -> str:
    desk = _desk(state)
    done = act(desk.book, at=desk.now())
    return (
        f"{done.stopped} objections to marketing and {done.withdrawn} withdrawals took effect,"
        f" {done.stand_still} objections wait for a decision, {done.left} acts for a person"
    )


def _resumed(state: State) -> str:
    desk = _desk(state)
    done = resume(erasing_hands(desk), by=PROGRAM, at=desk.now())
    return (
        f"{done.going} erasures go on in {len(done.planned)} plans that wait for two persons, of"
        f" {done.staying} nothing can go yet, {done.missed} could not be looked into"
    )


def _contested(state: State) -> str:
    desk = _desk(state)
    done = contests(hands_of(desk), desk.now())
    return (
        f"{done.opened} contested corrections restrict use, {done.told} persons were told of the"
        f" end and {done.lifted} ended, {done.left} wait for a person"
    )


def _delivered(state: State) -> str:
    return deliver(state.store, state.ring, state.clock, Origin(state.ledger.origin, client))


def _sent(state: State) -> str:
    desk = _desk(state)
    by = sender(desk.declaration.controller, os.environ.get(WRITER), os.environ.get(RETURNS))
    hands = Hands(
        state.store, state.ring, state.clock, by, relay(os.environ[SMTP], os.environ), desk.tell
    )
    done = send_together(hands, 1)
    return f"{done.taken} sent, {done.refused} refused, {done.later} put off"
