"""Who answers and what people may ask: the controller, and the rights that a sentence gives."""

from __future__ import annotations

import re
from collections.abc import Iterator

from avow.duties.discovery.importing.context import Said
from avow.duties.discovery.importing.model import Proposal, Question, Span
from avow.duties.discovery.importing.territories import countries_in
from avow.duties.discovery.importing.wording import LIMITED, RETAINS, RIGHTS

_FORM = (
    r"(?:NV/SA|SA/NV|BV/SRL|SRL/BV|N\.V\.|B\.V\.|S\.A\.|NV|SA|SAS|SARL|BV|SRL|SPRL|BVBA|CVBA|SCRL|ASBL|VZW|"
    r"GmbH|AG|SE|Ltd\.?|Limited|Inc\.?|LLC|PLC|Corp\.?)"
)
_COMPANY = re.compile(rf"((?:[A-ZÀ-Þ][\w&.'’-]*\s+){{1,6}}){_FORM}(?![\w/])")
_ANSWERS = re.compile(
    r"\bresponsable (?:du|de) traitement\b|\bverwerkingsverantwoordelijke\b|\bcontroller\b"
    r"|« ?nous|\(\s*[\"“'«]?\s*(?:nous|we|us|wij|ons)\b"
)
_ADDRESS = re.compile(
    r"(?:situes?|siege social|etablie?|gevestigd|zetel|located|registered office|offices?)\b"
    r"[^,.;()]{0,30}?\b(?:a|au|te|aan|in|at|op)\s+"
)
_PHONE = re.compile(r"\+\d[\d ./-]{7,20}\d|\b0\d{1,3}[ ./-]\d[\d ./-]{5,14}\d")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_LINK = re.compile(r"https?://[^\s)»”\"]+[^\s)»”\".,;]")
_NEAR = 3
"""Promises after the one that names the controller in which its address may stand."""
_OFFICER = re.compile(
    r"\bdelegue a la protection\b|\bfunctionaris (?:voor )?gegevensbescherming\b"
    r"|\bdata protection officer\b|\bdpo\b"
)
_ABOUT_RIGHTS = re.compile(r"\bdroits?\b|\brechten\b|\brecht\b|\brights?\b")


def controller(said: list[Said], language: str) -> tuple[list[Proposal], list[Question]]:
    """The controller as it names itself, and where it can be reached."""
    named = [(one, m) for one in said for m in [_COMPANY.search(one.words.text)] if m]
    if not named:
        why = "who is the controller? no name with a legal form was found"
        return [], [Question(said[0].id, why, said[0].whole)] if said else []
    sure = [pair for pair in named if _ANSWERS.search(pair[0].low)]
    one, match = (sure or named)[0]
    start = _first_capital(match)
    found = [_part(one, "name", start, match.end())]
    near = [other for other in said if other.segment.section == one.segment.section]
    after = [(o, 0) for o in near[near.index(one) + 1 :][:_NEAR]]
    places = [list(_place(o, at, language)) for o, at in [(one, match.end()), *after]]
    found += [*next((parts for parts in places if parts), []), *_reached(said)]
    why = "the first company that is named: is it the controller?"
    return found, [] if sure else [Question(one.id, why, one.quote(match.start(), match.end()))]


def _part(one: Said, key: str, start: int, end: int, value: str = "") -> Proposal:
    """A key of the controller with the words that give it, or with the value they mean."""
    said = value or " ".join(one.words.text[start:end].split())
    return Proposal("controller", key, one.id, ((key, said),), (one.quote(start, end),))


def _first_capital(match: re.Match[str]) -> int:
    """Without a word that only begins the sentence."""
    words = match[1].split()
    common = {"le", "la", "les", "de", "het", "the", "wij", "we", "nous", "cette", "this", "deze"}
    skip = len(words[0]) + 1 if len(words) > 1 and words[0].lower() in common else 0
    return match.start() + skip


def _place(one: Said, after: int, language: str) -> Iterator[Proposal]:
    low = one.low
    found = _ADDRESS.search(low, after)
    if found:
        stop = re.search(
            r"[();]|\. |, (?:traite|verwerkt|process|telephone|tel)", low[found.end() :]
        )
        end = found.end() + (stop.start() if stop else len(low) - found.end())
        text = one.words.text[found.end() : end].strip(" .,")
        if 5 < len(text) < 200:
            yield _part(one, "address", found.end(), found.end() + len(text))
            lands = [c for c, a, _ in countries_in(low, language) if found.end() <= a < end]
            if lands:
                yield _part(one, "country", found.end(), found.end() + len(text), lands[-1])
    phone = _PHONE.search(one.words.text, after)
    if phone:
        yield _part(one, "phone", phone.start(), phone.end())


def _reached(said: list[Said]) -> Iterator[Proposal]:
    """The first address of mail, and the first beside the words for the officer."""
    mails = [(one, m) for one in said for m in [_MAIL.search(one.words.text)] if m]
    officer = next(((o, m) for o, m in mails if _OFFICER.search(o.low)), None)
    other = next(((o, m) for o, m in mails if not _OFFICER.search(o.low)), None)
    for key, pair in (("officer", officer), ("email", other)):
        if pair:
            one, match = pair
            yield _part(one, key, match.start(), match.end())


def rights(said: list[Said], language: str) -> tuple[list[Proposal], list[Question]]:
    """The rights that sentences about rights give; a second sentence on one is asked about."""
    limits = {one.id.rpartition("-")[0] for one in said if LIMITED[language].search(one.low)}
    found: dict[str, Proposal] = {}
    asked: list[Question] = []
    for one in said:
        if one.id.rpartition("-")[0] in limits or RETAINS[language].search(one.low):
            continue
        if not (_ABOUT_RIGHTS.search(one.titles) or _ABOUT_RIGHTS.search(one.low)):
            continue
        for right, span in _given(one, language):
            if right in found:
                why = f"speaks of the right `{right}` again: does it add or limit?"
                asked.append(Question(one.id, why, span))
            else:
                link = _LINK.search(one.words.text) if right == "complaint" else None
                values = (("link", link[0]),) if link else ()
                found[right] = Proposal("right", right, one.id, values, (span,))
    return list(found.values()), asked


def _given(one: Said, language: str) -> Iterator[tuple[str, Span]]:
    for right, words in RIGHTS.items():
        match = words[language].search(one.low)
        if match:
            yield right, one.quote(match.start(), match.end())
