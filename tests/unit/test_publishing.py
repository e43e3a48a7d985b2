"""Editions of the notice: what stands in the way of one, who publishes it, and which one counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from avow.common.errors import AvowError
from avow.declaration.load import load_texts
from avow.declaration.model import Declaration
from avow.duties.notice.publishing import approving, proposing
from avow.duties.notice.publishing.approving import Act
from avow.duties.notice.publishing.model import (
    Form,
    Publication,
    Standing,
    Status,
    in_force,
    standing,
)
from avow.duties.notice.publishing.plain import texts_digest
from avow.duties.notice.publishing.proposing import Offer
from avow.duties.notice.publishing.records import edition, editions, public
from avow.engine.db.store import Runs, Store
from avow.engine.evidence.entries import Body
from avow.engine.keys.ring import KeyRing, new_ring
from tests.words_only import WordsOnly

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = NOON.date()
DECLARATION = """\
avow: "1"
declaration: house
controller: {name: Example NV, zone: Europe/Brussels, country: BE}
languages: [fr, nl]
people:
  - {person: claire, name: Claire, roles: [author]}
  - {person: marc, name: Marc, roles: [approver]}
  - {person: an, name: An, roles: [approver, author]}
  - {person: olivier, name: Olivier, roles: [officer]}
notice: {version: "1", changed: 2026-11-01}
clauses: {"1.a": {kind: E}, "2.a": {kind: E}}
sections: [{section: "1", clauses: ["1.a"]}, {section: "2", clauses: ["2.a"]}]
"""
GRAVE = """\
categories: {email: {clause: "1.a"}}
collection:
  - {point: form, clause: "1.a", collects: [{category: email, clause: "1.a", required: yes}]}
