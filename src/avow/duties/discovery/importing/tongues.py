"""Which of the three languages a text is in, by the small words that every text is full of."""

from __future__ import annotations

from collections import Counter

from avow.duties.discovery.importing.passages import folded

_WORDS = {
    "fr": "le la les des du une et est sont vos votre nous pour que qui dans avec sur aux ces ou "
    "cette lorsque donnees par ne pas",
    "nl": "de het een en van wij uw voor dat die met op zijn worden niet aan bij ons onze wanneer "
    "gegevens te door deze",
    "en": "the of and to your we our for that with are is this when data by not or you may on us "
    "will which",
}
_ENOUGH = 3
_CLEARLY = 1.5
_SHARE = 0.15
"""Of all words at least; in a text of another language there are fewer."""


def language_of(text: str) -> tuple[str | None, bool]:
    """The language with most of its small words in the text, and whether it is clearly ahead; None
    where there are too few of all."""
    said = folded(text[:200_000]).replace("'", " ").split()
    seen = Counter(said)
    scores = sorted(
        (
            (sum(seen[word] for word in words.split()), language)
            for language, words in _WORDS.items()
        ),
        reverse=True,
    )
    (best, language), (second, _) = scores[0], scores[1]
    if best < max(_ENOUGH, len(said) * _SHARE):
        return None, False
    return language, best >= second * _CLEARLY
