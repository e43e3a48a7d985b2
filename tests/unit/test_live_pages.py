"""Pages are read over real connections; what cannot be read says why and is not believed."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from avow.faces.cli.live_pages import PageReader
from tests.acceptance.notices import Site, site

QUICK = PageReader(patience=0.3, longest=0.6, largest=2_000)


@pytest.fixture
def shown() -> Iterator[Site]:
    with site() as made:
        yield made


Answers = Callable[[socket.socket], None]


@contextmanager
def speaking(answer: Answers, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server that says to one visitor what it is told to; gives its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            visitor, _ = server.accept()
            with visitor:
                if tls is None:
                    answer(visitor)
                else:
                    with tls.wrap_socket(visitor, server_side=True) as wrapped:
                        answer(wrapped)
        except OSError:
            pass

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.close()
        thread.join(5)


def says(text: bytes) -> Callable[[socket.socket], None]:
    """Read the question and say this."""

    def answer(visitor: socket.socket) -> None:
        visitor.recv(4096)
        visitor.sendall(text)

    return answer


def test_a_page_is_read_byte_by_byte(shown: Site) -> None:
    shown.pages["/a"] = "é".encode()
    found = QUICK(f"{shown.host}/a")
    assert (found.is_read, found.content, found.text) == (True, "é".encode(), "é")


def test_what_is_not_there_is_told_apart_from_what_does_not_answer(shown: Site) -> None:
    assert QUICK(f"{shown.host}/none").is_absent
    away = QUICK("http://127.0.0.1:1/a")
    assert (away.status, away.is_absent, "cannot be read" in away.why) == (0, False, True)


def test_a_redirect_is_followed_on_its_host_only_and_not_for_ever(shown: Site) -> None:
    shown.pages.update({"/a": "/b?x=1", "/b?x=1": b"here", "/loop": "/loop"})
    found = QUICK(f"{shown.host}/a")
    assert (found.content, found.address) == (b"here", f"{shown.host}/b?x=1")
    assert "leads on" in QUICK(f"{shown.host}/loop").why
    port = shown.host.rpartition(":")[2]
    for target in (f"http://localhost:{port}/b", "https://evil.example/", "//evil.example/"):
        shown.pages["/a"] = target
        assert QUICK(f"{shown.host}/a").why == "the page leads to another host"


def test_plain_http_is_read_from_this_machine_alone() -> None:
    for address in ("http://www.example.org/", "ftp://127.0.0.1/", "file:///etc/hosts", "https://"):
        assert QUICK(address).why == "it is not an address with https"


def test_a_page_that_is_too_large_is_not_read(shown: Site) -> None:
    shown.pages["/a"] = b"x" * 2_001
    assert "more than 2,000 bytes" in QUICK(f"{shown.host}/a").why


def test_a_page_that_is_cut_off_is_not_taken_for_a_short_one() -> None:
    with speaking(says(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")) as port:
        assert QUICK(f"http://127.0.0.1:{port}/").why == "the page was cut off"


def test_a_server_that_is_silent_or_drips_is_left() -> None:
    with speaking(lambda _: time.sleep(1)) as port:
        assert "cannot be read" in QUICK(f"http://127.0.0.1:{port}/").why

    def drips(visitor: socket.socket) -> None:
        visitor.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(20):
            visitor.sendall(b"x")
            time.sleep(0.1)

    before = time.monotonic()
    with speaking(drips) as port:
        assert QUICK(f"http://127.0.0.1:{port}/").why
        assert time.monotonic() - before < 1.5


def test_what_is_no_http_is_not_read() -> None:
    with speaking(says(b"hello\r\n\r\n")) as port:
        assert "cannot be read" in QUICK(f"http://127.0.0.1:{port}/").why


# --- certificates --------------------------------------------------------------------------------


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate of nobody for a name, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "c.pem", folder / "k.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem, secret


PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere"


def asked(folder: Path, name: str, *, trusted: bool) -> tuple[bytes, str]:
    """What is read from a server with a certificate for a name."""
    pem, secret = certificate(folder, name)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem, secret)
    trust = ssl.create_default_context(cafile=str(pem) if trusted else None)
    with speaking(says(PAGE), tls) as port:
        found = PageReader(trust=trust, patience=2, longest=4)(f"https://127.0.0.1:{port}/")
    return found.content, found.why


def test_a_page_behind_a_certificate_that_counts_is_read(tmp_path: Path) -> None:
    assert asked(tmp_path, "127.0.0.1", trusted=True) == (b"here", "")


def test_a_certificate_of_nobody_or_for_another_name_is_not_believed(tmp_path: Path) -> None:
    for name, trusted in (("127.0.0.1", False), ("127.0.0.2", True)):
        content, why = asked(tmp_path, name, trusted=trusted)
        assert (content, "certificate is not valid" in why) == (b"", True)
