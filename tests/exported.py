"""A small declaration with one of everything that an export tells, for the tests of exports."""

from __future__ import annotations

from datetime import date

from avow.declaration.load import load_texts
from avow.declaration.model import Declaration

DAY = date(2026, 12, 1)

DECLARATION = """
avow: "1"
declaration: shop
controller: {name: Shop BV, address: "Kaai 1, 1000 Brussel", phone: "+32 2 000 00 00",
    zone: Europe/Brussels, country: BE, email: hello@shop.example, officer: dpo@shop.example}
languages: [fr, nl, en]
people:
  - {person: ann, name: Ann, roles: [author]}
  - {person: bob, name: Bob, roles: [approver]}
  - {person: eve, name: Eve, roles: [officer]}
clauses: {"1": {kind: E}, "2": {kind: E}, "3": {kind: E}, "4": {kind: E}, "5": {kind: E},
    "6": {kind: E}, "7": {kind: H}, "8": {kind: E}, "9": {kind: E}}
categories:
  email: {clause: "1", dpv: pd:EmailAddress}
  allergy: {clause: "1", dpv: pd:MedicalHealth}
  taste: {clause: "1"}
  claim: {clause: "1"}
subjects: {buyer: {dpv: dpv:Customer}, debtor: {}}
collection:
  - {point: order, clause: "1", collects: [{category: email, clause: "1", required: yes},
      {category: allergy, clause: "1", required: no}]}
  - {point: fair, clause: "1", source: organiser, collects: [{category: taste, clause: "1"}]}
purposes:
  - {purpose: deliver, clause: "2", basis: contract, ends: delivered, dpv: dpv:DeliveryOfGoods,
      uses: {collected_at: order}, recipients: [post, cloud]}
  - {purpose: study, clause: "3", basis: legitimate-interest, ends: delivered,
      uses: {category: email}, recipients: [cloud]}
recipients:
  - {recipient: post, clause: "4", name: Post NV, role: processor, country: BE, for: letters}
  - {recipient: cloud, clause: "4", name: Cloud Inc, role: processor, country: US,
      transfer: scc-2021, copy: ask us}
  - {recipient: ads, clause: "4", name: Ads Inc, role: reseller, country: US}
retention:
  - {rule: orders, clause: "5", applies_to: {category: [email, taste, claim]}, starts: delivered,
      at_most: 3 years}
  - {rule: allergies, clause: "6", applies_to: {category: allergy}, starts: delivered,
      at_most: 0 days, then: anonymise}
events: {delivered: {kind: point}}
never: [{never: decide by machine, clause: "8"}, {never: profile, clause: "8",
    fields_named: [score]}]
rights:
  - {right: access, clause: "9", link: "https://shop.example/rights", identity: a reply from you}
  - {right: rectification, clause: "9"}
  - {right: erasure, clause: "9"}
  - {right: restriction, clause: "9"}
  - {right: objection, clause: "9"}
  - {right: portability, clause: "9"}
  - {right: complaint, clause: "9", to: Autorité, link: "https://apd.example", country: BE}
notice: {version: "3", changed: 2026-10-01, effective: 2026-11-01, hosts: [www.shop.example],
    promises: {security: "7"}}
cookies: [{cookie: "_s*", clause: "2", purpose: study, lifetime: 6 months}]
assessments: [{assessment: study-weighed, kind: balancing, of: study, author: ann, approver: bob,
    date: 2026-09-01, review: 2027-09-01, conclusion: passes}]
labels:
  fr: {category: {email: adresse e-mail}, purpose: {deliver: livrer}, event: {delivered: livraison},
    refusal: {order: pas de livraison}, interest: {study: mieux choisir}, source: {fair: salon}}
systems:
  - system: till
    connector: memory
    url: memory
    owner: {person: bob}
    datasets:
      buyer: {subject: buyer, key: [id], collected_at: order, fields: {email: email}, rest: allergy,
        events: {delivered: at}}
      debtor: {sphere: {processor_for: company_id}, subject: debtor, key: [id], rest: claim}
"""
TEXTS = {
    "fr": "## 2\nPour livrer.\n## 3\nPour étudier.\n## 7\nTout est chiffré.\n## 8\nSans machine.\n",
    "nl": "## 2\nOm te leveren.\n## 7\nAlles is versleuteld.\n",
    "en": "## 2\nTo deliver.\n## 3\nTo study.\n## 7\nAll is encrypted.\n## 8\nNo machine.\n",
}


def shop(*changes: tuple[str, str]) -> Declaration:
    """The declaration with pieces replaced."""
    text = DECLARATION
    for old, new in changes:
        assert old in text, f"{old!r} is not in the declaration"
        text = text.replace(old, new, 1)
    return load_texts({"d.yaml": text}, {f"texts/{k}.md": t for k, t in TEXTS.items()}).whole
