"""What recipients do, by the words with which a declaration says so in three languages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from avow.declaration.model import Recipient


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of work: its name, the words that mean it, and words beside which they do not."""

    name: str
    words: str
    unless: str = ""

    def is_done_by(self, recipient: Recipient) -> bool:
        """Whether the declaration says that a recipient does it."""
        said = f"{recipient.id} {recipient.for_ or ''}".casefold()
        return bool(re.search(self.words, said)) and not (
            self.unless and re.search(self.unless, said)
        )


POST = Job("carrying letters", r"\bletters?\b|\bpostal|\bcourriers?\b|\bbrieven\b")
TELEPHONY = Job("telephony", r"\btelephony\b|\bt[eé]l[eé]phonie\b|\btelefonie\b")
PAYMENT = Job("payments", r"\bpayments?\b|\bpaiements?\b|\bbetaling")
SCORING = Job(
    "building profiles",
    r"marketing.automation|automatisation.(du.)?marketing|\bscoring\b|business.intelligence"
    r"|\bbi\b|informatique.d[eé]cisionnelle|\bprofil",
    r"(without|no|sans|zonder) (any )?(scor|profil)"
    r"|(scor|profil)\w* (is |are )?((switched )?off|d[eé]sactiv|uitgeschakeld)",
)
HOSTING = Job("hosting the service", r"host|h[eé]berg", r"web.?site|site.(web|internet)")
BACKUPS = Job("keeping backups", r"back-?up|sauvegarde|reservekopie")
ACCOUNTING = Job("accounting", r"account(?:ant|ing)|compta|boekhoud")
EVENTS = Job("holding events together", r"\bevents?\b|organis|[eé]v[eéè]nement")
ADVERTISING = Job("showing advertisements", r"advertis|publicit|reclame|adverten")
