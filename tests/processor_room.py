"""A shop on PostgreSQL that also holds debtors for two creditors, and what these instruct."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from avow.common.masked import Masked
from avow.duties.correspondence.outbox import letters_to
from tests.kept_room import CLAIRE, DECLARATION, Kept, made

OURS, ONE, OTHER = "p1@example.org", "tenant:shop:42", "tenant:shop:43"
CREDITOR = "privacy@creditor.example"
MORE = """
      public.debtor:
        subject: debtor
        key: [id]
        sphere: {processor_for: company_id}
        identities: {email: {field: email, strength: unique}}
        rest: claims
      public.claim:
        key: [id]
        sphere: {processor_for: company_id}
        owned_by: {public.debtor: debtor_id}
        rest: claims
"""
FLAG = 'restriction: {flag: locked, set: "yes"}'
CHANGES = {
    'message: {clause: "1.a"}}\nsubjects: {buyer: {}}': 'message: {clause: "1.a"}, '
    'claims: {clause: "3.3-P"}}\nsubjects: {buyer: {}, debtor: {}}',
    "    zone: Europe/Brussels\n    datasets:": "    zone: Europe/Brussels\n"
    "    owner: {person: claire}\n    datasets:",
}
TABLES = """
CREATE TABLE debtor (id integer PRIMARY KEY, email text, company_id integer NOT NULL);
CREATE TABLE claim (id integer PRIMARY KEY, sum integer, company_id integer NOT NULL,
                    debtor_id integer NOT NULL REFERENCES debtor);
CREATE INDEX claim_of ON claim (debtor_id);
INSERT INTO debtor VALUES (1, 'p1@example.org', 42), (2, 'b@example.org', 42),
                          (3, 'p1@example.org', 43);
INSERT INTO claim VALUES (1, 70, 42, 1), (2, 30, 42, 1), (3, 5, 42, 2), (4, 9, 43, 3);
"""


def opened_for_tenants(
    url: str,
    folder: Path,
    state: str,
    environ: Callable[[str, str], None],
    also: Callable[[str], str] = str,
) -> Kept:
    """The shop with its debtors of two creditors, who may instruct us; `also` declares more."""
    text = DECLARATION + also(MORE.lstrip("\n"))
    for old, new in CHANGES.items():
        assert old in text, old
        text = text.replace(old, new)
    shop = made(url, folder, state, environ, text)
    shop.run(TABLES)
    for who, address, *more in (
        (ONE, CREDITOR, "--may-instruct"),
        (OTHER, "other@creditor.example", "--may-instruct"),
        ("person:claire", "claire@shop.example"),
    ):
        shop.says("request", "mailbox", who, address, "--by", "claire", *more)
    return shop


def opened_with_flags(
    url: str, folder: Path, state: str, environ: Callable[[str, str], None]
) -> Kept:
    """The same shop, where a column of debtors and claims says whether a row may be used."""
    flags = f"rest: claims\n        {FLAG}\n"
    shop = opened_for_tenants(
        url, folder, state, environ, lambda text: text.replace("rest: claims\n", flags)
    )
    for table in ("debtor", "claim"):
        shop.run(f"ALTER TABLE {table} ADD COLUMN locked text NOT NULL DEFAULT 'free'")
    return shop


def locked(shop: Kept) -> tuple[list[object], list[object]]:
    """The debtors and the claims that are kept from use."""
    debtors, claims = (
        [key for (key,) in shop.run(f"SELECT id FROM {t} WHERE locked = 'yes' ORDER BY id")]
        for t in ("debtor", "claim")
    )
    return debtors, claims


def instructed(shop: Kept, tenant: str, what: str, *, confirmed: bool = True) -> str:
    """An instruction as it was written, confirmed by the contact of the tenant."""
    words = shop.file("words.txt", "Remove what we no longer need.")
    said = shop.says("request", "instruct", tenant, what, "--words", words, "--by", "claire")
    name = said.output.strip()
    if confirmed:
        shop.says("request", "tasks", "--answer", task_of(shop, "confirm"), "done", "--by", tenant)
    return name


def task_of(shop: Kept, act: str) -> str:
    """The open task of this kind."""
    with shop.desk() as desk:
        rows = desk.book.runs.run("tasks_open")
    (found,) = [row["id"] for row in rows if row["act"] == act]
    return str(found)


def planned(shop: Kept, instruction: str, *words: str) -> str:
    """The plan of an instruction, approved by two persons."""
    said = shop.says("request", "carry-out", instruction, *words, *CLAIRE).output
    (plan,) = set(re.findall(r"plan-\w+", said))
    for person in ("marc", "paul"):
        shop.says("approve", plan, "--as", person)
    return str(plan)


def letters(shop: Kept, tenant: str, address: str) -> list[str]:
    """What was written to the contact of a tenant."""
    with shop.desk() as desk:
        found = letters_to(desk.book.runs, desk.book.ring, f"task {tenant}", [Masked(address)])
    return [each.content.text for each in found]


def rows(shop: Kept) -> tuple[list[object], list[object], list[object]]:
    """The keys of the debtors, the claims and our own buyers."""
    tables = ("debtor", "claim", "buyer")
    debtors, claims, buyers = (
        [key for (key,) in shop.run(f"SELECT id FROM {name} ORDER BY id")] for name in tables
    )
    return debtors, claims, buyers
