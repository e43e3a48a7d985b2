"""What is printed, as shapes: clauses, categories, collection, purposes, retention and the rest."""

from __future__ import annotations

from avow.common.calendar import Period
from avow.declaration.loading.notice import COUNTRIES
from avow.declaration.loading.shapes import (
    Fields,
    Record,
    Shape,
    many,
    may,
    need,
    one_of,
    one_or_many,
    record,
    table,
    text,
)
from avow.declaration.loading.words import (
    CLAUSE,
    DAY,
    DAYS,
    ID,
    NAME,
    PERIOD,
    PROSE,
    YES_NO,
    ZONE,
)
from avow.declaration.model import (
    Action,
    Basis,
    Category,
    Clause,
    Collected,
    CollectionPoint,
    Controller,
    End,
    EventKind,
    Existing,
    Level,
    LevelSetting,
    Member,
    Minimum,
    Never,
    Offers,
    Purpose,
    Recipient,
    Rule,
    Scope,
)
from avow.estate.datamap.model import EventMode

# --- who answers, and who may act ------------------------------------------------------------

_C_NAME, _C_ADDRESS = may("name", PROSE, ""), may("address", PROSE, "")
_C_PHONE, _C_ZONE = may("phone", PROSE, ""), may("zone", ZONE, "UTC")
_C_COUNTRY = may("country", NAME, "")
_C_EMAIL, _C_OFFICER = may("email", PROSE, ""), may("officer", PROSE, "")
_C_ESTABLISHED, _C_PUBLIC = may("established", COUNTRIES, ()), may("public", COUNTRIES, ())


def _controller(f: Fields) -> Controller:
    return Controller(
        f[_C_NAME],
        f[_C_ADDRESS],
        f[_C_PHONE],
        f[_C_ZONE],
        f[_C_COUNTRY],
        f[_C_EMAIL],
        f[_C_OFFICER],
        f[_C_ESTABLISHED],
        f[_C_PUBLIC],
    )


CONTROLLER = record(
    "a controller",
    _controller,
    _C_NAME,
    _C_ADDRESS,
    _C_PHONE,
    _C_ZONE,
    _C_COUNTRY,
    _C_EMAIL,
    _C_OFFICER,
    _C_ESTABLISHED,
    _C_PUBLIC,
)

ROLES = (
    "author",
    "approver",
    "officer",
    "agent",
    "redactor",
    "system-owner",
    "accountable-manager",
    "auditor",
    "administrator",
)
_ROLE: Shape[str] = text(
    "a role",
    lambda v: v if v in ROLES else None,
    "AV115",
    {"enum": sorted(ROLES)},
    f"one of: {', '.join(ROLES)}",
)
_PERSON, _P_NAME = need("person", ID), may("name", PROSE, "")
_P_ROLES = need("roles", one_or_many(_ROLE))
_P_SEES = may("sees", one_or_many(ID), ())


def _member(f: Fields) -> Member:
    return Member(f[_PERSON], f[_P_NAME], frozenset(f[_P_ROLES]), frozenset(f[_P_SEES]), f.place())


MEMBER = record("a person", _member, _PERSON, _P_NAME, _P_ROLES, _P_SEES)

# --- clauses and categories --------------------------------------------------------------------


def _kinds(value: str) -> frozenset[str] | None:
    kinds = frozenset() if value == "-" else frozenset(value.split("+"))
    return kinds if kinds <= frozenset("EDH") else None


_KINDS: Shape[frozenset[str]] = text(
    "a kind of clause", _kinds, "AV115", {}, "E, D and H joined by `+`, or `-`"
)
_KIND, _UNBOUND = need("kind", _KINDS), may("unbound", YES_NO, default=False)
_LEGS = may("legs", one_or_many(NAME), ())


def _clause(f: Fields) -> Clause:
    return Clause(f.name.value, f[_KIND], f[_UNBOUND], f.name.place, f[_LEGS])


CLAUSES = table(record("a clause", _clause, _KIND, _UNBOUND, _LEGS))

_DPV, _PRINTED = may("dpv", NAME, None), may("clause", one_or_many(CLAUSE), ())
_OF_OTHERS = may("of_others", YES_NO, default=False)
_INFERRED = may("inferred", YES_NO, default=False)


def _category(f: Fields) -> Category:
    return Category(f.name.value, f[_PRINTED], f[_DPV], f.name.place, f[_OF_OTHERS], f[_INFERRED])


CATEGORIES = table(record("a category", _category, _DPV, _PRINTED, _OF_OTHERS, _INFERRED))


def _subject(f: Fields) -> tuple[str | None]:
    return (f[_DPV],)


SUBJECTS = table(record("a data subject", _subject, _DPV))

# --- scopes ------------------------------------------------------------------------------------

