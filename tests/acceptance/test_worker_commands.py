"""A system that only its worker reaches, by the commands that people type, in processes of their
own, over TLS."""

from __future__ import annotations

import ipaddress
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from avow.app import open_state
from tests.acceptance.test_plan_commands import activated, avow, home, visits
from tests.faults.small import DECLARATION

__all__ = ["home"]
PROGRAM = (sys.executable, "-m", "avow.faces.cli.main", "worker")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of this machine's own number, and its key in `key.pem`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "avow")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "avow.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return tmp_path / "avow.pem"


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts processes; all are ended."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*words: str, **environment: str) -> subprocess.Popen[bytes]:
        with (tmp_path / "log").open("ab") as log:
            running.append(
                subprocess.Popen(
                    [*PROGRAM, *words], env=os.environ | environment, stdout=log, stderr=log
                )
            )
        return running[-1]

    yield start
    for process in running:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)


def answers(port: int) -> bool:
    """Whether somebody listens."""
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def unused() -> int:
    """A port that nobody listens on."""
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])


def heard() -> bool:
    """Whether the worker was heard."""
    (worker,) = json.loads(avow("worker", "list", "--json").output)
    return worker["heard_at"] is not None


def test_from_the_code_to_the_count(
    home: Path, certificate: Path, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    """The address stands in the owner's file alone, and the connection is that of a stranger."""
    text = DECLARATION.replace("connector: memory", "connector: sqlite\n    url: worker")
    (home / "declaration" / "all.yaml").write_text(text)
    activated(home)
    avow("plan", expect=3)  # nobody speaks for it: that is no zero
    port, folder = unused(), home / "owner"
    folder.mkdir()
    (folder / "app.toml").write_text(
        f'system = "app"\nconnector = "sqlite"\nurl = "{home / "app.db"}"\naccess = "write"\n'
    )
    files = ("--certificate", str(certificate), "--key", str(home / "key.pem"))
    started("serve", "--port", str(port), *files)
    assert "AV423" in avow("worker", "enrol", "shop", "--by", "marc", expect=3).output
    assert "AV587" in avow("worker", "enrol", "app", "--by", "nobody", expect=3).output
    code = json.loads(avow("worker", "enrol", "app", "--by", "marc", "--json").output)["code"]
    until(lambda: answers(port))
    mine = ("worker", "--system", "app", "--folder", str(folder))
    place = ("--enrol", code, "--at", f"https://127.0.0.1:{port}")
    assert "does not answer" in avow(*mine, *place, expect=4).output, "a certificate of nobody"
    trusted = os.environ | {"SSL_CERT_FILE": str(certificate)}
    done = subprocess.run(
        [*PROGRAM, *mine[1:], *place], env=trusted, check=True, capture_output=True, timeout=60
    )
    assert b"enrolled for app" in done.stdout
    assert "never heard" in avow("worker", "list").output
    worker = started(*mine[1:], SSL_CERT_FILE=str(certificate))
    until(heard)
    (plan,) = json.loads(avow("plan", "--json").output)
    assert (plan["rows"], plan["status"], visits(home)) == (6, "made", 40)
    assert "worker of app: worker-" in avow("status", str(home / "declaration")).output
    said = json.loads(avow("status", str(home / "declaration"), "--json").output)
    assert said["workers"][0]["access"] == "write"
    seen = avow("verify", str(home / "declaration"), expect=1).output
    assert "6 rows past their end" in seen
    assert "unknown" not in seen
    assert "revoked" in avow("worker", "revoke", "app", "--by", "marc").output
    assert "AV587" in avow("worker", "revoke", "app", "--by", "marc", expect=3).output
    assert worker.wait(30) == 3
    assert "AV589" in (home / "log").read_text()
    avow("plan", expect=3)
    with open_state(home / "state", os.environ["AVOW_DATABASE_URL"]) as state:
        kinds = [row["kind"] for row in state.store.run("ledger_entries", first=0, most=99)]
    assert ("worker-enrolled" in kinds, "worker-revoked" in kinds) == (True, True)
