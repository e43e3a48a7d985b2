"""Decisions, signatures and the declaration's own tests, as shapes."""

from __future__ import annotations

from typing import Literal

from avow.declaration.digest import decision_digest
from avow.declaration.loading.nodes import Items, Node, Notes
from avow.declaration.loading.shapes import (
    Fields,
    Shape,
    many,
    mapping,
    may,
    may_map,
    need,
    one_of,
    one_or_many,
    record,
    text,
)
from avow.declaration.loading.statement import MINIMUM, RULE, SCOPE
from avow.declaration.loading.words import CLAUSE, COUNTRY, DAY, ID, MOMENT, NAME, PROSE, YES_NO
from avow.declaration.model import (
    Accept,
    Action,
    AddMinimum,
    AddRule,
    Case,
    Channel,
    Decision,
    Despite,
    Effect,
    EndPurpose,
    Narrow,
    Shortest,
    Signature,
    Starts,
    Use,
)

# --- effects -------------------------------------------------------------------------------------

_RULE, _EXCEPT = need("rule", ID), need("except", SCOPE)
_EVENT, _ELSE = need("event", ID), may("else", ID, None)
_PURPOSE, _AT = need("purpose", ID), need("at", ID)
_UNTIL = need("until", DAY)

_NARROW = record("a narrowing", lambda f: Narrow(f[_RULE], f[_EXCEPT]), _RULE, _EXCEPT)
_STARTS = record("a start", lambda f: Starts(f[_RULE], f[_EVENT], f[_ELSE]), _RULE, _EVENT, _ELSE)
_ENDS = record("an end of a purpose", lambda f: EndPurpose(f[_PURPOSE], f[_AT]), _PURPOSE, _AT)
_ACCEPT = record("an acceptance", lambda f: Accept(f[_UNTIL]), _UNTIL)
_IDS = many(ID)


def _read_shortest(node: Node, notes: Notes) -> tuple[Shortest, ...] | None:
    """One list of rules, or several such lists."""
    if isinstance(node, Items) and node.items and isinstance(node.items[0], Items):
        groups = [_IDS.read(item, notes) for item in node.items]
        return tuple(Shortest(group) for group in groups if group is not None)
    rules = _IDS.read(node, notes)
    return None if rules is None else (Shortest(rules),)


_NARROWS = may("narrow", one_or_many(_NARROW.shape), ())
_STARTS_KEY = may("starts", one_or_many(_STARTS.shape), ())
_RULES = may("rule", one_or_many(RULE.shape), ())
_MINIMUMS = may("minimum", one_or_many(MINIMUM.shape), ())
_PURPOSE_ENDS = may("purpose_ends", one_or_many(_ENDS.shape), ())
_SHORTEST_SHAPE: Shape[tuple[Shortest, ...]] = Shape("rules", _read_shortest, {"type": "array"})
_SHORTEST = may("shortest", _SHORTEST_SHAPE, ())
_ACCEPTS = may("accept", _ACCEPT.shape, None)


def _effects(f: Fields) -> tuple[Effect, ...] | None:
    accept = f[_ACCEPTS]
    found: tuple[Effect, ...] = (
        *f[_NARROWS],
        *f[_STARTS_KEY],
        *(AddRule(rule) for rule in f[_RULES]),
        *(AddMinimum(minimum) for minimum in f[_MINIMUMS]),
        *f[_PURPOSE_ENDS],
        *f[_SHORTEST],
        *((accept,) if accept else ()),
    )
    if not found:
        f.wrong("AV113", "a decision without an effect", hint="to live with a defect: `accept`")
        f.notes.dropped += 1
        return None
    return found


_EFFECTS = record(
    "the effects of a decision",
    _effects,
    _NARROWS,
    _STARTS_KEY,
    _RULES,
    _MINIMUMS,
    _PURPOSE_ENDS,
    _SHORTEST,
    _ACCEPTS,
)

# --- decisions and signatures --------------------------------------------------------------------

_DECISION, _SETTLES = need("decision", ID), may("settles", one_or_many(PROSE), ())
_AUTHOR, _DATE, _REASON = need("author", ID), need("date", DAY), need("reason", PROSE)
_EFFECTS_KEY = need("effects", _EFFECTS.shape)


def _decision(f: Fields) -> Decision:
    settles = tuple(" ".join(said.split()) for said in f[_SETTLES])
    made = Decision(
        f[_DECISION],
        f[_AUTHOR],
        f[_DATE],
        f[_REASON],
        settles,
        f[_EFFECTS_KEY],
        "",
        f.place(),
    )
    return decision_digest(made)


DECISION = record(
    "a decision", _decision, _DECISION, _SETTLES, _AUTHOR, _DATE, _REASON, _EFFECTS_KEY
)

_DIGEST, _BY, _ON = need("digest", NAME), need("by", ID), need("on", DAY)


def _signature(f: Fields) -> Signature:
    return Signature(f[_DECISION], f[_DIGEST], f[_BY], f[_ON], f.place())


