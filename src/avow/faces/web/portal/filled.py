"""What a person filled in, and what keeps it from being a request. Pure.

A person is about to send it for themselves, for somebody for whom they speak, or for both; or for
the users of their company.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from msgspec.structs import replace

from avow.declaration.model import Declaration
from avow.duties.correspondence.addresses import address
from avow.duties.requests.book import Asking, Person
from avow.duties.requests.identity.representing import COMPANY_MAY
from avow.duties.requests.intake.plain import clean
from avow.duties.requests.words import Right

TRAP = "website"
"""A field that people do not see, and that programs fill in."""
LONGEST, SHORT = 8000, 400
"""Letters of the free words, and of a name, an address or a number, that are taken."""
MOST_USERS = 50
"""Users for whom a company asks by one form."""
CHOICES = (
    (Right.ACCESS, False),
    (Right.ERASURE, False),
    (Right.RECTIFICATION, False),
    (Right.RESTRICTION, False),
    (Right.PORTABILITY, False),
    (Right.OBJECTION, False),
    (Right.OBJECTION, True),
    (Right.WITHDRAWAL, False),
    (Right.AUTOMATED_DECISION, False),
)
"""What can be chosen: a right, and whether it is about marketing."""
EMAIL = "email"
_PLAIN = ("form", TRAP, "name", "email", "postal", "other-name", "other-email", "company")
_LONG = ("words", "users")


class About(StrEnum):
    """Whom a request is about."""

    ME = "me"
    OTHER = "other"
    BOTH = "both"
    COMPANY = "company"


def kinds(declaration: Declaration, language: str) -> tuple[tuple[str, str], ...]:
    """What else than a mail address a person may name themselves by, and what it is called: the
    kinds of the data map for which the declaration has words (`labels`, `identity`)."""
    every = {
        identity.kind: declaration.words(language, "identity", identity.kind)
        for _, dataset in declaration.datamap.datasets()
        for identity in dataset.identities
    }
    return tuple((kind, word) for kind, word in every.items() if word and kind != EMAIL)


def carried(data: Mapping[str, str], declared: Iterable[str]) -> dict[str, str]:
    """The fields of the form and no others, trimmed: what the next page carries on. Lines end as
    people type them, or a text that just fits would come back too long."""
    names = (*_PLAIN, *(f"known-{kind}" for kind in declared))
    found = {name: clean(data.get(name, "")).strip()[:SHORT] for name in names}
    found |= {name: typed(data.get(name, "")) for name in _LONG}
    found |= {f"want-{n}": "yes" for n in range(len(CHOICES)) if data.get(f"want-{n}")}
    about = data.get("about", "")
    found["about"] = about if about in set(About) else About.ME
    return {name: value for name, value in found.items() if value}


def typed(text: str) -> str:
    """A text as it was typed, with line ends as people see them."""
    return clean(text).replace("\r\n", "\n").strip()


def chosen(data: Mapping[str, str]) -> list[int]:
    """The places of what was ticked."""
    return [n for n in range(len(CHOICES)) if data.get(f"want-{n}")]


def about(data: Mapping[str, str]) -> About:
    """Whom it is about."""
    return About(data.get("about", About.ME))


def users(data: Mapping[str, str]) -> list[str]:
    """What a company typed to name its users, each once."""
    each = re.split(r"[\s,;]+", data.get("users", ""))
    return list({one.casefold(): one for one in each if one}.values())


def no_addresses(data: Mapping[str, str]) -> list[str]:
    """What of it is no address."""
    return [one for one in users(data) if address(one) is None]


def wrong(data: Mapping[str, str]) -> tuple[str, ...]:
    """What keeps a form from being a request, by the names of the sentences that say so."""
    email, found = data.get("email", ""), []
    if not chosen(data) and not data.get("words"):
        found.append("no_wish")
    if len(data.get("words", "")) > LONGEST:
        found.append("too_long")
    found += _wrong_of_company(data) if about(data) is About.COMPANY else _wrong_of_other(data)
    if email and address(email) is None:
        found.append("bad_email")
    if not email and not data.get("postal"):
        found.append("no_address")
    return (*found, *(("wrong",) if len(data.get("form", "")) < 32 else ()))


def _wrong_of_other(data: Mapping[str, str]) -> Iterator[str]:
    if about(data) is not About.ME and not data.get("other-name"):
        yield "no_other"
    if data.get("other-email") and address(data["other-email"]) is None:
        yield "bad_other"


def _wrong_of_company(data: Mapping[str, str]) -> Iterator[str]:
    if any(CHOICES[n][0] not in COMPANY_MAY for n in chosen(data)):
        yield "no_right"
    if not data.get("company"):
        yield "no_company"
    if not users(data):
        yield "no_users"
    elif len(users(data)) > MOST_USERS:
        yield "too_many_users"
    elif no_addresses(data):
        yield "bad_users"


def persons(data: Mapping[str, str], language: str) -> tuple[Person, ...]:
    """Whom the request is about. Somebody who is spoken for is written to at the address of who
    speaks, which names nobody but the speaker; a company's own number says which company it is."""
    email, postal, name = (data.get(each, "") for each in ("email", "postal", "name"))
    known = tuple(
        (key.removeprefix("known-"), value)
        for key, value in data.items()
        if key.startswith("known-")
    )
    if about(data) is About.COMPANY:
        said = (data["company"], name, *(value for _, value in known))
        speaker = ", ".join(each for each in said if each)
        spoken = Person(language=language, email=email, postal=postal, speaker=speaker)
        return tuple(replace(spoken, identities=((EMAIL, user),)) for user in users(data))
    own = (("email", email),) if email else ()
    me = Person(name=name, language=language, email=email, postal=postal, identities=(*own, *known))
    if about(data) is About.ME:
        return (me,)
    theirs = (("email", data["other-email"]),) if data.get("other-email") else ()
    only = known if about(data) is About.OTHER else ()
    other = Person(
        name=data.get("other-name", ""),
        language=language,
        email=email,
        postal=postal,
        identities=(*theirs, *only),
        speaker=name or email or postal,
    )
    return (me, other) if about(data) is About.BOTH else (other,)


def asked(data: Mapping[str, str], people: int) -> tuple[Asking, ...]:
    """Each right that was ticked, for everybody whom the request is about."""
    return tuple(
        Asking(person, right, marketing=marketing)
        for person in range(1, people + 1)
        for right, marketing in (CHOICES[n] for n in chosen(data))
    )
