"""The least that will do: what somebody has to show before a right of theirs is carried out.

Pure. Art. 12(6) GDPR lets ask for more only on reasonable doubt, and art. 5(1)(c) for no more than
is needed: the answer names one step, why, and never a document while less will do.
"""

from __future__ import annotations

from dataclasses import dataclass

from avow.duties.requests.words import Right, Rung, Voice

_OWN = frozenset(
    {Rung.SESSION, Rung.SIGNED_LINK, Rung.KNOWN_ADDRESS, Rung.KNOWN_FACTS, Rung.DOCUMENT}
)
_STRONGER = frozenset({Rung.SESSION, Rung.KNOWN_FACTS, Rung.DOCUMENT})
_SPEAKS = {
    Voice.REPRESENTATIVE: (Rung.MANDATE, "somebody speaks for the person: a mandate shows it"),
    Voice.COMPANY: (Rung.AUTHORITY, "a company speaks for its users: who may is to be shown"),
}
_ENDS = frozenset({Right.OBJECTION, Right.WITHDRAWAL, Right.RESTRICTION, Right.INFORMATION})
"""Rights that hand nothing out and destroy nothing."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked, by whom, and what they have shown so far.

    `is_grave`: data that hurt in the wrong hands (special categories, secrets, a great many), so
    that reading one mailbox is not enough. `doubted`: what they showed and was not enough.
    """

    right: Right
    marketing: bool = False
    voice: Voice = Voice.SELF
    is_grave: bool = False
    shown: frozenset[Rung] = frozenset()
    doubted: frozenset[Rung] = frozenset()


@dataclass(frozen=True, slots=True)
class Need:
    """The next thing to ask for, None when nothing is; and why, in one sentence."""

    rung: Rung | None
    why: str


def needed(case: Case) -> Need:
    """What has to be asked of somebody next.

    It depends on nothing that we hold of them: whoever asks cannot read from the question whether
    they are known.
    """
    if case.right is Right.OBJECTION and case.marketing:
        return Need(None, "an objection to marketing needs no proof: nothing may stand before it")
    if case.voice is not Voice.SELF:
        rung, why = _SPEAKS[case.voice]
        return Need(None, f"shown by {rung}") if rung in case.shown else Need(rung, why)
    enough = _STRONGER if case.is_grave and case.right not in _ENDS else _OWN
    good = (case.shown - case.doubted) & enough
    if good:
        return Need(None, f"shown by {min(good, key=list(Rung).index)}")
    return _next(case, enough)


def _next(case: Case, enough: frozenset[Rung]) -> Need:
    """The least burden that was not tried: a link, then facts, and a document last."""
    link = frozenset({Rung.SIGNED_LINK, Rung.KNOWN_ADDRESS})
    if not case.doubted & link and not case.shown & link:
        return Need(Rung.SIGNED_LINK, "a link to the address that we hold burdens them least")
    if Rung.KNOWN_FACTS not in case.doubted:
        why = "the link was not enough" if case.doubted else "these data ask for more than a link"
        return Need(Rung.KNOWN_FACTS, f"{why}: facts that only they know")
    if Rung.DOCUMENT in enough and Rung.DOCUMENT not in case.doubted:
        return Need(Rung.DOCUMENT, "link and facts were not enough; a document, with all but the"
                    " name covered, is what is left")  # fmt: skip
    return Need(None, "nothing more is asked: it may be refused because identity is not shown")
