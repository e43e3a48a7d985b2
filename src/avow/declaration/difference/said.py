"""A change in a sentence, in the languages of the interface."""

from __future__ import annotations

import re

from avow.common.languages import Words, mark, words
from avow.declaration.difference.change import Change, Kind, Sense
from avow.declaration.model import Declaration, Existing

_THINGS = {
    "declaration": mark("the declaration"),
    "controller": mark("who answers for the data"),
    "notice": mark("the notice"),
    "promise": mark("promise"),
    "category": mark("category of data"),
    "subject": mark("kind of person"),
    "point": mark("point of collection"),
    "collected": mark("collected item"),
    "purpose": mark("purpose"),
    "recipient": mark("recipient"),
    "rule": mark("retention rule"),
    "minimum": mark("legal minimum"),
    "event": mark("event"),
    "never": mark("negative promise"),
    "right": mark("right"),
    "limit": mark("limit of a right"),
    "cookie": mark("cookie"),
    "decision": mark("decision"),
    "section": mark("section"),
    "assessment": mark("assessment"),
    "dataset": mark("dataset"),
    "system": mark("system"),
}
_FIELDS = {
    "basis": mark("legal basis"),
    "uses": mark("data used"),
    "ends": mark("period"),
    "period": mark("period"),
    "lifetime": mark("lifetime"),
    "within": mark("time of answer"),
    "applies_to": mark("scope"),
    "exceptions": mark("exceptions"),
    "then": mark("what happens at the end"),
    "recipients": mark("recipients"),
    "for_": mark("what it does"),
    "role": mark("role"),
    "country": mark("country"),
    "seat": mark("seat"),
    "transfer": mark("transfer tool"),
    "copy": mark("copy of the safeguards"),
    "source": mark("where the data come from"),
    "required": mark("mandatory"),
    "exempt": mark("without consent"),
    "ahead": mark("notice given before a change"),
    "name": mark("name"),
    "address": mark("address"),
    "order": mark("order"),
}
_HELD = {
    Existing.SHORTER: mark("For data held already the shorter period counts."),
    Existing.NEW_RULE: mark("The new period counts for data held already too."),
    Existing.OLD_RULE: mark("For data held already the old period goes on counting."),
}
_UNITS = re.compile(r"(\d+) (year|month|week|day)s?\b")


def said(change: Change, language: str, declaration: Declaration | None = None) -> str:
    """The change in words; with a declaration things are called as its labels call them."""
    speak = words(language)
    parts = [_what(change, speak, _name(change, language, declaration))]
    if change.existing is not None:
        parts.append(speak.say(_HELD[change.existing]))
    if change.sense is Sense.WEAKENS:
        parts.append(speak.say("People get less by it."))
    elif change.weakens:
        parts.append(speak.say("People may get less by it."))
    told = " ".join(parts)
    return f"{change.clause}: {told}" if change.clause else told


def _name(change: Change, language: str, declaration: Declaration | None) -> str:
    label = declaration.words(language, change.thing, change.id) if declaration else ""
    return label or change.id


def _what(change: Change, speak: Words, name: str) -> str:
    if change.kind is Kind.TEXT:
        return _text(change, speak)
    thing = speak.say(_THINGS[change.thing]) if change.thing in _THINGS else change.thing
    named = speak.say("{thing} “{name}”", thing=thing, name=name) if name else thing
    before, after = _value(change.before, speak), _value(change.after, speak)
    if change.field == "id":
        return speak.say("{thing}: “{before}” is called “{after}” now.", thing=thing,
                         before=before, after=after)  # fmt: skip
    if not change.field:
        return _whole(change, speak, named)
    field = speak.say(_FIELDS[change.field]) if change.field in _FIELDS else change.field
    return speak.say("{thing}: {field} was “{before}” and is “{after}”.", thing=named, field=field,
                     before=before, after=after)  # fmt: skip


def _whole(change: Change, speak: Words, named: str) -> str:
    if change.after:
        return speak.say("New: {thing}.", thing=named)
    return speak.say("No longer there: {thing}.", thing=named)


def _text(change: Change, speak: Words) -> str:
    language, _, name = change.id.partition(" ")
    if change.thing == "label":
        return speak.say("{thing}: “{before}” is called “{after}” now.",
                         thing=f"{name} ({language})", before=change.before or "–",
                         after=change.after or "–")  # fmt: skip
    if change.words_only:
        return speak.say("The words change ({language}) and no rule does.", language=language)
    return speak.say("The words change ({language}).", language=language)


def _value(text: str, speak: Words) -> str:
    """What stood there, with periods in the language; a dash for nothing."""
    return _UNITS.sub(lambda found: _period(found, speak), text) if text else "–"


def _period(found: re.Match[str], speak: Words) -> str:
    n = int(found[1])
    match found[2]:
        case "year":
            return speak.count("{n} year", "{n} years", n)
        case "month":
            return speak.count("{n} month", "{n} months", n)
        case "week":
            return speak.count("{n} week", "{n} weeks", n)
    return speak.count("{n} day", "{n} days", n)
