"""The round of tasks: what open requests need is given to owners, and followed."""

from __future__ import annotations

from collections.abc import Mapping

from avow.duties.requests.acting.telling_recipients import forget_disclosures
from avow.duties.requests.tasks.making import make_tasks
from avow.duties.requests.tasks.sending import Post, send_round
from avow.faces.cli.desk import Desk

ADDRESS = "AVOW_ADDRESS"
"""Where one-time pages are reached; without it nobody can be sent a link."""


def tasks_round(desk: Desk, environment: Mapping[str, str]) -> str:
    """Make the tasks of every open request and write what is due; says what it did, in counts. What
    a request that is over needs no more is taken back before anybody is reminded of it."""
    made = 0
    ownerless: dict[str, None] = {}
    for row in desk.book.runs.run("requests_with_tasks"):
        new, nobody = make_tasks(desk.book, row["id"], by="avow", at=desk.now())
        made += len(new)
        ownerless |= dict.fromkeys(nobody)
    domain = desk.declaration.controller.email.rpartition("@")[2]
    if not domain:
        return f"{made} tasks made; the controller has no `email` to write from"
    went = send_round(desk.book, Post(environment[ADDRESS], domain), at=desk.now())
    nobody_asked = len(went.nobody) + len(ownerless)
    return (
        f"{made} tasks made, {went.asked} asked, {went.reminded} reminded,"
        f" {went.escalated} told on, {went.came_back} came back, {nobody_asked} without a mailbox"
    )


def forget_round(desk: Desk) -> int:
    """Delete the lines of the log of transmissions whose last day is over."""
    return forget_disclosures(desk.book, desk.today)
