"""The information that goes before the data (art. 15(1)(a) to (h) and 15(2) GDPR), made for one
person: only what was found of them is spoken of."""

from __future__ import annotations

from collections.abc import Iterator

from avow.common.calendar import Period
from avow.declaration.countries import EEA
from avow.declaration.facts.authorities import authorities_of
from avow.declaration.interpretation import in_force
from avow.declaration.model import End, Recipient, Rule
from avow.duties.requests.answering.copy import Copy, Lasting, Received
from avow.duties.requests.answering.document import Block, Grid, Part, Points, Text
from avow.duties.requests.answering.found import Found
from avow.duties.requests.answering.saying import Saying

KINDS = ("staff", "contractor", "authority")
"""Roles of recipients that are kinds of people: they are said in the person's language."""
MACHINE = ("decide by machine", "profile")
"""The negative promises that speak of automated decisions."""


def parts(saying: Saying, copy: Copy, found: Found) -> Iterator[Part]:
    """The items in the order of the article. Who has nothing with us is told their rights only."""
    phrase = saying.phrase
    if copy.rows:
        yield Part(phrase("part_purposes"), tuple(_purposes(saying, found)))  # (a)
        yield Part(phrase("part_categories"), (_categories(saying, copy, found),))  # (b)
        yield Part(phrase("part_recipients"), tuple(_recipients(saying, copy, found)))  # (c), 15(2)
        yield Part(phrase("part_periods"), (_periods(saying, copy),))  # (d)
    yield Part(phrase("part_rights"), tuple(_rights(saying, found)))  # (e)
    yield Part(phrase("part_complaint"), tuple(_complaint(saying, copy)))  # (f)
    if copy.rows:
        yield Part(phrase("part_source"), tuple(_source(saying, found)))  # (g)
        yield Part(phrase("part_automated"), (_automated(saying),))  # (h)


def _purposes(saying: Saying, found: Found) -> Iterator[Block]:
    phrase = saying.phrase
    rows = tuple(
        (
            saying.label("purpose", p.id),
            phrase(f"basis_{p.basis}"),
            saying.labels("category", found.uses(p)),
            p.clause,
        )
        for p in found.purposes
    )
    if rows:
        head = (phrase("purpose"), phrase("because"), phrase("data"), phrase("promise"))
        yield Grid(phrase("part_purposes"), head, rows)
    if found.purposeless:
        yield Text(phrase("no_purpose"))


def _categories(saying: Saying, copy: Copy, found: Found) -> Block:
    phrase = saying.phrase
    rows = []
    for category in found.categories:
        tables = [t for t in copy.tables if category in t.categories()]
        count = sum(len(t.rows) for t in tables)
        places = ", ".join(dict.fromkeys(saying.heading(t) for t in tables))
        rows.append((saying.label("category", category), places, saying.number(count)))
    head = (phrase("category"), phrase("places"), phrase("rows"))
    return Grid(phrase("part_categories"), head, tuple(rows))


def _recipients(saying: Saying, copy: Copy, found: Found) -> Iterator[Block]:
    phrase = saying.phrase
    if copy.received is not None:
        yield Text(phrase("recipients_real" if copy.received else "recipients_nobody"))
        rows: tuple[tuple[str, ...], ...] = tuple(_real(saying, each) for each in copy.received)
        head: tuple[str, ...] = (
            phrase("recipient"),
            phrase("country"),
            phrase("got"),
            phrase("last"),
        )
        if rows:
            yield Grid(phrase("recipients_real"), head, rows)
        declared = {n: c for n, c in found.recipients().items() if n not in copy.logged}
        if declared:
            yield Text(phrase("recipients_unlogged"))
    else:
        declared = found.recipients()
        yield Text(phrase("recipients_declared" if declared else "recipients_none"))
    rows = tuple(_declared(saying, name, what) for name, what in declared.items())
    head = (phrase("recipient"), phrase("country"), phrase("may_get"))
    if rows:
        yield Grid(phrase("part_recipients"), head, rows)


def _real(saying: Saying, each: Received) -> tuple[str, ...]:
    name, country, got = _declared(saying, each.recipient, each.categories)
    return name, country, got, saying.day(each.last) if each.last else saying.phrase("empty_mark")


def _declared(saying: Saying, name: str, what: tuple[str, ...]) -> tuple[str, str, str]:
    recipient = saying.declaration.recipients.get(name)
    got = saying.labels("category", what) or saying.phrase("empty_mark")
    if recipient is None:
        return name, saying.phrase("empty_mark"), got
    what_for = saying.declaration.words(saying.language, "recipient", name)
    who = saying.phrase(f"role_{recipient.role}") if recipient.role in KINDS else recipient.name
    shown = f"{who} – {what_for}" if what_for else who
    return shown, _country(saying, recipient), got


def _country(saying: Saying, recipient: Recipient) -> str:
    """Where the data go; outside the European Economic Area with the safeguard (art. 15(2))."""
    code = recipient.country
    if not code:
        return saying.phrase("empty_mark")
    if code in EEA:
        return saying.country(code)
    tool = recipient.transfer or ""
    key = {"adequacy": "tool_adequacy", "": "no_tool"}.get(tool, "tool_other")
    said = saying.phrase("no_tool" if tool.startswith("none") else key, tool=tool)
    return saying.phrase("abroad", country=saying.country(code), tool=said)


