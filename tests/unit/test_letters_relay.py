"""The way to the mail server: encrypted, to the right one, signed in, or not at all."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from avow.common.masked import Masked
from avow.duties.correspondence.relay import Relay, RelayError, connected
from tests.post_office import PostOffice, post_office

PASSWORD = "corr-ect"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of this machine that nobody but the test trusts."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return file


def admitted(
    server: object, session: object, envelope: object, how: str, said: object
) -> AuthResult:
    """Anna, with her password."""
    good = isinstance(said, LoginPassword) and said.password == PASSWORD.encode()
    return AuthResult(success=good, handled=False)


@pytest.fixture
def office(certificate: Path) -> Iterator[PostOffice]:
    """A server that wants encryption and a password."""
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(certificate)
    with post_office(
        tls_context=ours, require_starttls=True, auth_required=True, authenticator=admitted
    ) as made:
        yield made


def there(office: PostOffice, password: str = PASSWORD) -> Relay:
    """The server, for Anna."""
    return Relay("127.0.0.1", office.port, is_sealed=False, user="anna", password=Masked(password))


def test_encrypted_and_signed_in(office: PostOffice, certificate: Path) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    client = connected(there(office), trust=trust)
    assert client.mail("privacy@firm.example")[0] == 250
    assert isinstance(client.sock, ssl.SSLSocket)
    client.quit()


def test_a_wrong_password_lets_nobody_in_and_is_not_repeated(
    office: PostOffice, certificate: Path
) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    with pytest.raises(RelayError, match=r"AV623[\s\S]*535") as refused:
        connected(there(office, "wr-ong"), trust=trust)
    assert "wr-ong" not in str(refused.value)
    assert "anna" not in str(refused.value)


def test_a_server_that_cannot_show_who_it_is_gets_neither_password_nor_letter(
    office: PostOffice,
) -> None:
    """Planted: a certificate that this machine does not trust, as one in between would show."""
    with pytest.raises(RelayError, match=r"AV623"):
        connected(there(office))


def test_a_server_whose_encryption_was_taken_away_gets_nothing() -> None:
    """Planted: one in between takes STARTTLS out of the server's answer, on the way to another
    machine; the name of this one stands for it."""
    with post_office() as plain:
        elsewhere = _Elsewhere("127.0.0.1", plain.port, is_sealed=False)
        with pytest.raises(RelayError, match="AV622"):
            connected(elsewhere)
        assert plain.taken == []


class _Elsewhere(Relay):
    """A relay that is not this machine."""

    @property
    def is_here(self) -> bool:
        return False


def test_a_server_that_never_answers_is_left() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        with pytest.raises(RelayError, match=r"AV623"):
            connected(Relay("127.0.0.1", port, is_sealed=False), timeout=0.3)
