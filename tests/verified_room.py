"""What `avow verify` answers, read in one way by every scenario: of each promise one word, and of a
planted fault the promise that it breaks, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from click.testing import CliRunner

from avow.faces.cli.main import main

KEPT, UNKNOWN, UNENFORCED, BROKEN = "kept", "unknown", "unenforced", "broken"
WORST = ("fail", "blind", "pass")
WORDS = dict(zip(WORST, (BROKEN, UNKNOWN, KEPT), strict=True))


class Said(msgspec.Struct, frozen=True):
    """One answer of one check about one place."""

    check: str
    clauses: tuple[str, ...]
    place: str
    answer: str
    rows: int
    failed: int
    undated: int
    undecided: int
    why: str

    @property
    def worst(self) -> str:
        """The answer; rows without a start, or between two limits, break a promise too."""
        return "fail" if self.undated or self.undecided else self.answer

    def name(self, clause: str) -> str:
        """The name of the check, without the clause that it ends with."""
        return self.check.removesuffix(f".{clause}")


@dataclass(frozen=True)
class Verified:
    """One run of `avow verify`."""

    said: tuple[Said, ...]

    def of(self, clause: str) -> tuple[Said, ...]:
        """The answers about this very clause: `9.1` has none of `9.10-a`, nor of `3.9.1`."""
        return tuple(each for each in self.said if clause in each.clauses)

    def checks(self, *clauses: str) -> dict[str, str]:
        """Check -> answer. Of several answers the worst."""
        return _worst((s.name(c), s.worst) for c in clauses for s in self.of(c))

    def places(self, clause: str) -> dict[str, str]:
        """Check and place -> answer. Of several answers the worst."""
        return _worst((f"{s.name(clause)} {s.place}", s.worst) for s in self.of(clause))

    def words(self) -> dict[str, str]:
        """Clause -> its word."""
        found = _worst((c, s.worst) for s in self.said for c in s.clauses)
        return {clause: WORDS[answer] for clause, answer in found.items()}

    def unexplained(self) -> set[str]:
        """The checks that answer no or nothing, and do not say why."""
        bad = (s for s in self.said if s.worst != "pass")
        return {s.check for s in bad if not (s.why or s.undated or s.undecided)}


def _worst(found: Iterator[tuple[str, str]]) -> dict[str, str]:
    worst: dict[str, str] = {}
    for name, answer in found:
        worst[name] = min(answer, worst.get(name, "pass"), key=WORST.index)
    return worst


class Verifies:
    """A place with a state and a declaration in a folder, whose promises are looked at."""

    folder: Path
    state: str

    def looked(self) -> Verified:
        """`avow verify`, as somebody runs it."""
        place = ["--state", str(self.folder / "state"), "--database-url", self.state]
        words = ["verify", str(self.folder / "declaration"), "--json", *place]
        done = CliRunner().invoke(main, words)
        assert done.exit_code in (0, 1), (done.output, done.exception)
        said = msgspec.json.decode(done.stdout.splitlines()[0])
        answers = (each for each in said if "answer" in each)
        return Verified(tuple(msgspec.convert(each, Said) for each in answers))

    def verified(self, *clauses: str) -> dict[str, str]:
        """What is answered of these promises: check -> worst answer."""
        return self.looked().checks(*clauses)

    def places(self, clause: str) -> dict[str, str]:
        """What is answered of a promise: check and place -> worst answer."""
        return self.looked().places(clause)

    @contextmanager
    def turns(self, clause: str, *also: str, was: str = KEPT, word: str = BROKEN) -> Iterator[None]:
        """What is done within turns the word of this clause, with evidence, and of those that truly
        share the fault; every other promise keeps its word."""
        with self._turning(dict.fromkeys((clause, *also), (was, word))):
            yield

    @contextmanager
    def mended(self, clause: str, *also: str, was: str = BROKEN) -> Iterator[None]:
        """What is done within makes this clause kept again, and changes no other word."""
        with self._turning(dict.fromkeys((clause, *also), (was, KEPT))):
            yield

    @contextmanager
    def steady(self) -> Iterator[None]:
        """What is done within changes the word of no promise."""
        with self._turning({}):
            yield

    @contextmanager
    def _turning(self, expected: dict[str, tuple[str, str]]) -> Iterator[None]:
        before = self.looked().words()
        yield
        after = self.looked()
        now = after.words()
        words = {clause: (before.get(clause), now.get(clause)) for clause in {*before, *now}}
        turned = {clause: both for clause, both in words.items() if both[0] != both[1]}
        assert turned == expected, (turned, [s for s in after.said if s.worst != "pass"])
        assert after.unexplained() == set(), after.unexplained()
