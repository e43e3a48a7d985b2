"""The words of a message as plain text: nothing in it is run or fetched, every pass is linear."""

from __future__ import annotations

import html
import re

LONGEST = 200_000
"""Characters that are looked at; whoever asks for something does so before."""
_HIDDEN = ("script", "style", "head", "title", "template")
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "blockquote", "table", "td"})
_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]{0,20})")
_LOWER = {ord(c): c.lower() for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
"""Of ASCII alone: a text in lower case keeps its places."""
_QUOTE = re.compile(r"(?:>|\|) ?")
_BEFORE = re.compile(
    r"-{2,}\s?(?:original message|message d'origine|message original|oorspronkelijk bericht|"
    r"forwarded message|message transféré|doorgestuurd bericht)|_{10,}$",
    re.IGNORECASE,
)
_WROTE = re.compile(r"(?:wrote|a écrit|schreef(?: het volgende)?)\s?:\s*$", re.IGNORECASE)
_FROM = re.compile(r"\*?(?:from|de|van)\s?:", re.IGNORECASE)
_SENT = re.compile(r"\*?(?:sent|envoyé|verzonden|date|datum)\s?:", re.IGNORECASE)
_HANDED_ON = re.compile(r"(?:fwd?|tr|doorst)\s?:", re.IGNORECASE)
_FORWARDED = re.compile(r"forward|transf|doorgestuurd", re.IGNORECASE)


def of_html(markup: str, *, is_own: bool = False) -> str:
    """The text of HTML: tags are left out, and what is in scripts, styles and comments. `is_own`:
    and what is quoted, from the first to the last sign of a quotation."""
    markup, parts, at = markup[:LONGEST], [], 0
    lower = markup.translate(_LOWER)
    if is_own and (start := lower.find("<blockquote")) >= 0:
        end = lower.rfind("</blockquote")
        markup = markup[:start] + (markup[end:] if end > start else "")
        lower = markup.translate(_LOWER)
    while (start := markup.find("<", at)) >= 0:
        parts.append(markup[at:start])
        at, between = _after(markup, lower, start)
        parts.append(between)
    parts.append(markup[at:])
    return html.unescape("".join(parts))


def _after(markup: str, lower: str, start: int) -> tuple[int, str]:
    """Where text goes on after a `<`, and what stands in the place of what was left out."""
    if markup.startswith("<!--", start):
        return _behind(markup, "-->", start), " "
    name = _NAME.match(markup, start + 1)
    if name is None and markup[start + 1 : start + 2] not in {"!", "?"}:
        return start + 1, "<"  # a sign of less, no tag
    end, word = _behind(markup, ">", start), name[1].lower() if name else ""
    if word in _HIDDEN and markup[start + 1] != "/":
        closing = lower.find(f"</{word}", end)
        return (_behind(markup, ">", closing) if closing >= 0 else len(markup)), " "
    return end, "\n" if word in _BREAKS else " "


def _behind(markup: str, sign: str, start: int) -> int:
    found = markup.find(sign, start)
    return found + len(sign) if found >= 0 else len(markup)


def is_forward(subject: str) -> bool:
    """Whether a subject says that the message hands on another one."""
    return bool(_HANDED_ON.match(subject.strip()))


def own(text: str) -> str:
    """What the sender says, without what they quote of an earlier message.

    A forwarded message is not quoted: somebody hands on what another person wrote, and that counts.
    """
    said: list[str] = []
    for line in text[:LONGEST].splitlines():
        bare = line.strip()
        if _WROTE.search(bare[-60:]):
            break
        if (mark := _BEFORE.match(bare)) and not _FORWARDED.search(mark[0]) and any(said):
            break
        if _SENT.match(bare) and said and _FROM.match(said[-1].strip()):
            said.pop()
            break
        if not _QUOTE.match(bare):
            said.append(line)
    return "\n".join(said)


def clean(text: str) -> str:
    """The text as it can be kept: no half characters, no zero bytes."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
