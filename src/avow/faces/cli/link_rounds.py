"""The round of links: letters by which persons show who they are, and new links to requests."""

from __future__ import annotations

from collections.abc import Mapping

from avow.duties.requests.delivering.links import Post, send_wished
from avow.duties.requests.identity.knowing import judge_due
from avow.duties.requests.identity.proving import begin_due, send
from avow.faces.cli.desk import Desk
from avow.faces.cli.task_rounds import ADDRESS


def links_round(desk: Desk, environment: Mapping[str, str]) -> str:
    """Write to who has to show who they are, and what was wished for, and judge what was answered;
    says how many."""
    at = desk.now()
    judged = judge_due(desk.book, desk.state.store, at=at)
    domain = desk.declaration.controller.email.rpartition("@")[2]
    if not domain:
        return "no links written; the controller has no `email` to write from"
    post = Post(environment[ADDRESS], domain)
    begin_due(desk.book, at=at)
    proofs = send(desk.book, desk.estate, post, at=at)
    sent = send_wished(desk.book, post, at=at)
    said = f"{sent} letters with a link, {proofs} to show who somebody is"
    return f"{said}, {judged} answers judged" if judged else said
