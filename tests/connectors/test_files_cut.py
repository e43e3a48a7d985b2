"""Logs are cut in stretches: what stays, what it costs, and that a wrong cut is seen."""

from __future__ import annotations

import gzip
import random
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from avow.common.clock import Clock, SetClock, SystemClock
from avow.engine.planner.chunks import WHOLE
from avow.engine.verifier.checked import Checked
from avow.estate.connectors.base import Access, Refused, Window
from avow.estate.connectors.files import cutting
from avow.estate.connectors.files.connection import FilesConnection
from avow.estate.connectors.files.connector import FilesConnector
from avow.estate.connectors.files.rows import END
from avow.estate.datamap.model import Dataset, System
from avow.estate.datamap.predicates import TRUE, Equal, Predicate, Until, all_of
from avow.estate.datamap.stored import FileFormat, Stored

LOG = "access"
FORM = "%d/%b/%Y:%H:%M:%S %z"
ACCESS = r'(?P<ip>\S+) \S+ (?P<user>\S+) \[(?P<at>[^\]]+)\] "(?P<request>[^"]*)" (?P<status>\d{3})'
ISO = r"(?P<at>\S+) (?P<ip>\S+) (?P<user>\S+) (?P<request>.*)"
SHAPES = {
    "access": (ACCESS, FORM),
    "iso": (ISO, "%Y-%m-%dT%H:%M:%S%z"),
    "naive": (ISO.replace(r"(?P<at>\S+)", r"(?P<at>\S+ \S+)"), "%Y-%m-%d %H:%M:%S"),
    "dates": (ISO, "date"),
    "instants": (ISO, "instant"),
    "optional": (ISO.replace(r"(?P<at>\S+)", r"(?:at=(?P<at>\S+))?"), "%Y-%m-%dT%H:%M:%S%z"),
}
DAY = date(2025, 6, 1)
CLOCK = SystemClock()
DUE = Until("at", DAY, "Europe/Brussels", "America/New_York")
SHOWN: dict[str, Callable[[datetime], str]] = {
    "date": lambda at: at.date().isoformat(),
    "instant": lambda at: at.isoformat(),
}


def connected(
    folder: Path, shape: str, file: str = "access.log", clock: Clock = CLOCK
) -> FilesConnection:
    pattern, form = SHAPES[shape]
    stored = Stored(file, FileFormat.LOG, pattern, {"at": form})
    datasets = {LOG: Dataset(LOG, key=("row_digest",), stored=stored)}
    system = System("web", "files", str(folder), datasets=datasets)
    return FilesConnector(wait=0.1, clock=clock).connect(system, Access.WRITE)