SIGNATURE = record("a signature", _signature, _DECISION, _DIGEST, _BY, _ON)

# --- the declaration's own tests -----------------------------------------------------------------

_G_CATEGORY = need("category", ID)
_G_OTHERS = tuple(may(k, ID, None) for k in ("collected_at", "subject", "system"))
_G_DATASET = may("dataset", NAME, None)


def _group(f: Fields) -> dict[str, str]:
    keys = (_G_CATEGORY, *_G_OTHERS, _G_DATASET)
    return {key.name: value for key in keys if (value := f[key]) is not None}


_HOLD_UNTIL = may("until", DAY, None)
_HOLD = record("a hold", lambda f: (f[_HOLD_UNTIL],), _HOLD_UNTIL)
_HOLDS, _ENDED = may("holds", many(_HOLD.shape), ()), may("ended", one_or_many(ID), ())
_RESTRICTED = may("restricted", YES_NO, default=False)
_OPEN = may("access_open", YES_NO, default=False)
_ERASURE = may("erasure", YES_NO, default=False)


def _facts(f: Fields) -> dict[str, object]:
    return {
        "holds": tuple(until for (until,) in f[_HOLDS]),
        "ended": frozenset(f[_ENDED]),
        "restricted": f[_RESTRICTED],
        "access_open": f[_OPEN],
        "erasure": f[_ERASURE],
    }


VERDICTS = (
    "live",
    "retained",
    "undated",
    "undecided",
    *(f"due {action}" for action in Action),
)
_VERDICT: Shape[str] = text(
    "a verdict",
    lambda v: v if v in VERDICTS else None,
    "AV115",
    {"enum": list(VERDICTS)},
    f"one of: {', '.join(VERDICTS)}",
)
_UNSIGNED: Shape[Literal["unsigned"]] = text(
    "`unsigned`",
    lambda v: "unsigned" if v == "unsigned" else None,
    "AV115",
    {"const": "unsigned"},
)
_TEST, _GROUP = (
    need("test", PROSE),
    need(
        "group",
        record("a cell group", _group, _G_CATEGORY, *_G_OTHERS, _G_DATASET).shape,
    ),
)
_EVENTS = may_map("events", mapping(MOMENT))
_FACTS = may_map(
    "facts", record("facts", _facts, _HOLDS, _ENDED, _RESTRICTED, _OPEN, _ERASURE).shape
)
_U_RECIPIENT, _U_COUNTRY = may("recipient", ID, None), may("country", COUNTRY, "")
_U_CHANNEL = may("channel", one_of(Channel, "a channel"), Channel.NONE)
_U_PURPOSE = need("purpose", ID)
_U_DESPITE = may("despite", one_of(Despite, "a reason to use restricted data"), None)


def _use(f: Fields) -> Use:
    return Use(f[_U_PURPOSE], f[_U_RECIPIENT], f[_U_CHANNEL], f[_U_COUNTRY], f[_U_DESPITE])


USE = record("a use", _use, _U_PURPOSE, _U_RECIPIENT, _U_CHANNEL, _U_COUNTRY, _U_DESPITE)
_DAY, _VERDICT_KEY = need("on", DAY), may("verdict", _VERDICT, None)
_USE_KEY, _ALLOWED = may("use", USE.shape, None), may("allowed", YES_NO, None)
_CLAUSES, _DECISIONS = (
    may("clauses", one_or_many(CLAUSE), ()),
    may("decisions", _UNSIGNED, None),
)


def _case(f: Fields) -> Case | None:
    if (lacks := _lacks(f)) is not None:
        f.wrong("AV113", lacks)
        f.notes.dropped += 1
        return None
    return Case(
        id=f[_TEST],
        group=f[_GROUP],
        events=f[_EVENTS],
        facts=f[_FACTS],
        on=f[_DAY],
        verdict=f[_VERDICT_KEY],
        clauses=f[_CLAUSES],
        unsigned=f[_DECISIONS] is not None,
        place=f.place(),
        names_clauses=f.has(_CLAUSES),
        use=f[_USE_KEY],
        allowed=f[_ALLOWED],
    )


def _lacks(f: Fields) -> str | None:
    """What is missing for a test to ask something and to say what should come out."""
    if f.has(_USE_KEY) != f.has(_ALLOWED):
        missing = "allowed" if f.has(_USE_KEY) else "use"
        return f"a test of a use needs the key `{missing}`"
    if not f.has(_VERDICT_KEY) and not f.has(_USE_KEY):
        return "a test needs the key `verdict`, or `use` and `allowed`"
    if not f.has(_VERDICT_KEY) and f.has(_CLAUSES):
        return "a test that names `clauses` needs the key `verdict`: they decide it"
    return None


CASE = record(
    "a test",
    _case,
    _TEST,
    _GROUP,
    _EVENTS,
    _FACTS,
    _DAY,
    _VERDICT_KEY,
    _CLAUSES,
    _USE_KEY,
    _ALLOWED,
    _DECISIONS,
)
