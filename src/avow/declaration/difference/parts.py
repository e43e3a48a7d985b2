"""What each field of a declaration is about, and which way its changes go: one table.

A field that no table names is compared all the same, and counts as material and perhaps less: a
new field of the model is never passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from avow.declaration.difference import senses
from avow.declaration.difference.change import Kind, Sense, Weight
from avow.declaration.model import Action, Offers

ALWAYS, WORSE, NEVER = Weight


@dataclass(frozen=True, slots=True)
class Row:
    """One field: what it is about, when its change is material, and which way it goes."""

    kind: Kind | None = None
    weight: Weight = NEVER
    compare: senses.Compare = senses.neutral


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of thing: what it is about, and what it means for the person that one comes."""

    thing: str
    kind: Kind
    gained: Sense = Sense.NEUTRAL
    weight: Weight = NEVER
    rows: Mapping[str, Row] = field(default_factory=dict)
    calm: bool = False
    """Whether fields that no row names are nobody's but the organisation's own."""

    def row(self, name: str) -> Row:
        """The row of a field; without one the field is material and may be less."""
        plain = Row() if self.calm else Row(weight=ALWAYS, compare=senses.unclear)
        return self.rows.get(name, plain)


_SAID = Row()
"""A field that says how something is called or where it is printed."""
_WORSE, _MORE = Sense.WEAKENS, Sense.STRENGTHENS

