"""The round of links: who asked for a new link to their request gets a letter."""

from __future__ import annotations

from collections.abc import Mapping

from avow.duties.requests.delivering.links import Post, send_wished
from avow.faces.cli.desk import Desk
from avow.faces.cli.task_rounds import ADDRESS


def links_round(desk: Desk, environment: Mapping[str, str]) -> str:
    """Write the letters that were wished for; says how many."""
    domain = desk.declaration.controller.email.rpartition("@")[2]
    if not domain:
        return "no links written; the controller has no `email` to write from"
    sent = send_wished(desk.book, Post(environment[ADDRESS], domain), at=desk.now())
    return f"{sent} letters with a link"
