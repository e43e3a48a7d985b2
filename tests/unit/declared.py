"""Small declarations for tests: a sound one, and ways to put one thing wrong with it."""

from __future__ import annotations

from avow.common.findings import Finding
from avow.declaration.load import Loaded, load_texts

SOUND = """\
avow: "1"
declaration: small
controller: {name: Example, zone: Europe/Brussels, country: BE}
people:
  - {person: claire, name: Claire, roles: [author]}
  - {person: marc, name: Marc, roles: [approver]}
  - {person: olivier, name: Olivier, roles: [officer]}
clauses:
  "1.a": {kind: E}
  "2.a": {kind: E}
  "3.a": {kind: E}
  "9.1": {kind: E}
categories:
  email: {clause: "1.a"}
  message: {clause: "1.a"}
subjects:
  caller: {}
collection:
  - point: contact
    clause: "1.a"
    collects:
      - {category: email, clause: "1.a", required: yes}
      - {category: message, clause: "1.a", required: yes}
purposes:
  - purpose: answer
    clause: "2.a"
    basis: contract
    uses: {collected_at: [contact]}
    ends: answered
retention:
  - rule: contacts
    clause: "3.a"
    applies_to: {collected_at: [contact]}
    starts: answered
    at_most: 0 days
    then: erase
events:
  answered: {kind: point}
rights:
  - {right: access, clause: "9.1"}
  - {right: rectification, clause: "9.1"}
  - {right: erasure, clause: "9.1"}
  - {right: restriction, clause: "9.1"}
  - {right: portability, clause: "9.1"}
  - {right: complaint, clause: "9.1"}
systems:
  - system: desk
    connector: sqlite
    url: ${DESK_URL}
    owner: {person: marc}
    datasets:
      caller:
        subject: caller
        key: [id]
        identities: {email: email}
        collected_at: contact
        fields: {email: email}
        rest: message
        events: {answered: answered_at}
"""


def reading(text: str) -> Loaded:
    """What the loader makes of one file named `d.yaml`."""
    return load_texts({"d.yaml": text})


def found(text: str) -> list[Finding]:
    """The findings of the loader for one file."""
    return list(reading(text).findings)


def codes(text: str) -> list[str]:
    """The codes that the loader finds in one file, each as often as it is found."""
    return [finding.code for finding in found(text)]


def swapped(old: str, new: str) -> str:
    """The sound declaration with one piece replaced, which must be there."""
    assert old in SOUND, f"{old!r} is not in the sound declaration"
    return SOUND.replace(old, new)


def balancing(of: str, *changes: tuple[str, str]) -> str:
    """An approved balancing of a purpose's interest, as the last part of a declaration."""
    text = (
        f"assessments:\n  - {{assessment: {of}-weighed, kind: balancing, of: {of}, "
        "author: claire, approver: marc, date: 2026-06-01, review: 2028-06-01, "
        "conclusion: passes, interest: answers, necessity: no other way, balance: weighed}\n"
    )
    for old, new in changes:
        assert old in text, f"{old!r} is not in the balancing"
        text = text.replace(old, new, 1)
    return text
