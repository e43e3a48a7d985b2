"""Finding what names somebody in a text: addresses, telephone and account numbers, known values.

Pure, and as wide as can be checked by hand: what is found is proposed to a person, never hidden
silently. Values are compared as whole words, without case; no part of a word is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache

from stdnum import iban

SHORTEST = 4
"""Letters of a known value below which it is not looked for: `Jo` stands in any text."""
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.UNICODE)
_PHONE = re.compile(r"(?<![\w+])(?:\+|00|0)\d(?:[ ./()-]{0,2}\d){7,13}(?!\w)")
_IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?:[ ]?[A-Za-z0-9]){11,30}(?!\w)")
_CREDENTIAL_NAME = re.compile(
    r"(?:^|_)(?:password|passwd|pwd|wachtwoord|secret|totp|otp|token|api_?key|salt|pin)(?:_|$)",
    re.IGNORECASE,
)
_CREDENTIAL = re.compile(
    r"(?:scrypt|bcrypt|argon2\w*|pbkdf2\w*)\$|\$(?:2[abxy]|argon2\w*|[156y])\$"
)
_DIGIT = re.compile(r"\d")


class Kind(StrEnum):
    """What a place looks like."""

    EMAIL = "email"
    PHONE = "phone"
    IBAN = "iban"
    KNOWN = "known-value"
    OF_OTHERS = "data-of-others"
    CREDENTIAL = "credential"
    ATTACHMENT = "file"
    POINTED = "pointed-out"


@dataclass(frozen=True, slots=True)
class Hit:
    """A piece of a text, and what it looks like."""

    kind: Kind
    text: str
    start: int


@dataclass(frozen=True)
class Detector:
    """Finds what names others. `own` are values of the person themself and of the organisation;
    `known` are values that name other persons."""

    own: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    _cut: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_cut", frozenset(_form(v) for v in self.own))

    @cached_property
    def _forms(self) -> frozenset[str]:
        return frozenset(_form(v) for v in self.known)

    @cached_property
    def _known(self) -> re.Pattern[str] | None:
        words = sorted(
            (v.strip() for v in self.known if len(v.strip()) >= SHORTEST), key=len, reverse=True
        )
        if not words:
            return None
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)

    def hits(self, text: str) -> tuple[Hit, ...]:
        """What names others in a text, in order, the longest where pieces overlap."""
        found = sorted(self._all(text), key=lambda h: (h.start, -len(h.text)))
        kept: list[Hit] = []
        for hit in found:
            if not kept or hit.start >= kept[-1].start + len(kept[-1].text):
                kept.append(hit)
        return tuple(kept)

    def names(self, value: str) -> bool:
        """Whether a whole value is one of those that name others, however it is written."""
        return _form(value) in self._forms

    def _all(self, text: str) -> Iterator[Hit]:
        numbers = ((Kind.IBAN, _IBAN), (Kind.PHONE, _PHONE)) if _DIGIT.search(text) else ()
        addresses = ((Kind.EMAIL, _EMAIL),) if "@" in text else ()
        for kind, pattern in (*addresses, *numbers):
            for each in pattern.finditer(text):
                said = each.group().rstrip(".-")
                if self._is_others(kind, said):
                    yield Hit(kind, said, each.start())
        if self._known is not None:
            for each in self._known.finditer(text):
                if _form(each.group()) not in self._cut:
                    yield Hit(Kind.KNOWN, each.group(), each.start())

    def _is_others(self, kind: Kind, said: str) -> bool:
        if kind is Kind.IBAN and not is_iban(said):
            return False
        if kind is Kind.PHONE and not 9 <= len(_DIGIT.findall(said)) <= 15:
            return False
        return _form(said) not in self._cut


def is_contact(text: str) -> bool:
    """Whether a text is one address or telephone number and nothing else."""
    hits = Detector().hits(text.strip())
    return [(h.kind, h.text) for h in hits] in (
        [(Kind.EMAIL, text.strip())],
        [(Kind.PHONE, text.strip())],
    )


def is_iban(text: str) -> bool:
    """Whether a text is an account number whose check digits are right (ISO 13616: 97-10). Those of
    its bank are not asked for: what looks like somebody's number is proposed to a person."""
    return iban.is_valid(text, check_country=False)


def is_credential(column: str, value: object) -> bool:
    """Whether a cell may let somebody in: what a password is kept as, a token. To hand it out would
    put the person's own account at risk."""
    return isinstance(value, str) and (
        _names_credential(column) or ("$" in value and bool(_CREDENTIAL.match(value)))
    )


@lru_cache(maxsize=4_096)
def _names_credential(column: str) -> bool:
    """Asked for every cell of a copy, of the same few columns."""
    return bool(_CREDENTIAL_NAME.search(column))


def texts(value: object) -> Iterator[str]:
    """Every text in a value, however deep in lists and objects; keys of objects too."""
    found: list[str] = []
    _gather(value, found)
    return iter(found)


def _gather(value: object, found: list[str]) -> None:
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, dict):
        found.extend(key for key in value if isinstance(key, str))
        _gather(list(value.values()), found)
    elif isinstance(value, list | tuple):
        for each in value:
            if isinstance(each, str):
                found.append(each)
            elif isinstance(each, dict | list | tuple):
                _gather(each, found)


def without(value: object, pieces: Iterable[str], mark: str) -> object:
    """A value with every whole occurrence of these pieces replaced by a mark, however deep."""
    words = sorted({p for p in pieces if p}, key=len, reverse=True)
    if not words:
        return value
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)
    return _replaced(value, pattern, mark)


def _replaced(value: object, pattern: re.Pattern[str], mark: str) -> object:
    if isinstance(value, str):
        return pattern.sub(mark, value)
    if isinstance(value, dict):
        return {
            str(_replaced(k, pattern, mark)): _replaced(v, pattern, mark) for k, v in value.items()
        }
    if isinstance(value, list | tuple):
        return [_replaced(v, pattern, mark) for v in value]
    return value


def _form(value: str) -> str:
    """How two writings of one value are compared: an address without case, a number by its digits
    without its international or trunk prefix, an account number without spaces."""
    text = value.strip().casefold()
    if "@" in text:
        return text
    digits = "".join(_DIGIT.findall(text))
    if len(digits) >= 8 and not any(c.isalpha() for c in text):
        return digits[-8:]
    return re.sub(r"\s+", " ", text) if not is_iban(text) else re.sub(r"\s", "", text)