_IDS = one_or_many(ID)
_NAMES = one_or_many(NAME)
_S_CATEGORY, _S_POINT = may("category", _IDS, ()), may("collected_at", _IDS, ())
_S_SUBJECT, _S_SYSTEM = may("subject", _IDS, ()), may("system", _IDS, ())
_S_DATASET = may("dataset", _NAMES, ())


def _scope(f: Fields) -> Scope | None:
    scope = Scope(
        frozenset(f[_S_CATEGORY]),
        frozenset(f[_S_POINT]),
        frozenset(f[_S_SUBJECT]),
        frozenset(f[_S_SYSTEM]),
        frozenset(f[_S_DATASET]),
    )
    if scope.is_empty:
        f.wrong("AV123", "a scope that names nothing", hint="name a category or another key")
        return None
    return scope


_SCOPE = record("a scope", _scope, _S_CATEGORY, _S_POINT, _S_SUBJECT, _S_SYSTEM, _S_DATASET)
SCOPE = _SCOPE.shape

# --- collection ----------------------------------------------------------------------------------

_I_CATEGORY, _I_CLAUSE = need("category", ID), need("clause", CLAUSE)
_I_REQUIRED = may("required", YES_NO, None)
_I_ANNOUNCED = may("announced", YES_NO, default=False)


def _collected(f: Fields) -> Collected:
    return Collected(f[_I_CATEGORY], f[_I_CLAUSE], f[_I_REQUIRED], f.place(), f[_I_ANNOUNCED])


_COLLECTED = record(
    "a collected item", _collected, _I_CATEGORY, _I_CLAUSE, _I_REQUIRED, _I_ANNOUNCED
)
_POINT, _POINT_CLAUSE = need("point", ID), need("clause", CLAUSE)
_COLLECTS, _SOURCE = need("collects", many(_COLLECTED.shape)), may("source", ID, None)


def _point(f: Fields) -> CollectionPoint:
    return CollectionPoint(f[_POINT], f[_POINT_CLAUSE], f[_COLLECTS], f.place(), f[_SOURCE])


POINT = record("a collection point", _point, _POINT, _POINT_CLAUSE, _COLLECTS, _SOURCE)

# --- purposes and recipients ---------------------------------------------------------------------

_PURPOSE, _PURPOSE_CLAUSE = need("purpose", ID), need("clause", CLAUSE)
_BASIS, _USES = need("basis", one_of(Basis, "a legal basis")), need("uses", SCOPE)
_ENDS, _MARKETING = may("ends", ID, None), may("marketing", YES_NO, default=False)
_RECIPIENTS = may("recipients", _IDS, ())
_OFFERS = may("offers", one_of(Offers, "a kind of offers"), None)


def _purpose(f: Fields) -> Purpose:
    return Purpose(
        f[_PURPOSE],
        f[_PURPOSE_CLAUSE],
        f[_BASIS],
        f[_USES],
        f[_ENDS],
        f[_MARKETING],
        f[_RECIPIENTS],
        f[_DPV],
        f.place(),
        f[_OFFERS],
    )


PURPOSE = record(
    "a purpose",
    _purpose,
    _PURPOSE,
    _PURPOSE_CLAUSE,
    _BASIS,
    _USES,
    _ENDS,
    _MARKETING,
    _RECIPIENTS,
    _DPV,
    _OFFERS,
)

_RECIPIENT, _R_CLAUSE = need("recipient", ID), need("clause", CLAUSE)
_R_NAME, _R_ROLE = need("name", PROSE), need("role", ID)
_R_COUNTRY, _R_FOR = may("country", NAME, None), may("for", PROSE, None)
_R_TRANSFER = may("transfer", ID, None)
_R_SEAT, _R_COPY = may("seat", NAME, None), may("copy", PROSE, None)


def _recipient(f: Fields) -> Recipient:
    return Recipient(
        f[_RECIPIENT],
        f[_R_CLAUSE],
        f[_R_NAME],
        f[_R_ROLE],
        f[_R_COUNTRY],
        f[_R_FOR],
        f[_R_TRANSFER],
        f.place(),
        f[_R_SEAT],
        f[_R_COPY],
    )


RECIPIENT = record(
    "a recipient",
    _recipient,
    _RECIPIENT,
    _R_CLAUSE,
    _R_NAME,
    _R_ROLE,
    _R_COUNTRY,
    _R_FOR,
    _R_TRANSFER,
    _R_SEAT,
    _R_COPY,
)

# --- retention -----------------------------------------------------------------------------------

_STARTS, _AT_MOST, _ELSE = (
    may("starts", ID, None),
    may("at_most", PERIOD, None),
    may("else", ID, None),
)
_END_AT_MOST = need("at_most", PERIOD)


def _end(f: Fields) -> End:
    return End(f[_STARTS], f[_END_AT_MOST], f[_ELSE], f[_BEFORE])


