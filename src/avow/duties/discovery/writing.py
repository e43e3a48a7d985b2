"""The proposal as a declaration of at most 25 lines, with a `?` at everything it cannot know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from avow.duties.discovery.lexicon import folded
from avow.duties.discovery.proposal import Candidate, Measure, Owner, Proposal, Source
from avow.duties.discovery.survey import bare

MOST_LINES = 25
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*|\$\{\w+\}")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "nobody", "y", "n"})
RESTS = {
    "recorded": "recording-data",
    "logged": "log-data",
    "started": "session-data",
    "sent": "message-data",
}
"""The category of the rest of a table, by the event of its rows."""
PERSON, PERSON_DATA = "person", "person-data"


def word(text: str) -> str:
    """A name of somebody else's as YAML: bare where that is safe, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    """A character between double quotes, as YAML writes it."""
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def _one(content: str) -> str:
    """Text that stays inside its comment."""
    return "".join(c for c in " ".join(content.split()) if c.isprintable())


def fact(measure: Measure, table: str) -> str:
    """The measured fact: how many rows and the oldest day."""
    about = "" if measure.is_exact else "about "
    oldest = f", oldest {measure.oldest.isoformat()}" if measure.oldest else ""
    empty = f", {measure.empty:,} without a day" if measure.empty else ""
    rows = "row" if measure.rows == 1 else "rows"
    return _one(f"{about}{measure.rows:,} {rows} in {table}{oldest}{empty}")


def yaml_of(proposal: Proposal) -> str:
    """The declaration. It loads without error, and says nothing that was not seen or asked."""
    chosen, source = proposal.chosen, proposal.source
    table, event, rule = chosen.table.name, chosen.moment.event, slug(bare(chosen.table.name))
    categories = ", ".join(f"{c}: {{}}" for c in _categories(chosen))
    by = f"`{_one(chosen.moment.field)}`"
    lines = [
        f"# `avow init`, {proposal.made_on}: 1 of {proposal.tables:,} tables; answer every `?`.",
        'avow: "1"',
        f"declaration: {source.system}",
        "# ? who promises, and in which zone does a day of yours end?",
        f'controller: {{name: "?", zone: {source.zone}}}',
        f"# ? which sentence of your privacy statement speaks of {_one(table)}?",
        'clauses: {"1": {kind: E}}',
        f"categories: {{{categories}}}",
        *_subject(chosen),
        f"events: {{{event}: {{kind: point}}}}  # ? does {by} say when the period begins?",
        "retention:",
        f"  # ? {fact(proposal.measure, table)}: is {proposal.at_most} what you promise?",
        f'  - {{rule: {rule}, clause: "1", applies_to: {{dataset: [{word(table)}]}},',
        f"     starts: {event}, at_most: {proposal.at_most}}}",
        "systems:",
        f"  - system: {source.system}",
        f"    connector: {source.connector}",
        f"    url: {word(source.url)}",
        f"    zone: {source.zone}  # ? of days and times stored without a zone",
        "    datasets:",
        *_owner_lines(chosen.owner),
        *_dataset(chosen),
        "# Next: avow check avow.yaml; avow plan --preview avow.yaml",
    ]
    return "\n".join(lines) + "\n"


def bare_yaml(source: Source, tables: int, made_on: date) -> str:
    """A declaration that only names the system, where no table can be proposed: `avow map` goes on
    from it."""
    lines = [
        f"# `avow init`, {made_on}: of {tables:,} tables none can be proposed with a period.",
        'avow: "1"',
        f"declaration: {source.system}",
        "# ? who promises, and in which zone does a day of yours end?",
        f'controller: {{name: "?", zone: {source.zone}}}',
        "systems:",
        f"  - system: {source.system}",
        f"    connector: {source.connector}",
        f"    url: {word(source.url)}",
        f"    zone: {source.zone}  # ? of days and times stored without a zone",
        "    datasets: {}  # whose are the rows?",
        f"# Next: avow map {source.system}",
    ]
    return "\n".join(lines) + "\n"


def _categories(chosen: Candidate) -> Iterable[str]:
    owner = [PERSON_DATA] if chosen.owner else []
    return dict.fromkeys([*(g.category for g in chosen.guesses), _rest(chosen), *owner])


def _rest(chosen: Candidate) -> str:
    return RESTS.get(chosen.moment.event, PERSON_DATA if chosen.is_person else "other-data")


def _subject(chosen: Candidate) -> list[str]:
    asked = "who are they: customers, visitors, employees?"
    if not chosen.owner and not chosen.is_person:
        asked = f"whose rows are these? each counts as one person until you say; {asked}"
    return [f"subjects: {{{PERSON}: {{}}}}  # ? {asked}"]


def _owner_lines(owner: Owner | None) -> list[str]:
    if owner is None:
        return []
    what = f"subject: {PERSON}, key: {_names(owner.key)}, rest: {PERSON_DATA}"
    return [f"      {word(owner.table)}: {{{what}}}  # ? how long for these?"]


def _dataset(chosen: Candidate) -> list[str]:
    """The proposed table, on two or three lines."""
    table, owner = chosen.table, chosen.owner
    whose = f"subject: {PERSON}"
    if owner:
        whose = f"owned_by: {_mapping({owner.table: _names(owner.fields)})}"
    key = f"key: {_names(table.key)}, " if table.key else ""
    named = _mapping({g.field: g.category for g in chosen.guesses})
    event = _mapping({chosen.moment.event: word(chosen.moment.field)})
    return [
        f"      {word(table.name)}: {{{key}{whose},",
        *([f"        fields: {named},"] if chosen.guesses else []),
        f"        rest: {_rest(chosen)}, events: {event}}}  # ? is the rest one category?",
    ]


def _names(names: Iterable[str]) -> str:
    return f"[{', '.join(map(word, names))}]"


def _mapping(pairs: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{word(k)}: {v}' for k, v in pairs.items())}}}"


def slug(name: str) -> str:
    """A name as an id of the language: lower case letters, digits and dashes."""
    return "-".join(folded(name)) or "data"