"""
FR = "# 1 Qui\n\n## 1.a\nExample NV répond.\n# 2 Quand\n\n## 2.a\nNous pouvons changer ce texte.\n"
NL = "# 1 Wie\n\n## 1.a\nExample NV antwoordt.\n# 2 Wanneer\n\n## 2.a\nWij mogen wijzigen.\n"


@dataclass
class Desk:
    """Who publishes, with what, and all that the ledger was told."""

    runs: Store
    ring: KeyRing
    told: list[Body]
    at: datetime = NOON

    def tell(self, bodies: Sequence[Body], at: datetime, runs: Runs) -> None:
        """The ledger of these tests."""
        del at, runs
        self.told.extend(bodies)

    def propose(
        self,
        text: str = DECLARATION,
        *,
        fr: str = FR,
        nl: str = NL,
        person: str = "claire",
        reason: str = "",
    ) -> Publication:
        """Propose a declaration with these texts."""
        loaded = load_texts({"all.yaml": text}, {"texts/fr.md": fr, "texts/nl.md": nl})
        offer = Offer(loaded, Path(), person, self.at.date(), self.at, reason)
        return proposing.propose(self.runs, WordsOnly(), offer, self.tell)

    def act(self, person: str) -> Act:
        """Somebody acts."""
        return Act(self.runs, self.ring, person, self.at, self.tell)

    def publish(self, name: str, person: str = "marc") -> Publication:
        """Approve and publish."""
        approving.approve(self.act(person), name)
        return approving.publish(self.act(person), name, self.at.date())

    def published(self, version: str, **days: str) -> Publication:
        """An edition that is out."""
        said = ", ".join(f"{key}: {day}" for key, day in days.items())
        text = DECLARATION.replace(
            'version: "1", changed: 2026-11-01', f'version: "{version}", {said}'
        )
        return self.publish(self.propose(text).id)

    def kinds(self) -> list[str]:
        """What the ledger was told, by kind."""
        return [body.kind for body in self.told]


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, new_ring(), [])


def refused(code: str, what: Callable[[], object]) -> AvowError:
    """That something is refused with a code."""
    with pytest.raises(AvowError) as found:
        what()
    assert found.value.code == code, str(found.value)
    return found.value


# --- the way of an edition ------------------------------------------------------------------------


def test_an_edition_is_proposed_by_one_person_and_published_by_another(desk: Desk) -> None:
    made = desk.propose()
    assert (made.status, made.proposed_by, made.languages) == (
        Status.PROPOSED,
        "claire",
        ("fr", "nl"),
    )
    assert public(desk.runs, "1", "fr", Form.HTML) is None
    done = desk.publish(made.id)
    assert (done.status, done.in_effect) == (Status.PUBLISHED, TODAY)
    assert [(c.what, c.person) for c in done.consents] == [("publish", "marc")]
    page = public(desk.runs, "1", "fr", Form.HTML)
    assert page is not None
    assert "Example NV répond." in page.decode()
    assert desk.kinds() == [
        "notice-proposed", "notice-approved", "notice-published", "notice-published"
    ]  # fmt: skip


def test_killed_between_approval_and_publication_the_same_command_goes_on(desk: Desk) -> None:
    made = desk.propose()
    approving.approve(desk.act("marc"), made.id)
    assert edition(desk.runs, made.id).status is Status.APPROVED
    assert public(desk.runs, "1", "fr", Form.HTML) is None
    for _ in range(2):
        assert desk.publish(made.id).status is Status.PUBLISHED
        if desk.kinds().count("notice-published") == 2:
            break
    assert desk.kinds().count("notice-approved") == 1
    assert desk.kinds().count("notice-published") == 2
    again = approving.publish(desk.act("marc"), made.id, TODAY)
    assert (again.published_at, desk.kinds().count("notice-published")) == (NOON, 2)


def test_a_transaction_that_does_not_end_leaves_the_edition_approved(desk: Desk) -> None:
    """Planted: the process dies while the ledger is told."""
    made = desk.propose()
    approving.approve(desk.act("marc"), made.id)

    def dies(bodies: Sequence[Body], at: datetime, runs: Runs) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        approving.publish(replace(desk.act("marc"), tell=dies), made.id, TODAY)
    assert edition(desk.runs, made.id).status is Status.APPROVED
    assert desk.publish(made.id).status is Status.PUBLISHED


@pytest.mark.parametrize("person", ["claire", "olivier", "nobody"])
def test_who_wrote_it_and_the_officer_publish_nothing(desk: Desk, person: str) -> None:
    made = desk.propose()
    refused("AV420", lambda: approving.approve(desk.act(person), made.id))
    assert desk.kinds() == ["notice-proposed"]


def test_whoever_proposes_it_does_not_approve_it_even_as_an_approver(desk: Desk) -> None:
    made = desk.propose(person="an")
    refused("AV420", lambda: approving.approve(desk.act("an"), made.id))


def test_only_an_author_proposes(desk: Desk) -> None:
    refused("AV652", lambda: desk.propose(person="marc"))


def test_a_new_proposal_takes_the_place_of_the_one_that_waits(desk: Desk) -> None:
    first = desk.propose()
    assert desk.propose().id == first.id
    second = desk.propose(fr=FR.replace("ce texte", "ces mots"))
    assert edition(desk.runs, first.id).status is Status.DROPPED
    refused("AV659", lambda: approving.approve(desk.act("marc"), first.id))
    assert desk.publish(second.id).version == "1"


def test_nothing_is_published_that_nobody_approved(desk: Desk) -> None:
    made = desk.propose()
    refused("AV659", lambda: approving.publish(desk.act("marc"), made.id, TODAY))
    refused("AV666", lambda: approving.approve(desk.act("marc"), "7"))


# --- what stands in the way ----------------------------------------------------------------------


def test_an_edition_needs_its_version_and_day(desk: Desk) -> None:
    without = DECLARATION.replace(", changed: 2026-11-01", "")
    refused("AV650", lambda: desk.propose(without))
    for version in ("fr", "archive", "../1", "1/2"):
        text = DECLARATION.replace('version: "1"', f'version: "{version}"')
        refused("AV650", lambda text=text: desk.propose(text))  # type: ignore[misc]


def test_every_language_has_every_printed_clause(desk: Desk) -> None:
    said = refused("AV651", lambda: desk.propose(nl=NL.partition("## 2.a")[0]))
    assert "2.a" in said.because
    refused("AV651", lambda: desk.propose(DECLARATION.replace("[fr, nl]", "[fr, nl, en]")))


def test_a_declaration_with_errors_is_no_notice(desk: Desk) -> None:
    """Here a test of its own fails."""
    failing = DECLARATION + (
        "categories: {email: {}}\ntests:\n  - {test: wrong, group: {category: email}, events: {}, "
        "on: 2026-11-01, verdict: due erase}\n"
    )
    refused("AV653", lambda: desk.propose(failing))


def test_open_defects_of_level_e_need_a_reason_that_is_recorded(desk: Desk) -> None:
    text = DECLARATION + GRAVE
    refused("AV654", lambda: desk.propose(text))
    made = desk.propose(text, reason="The rule is being written.")
    assert made.reason == "The rule is being written."
    assert any(code.startswith("E ") for code in made.defects)
    assert made.digest != desk.propose(text, reason="Another reason.").digest


@pytest.mark.parametrize(
    "left",
    ["cookie_list_text", "{{ name }}", "TO" + "DO", "[[address]]", "COMPANY_NAME", "pg. 2/8"],
)
def test_nothing_that_is_to_be_filled_in_is_published(desk: Desk, left: str) -> None:
    """The check finds some of these too; no reason lets them pass."""
    text = FR.replace("ce texte", left)
    said = refused("AV655", lambda: desk.propose(fr=text, reason="We are in a hurry."))
    assert left in said.because


@pytest.mark.parametrize("said", ["jean_paul@example.org", "https://x.example/a_b", "snake", "3/8"])
def test_addresses_and_words_are_no_keys(desk: Desk, said: str) -> None:
    assert desk.propose(fr=FR.replace("ce texte", said)).status is Status.PROPOSED


def test_a_version_is_published_once_and_its_day_moves_on(desk: Desk) -> None:
    desk.published("1", changed="2026-11-01")
    refused("AV656", lambda: desk.propose(fr=FR.replace("ce texte", "ces mots")))
    refused("AV657", lambda: desk.published("2", changed="2026-10-01"))
    refused("AV657", lambda: desk.published("2", changed="2026-12-01"))
    assert desk.published("2", changed="2026-11-10").version == "2"


def test_a_change_does_not_count_before_it_is_out(desk: Desk) -> None:
    """The first edition may: it was public before avow knew it."""
    assert desk.published("1", changed="2026-11-01", effective="2021-12-09").in_effect == date(
        2021, 12, 9
    )
    refused("AV658", lambda: desk.published("2", changed="2026-11-10", effective="2026-11-19"))
    waits = DECLARATION.replace('"1", changed: 2026-11-01', '"3", changed: 2026-11-10, effective: '
                                "2026-11-21")  # fmt: skip
    made = desk.propose(waits)
    desk.at += timedelta(days=3)
    refused("AV658", lambda: desk.publish(made.id))


# --- which edition counts ------------------------------------------------------------------------


def test_an_edition_counts_from_its_day_and_until_the_next(desk: Desk) -> None:
    desk.published("1", changed="2026-11-01")
    desk.published("2", changed="2026-11-10", effective="2026-12-01")
    known = editions(desk.runs)
    now = {day: in_force(known, date(2026, *day)) for day in ((11, 19), (11, 30), (12, 1))}
    assert [each and each.version for each in now.values()] == [None, "1", "2"]
    assert [standing(e, known, date(2026, 11, 30)) for e in known] == [
        Standing.ANNOUNCED, Standing.IN_FORCE
    ]  # fmt: skip
    assert standing(known[1], known, date(2026, 12, 1)) is Standing.SUPERSEDED


def test_a_translation_is_a_draft_until_its_words_are_approved(desk: Desk) -> None:
    assert [p.is_draft for p in desk.propose().pages if p.form is Form.HTML] == [False, True]
    said = texts_digest(declared(), "nl")
    approved = f"translations: [{{language: nl, digest: {said}, by: an, on: 2026-11-01}}]\n"
    made = desk.propose(DECLARATION + approved)
    assert not any(page.is_draft for page in made.pages)
    later = desk.propose(DECLARATION + approved, nl=NL.replace("mogen", "kunnen"))
    assert [p.is_draft for p in later.pages if p.form is Form.HTML] == [False, True]


def declared() -> Declaration:
    """The declaration with its texts."""
    return load_texts({"all.yaml": DECLARATION}, {"texts/fr.md": FR, "texts/nl.md": NL}).whole


# --- withdrawal and advice ------------------------------------------------------------------------


def test_two_persons_withdraw_an_edition_and_both_editions_stay(desk: Desk) -> None:
    desk.published("1", changed="2026-11-01")
    made = desk.published("2", changed="2026-11-10")
    refused("AV662", lambda: approving.withdraw(desk.act("marc"), "2"))
    refused("AV662", lambda: approving.ask_withdrawal(desk.act("claire"), "2", "  "))
    asked = approving.ask_withdrawal(desk.act("claire"), "2", "The wrong annex.")
    assert asked.status is Status.PUBLISHED
    for person in ("claire", "olivier"):
        refused("AV420", lambda person=person: approving.withdraw(desk.act(person), "2"))  # type: ignore[misc]
    done = approving.withdraw(desk.act("marc"), "2")
    assert (done.status, done.withdraw_reason) == (Status.WITHDRAWN, "The wrong annex.")
    assert public(desk.runs, "2", "fr", Form.HTML) is not None
    assert public(desk.runs, "1", "fr", Form.HTML) is not None
    now = in_force(editions(desk.runs), TODAY)
    assert now is not None
    assert now.version == "1"
    assert desk.kinds()[-1] == "notice-withdrawn"
    refused("AV661", lambda: approving.withdraw(desk.act("marc"), made.id))
    refused("AV656", lambda: desk.published("2", changed="2026-11-10"))


def test_whoever_asked_does_not_withdraw(desk: Desk) -> None:
    desk.published("1", changed="2026-11-01")
    approving.ask_withdrawal(desk.act("marc"), "1", "Wrong.")
    refused("AV420", lambda: approving.withdraw(desk.act("marc"), "1"))
    assert approving.withdraw(desk.act("an"), "1").status is Status.WITHDRAWN


def test_the_officer_advises_in_writing_and_nobody_else_does(desk: Desk) -> None:
    made = desk.propose()
    people = declared().people
    done = approving.advise(desk.act("olivier"), people, made.id, b"I would wait.")
    assert [(a.person, len(a.digest)) for a in done.advice] == [("olivier", 64)]
    assert done.status is Status.PROPOSED
    approving.advise(desk.act("olivier"), people, made.id, b"I would wait.")
    assert desk.kinds() == ["notice-proposed", "notice-advised"]
    refused("AV663", lambda: approving.advise(desk.act("marc"), people, made.id, b"Fine."))
    refused("AV663", lambda: approving.advise(desk.act("olivier"), people, made.id, b""))


# --- what somebody changes in the database -------------------------------------------------------


def tamper(desk: Desk, statement: str, *values: object) -> None:
    """Somebody who owns the database switches the triggers off and writes."""
    with desk.runs.outside() as connection:
        for table in ("publication_page", "publication_approval"):
            connection.execute(f"ALTER TABLE avow.{table} DISABLE TRIGGER append_only")
        connection.execute(psycopg.sql.SQL(statement), values)


def test_the_pages_of_an_edition_cannot_be_changed(desk: Desk) -> None:
    desk.propose()
    with desk.runs.outside() as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute("UPDATE avow.publication_page SET bytes = ''")


def test_a_page_that_was_changed_in_the_database_is_neither_approved_nor_served(desk: Desk) -> None:
    made = desk.propose()
    tamper(desk, "UPDATE avow.publication_page SET bytes = 'x' WHERE language = 'fr'")
    refused("AV660", lambda: approving.approve(desk.act("marc"), made.id))


def test_a_digest_that_was_changed_with_its_page_is_found_by_the_one_that_is_signed(
    desk: Desk,
) -> None:
    made = desk.propose()
    tamper(
        desk,
        "UPDATE avow.publication_page SET bytes = 'x', digest = encode(sha256('x'), 'hex')",
    )
    refused("AV660", lambda: approving.approve(desk.act("marc"), made.id))


def test_an_approval_that_somebody_wrote_by_hand_publishes_nothing(desk: Desk) -> None:
    made = desk.propose()
    tamper(desk, "UPDATE avow.publication SET status = 'approved'")
    refused("AV668", lambda: desk_publish(desk, made))
    tamper(
        desk,
        "INSERT INTO avow.publication_approval VALUES (%s, 'marc', 'publish', %s, %s, 'x', now())",
        made.id, made.digest, desk.ring.signing.current,
    )  # fmt: skip
    refused("AV668", lambda: desk_publish(desk, made))
    assert approving.unsigned(desk.runs, desk.ring, made) == ("marc",)


def desk_publish(desk: Desk, made: Publication) -> Publication:
    """Publish without approving first."""
    return approving.publish(desk.act("marc"), made.id, TODAY)