def _periods(saying: Saying, copy: Copy) -> Block:
    phrase = saying.phrase
    law, _ = in_force(saying.declaration, copy.day)
    rules = {rule.id: rule for rule in law.rules}
    alike: dict[tuple[str, str, str], list[str]] = {}
    for each in copy.lasting:
        until = _until(saying, each)
        why = _criteria(saying, [rules[r] for r in each.rules if r in rules])
        alike.setdefault((_place(saying, copy, each), until, why), []).append(each.category)
    rows = tuple(
        (saying.labels("category", categories), place, until, why)
        for (place, until, why), categories in alike.items()
    )
    return Grid(
        phrase("part_periods"),
        (phrase("category"), phrase("places"), phrase("until"), phrase("rule")),
        rows,
    )


def _place(saying: Saying, copy: Copy, each: Lasting) -> str:
    table = next(t for t in copy.tables if (t.system, t.dataset) == (each.system, each.dataset))
    return saying.heading(table)


def _until(saying: Saying, each: Lasting) -> str:
    said = []
    if each.first is not None and each.last is not None:
        first, last = saying.day(each.first), saying.day(each.last)
        one = each.first == each.last
        said.append(
            saying.phrase("until_day", day=last)
            if one
            else saying.phrase("until_days", first=first, last=last)
        )
    if each.due:
        said.append(saying.phrase("until_due"))
    if each.open:
        said.append(saying.phrase("until_open"))
    if each.floors:
        said.append(saying.phrase("until_floor", floors=_floors(saying, each)))
    return "; ".join(said)


def _floors(saying: Saying, each: Lasting) -> str:
    minimums = saying.declaration.minimums
    return ", ".join(minimums[f].law if f in minimums else f for f in each.floors)


def _criteria(saying: Saying, rules: list[Rule]) -> str:
    if not rules:
        return saying.phrase("rule_none")
    said: dict[str, list[str]] = {}
    for rule in rules:
        said.setdefault(_criterion(saying, rule), []).append(rule.clause)
    return "; ".join(f"{words} ({', '.join(clauses)})" for words, clauses in said.items())


def _criterion(saying: Saying, rule: Rule) -> str:
    return f"; {saying.phrase('whichever')}".join(_end(saying, end) for end in rule.ends)


def _end(saying: Saying, end: End) -> str:
    event = saying.label("event", end.starts) if end.starts else saying.phrase("until_open")
    if end.period == Period():
        return saying.phrase("criterion_at", event=event)
    return saying.phrase("criterion", period=saying.period(end.period), event=event)


def _rights(saying: Saying, found: Found) -> Iterator[Block]:
    """The rights that the bases of what was found give, and those that are promised to all."""
    phrase, rows = saying.phrase, []
    for right in saying.declaration.rights:
        name = right["right"]
        if name.startswith(("exercise", "complaint")) or "limits" in right:
            continue
        bases = set(right.get("bases", "").split())
        wider = not bases or right.get("wider") == "yes"
        if wider or bases & set(found.bases):
            law = right.get("law", phrase("empty_mark")).replace("GDPR", phrase("gdpr"))
            rows.append((saying.label("right", name), law, right["clause"]))
    if rows:
        yield Grid(
            phrase("part_rights"), (phrase("right"), phrase("law"), phrase("promise")), tuple(rows)
        )
    yield Text(phrase("rights_how", address=address_of(saying)))


def address_of(saying: Saying) -> str:
    """Where to write: the mailbox for requests, the officer, or the controller."""
    controller = saying.declaration.controller
    return saying.declaration.mailbox or controller.officer or controller.address or controller.name


def _complaint(saying: Saying, copy: Copy) -> Iterator[Block]:
    yield Text(saying.phrase("complaint"))
    declared = [r for r in saying.declaration.rights if r["right"] == "complaint"]
    for right in declared:
        if link := right.get("link", ""):
            yield Text(f"{right.get('to', '')} – {link}".strip(" –"), link)
    controller = saying.declaration.controller
    home = (copy.country,) if copy.country else (*controller.established, *controller.public)
    linked = [r.get("link", "") for r in declared]
    items = [
        f"{saying.country(a.country)}: {' – '.join(a.said(saying.language))}"
        for a in authorities_of(dict.fromkeys((controller.country, *home)))
        if not any(a.owns(link) for link in linked)
    ]
    if items:
        yield Points(tuple(items))


def _source(saying: Saying, found: Found) -> Iterator[Block]:
    yield Text(saying.phrase("source_you"))
    others = found.sources()
    items = tuple(
        saying.phrase("source_other", source=saying.label("source", point))
        + f" ({saying.labels('category', categories)})"
        for point, categories in others.items()
    )
    if items:
        yield Points(items)


def _automated(saying: Saying) -> Block:
    never = {each.id for each in saying.declaration.nevers}
    is_said = set(MACHINE) <= never
    return Text(saying.phrase("automated_never" if is_said else "automated_unknown"))
