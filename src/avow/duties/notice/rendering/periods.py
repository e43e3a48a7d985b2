"""How long: the table of periods with the worst case of each, and the bars of the plot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from avow.common.calendar import Period
from avow.declaration.model import End
from avow.duties.notice.rendering.lifetimes import Lifetime, days
from avow.duties.notice.rendering.model import Bar, Cell, Line, Piece, Table
from avow.duties.notice.rendering.said import Saying, joined, plain


def periods(saying: Saying, known: Iterable[Lifetime], lag: Period | None) -> Table:
    """Each rule: what it reaches, from when it counts, how long, and what that is at the worst."""
    say = saying.spoken.say
    lines = tuple(known)
    return Table(
        "t-periods",
        say("How long we keep what"),
        (say("What"), say("Counted from"), say("At most"), say("At the very worst"), say("Clause")),
        tuple(_row(saying, lifetime) for lifetime in lines),
        (Piece(_note(saying, lag)),),
        "" if lines else say("No period is declared."),
    )


def _note(saying: Saying, lag: Period | None) -> str:
    say = saying.spoken.say
    if lag is None:
        return say(
            "“At the very worst” adds the day on which we erase. How long backups are kept is not "
            "declared, so what they add is not known."
        )
    return say(
        "“At the very worst” adds the day on which we erase and the {lag} for which a backup may "
        "still hold what was erased.",
        lag=saying.period(lag),
    )


def _row(saying: Saying, lifetime: Lifetime) -> tuple[Cell, ...]:
    say, rule = saying.spoken.say, lifetime.rule
    return (
        Cell((saying.word("rule", rule.id),), saying.words_of("category", lifetime.categories)),
        Cell((start(saying, lifetime.end),), _otherwise(saying, lifetime.end)),
        Cell((Piece(length(saying, lifetime.end)),), _sooner(saying, lifetime.sooner)),
        Cell((Piece(saying.period(lifetime.longest)),))
        if lifetime.longest is not None
        else Cell((Piece(say("not known: the start is not said"), is_missing=True),)),
        Cell((saying.clause(rule.clause),)),
    )


def start(saying: Saying, end: End) -> Piece:
    """What a period is counted from."""
    if end.starts is None:
        return Piece(saying.spoken.say("not said"), is_missing=True)
    return saying.word("event", end.starts)


def length(saying: Saying, end: End) -> str:
    """How long a period is; a period of no days ends with its event."""
    return saying.period(end.period) or saying.spoken.say("that same day")


def brief(saying: Saying, lifetime: Lifetime) -> str:
    """A rule in a few words: `10 years, from: the end of the contract`."""
    say, end = saying.spoken.say, lifetime.end
    after = start(saying, end).text
    if end.period == Period():
        return say("until: {event}", event=after)
    return say("{length}, from: {event}", length=length(saying, end), event=after)


def _otherwise(saying: Saying, end: End) -> Line:
    if end.otherwise is None:
        return ()
    other = saying.word("event", end.otherwise).text
    return (Piece(saying.spoken.say("without it: {event}", event=other)),)


def _sooner(saying: Saying, ends: Iterable[End]) -> Line:
    said = (Piece(_end(saying, end)) for end in ends)
    words = joined(said, "; ")
    if not words:
        return ()
    return (Piece(saying.spoken.say("or sooner: {ends}", ends=plain(words))),)


def _end(saying: Saying, end: End) -> str:
    if end.period == Period():
        return start(saying, end).text
    facts = {"length": length(saying, end), "event": start(saying, end).text}
    return saying.spoken.say("{length}, from: {event}", **facts)


def bars(saying: Saying, known: Iterable[Lifetime]) -> tuple[Bar, ...]:
    """The plot: every rule, the shortest first. A root scale keeps days visible beside years."""
    lines = sorted(known, key=lambda lifetime: days(lifetime.end.period))
    longest = max((days(line.end.period) for line in lines), default=0.0)
    return tuple(_bars(saying, lines, longest))


def _bars(saying: Saying, lines: Iterable[Lifetime], longest: float) -> Iterator[Bar]:
    for line in lines:
        share = (days(line.end.period) / longest) ** 0.5 if longest else 0.0
        word = saying.word("rule", line.rule.id, line.rule.clause)
        after = start(saying, line.end).text
        yield Bar(word, length(saying, line.end) if share else "", after, round(share, 3))