def lines(shape: str, chance: random.Random, many: int) -> Iterator[str]:
    """Lines around the bound and far from it, in and out of order, with what else logs hold."""
    form = SHAPES[shape][1]
    shown = SHOWN.get(form) or (lambda at: at.strftime(form))
    ordered = chance.random() < 0.5
    for n in range(many):
        days = n * 40 / many - 20 if ordered else chance.uniform(-20, 20)
        at = datetime(2025, 6, 1, 23, tzinfo=UTC) + timedelta(days=days)
        offset = chance.choice((UTC, UTC, UTC, datetime.strptime("-1200", "%z").tzinfo))
        moment = shown(at.astimezone(offset))
        if chance.random() < 0.02:
            # absent, or readable in a form of another width or spelling
            moment = chance.choice(("-", moment.lower())) if shape == "access" else moment
        user, request = chance.choice(("ada", "bob", "-", "é")), chance.choice(("/", "/é", "[x"))
        if shape == "access":
            yield f'10.0.0.{n % 9} - {user} [{moment}] "GET {request}" 200\n'
        else:
            mark = "at=" if shape == "optional" else ""
            yield f"{mark}{moment} 10.0.0.{n % 9} {user} {request}\n"
        if chance.random() < 0.03:
            yield chance.choice(("\tin a trace\r\n", "\x85\u2028\n", "\n"))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "where", [DUE, all_of([DUE, Equal("user", "ada")]), Equal("user", "ada"), TRUE]
)
def test_a_cut_leaves_what_reading_row_by_row_leaves(
    shape: str, where: Predicate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same log, plain and packed: a packed one is read row by row. Stretches of all sizes."""
    chance = random.Random(  # noqa: S311 (no secret)
        f"{shape} {where}"
    )
    for size in (1, 60, 300, 2_000, 100_000):
        monkeypatch.setattr(cutting, "STRETCH", size)
        text = "".join(lines(shape, chance, chance.choice((3, 60, 300))))
        text = chance.choice(("", "left over\n", "")) + text
        data = (text if chance.random() < 0.7 else text.rstrip("\n")).encode() + b""
        (tmp_path / "access.log").write_bytes(data)
        (tmp_path / "packed.log.gz").write_bytes(gzip.compress(data))
        plain = connected(tmp_path, shape)
        packed = connected(tmp_path, shape, "packed.log.gz")
        told = [c.count(LOG, where) for c in (plain, packed)]
        went = []
        for each in (plain, packed):
            with each.transaction() as batch:
                window = each.window(LOG, where, None, WHOLE.size)
                went.append(0 if window is None else batch.remove(LOG, where, window))
                gone = each.tally([LOG])[LOG]
            assert gone == -went[-1], size
        left = gzip.decompress((tmp_path / "packed.log.gz").read_bytes())
        assert (tmp_path / "access.log").read_bytes() == left, size
        assert told[0] == told[1] == went[0] == went[1], size


@pytest.mark.parametrize("odd", ["01/may/2025:10:00:00 +0000", "1/May/2025:10:00:00 +0000"])
def test_a_due_row_in_another_spelling_is_not_passed_by(
    odd: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone among rows that stay, where whole stretches are passed by."""
    monkeypatch.setattr(cutting, "STRETCH", 300)
    kept = [_kept(n) for n in range(40)]
    log = tmp_path / "access.log"
    log.write_text("".join([*kept[:20], f'1 - a [{odd}] "x" 200\n', *kept[20:]]))
    connection = connected(tmp_path, "access")
    with connection.transaction() as batch:
        assert batch.remove(LOG, DUE) == 1
    assert log.read_text() == "".join(kept)


def test_a_moment_that_cannot_be_read_refuses_a_row_that_may_go(tmp_path: Path) -> None:
    """A day that does not exist, beside rows that are due: nothing is guessed, nothing goes."""
    text = '1 - a [01/May/2025:10:00:00 +0000] "x" 200\n' * 3
    log = tmp_path / "access.log"
    log.write_text(text + text.replace("01/May", "31/Feb"))
    connection = connected(tmp_path, "access")
    with pytest.raises(Refused), connection.transaction() as batch:
        batch.remove(LOG, DUE)
    assert log.read_text() == text + text.replace("01/May", "31/Feb")


def test_rows_that_came_since_a_window_was_counted_undo_the_batch(tmp_path: Path) -> None:
    old = '1 - a [01/May/2025:10:00:00 +0000] "x" 200\n'
    log = tmp_path / "access.log"
    log.write_text(old * 3)
    connection = connected(tmp_path, "access")
    window = connection.window(LOG, DUE, None, WHOLE.size)
    assert window == Window(None, END, 3)
    log.write_text(old * 4)
    with pytest.raises(Refused) as refusal, connection.transaction() as batch:
        batch.remove(LOG, DUE, window)
    assert refusal.value.kind == "lock"
    assert log.read_text() == old * 4


# --- the look at what was written ---------------------------------------------------------------


class _Step:
    """A step of a sweep, as the check sees it."""

    dataset, move, where, counted, along, derives = LOG, "delete", DUE, None, (), ()


class _Program:
    steps, day = (_Step(),), DAY
    roots: Mapping[str, str] = {}
    within: Mapping[str, tuple[str, str]] = {}


def _kept(at: int) -> str:
    return f'1 - kept{at % 10} [02/Jul/2025:10:00:00 +0000] "x" 200\n'


def spoiled(new: bytes, how: str) -> bytes:
    """A new file with one fault in it."""
    first = new.index(b"\n") + 1
    match how:
        case "one byte":
            return new.replace(b"kept3", b"kepT3", 1)
        case "a row too few":
            return new[:-first]
        case "a row too many":
            return new + new[-first:]
    return new[:first] + new[first * 2 :] + new[first : first * 2]


@pytest.mark.parametrize("name", ["access.log", "access.log.gz"])
@pytest.mark.parametrize("how", ["one byte", "a row too few", "a row too many", "other order"])
def test_a_new_file_that_is_not_the_old_one_without_rows_is_found(
    name: str, how: str, tmp_path: Path
) -> None:
    """The check of a batch reads what was written, beside what was there."""
    old = '1 - a [01/May/2025:10:00:00 +0000] "x" 200\n'
    data = "".join(_kept(n) + old for n in range(20)).encode()
    log = tmp_path / name
    log.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    connection = connected(tmp_path, "access", name)
    assert _looked_at(connection, log, None) == ([], [])
    log.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    before, after = _looked_at(connection, log, how)
    assert (before, len(after)) == ([], 1)


def _looked_at(
    connection: FilesConnection, log: Path, how: str | None
) -> tuple[list[str], list[str]]:
    """What the check says of a new file, and once more with a fault in it."""
    check, program = Checked(), _Program()
    with connection.transaction() as batch:
        memory = check.before(connection, program, "p", 0)
        assert batch.remove(LOG, DUE, Window(None, END, 20)) == 20
        first = check.after(connection, program, {0: 20}, memory)
        if how is not None:
            (beside,) = (p for p in log.parent.iterdir() if p.name.startswith(".avow-"))
            new, packed = beside.read_bytes(), log.suffix == ".gz"
            wrong = spoiled(gzip.decompress(new) if packed else new, how)
            beside.write_bytes(gzip.compress(wrong) if packed else wrong)
        second = check.after(connection, program, {0: 20}, memory)
    return list(first), list(second)


# --- what it costs -------------------------------------------------------------------------------


def large(path: Path, mib: int) -> int:
    """A log of so many MiB, a fifth of it due; gives how many lines are due."""
    begin = datetime(2025, 5, 1, tzinfo=UTC)
    block = [
        (begin + timedelta(minutes=n * 15)).strftime(
            f'10.0.0.{n % 9} - user{n} [{FORM}] "GET /{"x" * 100}" 200\n'
        )
        for n in range(15_000)
    ]
    due, bound = 0, datetime(2025, 6, 1, 22, tzinfo=UTC)
    with path.open("w", encoding="ascii") as out:
        times = mib * 1024 * 1024 // sum(map(len, block))
        for n, line in enumerate(block):
            out.write(line * times)
            due += times * (begin + timedelta(minutes=n * 15) < bound)
    return due


def _moved() -> tuple[int, int]:
    """Bytes that this process has read and written by calls of the system."""
    told = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(told["rchar"]), int(told["wchar"])


def test_a_log_is_read_three_times_and_written_once_in_little_memory(tmp_path: Path) -> None:
    """200 MiB: decided once, what stays copied once, and both files compared; never held."""
    log = tmp_path / "access.log"
    due, size = large(log, 200), log.stat().st_size
    later = SetClock(datetime.now(UTC) + timedelta(minutes=1))  # nobody writes in it any more
    connection, check = connected(tmp_path, "access", clock=later), Checked()
    tracemalloc.start()
    read, written = _moved()
    window = connection.window(LOG, DUE, None, WHOLE.size)
    assert window is not None
    with connection.transaction() as batch:
        memory = check.before(connection, _Program(), "p", 0)
        assert batch.remove(LOG, DUE, window) == due
        assert not check.after(connection, _Program(), {0: due}, memory)
    read, written = (now - was for now, was in zip(_moved(), (read, written), strict=True))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    left = log.stat().st_size
    assert read <= 2 * size + 2 * left + 2_000_000
    assert written <= left + 100_000
    assert peak < 12_000_000
