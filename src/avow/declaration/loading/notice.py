"""What a notice needs, as shapes: sections, edition, cookies, assessments, translations, words."""

from __future__ import annotations

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
)
from avow.declaration.loading.words import CLAUSE, COUNTRY, DAY, ID, NAME, PERIOD, PROSE, YES_NO
from avow.declaration.publishing import (
    LABELLED,
    Assessment,
    AssessmentKind,
    Conclusion,
    Cookie,
    Edition,
    Party,
    Section,
    Shown,
    Translation,
)

_CLAUSES = may("clauses", one_or_many(CLAUSE), ())
_SECTION, _WITHIN = need("section", CLAUSE), may("within", CLAUSE, None)
_SHOWS = may("shows", one_or_many(one_of(Shown, "something that a section shows")), ())


def _section(f: Fields) -> Section:
    return Section(f[_SECTION], f[_WITHIN], f[_CLAUSES], f[_SHOWS], f.place())


SECTION = record("a section", _section, _SECTION, _WITHIN, _CLAUSES, _SHOWS)

_VERSION, _CHANGED = need("version", NAME), may("changed", DAY, None)
_EFFECTIVE = may("effective", DAY, None)
_HOSTS, _FORMS = may("hosts", one_or_many(NAME), ()), may("forms", one_or_many(NAME), ())
_AHEAD = may_map("ahead", mapping(PERIOD))
_PROMISES = may_map("promises", mapping(CLAUSE))
_PAGES = may_map("pages", mapping(NAME))


def _edition(f: Fields) -> Edition:
    return Edition(
        f[_VERSION],
        f[_CHANGED],
        f[_EFFECTIVE],
        f[_HOSTS],
        f[_FORMS],
        f[_AHEAD],
        f.place(),
        f[_PROMISES],
        f[_PAGES],
    )


EDITION = record(
    "an edition of the notice",
    _edition,
    _VERSION,
    _CHANGED,
    _EFFECTIVE,
    _HOSTS,
    _FORMS,
    _AHEAD,
    _PROMISES,
    _PAGES,
)

_COOKIE, _COOKIE_CLAUSE = need("cookie", NAME), need("clause", CLAUSE)
_PURPOSE, _RECIPIENT = may("purpose", ID, None), may("recipient", ID, None)
_LIFETIME = may("lifetime", PERIOD, None)
_PARTY = may("party", one_of(Party, "a party"), Party.FIRST)
_EXEMPT = may("exempt", YES_NO, default=False)


def _cookie(f: Fields) -> Cookie:
    return Cookie(
        f[_COOKIE],
        f[_COOKIE_CLAUSE],
        f[_PURPOSE],
        f[_RECIPIENT],
        f[_LIFETIME],
        f[_PARTY],
        f[_EXEMPT],
        f.place(),
    )


COOKIE = record(
    "a cookie", _cookie, _COOKIE, _COOKIE_CLAUSE, _PURPOSE, _RECIPIENT, _LIFETIME, _PARTY, _EXEMPT
)

_ASSESSMENT, _OF = need("assessment", ID), need("of", ID)
_KIND = need("kind", one_of(AssessmentKind, "a kind of assessment"))
_AUTHOR, _APPROVER = need("author", ID), may("approver", ID, None)
_DATE, _REVIEW = may("date", DAY, None), may("review", DAY, None)
_CONCLUSION = may("conclusion", one_of(Conclusion, "a conclusion"), Conclusion.OPEN)
_INTEREST, _NECESSITY = may("interest", PROSE, ""), may("necessity", PROSE, "")
_BALANCE, _SAFEGUARDS = may("balance", PROSE, ""), may("safeguards", PROSE, "")


def _assessment(f: Fields) -> Assessment:
    return Assessment(
        id=f[_ASSESSMENT],
        kind=f[_KIND],
        of=f[_OF],
        author=f[_AUTHOR],
        approver=f[_APPROVER],
        on=f[_DATE],
        review=f[_REVIEW],
        conclusion=f[_CONCLUSION],
        interest=f[_INTEREST],
        necessity=f[_NECESSITY],
        balance=f[_BALANCE],
        safeguards=f[_SAFEGUARDS],
        place=f.place(),
    )


ASSESSMENT = record(
    "an assessment",
    _assessment,
    _ASSESSMENT,
    _KIND,
    _OF,
    _AUTHOR,
    _APPROVER,
    _DATE,
    _REVIEW,
    _CONCLUSION,
    _INTEREST,
    _NECESSITY,
    _BALANCE,
    _SAFEGUARDS,
)

_LANGUAGE, _DIGEST = need("language", ID), need("digest", NAME)
_BY, _ON = need("by", ID), need("on", DAY)


def _translation(f: Fields) -> Translation:
    return Translation(f[_LANGUAGE], f[_DIGEST], f[_BY], f[_ON], f.place())


TRANSLATION = record("an approval of a language", _translation, _LANGUAGE, _DIGEST, _BY, _ON)

_WORDS: Shape[dict[str, str]] = mapping(PROSE)
_LABEL_KEYS = tuple(may_map(kind, _WORDS) for kind in LABELLED)


def _labels(f: Fields) -> dict[str, dict[str, str]]:
    return {key.name: f[key] for key in _LABEL_KEYS if f.has(key)}


LABELS = mapping(record("words of a language", _labels, *_LABEL_KEYS).shape)

COUNTRIES = one_or_many(COUNTRY)
SECTIONS, COOKIES = many(SECTION.shape), many(COOKIE.shape)
ASSESSMENTS, TRANSLATIONS = many(ASSESSMENT.shape), many(TRANSLATION.shape)
