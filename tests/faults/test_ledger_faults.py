"""Killed writers: whatever moment they die at, the ledger verifies and goes on."""

import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from avow.common.ids import new_id
from avow.engine.db.store import Store
from avow.engine.evidence.entries import BatchApplied, read_entry
from avow.engine.evidence.ledger import Ledger
from avow.engine.evidence.verify import verify_ledger
from avow.engine.keys.ring import new_ring, written_ring

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
RING = new_ring()
ORIGIN = "avow.example/ledger"
GROUP = 400

WRITER = """
import sys
from datetime import UTC, datetime
from avow.engine.db.store import Store
from avow.engine.evidence.entries import BatchApplied
from avow.engine.evidence.ledger import Ledger
from avow.engine.keys.ring import read_ring
url, ring, origin, plan, group = sys.argv[1:6]
ledger = Ledger(Store(url, largest=1), read_ring(ring), origin)
bodies = [BatchApplied(plan=plan, step=0, chunk=n, dataset="log") for n in range(int(group))]
print("ready", flush=True)
while True:
    ledger.append(bodies, datetime(2026, 3, 1, 12, tzinfo=UTC))
"""


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store, RING, ORIGIN)


def killed_after(seconds: float, url: str) -> None:
    """A writer of groups that dies by SIGKILL."""
    words = [url, written_ring(RING), ORIGIN, new_id("plan"), str(GROUP)]
    writer = subprocess.Popen([sys.executable, "-c", WRITER, *words], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.readline()
    time.sleep(seconds)
    writer.kill()
    writer.wait()
    writer.stdout.close()


def test_a_killed_writer_leaves_whole_groups(ledger: Ledger, state_url: str) -> None:
    moments = random.Random(7)  # noqa: S311  # moments, not secrets
    for _ in range(5):
        killed_after(moments.uniform(0.0, 0.15), state_url)
        verdict = verify_ledger(ledger)
        assert verdict.good, verdict.what
        assert verdict.size % GROUP == 0
    assert ledger.size() > 0
    ledger.append([BatchApplied(plan=new_id("plan"), step=0, chunk=0, dataset="log")], AT)
    assert verify_ledger(ledger).good


def test_many_writers_make_one_chain(ledger: Ledger) -> None:
    plan = new_id("plan")

    def write(number: int) -> None:
        for chunk in range(6):
            body = BatchApplied(plan=plan, step=number, chunk=chunk, dataset="log")
            ledger.append([body] * 3, AT + timedelta(milliseconds=chunk))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert verify_ledger(ledger).good
    assert ledger.size() == 4 * 6 * 3
    steps = [read_entry(bytes(row["bytes"])).body for row in ledger.entries()]
    assert len({bytes(step) for step in steps}) == 4 * 6


def test_a_ledger_verifies_while_others_write(ledger: Ledger) -> None:
    bodies = [BatchApplied(plan=new_id("plan"), step=0, chunk=n, dataset="log") for n in range(50)]
    ledger.append(bodies, AT)
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(lambda: [ledger.append(bodies, AT) for _ in range(40)])
        verdicts = [verify_ledger(ledger) for _ in range(8)]
        writing.result()
    assert [verdict.what for verdict in verdicts if not verdict.good] == []
    assert verify_ledger(ledger).size == 41 * 50


def test_groups_are_written_fast_enough(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    """The rate is printed; the bar is far below it, so that a busy machine does not fail."""
    plan = new_id("plan")
    bodies = [BatchApplied(plan=plan, step=0, chunk=n, dataset="log") for n in range(10_000)]
    begun = time.perf_counter()
    ledger.append(bodies, AT)
    rate = len(bodies) / (time.perf_counter() - begun)
    with capsys.disabled():
        print(f"\nledger: {rate:,.0f} entries/s")  # noqa: T201
    assert rate > 5_000
