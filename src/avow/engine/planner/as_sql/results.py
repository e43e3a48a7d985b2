"""What an owner's client printed: lines that begin with `avow|`, read and held against a script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from avow.engine.planner.as_sql import structure
from avow.engine.planner.as_sql.offline import Cells
from avow.engine.planner.refusals import PlannerError


@dataclass(frozen=True, slots=True)
class Moved:
    """What a step did: own rows, and rows that went along."""

    own: int = 0
    along: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """One script's result. `digits` are the structure as it was told; `stopped` is the step and the
    word of what stopped it. `is_whole`: the script came to its end."""

    kind: str
    token: str
    day: date
    digits: str = ""
    answers: Mapping[int, Sequence[Cells]] = field(default_factory=dict)
    moved: Mapping[int, Moved] = field(default_factory=dict)
    stopped: tuple[tuple[int, str], ...] = ()
    is_whole: bool = False

    @property
    def schema(self) -> frozenset[str]:
        """The lines of the structure."""
        return structure.told(self.digits)


def read(text: str, package: str) -> tuple[Result, ...]:
    """The results in a text, in their order.

    Raises:
        PlannerError: AV472, it holds no result of this package, or one that cannot be read.
    """
    try:
        found = tuple(_results(_lines(text), package))
    except (ValueError, IndexError):
        raise unread("a line of it is not as the script prints it") from None
    if not found:
        raise unread(f"it holds no result of `{package}`")
    return found


def unread(why: str) -> PlannerError:
    """The refusal of a result."""
    return PlannerError(
        "the result cannot be read",
        because=why,
        help="let the owner run the script as the README says, and send what it printed, whole",
        code="AV472",
    )


def _lines(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line.startswith("avow|"):
            yield line.strip().split("|")[1:]


def _results(lines: Iterable[list[str]], package: str) -> Iterator[Result]:
    held: list[list[str]] = []
    for line in lines:
        if line[0] == "begin" and held:
            yield from _result(held, package)
            held = []
        held.append(line)
    yield from _result(held, package) if held else ()


def _result(lines: list[list[str]], package: str) -> Iterator[Result]:
    word, name, kind, token, day = lines[0]
    if word != "begin" or name != package:
        return
    answers: dict[int, list[Cells]] = {}
    moved: dict[int, Moved] = {}
    stopped: list[tuple[int, str]] = []
    digits = ""
    is_whole = False
    for word, *rest in lines[1:]:
        match word:
            case "schema":
                digits = rest[0].upper()
                structure.told(digits)  # what cannot be read is said here
            case "answer":
                answers.setdefault(int(rest[0]), []).append(tuple(rest[1:]))
            case "moved":
                moved[int(rest[0])] = Moved(int(rest[1]), int(rest[2]))
            case "stopped":
                stopped.append((int(rest[0]), rest[1]))
            case "end":
                is_whole = rest == [name, kind, token]
            case _:
                raise ValueError(word)
    yield Result(
        kind, token, date.fromisoformat(day), digits, answers, moved, tuple(stopped), is_whole
    )