_BEFORE = may("before", DAY, None)
_END = record("an end", _end, _STARTS, _END_AT_MOST, _ELSE, _BEFORE)
_RULE, _RULE_CLAUSE = need("rule", ID), need("clause", CLAUSE)
_APPLIES, _EXCEPT = need("applies_to", SCOPE), may("except", one_or_many(SCOPE), ())
_FIRST = may("whichever_first", many(_END.shape), None)
_THEN = may("then", one_of(Action, "an action"), Action.ERASE)
_UNDO = may("undo", DAYS, 0)
_ON_TOP = may("on_top", YES_NO, default=False)
_EXISTING = may("existing", one_of(Existing, "a word for data already held"), Existing.SHORTER)


def _rule(f: Fields) -> Rule | None:
    ends = _ends(f, f[_FIRST], f[_AT_MOST])
    if not ends:
        return None
    return Rule(
        f[_RULE],
        f[_RULE_CLAUSE],
        f[_APPLIES],
        ends,
        f[_THEN],
        f[_EXCEPT],
        place=f.place(),
        undo_days=f[_UNDO],
        existing=f[_EXISTING],
        on_top=f[_ON_TOP],
    )


def _ends(f: Fields, several: tuple[End, ...] | None, period: Period | None) -> tuple[End, ...]:
    """The ends of a rule: one in its own keys, or several under `whichever_first`, never both."""
    if several is not None and not (period or f.has(_STARTS) or f.has(_ELSE)):
        if several:
            return several
        f.wrong("AV113", "`whichever_first` names no end", _FIRST)
    elif several is not None:
        mixed = "a rule has its own end or `whichever_first`, not both"
        f.wrong("AV121", mixed, _FIRST, hint="move the end of the rule into the list")
    elif period is not None:
        return (End(f[_STARTS], period, f[_ELSE]),)
    else:
        f.wrong("AV113", "a retention rule needs the key `at_most`, or `whichever_first`")
    f.notes.dropped += 1
    return ()


RULE = record(
    "a retention rule",
    _rule,
    _RULE,
    _RULE_CLAUSE,
    _APPLIES,
    _EXCEPT,
    _STARTS,
    _AT_MOST,
    _ELSE,
    _FIRST,
    _THEN,
    _UNDO,
    _EXISTING,
    _ON_TOP,
)

_MINIMUM, _LAW = need("minimum", ID), need("law", PROSE)
_M_STARTS, _AT_LEAST = need("starts", ID), need("at_least", PERIOD)


def _minimum(f: Fields) -> Minimum:
    return Minimum(
        f[_MINIMUM],
        f[_RULE_CLAUSE],
        f[_LAW],
        f[_APPLIES],
        f[_M_STARTS],
        f[_AT_LEAST],
        f.place(),
    )


MINIMUM = record(
    "a legal minimum", _minimum, _MINIMUM, _RULE_CLAUSE, _LAW, _APPLIES, _M_STARTS, _AT_LEAST
)

# --- events, negative promises, rights, levels ---------------------------------------------------

_E_KIND, _E_CLAUSE = need("kind", one_of(EventMode, "a kind of event")), may("clause", CLAUSE, None)


def _event(f: Fields) -> EventKind:
    return EventKind(f.name.value, f[_E_KIND], f[_E_CLAUSE], f.name.place)


EVENTS = table(record("an event", _event, _E_KIND, _E_CLAUSE))

_NEVER, _N_CATEGORY = need("never", PROSE), may("category", ID, None)
_N_NAMED = may("fields_named", _NAMES, ())


def _never(f: Fields) -> Never:
    return Never(f[_NEVER], f[_RULE_CLAUSE], f[_N_CATEGORY], f[_N_NAMED], f.place())


NEVER = record("a negative promise", _never, _NEVER, _RULE_CLAUSE, _N_CATEGORY, _N_NAMED)

_RIGHT = need("right", ID)
_RIGHT_KEYS = tuple(
    may(name, PROSE, None)
    for name in (
        "law", "bases", "wider", "to", "link", "address", "form", "limits", "within",
        "fee", "identity", "country",
    )
)  # fmt: skip


def _right(f: Fields) -> dict[str, str]:
    said = {key.name: f[key] for key in _RIGHT_KEYS}
    named = {"right": f[_RIGHT], "clause": f[_RULE_CLAUSE]}
    return named | {name: value for name, value in said.items() if value is not None}


RIGHT: Record[dict[str, str]] = record("a right", _right, _RIGHT, _RULE_CLAUSE, *_RIGHT_KEYS)

_L_SYSTEM, _L_RULE = may("system", ID, None), may("rule", ID, None)
_LEVEL = need("level", one_of(Level, "a level"))


def _level(f: Fields) -> LevelSetting:
    return LevelSetting(f[_L_SYSTEM], f[_L_RULE], f[_LEVEL], f.place(_LEVEL))


LEVEL = record("a level", _level, _LEVEL, _L_SYSTEM, _L_RULE)
