"""The whole declaration as one shape, and what only the whole can tell: ids said twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from avow.common.places import Place
from avow.declaration.loading import notice, statement
from avow.declaration.loading.datamap import SYSTEM
from avow.declaration.loading.interpretation import CASE, DECISION, SIGNATURE
from avow.declaration.loading.nodes import Notes
from avow.declaration.loading.requesting import REQUESTING
from avow.declaration.loading.shapes import (
    Fields,
    many,
    may,
    may_map,
    need,
    one_or_many,
    placed,
    record,
    text,
)
from avow.declaration.loading.words import ID
from avow.declaration.model import Controller, Declaration
from avow.declaration.requesting import Requesting
from avow.estate.datamap.model import DataMap

LANGUAGE_VERSION = "1"
"""The version of the declaration language that this program reads."""


class Placed(Protocol):
    """Something that stands somewhere."""

    @property
    def place(self) -> Place: ...


P = TypeVar("P", bound=Placed)

_VERSION = need(
    "avow",
    text(
        "a version of the language",
        lambda v: v if v == LANGUAGE_VERSION else None,
        "AV120",
        {"const": LANGUAGE_VERSION},
        f'this program reads `avow: "{LANGUAGE_VERSION}"`',
    ),
)
_NAME = need("declaration", ID)
_CONTROLLER = may("controller", statement.CONTROLLER.shape, Controller())
_LANGUAGES = may("languages", one_or_many(ID), ())
_PEOPLE = may("people", many(statement.MEMBER.shape), ())
_CLAUSES = may_map("clauses", statement.CLAUSES)
_CATEGORIES = may_map("categories", statement.CATEGORIES)
_SUBJECTS = may_map("subjects", statement.SUBJECTS)
_COLLECTION = may("collection", many(statement.POINT.shape), ())
_PURPOSES = may("purposes", many(statement.PURPOSE.shape), ())
_RECIPIENTS = may("recipients", many(statement.RECIPIENT.shape), ())
_RETENTION = may("retention", many(statement.RULE.shape), ())
_MINIMUMS = may("minimums", many(statement.MINIMUM.shape), ())
_EVENTS = may_map("events", statement.EVENTS)
_NEVER = may("never", many(statement.NEVER.shape), ())
_RIGHTS = may("rights", many(placed(statement.RIGHT.shape)), ())
_LEVELS = may("levels", many(statement.LEVEL.shape), ())
_DECISIONS = may("decisions", many(DECISION.shape), ())
_SIGNATURES = may("signatures", many(SIGNATURE.shape), ())
_TESTS = may("tests", many(CASE.shape), ())
_SYSTEMS = may("systems", many(SYSTEM.shape), ())
_SECTIONS = may("sections", notice.SECTIONS, ())
_EDITION = may("notice", notice.EDITION.shape, None)
_COOKIES = may("cookies", notice.COOKIES, ())
_ASSESSMENTS = may("assessments", notice.ASSESSMENTS, ())
_TRANSLATIONS = may("translations", notice.TRANSLATIONS, ())
_LABELS = may_map("labels", notice.LABELS)
_REQUESTS = may("requests", REQUESTING.shape, Requesting())


def _whole(f: Fields) -> Declaration:
    def by_id(items: Iterable[P], name: Callable[[P], str]) -> dict[str, P]:
        return _by_id(items, name, f.notes)

    return Declaration(
        id=f[_NAME],
        version=f[_VERSION],
        controller=f[_CONTROLLER],
        languages=f[_LANGUAGES],
        people=by_id(f[_PEOPLE], lambda i: i.id),
        clauses=f[_CLAUSES],
        categories=f[_CATEGORIES],
        subjects={name: dpv for name, (dpv,) in f[_SUBJECTS].items()},
        points=by_id(f[_COLLECTION], lambda i: i.id),
        purposes=by_id(f[_PURPOSES], lambda i: i.id),
        recipients=by_id(f[_RECIPIENTS], lambda i: i.id),
        rules=by_id(f[_RETENTION], lambda i: i.id),
        minimums=by_id(f[_MINIMUMS], lambda i: i.id),
        events=f[_EVENTS],
        nevers=f[_NEVER],
        decisions=by_id(f[_DECISIONS], lambda i: i.id),
        signatures=f[_SIGNATURES],
        levels=f[_LEVELS],
        cases=f[_TESTS],
        rights=tuple(right for right, _ in f[_RIGHTS]),
        right_places=tuple(place for _, place in f[_RIGHTS]),
        datamap=DataMap(by_id(f[_SYSTEMS], lambda i: i.name)),
        sections=by_id(f[_SECTIONS], lambda i: i.id),
        edition=f[_EDITION],
        cookies=f[_COOKIES],
        assessments=by_id(f[_ASSESSMENTS], lambda i: i.id),
        translations=f[_TRANSLATIONS],
        labels=f[_LABELS],
        requests=f[_REQUESTS],
    )


def _by_id(items: Iterable[P], name: Callable[[P], str], notes: Notes) -> dict[str, P]:
    found: dict[str, P] = {}
    for item in items:
        if name(item) in found:
            first = found[name(item)].place
            because = f"the first one is at {first}"
            notes.wrong("AV119", f"`{name(item)}` is here twice", item.place, because=because)
        else:
            found[name(item)] = item
    return found


DECLARATION = record(
    "a declaration",
    _whole,
    _VERSION,
    _NAME,
    _CONTROLLER,
    _LANGUAGES,
    _PEOPLE,
    _CLAUSES,
    _CATEGORIES,
    _SUBJECTS,
    _COLLECTION,
    _PURPOSES,
    _RECIPIENTS,
    _RETENTION,
    _MINIMUMS,
    _EVENTS,
    _NEVER,
    _RIGHTS,
    _LEVELS,
    _DECISIONS,
    _SIGNATURES,
    _TESTS,
    _SYSTEMS,
    _SECTIONS,
    _EDITION,
    _COOKIES,
    _ASSESSMENTS,
    _TRANSLATIONS,
    _LABELS,
    _REQUESTS,
)