CONTROLLER = Part(
    "controller",
    Kind.CONTROLLER,
    rows={
        "name": Row(weight=ALWAYS),
        "country": Row(weight=ALWAYS, compare=senses.country),
        "address": _SAID,
        "phone": _SAID,
        "zone": _SAID,
        "email": Row(compare=senses.flipped(senses.yes_weakens)),
        "officer": Row(weight=WORSE, compare=senses.flipped(senses.yes_weakens)),
        "established": _SAID,
        "public": _SAID,
    },
)
DECLARATION = Part(
    "declaration",
    Kind.HOUSE,
    rows={
        "id": _SAID,
        "version": _SAID,
        "languages": Row(Kind.NOTICE, WORSE, senses.fewer_weakens),
    },
)
EDITION = Part(
    "notice",
    Kind.NOTICE,
    calm=True,
    rows={
        "ahead": Row(weight=WORSE, compare=senses.shorter_notice),
        "promises": Row(weight=WORSE, compare=senses.fewer_weakens),
        "hosts": Row(compare=senses.fewer_weakens),
        "forms": Row(compare=senses.fewer_weakens),
    },
)
MEMBER = Part("person", Kind.HOUSE, calm=True)
CLAUSE = Part(
    "promise",
    Kind.PROMISE,
    _MORE,
    WORSE,
    {
        "kinds": _SAID,
        "unbound": _SAID,
        "legs": Row(weight=WORSE, compare=senses.fewer_weakens),
    },
)
CATEGORY = Part(
    "category",
    Kind.CATEGORY,
    _WORSE,
    WORSE,
    {
        "clauses": _SAID,
        "dpv": _SAID,
        "of_others": Row(weight=WORSE, compare=senses.yes_weakens),
        "inferred": Row(weight=WORSE, compare=senses.yes_weakens),
    },
)
SUBJECT = Part("subject", Kind.CATEGORY, _WORSE, WORSE, {"dpv": _SAID})
POINT = Part(
    "point",
    Kind.COLLECTION,
    _WORSE,
    WORSE,
    {
        "clause": _SAID,
        "source": Row(weight=ALWAYS, compare=senses.unclear),
    },
)
COLLECTED = Part(
    "collected",
    Kind.COLLECTION,
    _WORSE,
    WORSE,
    {
        "clause": _SAID,
        "required": Row(weight=WORSE, compare=senses.yes_weakens),
        "announced": Row(weight=WORSE, compare=senses.yes_strengthens),
    },
)
PURPOSE = Part(
    "purpose",
    Kind.PURPOSE,
    _WORSE,
    WORSE,
    {
        "clause": _SAID,
        "dpv": _SAID,
        "basis": Row(Kind.BASIS, ALWAYS, senses.basis),
        "uses": Row(weight=WORSE, compare=senses.wider_weakens),
        "ends": Row(
            weight=WORSE,
            compare=lambda a, b: Sense.BOTH if a and b else senses.yes_strengthens(a, b),
        ),
        "marketing": Row(weight=WORSE, compare=senses.yes_weakens),
        "recipients": Row(Kind.RECIPIENT, WORSE, senses.more_weakens),
        "offers": Row(
            weight=WORSE,
            compare=senses.ranked(None, Offers.OWN, Offers.GROUP, Offers.OTHERS),
        ),
    },
)
RECIPIENT = Part(
    "recipient",
    Kind.RECIPIENT,
    _WORSE,
    WORSE,
    {
        "clause": _SAID,
        "name": Row(weight=ALWAYS),
        "role": Row(weight=ALWAYS, compare=senses.unclear),
        "for_": Row(weight=ALWAYS, compare=senses.unclear),
        "country": Row(Kind.TRANSFER, ALWAYS, senses.country),
        "seat": Row(Kind.TRANSFER, ALWAYS, senses.country),
        "transfer": Row(Kind.TRANSFER, WORSE, senses.tool),
        "copy": Row(Kind.TRANSFER, WORSE, senses.yes_strengthens),
    },
)
RULE = Part(
    "rule",
    Kind.RETENTION,
    _MORE,
    WORSE,
    {
        "clause": _SAID,
        "applies_to": Row(weight=WORSE, compare=senses.wider_strengthens),
        "exceptions": Row(weight=WORSE, compare=senses.exceptions),
        "ends": Row(weight=WORSE, compare=senses.ends),
        "then": Row(weight=WORSE, compare=senses.ranked(*Action)),
        "decided_by": _SAID,
        "undo_days": _SAID,
        "existing": _SAID,
        "on_top": Row(weight=WORSE, compare=senses.yes_weakens),
    },
)
MINIMUM = Part(
    "minimum",
    Kind.RETENTION,
    _WORSE,
    WORSE,
    {
        "clause": _SAID,
        "law": _SAID,
        "applies_to": Row(weight=WORSE, compare=senses.wider_weakens),
        "starts": Row(weight=WORSE, compare=senses.unclear),
        "period": Row(weight=WORSE, compare=senses.period),
    },
)
EVENT = Part(
    "event",
    Kind.EVENT,
    rows={"clause": _SAID, "mode": Row(weight=ALWAYS, compare=senses.unclear)},
)
NEVER_PROMISE = Part(
    "never",
    Kind.NEVER,
    _MORE,
    WORSE,
    {
        "category": Row(weight=WORSE, compare=senses.unclear),
        "fields_named": Row(compare=senses.fewer_weakens, weight=WORSE),
    },
)
RIGHT = Part(
    "right",
    Kind.RIGHT,
    _MORE,
    WORSE,
    {
        "law": _SAID,
        "address": _SAID,
        "link": _SAID,
        "to": _SAID,
        "country": _SAID,
        "bases": Row(
            weight=WORSE,
            compare=lambda a, b: senses.fewer_weakens(senses.tokens(a), senses.tokens(b)),
        ),
        "wider": Row(weight=WORSE, compare=senses.yes_strengthens),
        "form": Row(weight=WORSE, compare=senses.form),
        "fee": Row(weight=WORSE, compare=senses.unclear),
        "identity": Row(weight=WORSE, compare=senses.unclear),
        "within": Row(weight=WORSE, compare=senses.written_period),
        "limits": Row(
            weight=WORSE,
            compare=lambda a, b: senses.more_weakens(senses.tokens(a), senses.tokens(b)),
        ),
    },
)
LIMIT = Part("limit", Kind.RIGHT, _WORSE, WORSE, RIGHT.rows)
"""What limits a right: one more is less for the person."""
COOKIE = Part(
    "cookie",
    Kind.COOKIE,
    _WORSE,
    WORSE,
    {
        "purpose": Row(weight=ALWAYS, compare=senses.unclear),
        "recipient": Row(weight=ALWAYS, compare=senses.unclear),
        "lifetime": Row(weight=WORSE, compare=senses.period),
        "party": Row(weight=WORSE, compare=senses.ranked("first", "third")),
        "exempt": Row(weight=WORSE, compare=senses.yes_weakens),
    },
)
DECISION = Part(
    "decision",
    Kind.DECISION,
    calm=True,
    rows={"effects": Row(weight=WORSE, compare=senses.effects)},
)
SIGNATURE = Part("signature", Kind.DECISION, calm=True)
LEVEL = Part("level", Kind.HOUSE, calm=True)
CASE = Part("test", Kind.HOUSE, calm=True)
SECTION = Part("section", Kind.ORDER, calm=True)
ASSESSMENT = Part("assessment", Kind.ASSESSMENT, calm=True)
TRANSLATION = Part("translation", Kind.TEXT, calm=True)
TEXT = Part("text", Kind.TEXT, calm=True)
LABEL = Part("label", Kind.TEXT, calm=True)
SYSTEM = Part("system", Kind.DATAMAP, calm=True)
DATASET = Part("dataset", Kind.DATAMAP, calm=True)
